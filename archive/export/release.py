"""The yearly bulk release: every format of a snapshot in one folder to put on a server.

::

    README.md          what is here and how to open it
    csv/, parquet/     the tables, each folder complete in itself
    originals.zip      the documents, with manifest.csv
    nianbao.wacz       the captures they rest on, for replay
    nianbao.db         the database, unless something is filtered
    SHA256SUMS         for `sha256sum -c`
    manifest.json, CITATION.*

Nothing that is withheld is in it, neither in the ZIP nor in the WACZ.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from archive.clock import Clock, utc_now
from archive.console import Step
from archive.export import colophon, csvfiles, originals, parquet, wacz
from archive.export.colophon import FileEntry, Made, Origin
from archive.export.extent import Extract, left_out
from archive.export.selection import Selection
from archive.export.snapshot import Snapshot

README = """# {title}

{title_en}: {part}. Version {version}.

| file | what |
|---|---|
| `csv/` | one UTF-8 CSV file per table; `datapackage.json` describes the columns |
| `parquet/` | the same tables, partitioned by `report_year` |
| `originals.zip` | {originals} documents as captured, named in its `manifest.csv` |
| `nianbao.wacz` | {records} captures for replay, e.g. at replayweb.page or with pywb |
{database}| `csv/dictionary.csv` | every column with labels in two languages and unit |
| `SHA256SUMS` | digests of all files: `sha256sum -c SHA256SUMS` |

{reports} reports, {cells} cells.

    duckdb -c "SELECT report_year, sum(value) FROM read_parquet(
      'parquet/cells/*/*.parquet', hive_partitioning = true)
      WHERE row_code = 'new_received' AND col_code = 'total' GROUP BY 1 ORDER BY 1"

    import pandas as pd
    cells = pd.read_parquet("parquet/cells")

A blank is not a zero: `cells.state` tells number, zero, blank, dash, text and missing
apart, and only the first two have a `value`. A failed check says that figures do not
add up, not which of them is mistaken. Forms changed in 2021; `crosswalk` and `series`
say what compares.

How to cite: `CITATION.txt`, `CITATION.cff`. {license}
"""
DATABASE = "| `nianbao.db` | the SQLite database behind the site |\n"


def fill(
    folder: Path,
    snapshot: Snapshot,
    extracts: list[Extract],
    warc: Path,
    selection: Selection,
    origin: Origin,
    *,
    step: Step = lambda what="": None,
    clock: Clock = utc_now,
) -> Made:
    """Write everything but the enclosures of the release into an empty folder."""
    parts = {"csv": csvfiles.write, "parquet": parquet.write}
    tables = Made()
    for name, write in parts.items():
        part = folder / name
        part.mkdir()
        tables = write(part, extracts, origin, step=step)
        tables = Made(tables.rows, left_out(selection))
        same = colophon.identity(name, origin, selection, {})
        files = colophon.inventory(part)
        texts = colophon.enclosures(same, tables, files, origin, selection)
        for file, content in texts.items():
            (part / file).write_bytes(content)

    def around(kind: str, made: Made, files: list[FileEntry]) -> dict[str, bytes]:
        same = colophon.identity(kind, origin, selection, {})
        return colophon.enclosures(same, made, files, origin, selection)

    documents = originals.into_zip(
        folder / "originals.zip",
        snapshot,
        warc,
        selection,
        enclose=lambda made, files: around("originals", made, files),
        step=step,
    )
    replay = wacz.fill(
        folder / "nianbao.wacz",
        warc,
        snapshot,
        selection,
        whole=False,  # whole files hold what is withheld
        enclose=lambda package: around(
            "wacz", package.made, colophon.members(package.members)
        ),
        step=step,
        clock=clock,
    )
    if not selection:
        snapshot.copy(folder / "nianbao.db")
    text = README.format(
        title=colophon.TITLE,
        title_en=colophon.TITLE_EN,
        part=colophon.describe(selection),
        version=colophon.version(origin),
        originals=documents.rows["originals"],
        records=replay.records,
        database="" if selection else DATABASE,
        reports=tables.rows["reports"],
        cells=tables.rows["cells"],
        license=colophon.LICENSE_NOTE,
    )
    (folder / "README.md").write_text(text, "utf-8")
    counts = tables.rows | {
        "originals": documents.rows["originals"],
        "replay_records": replay.records,
    }
    damaged = (*documents.problems, *replay.problems)
    return Made(counts, left_out(selection), damaged)


def sums(folder: Path, files: Iterable[FileEntry]) -> None:
    """Write ``SHA256SUMS`` over ``files`` and what was enclosed."""
    known = {entry.path: entry for entry in files}
    for path in folder.iterdir():
        if path.is_file() and path.name not in known:
            known[path.name] = colophon.digest_file(path, path.name)
    lines = [f"{known[name].sha256}  {name}\n" for name in sorted(known)]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")
