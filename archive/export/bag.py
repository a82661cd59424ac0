"""BagIt 1.0 (RFC 8493), for archives and libraries that take the collection in.

::

    bagit.txt, bag-info.txt              what it is, how large, of which snapshot
    manifest-sha256.txt, -sha512.txt     digests of the payload
    tagmanifest-sha256.txt, -sha512.txt  digests of everything else
    manifest.json, CITATION.*            as with every export
    data/warc/                           WARC files: all as they stand, or one with the
                                         records that the selected reports rest on
    data/csv/                            the tables, with datapackage.json
    data/nianbao.db                      the published database, if nothing is filtered

Without a filter the bag is for preservation: the WARC files hold withheld originals
too, and ``bag-info.txt`` says so. Written here, because the packaged writer makes bags
of version 0.97 and moves the files it bags.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from archive import __version__
from archive.console import Step
from archive.export import colophon, csvfiles, wacz
from archive.export.colophon import FileEntry, Made, Origin
from archive.export.extent import Extract
from archive.export.records import Records, holders, lost_in, lost_with_files, problems
from archive.export.selection import Selection, chosen_reports
from archive.export.snapshot import Snapshot
from archive.storage import Shelf
from archive.warcscan import mapped, members

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
SELECTED = "nianbao-selection.warc.gz"


def write_payload(
    folder: Path,
    snapshot: Snapshot,
    extracts: list[Extract],
    warc: Path,
    selection: Selection,
    origin: Origin,
    *,
    step: Step = lambda what="": None,
) -> Made:
    """Fill ``data/`` of a bag in an empty ``folder``."""
    records, tables = folder / "data" / "warc", folder / "data" / "csv"
    records.mkdir(parents=True)
    tables.mkdir()
    if selection:
        captures = wacz.selected(snapshot, chosen_reports(snapshot, selection))
        damaged = wacz.write_records(
            records / SELECTED, Records(warc, holders(snapshot)), captures, step=step
        )
    else:
        damaged = _collection(records, snapshot, warc, step)
        snapshot.copy(folder / "data" / "nianbao.db")
    made = csvfiles.write(tables, extracts, origin, step=step)
    return replace(made, problems=damaged)


def _collection(
    folder: Path, snapshot: Snapshot, warc: Path, step: Step
) -> tuple[str, ...]:
    """All WARC files as they stand; returns a line for every original that is lost."""
    shelf = Shelf(warc)
    closed = shelf.closed()
    lost = lost_with_files(snapshot, warc, closed)
    for name in closed:
        with (folder / name).open("xb") as stream:
            stream.writelines(shelf.parts(name))
        with mapped(folder / name) as data:
            whole = {m.offset for m in members(data) if m.data is not None}
        lost |= lost_in(snapshot, warc, name, whole)
        step(name)
    return problems(lost)


def seal(
    folder: Path,
    origin: Origin,
    selection: Selection,
    today: date,
    *,
    withheld: int,
    step: Step = lambda what="": None,
) -> None:
    """Write the manifests and tags around what is in ``folder``."""
    payload = [
        FileEntry(f"data/{entry.path}", entry.bytes, entry.sha256, entry.sha512)
        for entry in colophon.inventory(folder / "data", "sha512", step)
    ]
    _manifests(folder, "manifest", payload)
    (folder / "bagit.txt").write_text(DECLARATION, "utf-8")
    size = sum(entry.bytes for entry in payload)
    info = {
        "Bag-Software-Agent": f"nianbao/{__version__}",
        "Bagging-Date": today.isoformat(),
        "External-Description": f"{colophon.TITLE_EN}: " + colophon.describe(selection),
        "External-Identifier": f"sha256:{origin.sha256}",
        "Bag-Size": _human(size),
        "Payload-Oxum": f"{size}.{len(payload)}",
    }
    if withheld and not selection:
        info["Access-Note"] = (
            f"{withheld} originals in data/warc are withheld from the public: see"
            " data/csv/withholdings.csv before anything is made accessible"
        )
    text = "".join(f"{name}: {value}\n" for name, value in info.items())
    (folder / "bag-info.txt").write_text(text, "utf-8")
    tags = [
        colophon.digest_file(path, path.name, "sha512")
        for path in sorted(folder.iterdir())
        if path.is_file()
    ]
    _manifests(folder, "tagmanifest", tags)


def _manifests(folder: Path, name: str, entries: Iterable[FileEntry]) -> None:
    entries = list(entries)
    for algorithm in ("sha256", "sha512"):
        lines = [
            f"{getattr(entry, algorithm)}  {_encoded(entry.path)}\n"
            for entry in entries
        ]
        (folder / f"{name}-{algorithm}.txt").write_text("".join(lines), "utf-8")


def _encoded(path: str) -> str:
    """A path as manifests write it (RFC 8493, 2.1.3).

    >>> _encoded("data/100%.txt")
    'data/100%25.txt'
    """
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _human(size: int) -> str:
    """Size in the unit a person would use.

    >>> _human(900), _human(2_345_678)
    ('900 B', '2.3 MB')
    """
    number, units = float(size), ["B", "kB", "MB", "GB", "TB"]
    while number >= 1000 and len(units) > 1:
        number, units = number / 1000, units[1:]
    return f"{number:.0f} B" if units[0] == "B" else f"{number:.1f} {units[0]}"
