"""What goes with every export: how it came about, and how to cite it.

``manifest.json`` names the snapshot by its SHA-256, the filters, the rows and every
file with its digest; ``CITATION.cff`` (Citation File Format 1.2.0) and ``CITATION.txt``
(GB/T 7714 and author-date) say what to write in a bibliography. None holds the time of
the export: the same snapshot and filters give the same files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from archive import __version__
from archive.export.selection import Selection

FORMAT = "nianbao-export/1"
MANIFEST = "manifest.json"
TITLE = "年报：中国政府信息公开工作年度报告数据集"
TITLE_EN = "nianbao: annual reports on open government information in China, a dataset"
AUTHOR = "nianbao contributors"
LICENSE_ID, LICENSE_URL = "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"
LICENSE_NOTE = (
    "The compiled data are under CC BY 4.0. The reports themselves are public documents"
    " of the authorities that issued them."
)
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Origin:
    """What an export was made of; sha256 is None where nothing was published."""

    sha256: str | None
    published_at: str | None
    software: str | None = None

    @property
    def day(self) -> str | None:
        return self.published_at[:10] if self.published_at else None


@dataclass(frozen=True, slots=True)
class Made:
    """What a format wrote."""

    rows: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of an export; the path is relative, with slashes."""

    path: str
    bytes: int
    sha256: str
    sha512: str | None = None

    def plain(self) -> dict[str, Any]:
        """For manifest.json."""
        return {"path": self.path, "bytes": self.bytes, "sha256": self.sha256}


def identity(
    kind: str, origin: Origin, selection: Selection, options: dict[str, Any]
) -> dict[str, Any]:
    """What two exports must share to be the same."""
    filters = {
        "year": selection.year,
        "adcode": selection.adcode or None,
        "report_id": selection.report_id,
    }
    return {
        "format": FORMAT,
        "kind": kind,
        "software": f"nianbao/{__version__}",
        "snapshot": {"sha256": origin.sha256, "published_at": origin.published_at},
        "filters": {name: value for name, value in filters.items() if value},
        "options": {name: value for name, value in options.items() if value},
    }


def manifest(same: dict[str, Any], made: Made, files: Iterable[FileEntry]) -> bytes:
    """The text of ``manifest.json``."""
    content = same | {
        "license": LICENSE_ID,
        "rows": made.rows,
        "left_out": made.left_out,
        "problems": list(made.problems),
        "files": [entry.plain() for entry in files],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def digest_file(path: Path, name: str, also: str | None = None) -> FileEntry:
    """Size and digests of a file; ``also`` is a second algorithm."""
    first, second = hashlib.sha256(), hashlib.new(also) if also else None
    size = 0
    with path.open("rb") as stream:
        while part := stream.read(CHUNK):
            first.update(part)
            if second:
                second.update(part)
            size += len(part)
    return FileEntry(
        name, size, first.hexdigest(), second.hexdigest() if second else None
    )


def inventory(
    folder: Path,
    also: str | None = None,
    step: Callable[[str], None] = lambda what: None,
) -> list[FileEntry]:
    """Every file below a folder, by path."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        found.append(digest_file(path, name, also))
        step(name)
    return found


def describe(selection: Selection) -> str:
    """The part of the data in words.

    >>> describe(Selection(2024, "37")), describe(Selection())
    ('reports of 2024, division codes 37…', 'all reports')
    """
    if selection.report_id:
        return f"report {selection.report_id}"
    year = f"reports of {selection.year}" if selection.year else "all reports"
    place = f", division codes {selection.adcode}…" if selection.adcode else ""
    return year + place


def part_zh(selection: Selection) -> str:
    """The same in Chinese.

    >>> part_zh(Selection(2024, "37")), part_zh(Selection())
    ('2024 年报告，区划代码 37 开头', '全部报告')
    """
    if selection.report_id:
        return f"报告 {selection.report_id}"
    year = f"{selection.year} 年报告" if selection.year else "全部报告"
    return year + (f"，区划代码 {selection.adcode} 开头" if selection.adcode else "")


def version(origin: Origin) -> str:
    """Name of a snapshot: its date and the beginning of its digest."""
    if not origin.sha256:
        return "unpublished"
    return f"{origin.day}-{origin.sha256[:12]}"


def citation(origin: Origin, selection: Selection) -> dict[str, bytes]:
    """The files ``CITATION.cff`` and ``CITATION.txt`` by name."""
    part, name = describe(selection), version(origin)
    cff: dict[str, Any] = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "message": "If you use these data, please cite them as below.",
        "title": f"{TITLE}（{part_zh(selection)}）",
        "abstract": f"{TITLE_EN}: {part}. {LICENSE_NOTE}",
        "authors": [{"name": AUTHOR}],
        "version": name,
        "license": LICENSE_ID,
        "keywords": [
            "政府信息公开",
            "open government information",
            "freedom of information",
            "China",
        ],
    }
    if origin.sha256:
        cff["date-released"] = origin.day
        cff["identifiers"] = [
            {
                "type": "other",
                "value": f"sha256:{origin.sha256}",
                "description": "SHA-256 of the published database",
            }
        ]
    proof = f" SHA-256: {origin.sha256}." if origin.sha256 else ""
    dated = f" {origin.day}." if origin.day else ""
    lines = [
        f"{AUTHOR}. {TITLE}（{part_zh(selection)}）[DS]. 版本 {name}.{dated}{proof}",
        "",
        f"{AUTHOR} ({origin.day or 'n.d.'}). {TITLE_EN} (version {name}; {part})"
        f" [Data set].{proof}",
        "",
        LICENSE_NOTE,
        f"{LICENSE_ID}: {LICENSE_URL}",
    ]
    text = yaml.safe_dump(cff, allow_unicode=True, sort_keys=False, width=88)
    return {
        "CITATION.cff": text.encode(),
        "CITATION.txt": ("\n".join(lines) + "\n").encode(),
    }


def enclosures(
    same: dict[str, Any],
    made: Made,
    files: Iterable[FileEntry],
    origin: Origin,
    selection: Selection,
) -> dict[str, bytes]:
    """Manifest and citation by name; ``files`` is what else is in the export."""
    texts = {MANIFEST: manifest(same, made, files)}
    return texts | citation(origin, selection)


def members(found: list[dict[str, Any]]) -> list[FileEntry]:
    """Members of a WACZ file as entries of a manifest."""
    return [
        FileEntry(m["path"], m["bytes"], m["hash"].removeprefix("sha256:"))
        for m in found
    ]
