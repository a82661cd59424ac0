"""The documents as captured: each content once, in folders by year and report.

Bytes are read out of their WARC records and verified. One that is withheld or cannot
be read has no file, and its line of ``manifest.csv`` says why. Names come from the
titles of the reports, without what file systems trip over; the ZIP marks them as UTF-8.
"""

from __future__ import annotations

import hashlib
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from archive.console import Step
from archive.errors import ArchiveDamaged
from archive.export.colophon import FileEntry, Made
from archive.export.selection import Selection, chosen_reports
from archive.export.snapshot import Snapshot
from archive.site import bundles
from archive.site.originals import UNSAFE_IN_NAMES, Holding, find, load_payload

MANIFEST = bundles.MANIFEST
#: Bytes of a name; file systems allow 255, and some tools add to them.
LONGEST = 180
#: Names that Windows gives to devices.
DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)
}


class Put(Protocol):
    """Stores a file under a relative path; ``captured_at`` is ISO, or None."""

    def __call__(self, path: str, content: bytes, captured_at: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class _Written:
    file: str
    status: str


def into_folder(
    folder: Path,
    snapshot: Snapshot,
    warc: Path,
    selection: Selection,
    *,
    step: Step = lambda what="": None,
) -> Made:
    """Write the originals of the selected reports and their manifest."""

    def put(path: str, content: bytes, captured_at: str | None) -> None:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            stream.write(content)

    return _write(put, snapshot, warc, selection, step)


def into_zip(
    dest: Path,
    snapshot: Snapshot,
    warc: Path,
    selection: Selection,
    *,
    enclose: Callable[[Made, list[FileEntry]], dict[str, bytes]],
    step: Step = lambda what="": None,
) -> Made:
    """The same as one ZIP file; ``enclose`` gives the files that go with it."""
    entries: list[FileEntry] = []
    with zipfile.ZipFile(dest, "x") as archive:

        def put(path: str, content: bytes, captured_at: str | None) -> None:
            # archived pages shrink to a quarter; most other forms are packed already
            packed = path.endswith((".docx", ".xlsx", ".zip", ".ofd", ".jpg", ".png"))
            level = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(_info(path, captured_at, level), content)
            digest = hashlib.sha256(content).hexdigest()
            entries.append(FileEntry(path, len(content), digest))

        made = _write(put, snapshot, warc, selection, step)
        for name, content in enclose(made, entries).items():
            archive.writestr(_info(name, snapshot.published_at), content)
    return made


def _info(
    path: str, moment: str | None, level: int = zipfile.ZIP_DEFLATED
) -> zipfile.ZipInfo:
    """A member dated by its capture: the same snapshot gives the same bytes."""
    date = bundles.EPOCH
    if moment and moment >= "1980":
        date = datetime.fromisoformat(moment).timetuple()[:6]
    info = zipfile.ZipInfo(path, date)
    info.compress_type = level
    info.external_attr = 0o644 << 16
    return info


def _write(
    put: Put, snapshot: Snapshot, warc: Path, selection: Selection, step: Step
) -> Made:
    written: dict[str, _Written] = {}
    taken: set[str] = set()
    lines, problems = [], []
    for line in _lines(snapshot, selection):
        sha256 = line["sha256"]
        if sha256 not in written:
            written[sha256] = done = _one(put, snapshot, warc, line, taken)
            if not done.file and not done.status.startswith("withheld"):
                problems.append(f"{line['report_id']}: {sha256} {done.status}")
            step(line["report_id"])
        done = written[sha256]
        lines.append({**line, "file": done.file, "status": done.status})
    put(MANIFEST, bundles.manifest(lines), snapshot.published_at)
    files = sum(bool(done.file) for done in written.values())
    counts = {"originals": files, "addresses": len(lines)}
    counts["withheld"] = sum(w.status.startswith("withheld") for w in written.values())
    return Made(counts, problems=tuple(problems))


def _one(
    put: Put, snapshot: Snapshot, warc: Path, line: dict[str, Any], taken: set[str]
) -> _Written:
    holding = find(snapshot.connection, line["sha256"])
    if holding is None:
        return _Written("", "not held")
    if holding.withheld:
        day = holding.withheld["decided_at"][:10]
        return _Written("", f"withheld {day}: {holding.withheld['reason']}")
    try:
        payload = load_payload(warc, holding)
    except ArchiveDamaged as error:
        return _Written("", f"damaged: {error}")
    path = _free(line, holding, taken)
    put(path, payload, line["captured_at"])
    return _Written(path, "ok")


def _lines(snapshot: Snapshot, selection: Selection) -> Iterator[dict[str, Any]]:
    """One line for every address at which an original of a report was found."""
    for report in chosen_reports(snapshot, selection):
        yield from snapshot.rows(
            "SELECT l.sha256, l.url, l.report_id, a.name AS agency, r.report_year,"
            " l.version_no, l.role, d.media_type, d.bytes,"
            " (SELECT min(captured_at) FROM captures c"
            "  WHERE c.sha256 = l.sha256 AND c.url = l.url) AS captured_at"
            " FROM report_documents l JOIN reports r USING (report_id)"
            " JOIN agencies a USING (agency_id) JOIN documents d ON d.sha256 = l.sha256"
            " WHERE l.report_id = ?"
            " ORDER BY l.version_no, l.role <> 'main', l.url, l.sha256",
            [report["report_id"]],
        )


def size(snapshot: Snapshot, selection: Selection) -> tuple[int, int]:
    """Number and bytes of the originals of the selected reports."""
    sizes = {
        row["sha256"]: row["bytes"]
        for report in chosen_reports(snapshot, selection)
        for row in snapshot.rows(
            "SELECT sha256, d.bytes FROM report_documents JOIN documents d"
            " USING (sha256) WHERE report_id = ?",
            [report["report_id"]],
        )
    }
    return len(sizes), sum(sizes.values())


def _free(line: dict[str, Any], holding: Holding, taken: set[str]) -> str:
    """A path that no other original has, also where case does not count."""
    folder = f"{line['report_year']}/{safe_name(line['report_id'])}"
    stem, _, ending = holding.name.rpartition(".")
    stem = safe_name(stem)
    for number in range(1, len(taken) + 2):
        mark = f" ({number})" if number > 1 else ""
        path = f"{folder}/{stem}{mark}.{ending}"
        if path.casefold() not in taken:
            taken.add(path.casefold())
            return path
    raise AssertionError("more names tried than there are")


def safe_name(text: str) -> str:
    """A name for files on any system: composed, without separators, not too long.

    >>> safe_name("甲州市/2024年：报告?. "), safe_name("CON"), safe_name(" .. ")
    ('甲州市 2024年：报告', '_CON', 'unnamed')
    """
    text = unicodedata.normalize("NFC", text)
    text = UNSAFE_IN_NAMES.sub(" ", text).strip(" .")
    text = text.encode("utf-8", "replace")[:LONGEST].decode("utf-8", "ignore")
    text = text.strip(" .") or "unnamed"
    return f"_{text}" if text.partition(".")[0].casefold() in DEVICES else text
