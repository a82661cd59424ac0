"""A folder at an fsspec address: listed, read by range, added to, never overwritten.

Everything that goes wrong on the way is a StorageError that says what was tried and
where; a file that is not there is a FileNotFoundError, as with local files.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from archive.errors import StorageError, UsageError
from archive.storage.settings import S3, StorageSettings

#: Protocols under which a file appears as a whole or not at all.
ATOMIC = (*S3, "gs", "gcs", "az", "abfs", "oss")
PART = ".part"
#: Fetched at a time where a whole file is read once.
PIECE = 8 << 20
S3_HINT = "pip install -c constraints.txt -c constraints-s3.txt -e '.[s3]'"
#: An outage is told after some seconds; a command is not held for minutes.
S3_PATIENCE = {
    "connect_timeout": 10,
    "read_timeout": 60,
    "retries": {"mode": "standard", "max_attempts": 2},
}
S3_RETRIES = 2  # of s3fs, each with the attempts above
#: Seconds in which a single record is not asked for again after trouble.
REST = 5.0
#: What the libraries behind an address raise beside OSError.
RAISED = {
    "aiohttp": ("ClientError",),
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
}


def connected(settings: StorageSettings) -> Remote:
    """The folder that ``settings`` name; one connection for all who ask."""
    key = (os.getpid(), repr(settings))  # connections do not survive a fork
    with _lock:
        if key not in _remotes:
            _remotes[key] = Remote(settings)
        return _remotes[key]


_remotes: dict[tuple[int, str], Remote] = {}
_lock = threading.Lock()


class Remote:
    """The folder that ``settings`` name."""

    def __init__(self, settings: StorageSettings) -> None:
        self.address = settings.warc
        self._source = settings.source
        self._atomic = settings.protocol in ATOMIC
        self._conditional = settings.protocol in S3
        self._fs: Any = _filesystem(settings)
        self._root = str(self._fs._strip_protocol(settings.warc)).rstrip("/")
        self._troubles = _troubles()
        self._trouble, self._rests_until = "", 0.0

    def __str__(self) -> str:
        return self.address

    @contextmanager
    def _telling(self, doing: str, name: str = "") -> Iterator[None]:
        """Turn what the network does into our errors."""
        where = f"{self.address}/{name}".rstrip("/")
        try:
            yield
        except FileNotFoundError as error:
            if _code(error) == "NoSuchBucket":
                raise StorageError(
                    f"cannot {doing} {where}: there is no such bucket"
                ) from error
            raise
        except TypeError as error:  # an option that the file system does not know
            raise UsageError(f"{self._source}: {error}") from error
        except self._troubles as error:
            raise StorageError(f"cannot {doing} {where}: {_reason(error)}") from error

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    # ------------------------------------------------------------------- reading

    def sizes(self) -> dict[str, int]:
        """The files of the folder and their lengths, none where it is not there yet."""
        with self._telling("list"):
            try:
                found = self._fs.ls(self._root, detail=True)
            except FileNotFoundError as error:
                if _code(error):
                    raise
                return {}
        return {
            str(entry["name"]).rpartition("/")[2]: int(entry["size"] or 0)
            for entry in found
            if entry["type"] == "file"
        }

    def size(self, name: str) -> int:
        """Length of a file in bytes. Raises FileNotFoundError."""
        with self._telling("look at", name):
            return int(self._fs.info(self._path(name))["size"])

    def read(self, name: str, start: int, end: int) -> bytes:
        """Bytes ``start`` to ``end``, fewer where the file ends; one request.

        Raises FileNotFoundError.
        """
        with self._telling("read", name):
            try:
                return bytes(self._fs.cat_file(self._path(name), start=start, end=end))
            except OSError as error:
                if _code(error) in ("InvalidRange", "416"):
                    return b""
                raise

    def record(self, name: str, offset: int, length: int) -> bytes:
        """Like :meth:`read`, for those who have others waiting for them.

        After trouble it is not tried again for some seconds.
        """
        if self._trouble and time.monotonic() < self._rests_until:
            raise StorageError(self._trouble)
        try:
            return self.read(name, offset, offset + length)
        except StorageError as error:
            self._trouble = str(error)
            self._rests_until = time.monotonic() + REST
            raise

    def parts(self, name: str, size: int) -> Iterator[bytes]:
        """A whole file of that length, piece by piece."""
        for start in range(0, size, PIECE):
            yield self.read(name, start, min(start + PIECE, size))

    def sha256(self, name: str, size: int) -> str:
        """Digest of a file, read back over the network."""
        digest = hashlib.sha256()
        for part in self.parts(name, size):
            digest.update(part)
        return digest.hexdigest()

    # ------------------------------------------------------------------- writing

    def add(self, path: Path) -> None:
        """Store a file under its name, compared byte for byte with what arrived.

        One that is there already must be the same. Raises StorageError, also when it
        is another: then both stay as they are.
        """
        name, size = path.name, path.stat().st_size
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        try:
            there = self.size(name)
        except FileNotFoundError:
            self._send(path, size, digest)
            return
        if there != size or self.sha256(name, there) != digest:
            raise StorageError(
                f"{self.address}/{name} is there already and is not {path}: expected "
                f"{size} bytes with SHA-256 {digest}; nothing was changed"
            )

    def _send(self, path: Path, size: int, digest: str) -> None:
        name = path.name if self._atomic else path.name + PART
        with self._telling("write", name):
            if not self._atomic:
                self._fs.makedirs(self._root, exist_ok=True)
            self._put(path, self._path(name))
        try:
            there = self.size(name)
            found = self.sha256(name, there)
        except FileNotFoundError as error:
            raise StorageError(f"{self.address}/{name} vanished: {error}") from error
        if (there, found) != (size, digest):
            raise StorageError(
                f"{self.address}/{name} arrived as {there} bytes with SHA-256 {found}, "
                f"not {size} with {digest}; {path} stays here"
            )
        if not self._atomic:
            with self._telling("write", path.name):
                self._fs.mv(self._path(name), self._path(path.name))

    def _put(self, path: Path, to: str) -> None:
        if not self._conditional:
            self._fs.put_file(str(path), to)
            return
        try:
            self._fs.put_file(str(path), to, mode="create")
        except FileExistsError:
            return  # another process was first; what it put there is compared
        except OSError as error:
            if error.errno != errno.ENOSYS:
                raise
            # A server without conditional writes: it was looked whether one is there.
            self._fs.put_file(str(path), to)


def _filesystem(settings: StorageSettings) -> Any:
    options = dict(settings.options)
    if settings.protocol in S3:
        options["config_kwargs"] = S3_PATIENCE | dict(options.get("config_kwargs", {}))
        if settings.endpoint:
            options["endpoint_url"] = settings.endpoint
    try:
        # Listings are not remembered: other processes add files.
        made = import_module("fsspec").filesystem(
            settings.protocol,
            skip_instance_cache=True,
            use_listings_cache=False,
            **options,
        )
    except ImportError as error:
        hint = S3_HINT if settings.protocol in S3 else "install it beside nianbao"
        raise UsageError(
            f"{settings.source} puts the WARC files on {settings.warc}, which needs a "
            f"package that is not installed: {error} ({hint})"
        ) from error
    except (ValueError, TypeError) as error:
        raise UsageError(f"{settings.source}: {error}") from error
    if settings.protocol in S3:
        made.retries = S3_RETRIES
    return made


def _troubles() -> tuple[type[Exception], ...]:
    """What libraries raise when a store cannot be had or refuses."""
    found: list[type[Exception]] = [OSError]
    for module, names in RAISED.items():
        with suppress(ImportError):
            found += [getattr(import_module(module), name) for name in names]
    return tuple(found)


def _code(error: BaseException) -> str:
    """The server's own word for an error, '' without one."""
    answer = getattr(error.__cause__ or error, "response", None)
    if not isinstance(answer, dict):
        return ""
    return str(answer.get("Error", {}).get("Code", ""))


def _reason(error: Exception) -> str:
    code = _code(error)
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OSError) and error.errno and not code:
        text = error.strerror or os.strerror(error.errno)
    return f"{code}: {text}" if code and code not in text else text
