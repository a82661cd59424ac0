"""ZIP packages and their XML, read with limits: nothing hostile is unpacked or fetched.

Sizes are checked before anything is inflated; no entity is resolved and no DTD is
read. Names of members are only ever compared, never used as paths.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from archive.errors import DocumentError, DocumentTooLarge, UnsupportedForm
from pipelines.sniff import DAMAGED

MOST_MEMBERS = 10_000
#: Bytes of all members together, and of one XML part, once inflated.
LARGEST_TOTAL, LARGEST_PART = 200_000_000, 60_000_000
#: Real parts shrink some 20 to 60 times; only long ones are suspected.
STEEPEST, SUSPECT = 400, 4_000_000
ENCRYPTED = 0x1
DTD = tuple(
    mark.encode(code)
    for mark in ("<!DOCTYPE", "<!ENTITY")
    for code in ("utf-8", "utf-16-le", "utf-16-be")
)
#: What ``zipfile`` and ``zlib`` raise for damaged packages.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, *DAMAGED)


@dataclass(frozen=True)
class Package:
    """An opened package. ``kind`` names the form in messages: ``DOCX``, ``OFD``."""

    archive: zipfile.ZipFile
    kind: str
    names: dict[str, zipfile.ZipInfo] = field(repr=False)

    def find(self, path: str) -> str | None:
        """The member at ``path``, without regard to case and a leading slash."""
        wanted = posixpath.normpath(path.replace("\\", "/").lstrip("/")).lower()
        return wanted if wanted in self.names else None

    def read(self, path: str, most: int = LARGEST_PART) -> bytes:
        """Bytes of a member. Raises DocumentError when it lacks or is damaged."""
        name = self.find(path)
        if name is None:
            raise DocumentError(f"expected {path} in the {self.kind}, found none")
        return self.inflate(self.names[name], path, most)

    def inflate(self, info: zipfile.ZipInfo, path: str, most: int) -> bytes:
        """Bytes of an entry, which messages call ``path``. Raises DocumentError."""
        if info.file_size > most:
            raise DocumentTooLarge(
                f"{path} of the {self.kind} has {info.file_size} bytes, and no more "
                f"than {most} are parsed"
            )
        try:
            return self.archive.read(info)
        except (*DAMAGE, NotImplementedError, RuntimeError) as error:
            raise DocumentError(
                f"{path} of the {self.kind} is damaged: {error}"
            ) from error

    def xml(self, path: str) -> Any:
        """The root element of an XML member."""
        return parse_xml(self.read(path), f"{path} of the {self.kind}")


def open_package(data: bytes, kind: str) -> Package:
    """Open a ZIP after checking its directory. Raises DocumentError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (*DAMAGE, NotImplementedError) as error:
        raise DocumentError(f"the {kind} is no whole ZIP package: {error}") from error
    if len(infos) > MOST_MEMBERS:
        raise DocumentTooLarge(
            f"the {kind} has {len(infos)} members, and no more than {MOST_MEMBERS} "
            "are looked at"
        )
    total = sum(info.file_size for info in infos)
    steep = next((i for i in infos if _is_steep(i)), None)
    if total > LARGEST_TOTAL or steep:
        size = f"{len(data)} bytes that unpack to {total}"
        raise DocumentTooLarge(f"the {kind} has {size}: a ZIP bomb, nothing is read")
    if any(info.flag_bits & ENCRYPTED for info in infos):
        raise UnsupportedForm(f"the {kind} is encrypted with a password")
    names = {
        posixpath.normpath(i.filename.replace("\\", "/").lstrip("/")).lower(): i
        for i in infos
        if i.filename and not i.is_dir()
    }
    return Package(archive, kind, names)


def _is_steep(info: zipfile.ZipInfo) -> bool:
    ratio = info.file_size / max(info.compress_size, 1)
    return info.file_size > SUSPECT and ratio > STEEPEST


def parse_xml(data: bytes, where: str) -> Any:
    """Parse XML without DTD and entities. Raises DocumentError."""
    if any(mark in data for mark in DTD):
        raise DocumentError(f"{where} declares a DTD: not read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(f"{where} is no XML: {error}") from error
    if root is None:
        raise DocumentError(f"{where} is empty")
    return root


def local(element: Any) -> str:
    """The name of an element without its namespace; '' for comments.

    Transitional and strict packages use other namespaces for the same names.
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """An attribute by its name without namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return None


def child(element: Any, *path: str) -> Any:
    """The first descendant along ``path`` of names, or None."""
    for name in path:
        element = next((e for e in element if local(e) == name), None)
        if element is None:
            return None
    return element


def number(text: str | None, default: int = 0) -> int:
    """An integer attribute, ``default`` for anything else."""
    try:
        return int(text) if text else default
    except ValueError:
        return default
