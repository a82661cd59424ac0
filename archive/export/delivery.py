"""All or nothing: an export is made beside its place and renamed into it.

Before anything is written, room is looked for. What stands at the place is never
touched, unless it is an export and ``force`` says so; the same export, whole, is left
as it is. A killed export leaves a hidden draft, which the next one to that place
removes.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.datadir import RESERVE_VARIABLE, reserve_bytes
from archive.errors import StorageError, UsageError
from archive.export.colophon import FORMAT, MANIFEST

#: Where a WACZ file has its manifest.
IN_WACZ = f"nianbao/{MANIFEST}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an export goes, and what is there already."""

    dest: Path
    same: dict[str, Any]  # see colophon.identity
    force: bool = False

    def settled(self) -> bool:
        """Whether this very export is there, whole.

        Raises UsageError when something else is and may not be replaced. With
        ``force`` even this export is made anew.
        """
        if not os.path.lexists(self.dest) or _is_empty_folder(self.dest):
            return False
        there = _manifest_in(self.dest)
        if self.force:
            if there is None:
                raise UsageError(
                    f"{self.dest} is no export of nianbao: not replaced, move it away"
                )
            return False
        if there and all(there.get(k) == v for k, v in self.same.items()):
            if there.get("problems"):
                raise UsageError(
                    f"{self.dest} is this export, but originals were damaged when it"
                    " was made (--force makes it anew)"
                )
            if _is_whole(self.dest, there):
                return True
            raise UsageError(
                f"{self.dest} is this export, but files of it are missing or have"
                " another size (--force makes it anew)"
            )
        raise UsageError(f"{self.dest} is there already (--force replaces exports)")

    def require_room(self, needed: int) -> None:
        """Raise StorageError when ``needed`` bytes would go into the reserve."""
        folder = self._parent()
        free, reserve = shutil.disk_usage(folder).free, reserve_bytes()
        if free < needed + reserve:
            raise StorageError(
                f"the disk of {folder} has {free // 10**6} MB free; the export takes"
                f" about {needed // 10**6 + 1} MB, and {reserve // 10**6} MB are kept"
                f" in reserve (${RESERVE_VARIABLE})"
            )

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """A path beside the place to write to; it is renamed when all went well.

        Raises StorageError when the disk refuses.
        """
        parent = self._parent()
        _sweep(parent, self.dest.name)
        path = parent / f".{self.dest.name}.{os.getpid()}.partial"
        try:
            yield path
            _make_durable(path)
            self._move_in(path)
        except OSError as error:
            raise StorageError(
                f"cannot write {self.dest}: {error.strerror or error}"
            ) from error
        finally:
            _remove(path)

    def _parent(self) -> Path:
        parent = self.dest.absolute().parent
        if not parent.is_dir():
            raise StorageError(
                f"cannot write {self.dest}: there is no directory {parent}"
            )
        return parent

    def _move_in(self, draft: Path) -> None:
        old = draft.with_name(f".{self.dest.name}.{os.getpid()}.old")
        replaced = os.path.lexists(self.dest)
        if replaced:
            self.dest.rename(old)
        draft.rename(self.dest)
        if replaced:
            _remove(old)
        _sync(self.dest.absolute().parent)


def _manifest_in(path: Path) -> dict[str, Any] | None:
    """The manifest of an export, None if it is none."""
    try:
        if path.is_dir():
            found = json.loads((path / MANIFEST).read_bytes())
        else:
            with zipfile.ZipFile(path) as archive:
                inside = [*{MANIFEST, IN_WACZ} & set(archive.namelist())]
                found = json.loads(archive.read(inside[0] if inside else MANIFEST))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    ours = isinstance(found, dict) and found.get("format") == FORMAT
    return found if ours else None


def _is_whole(path: Path, manifest: dict[str, Any]) -> bool:
    """Whether every file is there in its size."""
    wanted = {entry["path"]: entry["bytes"] for entry in manifest["files"]}
    if path.is_dir():
        here = {n: (path / n).stat().st_size for n in wanted if (path / n).is_file()}
    else:
        with zipfile.ZipFile(path) as archive:
            here = {i.filename: i.file_size for i in archive.infolist()}
    return all(here.get(name) == size for name, size in wanted.items())


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _sweep(parent: Path, name: str) -> None:
    """Remove drafts of processes that are no more."""
    for path in parent.glob(".*.partial"):
        stem, _, pid = path.name.removesuffix(".partial").rpartition(".")
        if stem == f".{name}" and pid.isdigit() and not _alive(int(pid)):
            _remove(path)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _make_durable(path: Path) -> None:
    """On disk before it gets its name."""
    if path.is_dir():
        os.sync()  # one by one, a quarter of a million originals take hours
    else:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
