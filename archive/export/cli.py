"""The commands ``nianbao export …``; what they do is in :mod:`archive.export.jobs`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archive.console import Outcome, data_option, reporting
from archive.datadir import DataDir
from archive.errors import UsageError


@click.group()
def export() -> None:
    """Bulk files for use elsewhere.

    DEST is made as a whole or not at all. The same export, whole, is left as it is;
    with --force it is made anew, and replaces another one.
    """


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What all exports take."""
    for option in (
        click.option("--force", is_flag=True, help="Replace an export that is there."),
        click.option(
            "--adcode", default="", help="Reports of divisions that begin so."
        ),
        click.option("--year", type=int, help="Reports of this year only."),
        click.argument("dest", type=click.Path(path_type=Path)),
        data_option,
    ):
        command = option(command)
    return command


@export.command("csv")
@_options
@click.option("--bom", is_flag=True, help="For spreadsheets: byte order mark.")
@reporting
def export_csv(
    data: DataDir, dest: Path, year: int | None, adcode: str, force: bool, bom: bool
) -> Outcome:
    """Write the tables as CSV files with a datapackage.json."""
    from archive.export import Selection, jobs

    return jobs.csv(data, dest, Selection(year, adcode), force, bom=bom)


@export.command("parquet")
@_options
@reporting
def export_parquet(
    data: DataDir, dest: Path, year: int | None, adcode: str, force: bool
) -> Outcome:
    """Write the tables as Parquet, partitioned by year."""
    from archive.export import Selection, jobs

    return jobs.parquet(data, dest, Selection(year, adcode), force)


@export.command("originals")
@_options
@reporting
def export_originals(
    data: DataDir, dest: Path, year: int | None, adcode: str, force: bool
) -> Outcome:
    """Write the documents as captured: a ZIP if DEST ends in .zip, else a folder."""
    from archive.export import Selection, jobs

    return jobs.originals(data, dest, Selection(year, adcode), force)


@export.command("wacz")
@_options
@click.option("--report", "report_id", help="One report only.")
@reporting
def export_wacz(
    data: DataDir,
    dest: Path,
    year: int | None,
    adcode: str,
    force: bool,
    report_id: str | None,
) -> Outcome:
    """Write captures as a WACZ file for replay in a browser.

    Without a filter it holds the whole collection, with one the documents of the
    reports that pass. Made of the catalogue, also before anything is published.
    """
    from archive.export import Selection, jobs

    _require_archive(data)
    return jobs.wacz(data, dest, Selection(year, adcode, report_id), force)


@export.command("bagit")
@_options
@reporting
def export_bagit(
    data: DataDir, dest: Path, year: int | None, adcode: str, force: bool
) -> Outcome:
    """Write a BagIt bag: WARC files, tables and database, for long keeping.

    Without a filter the WARC files are those of the collection as they stand, with
    the originals that are withheld.
    """
    from archive.export import Selection, jobs

    return jobs.bagit(data, dest, Selection(year, adcode), force)


@export.command("release")
@_options
@reporting
def export_release(
    data: DataDir, dest: Path, year: int | None, adcode: str, force: bool
) -> Outcome:
    """Write the bulk release: CSV, Parquet, originals, WACZ and database in a folder.

    Nothing that is withheld is in it.
    """
    from archive.export import Selection, jobs

    return jobs.release(data, dest, Selection(year, adcode), force)


@export.command("cdxj")
@data_option
@click.argument("dest", type=click.Path(path_type=Path))
@reporting
def export_cdxj(data: DataDir, dest: Path) -> Outcome:
    """Write a CDXJ index of warc/, with which pywb replays it as it stands."""
    from archive.cdxj import write_index

    _require_archive(data)
    with data.kept_still():
        lines = write_index(data.warc, dest)
    return Outcome(f"{dest}: {lines} lines", {"path": str(dest), "lines": lines})


def _require_archive(data: DataDir) -> None:
    if not data.catalog.exists():
        raise UsageError(f"there is no archive in {data.root}")
