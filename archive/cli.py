"""Commands of this layer: serve, status, fixity, reindex, export, review."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from archive.console import PORT, Outcome, data_option, note, progress, reporting
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, UsageError
from archive.export.cli import export
from archive.reviewcli import review
from archive.statuscli import status
from archive.withholdcli import withhold


@click.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=PORT, default=8001, show_default=True)
@click.option(
    "--base-url", default="/", show_default=True, help="Path the site stands under."
)
@click.option(
    "--trusted-proxies",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Proxies of your own before it, whose X-Forwarded-For is believed.",
)
def serve(
    data: DataDir, host: str, port: int, base_url: str, trusted_proxies: int
) -> None:
    """Serve the published snapshot with Datasette, also the next one."""
    from archive.serve import Public
    from archive.serve import serve as serve_site
    from archive.storage import Shelf

    _ = Shelf(data.warc).remote  # a setting that cannot be meant is told at once
    public = Public(base_url=base_url, trusted_proxies=trusted_proxies)
    serve_site(data, host, port, public=public)


#: Rows of what is missing that are shown on a terminal.
MISSING_SHOWN = 40


@click.command()
@data_option
@click.option("--year", type=int, help="Reports of this year only.")
@click.option("--adcode", default="", help="Authorities of divisions that begin so.")
@reporting
def coverage(data: DataDir, year: int | None, adcode: str) -> Outcome:
    """Show which reports are here, late, missing, unreadable or blocked, by year."""
    from archive.catalog import Catalog
    from archive.clock import china_date, utc_now
    from archive.coverage import judge, read, summary

    require_archive(data)
    with Catalog(data.catalog) as catalog:
        facts = read(catalog.db.conn)
    today = china_date(utc_now())
    every = judge(facts, today)
    entries = summary.chosen(every, facts.authorities, year, adcode)
    found = summary.years(entries)
    lost = summary.absent(entries, facts.authorities)
    untried = sum(portal.state == "untried" for portal in facts.portals.values())
    shown = [
        f"{row['report_year']}  {row['state']:<10}  {row['agency']}: {row['note']}"
        for row in lost[:MISSING_SHOWN]
    ]
    if len(lost) > MISSING_SHOWN:
        shown.append(f"… and {len(lost) - MISSING_SHOWN} more: --json names them all")
    if untried:
        shown.append(f"{untried} portals were never tried: nothing is expected there")
    here, due = sum(y.here for y in found), sum(y.due for y in found)
    return Outcome(
        f"{here} of {due} expected reports are here, of"
        f" {len({e.agency_id for e in entries})} authorities, as of {today}",
        {
            "today": today.isoformat(),
            "years": [y.figures() for y in found],
            "absent": lost,
            "portals_untried": untried,
        },
        details=(*summary.lines(found), *shown) if entries else (),
    )


def require_archive(data: DataDir) -> None:
    """Raise UsageError when there is no catalogue."""
    if not data.catalog.exists():
        raise UsageError(f"there is no archive in {data.root}")


def close_left_open(data: DataDir) -> None:
    """Close the WARC files that a killed run left open, and say so."""
    from archive.warcrepair import recover

    for repair in recover(data.warc):
        note(f"repaired {repair.file}: {repair.kept} bytes kept, {repair.cut} cut")


@click.command()
@data_option
@click.option(
    "--sample", type=click.IntRange(min=1), help="Only this many random captures."
)
@reporting
def fixity(data: DataDir, sample: int | None) -> Outcome:
    """Read every stored record again and compare it with its digests."""
    from archive.catalog import Catalog
    from archive.fixity import require_readable, verify

    require_archive(data)
    data.prepare()
    with data.lock():
        close_left_open(data)
        require_readable(data.catalog)
        with Catalog(data.catalog) as catalog, progress("verifying") as step:
            run_id = catalog.start_run("fixity")
            found = verify(catalog, data.warc, run_id, sample=sample, step=step)
            figures: dict[str, Any] = {
                "files": len(found.files),
                "records": found.records,
                "damaged": len(found.damages),
                "missing_files": list(found.missing),
                "extra_files": list(found.extra),
                "unlisted_captures": sum(check.unlisted for check in found.files),
                "registered": found.registered,
            }
            outcome = ArchiveDamaged.__name__ if found.damages else "complete"
            catalog.finish_run(run_id, outcome, figures)
    for name in found.extra:
        note(f"not accounted for: {name} (`nianbao reindex` takes in what it holds)")
    return Outcome(
        f"{found.records} records in {len(found.files)} files verified, "
        f"{len(found.damages)} damaged",
        figures | {"damages": [asdict(damage) for damage in found.damages]},
        tuple(map(str, found.damages)),
        ArchiveDamaged.exit_code if found.damages else 0,
    )


@click.command()
@data_option
@reporting
def reindex(data: DataDir) -> Outcome:
    """Make the catalogue again from the WARC files alone."""
    from archive.reindex import rebuild, summary
    from archive.storage import Shelf

    if not any(".warc.gz" in name for name in Shelf(data.warc).names()):
        raise UsageError(f"there are no WARC files in {data.warc}")
    data.prepare()
    with data.lock():
        close_left_open(data)
        with progress("reading files") as step:
            result = rebuild(data, step=step)
    return Outcome(summary(result), asdict(result), tuple(result.problems))


commands = (serve, status, coverage, fixity, reindex, export, review, withhold)
