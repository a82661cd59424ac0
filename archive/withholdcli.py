"""The command ``withhold``: take an original off the site, or put it back."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from archive import console
from archive.console import Outcome, data_option, reporting
from archive.datadir import DataDir
from archive.errors import UsageError


@click.command()
@data_option
@click.argument("sha256", required=False)
@click.option("--reason", default="", help="Why; published in the place of the file.")
@click.option("--lift", is_flag=True, help="Hand it out again.")
@click.option(
    "--by",
    "decided_by",
    default=lambda: os.environ.get("NIANBAO_REVIEWER"),
    show_default="$NIANBAO_REVIEWER",
    help="Who decided; not published.",
)
@reporting
def withhold(
    data: DataDir, sha256: str | None, reason: str, lift: bool, decided_by: str | None
) -> Outcome:
    """Hand out the original with this SHA256 no more, from the next publication on.

    Its place on the site then shows the date and the reason. The WARC files keep it,
    and what was read from it stays published. Without a SHA256: list the decisions.
    """
    from archive import ledger, withholding
    from archive.catalog import Catalog
    from archive.warcrepair import recover

    if not data.catalog.exists():
        raise UsageError(f"there is no archive in {data.root}")
    if sha256 is None:
        with Catalog(data.catalog) as catalog:
            found = withholding.listing(catalog)
            count = len(withholding.withheld(catalog))
        return Outcome(
            f"{count} withheld, {len(found) - count} lifted",
            {"withholdings": [asdict(one) for one in found]},
            details=tuple(map(str, found)),
        )
    data.prepare()
    with data.lock():
        for repair in recover(data.warc):
            console.note(f"repaired {repair.file}: {repair.kept} bytes kept")
        with Catalog(data.catalog) as catalog:
            catalog.close_killed_runs()
            ledger.keep(catalog, data.warc)
            # One transaction: a decision that is stored is in the ledger, too, and one
            # that is refused leaves no run behind.
            with catalog.atomic():
                run_id = catalog.start_run("withhold")
                done = withholding.decide(
                    catalog, sha256, reason, lift=lift, decided_by=decided_by
                )
                catalog.finish_run(run_id, "complete", {done.decision: done.sha256})
    return Outcome(f"{done} (`nianbao publish` puts it into effect)", asdict(done))
