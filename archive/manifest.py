"""The manifest of the published database, and which goes with the one that is there.

Two files cannot be renamed at once, so there is an order: the manifest of the database
to come is written and synced as ``manifest.json.new``, the database is renamed into its
place, then its manifest. Killed at any point, one of the two manifests names the
SHA-256 of the database that is there. :func:`current` finds it, :func:`settle` puts it
in its place.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from archive.datadir import DataDir
from archive.errors import UsageError


def upcoming(data: DataDir) -> Path:
    """Where the manifest of a database lies that is not renamed yet."""
    return data.public / f"{data.manifest.name}.new"


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write(path: Path, content: dict[str, Any]) -> None:
    """Write a manifest; making it durable is the caller's."""
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, "utf-8")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None  # none, or half of one
    return found if isinstance(found, dict) else None


def _naming(data: DataDir, sha256: str) -> Path | None:
    """The file of the manifest that names a digest."""
    paths = (data.manifest, upcoming(data))
    return next((p for p in paths if (_read(p) or {}).get("sha256") == sha256), None)


def require(data: DataDir) -> None:
    """Raise UsageError when nothing is published."""
    if not data.published.exists():
        raise UsageError(
            f"nothing is published: {data.published} (run `nianbao publish` first)"
        )


def current(data: DataDir, sha256: str | None = None) -> dict[str, Any]:
    """The manifest of the published database; ``sha256`` is its digest if known.

    Raises UsageError when nothing is published or no manifest names what is.
    """
    require(data)
    sha256 = sha256 or digest(data.published)
    path = _naming(data, sha256)
    found = _read(path) if path else None
    if found is None:
        raise UsageError(
            f"{data.published} has the SHA-256 {sha256}, and {data.manifest} does not"
            " name it: they are not of one publication (run `nianbao publish`)"
        )
    return found


def settle(data: DataDir) -> None:
    """Finish the renaming of a publication that was killed in it."""
    new = upcoming(data)
    there = new.exists() and data.published.exists()
    if there and _naming(data, digest(data.published)) == new:
        new.replace(data.manifest)
