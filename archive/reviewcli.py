"""Commands for the decisions of people on findings: ``review list``, ``decide``."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict

import click

from archive import console
from archive.codes import DECISIONS
from archive.console import Outcome, data_option, reporting
from archive.datadir import DataDir
from archive.errors import UsageError


@click.group()
def review() -> None:
    """Decide on findings: what the original says, and whose error it is."""


@review.command("list")
@data_option
@click.option("--open", "state", flag_value="open", help="Nobody has decided yet.")
@click.option("--decided", "state", flag_value="decided", help="Somebody has.")
@click.option(
    "--obsolete", "state", flag_value="obsolete", help="The finding occurs no more."
)
@click.option("--rule", "rule_id", metavar="RULE", help="Findings of one rule only.")
@reporting
def list_findings(data: DataDir, state: str | None, rule_id: str | None) -> Outcome:
    """List findings with their decisions, by report and rule.

    Without a choice all of them: open, decided and obsolete.
    """
    from archive import reviews
    from archive.catalog import Catalog

    _require(data)
    with Catalog(data.catalog) as catalog:
        found = reviews.listing(catalog, state, rule_id)
    counts = Counter(one.state for one in found)
    shown = [state] if state else reviews.STATES
    return Outcome(
        ", ".join(f"{counts[name]} {name}" for name in shown),
        {"findings": [asdict(one) for one in found]},
        details=tuple(map(str, found)),
    )


@review.command()
@data_option
@click.argument("fingerprint")
@click.option(
    "--decision", type=click.Choice(DECISIONS), required=True, help="What is so."
)
@click.option("--note", help="Why; published beside the finding.")
@click.option(
    "--reviewer",
    default=lambda: os.environ.get("NIANBAO_REVIEWER"),
    show_default="$NIANBAO_REVIEWER",
    help="Who decided; published.",
)
@reporting
def decide(
    data: DataDir,
    fingerprint: str,
    decision: str,
    note: str | None,
    reviewer: str | None,
) -> Outcome:
    """Decide on the finding with this FINGERPRINT (or its first characters).

    \b
    confirmed  it is so in the original: the report contradicts itself
    misread    the original says something else: our reading is wrong
    explained  right as it stands; the note says why
    ignored    of no importance
    reopened   an earlier decision is taken back
    """
    from archive import ledger, reviews
    from archive.catalog import Catalog
    from archive.warcrepair import recover

    _require(data)
    if not (reviewer or "").strip():
        raise UsageError("say who decides: --reviewer, or $NIANBAO_REVIEWER")
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
                run_id = catalog.start_run("review")
                done = reviews.decide(
                    catalog, fingerprint, decision, note=note, reviewer=reviewer
                )
                catalog.finish_run(run_id, "complete", {"decided": done.fingerprint})
    return Outcome(str(done), asdict(done))


def _require(data: DataDir) -> None:
    if not data.catalog.exists():
        raise UsageError(f"there is no archive in {data.root}")
