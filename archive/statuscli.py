"""The command ``status``: last runs, the portals' health, and what needs a person."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from archive import console
from archive.clock import china_date, utc_now
from archive.console import Outcome, data_option, reporting
from archive.datadir import DataDir
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.alarms import Alarm
    from archive.catalog import Catalog
    from archive.due import Agenda

RUNS_SHOWN = 10
#: Acknowledged alarms that are shown on a terminal.
KNOWN_SHOWN = 20
#: Open alarms that are shown on a terminal.
OPEN_SHOWN = 100


@click.command()
@data_option
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--ack", is_flag=True, help="Take note of the alarms named: they alarm no more."
)
@click.option("--all", "every", is_flag=True, help="With --ack: of all open ones.")
@click.option("--note", help="With --ack: why, for those who ask later; published.")
@click.option(
    "--by",
    default=lambda: os.environ.get("NIANBAO_REVIEWER"),
    show_default="$NIANBAO_REVIEWER",
    help="With --ack: who takes note; not published.",
)
@reporting
def status(
    data: DataDir,
    ids: tuple[str, ...],
    ack: bool,
    every: bool,
    note: str | None,
    by: str | None,
) -> Outcome:
    """Show the last runs, the portals' health and what needs a person.

    Exit code 1 while there is an alarm that nobody has acknowledged. --ack ID… or
    --ack --all acknowledges: an ID stands in brackets behind its alarm.
    """
    from archive.catalog import Catalog
    from archive.due import agenda

    if not data.catalog.exists():
        raise UsageError(f"there is no archive in {data.root}")
    if not ack and (ids or every):
        raise UsageError("to acknowledge alarms say `--ack ID…` or `--ack --all`")
    if ack:
        if bool(ids) == every:
            raise UsageError("say which alarms: `--ack ID…` or `--ack --all`")
        return _acknowledge(data, None if every else ids, by, note)
    with Catalog(data.catalog) as catalog:
        found = catalog.status()
        due = agenda(catalog, utc_now())
        now = standing(catalog)
    waiting = [one for one in now if one.state == "open"]
    known = [one for one in now if one.state == "acknowledged"]
    return Outcome(
        _summary(found["counts"], waiting, known),
        found | {"due": asdict(due), "alarms": [_plain(one) for one in now]},
        tuple(_shown(waiting)),
        details=tuple(_details(found, due, known)),
    )


def standing(catalog: Catalog) -> list[Alarm]:
    """Alarms as they stand now, also of what no update has looked at yet.

    What the catalogue shows counts; of what it does not show, the last run's word.
    Nothing is written.
    """
    from archive import alarms, troubles

    at = catalog.now()
    known = {one.alarm_id: one for one in alarms.lasting(catalog)}
    found = []
    for trouble in troubles.find(catalog, china_date(utc_now())):
        one = known.get(trouble.alarm_id) or alarms.as_alarm(trouble, at, None)
        found.append(replace(one, message=trouble.message))
    found += [one for one in known.values() if one.kind not in troubles.KINDS]
    return sorted(found, key=lambda one: (one.kind, one.subject))


def _acknowledge(
    data: DataDir, ids: Sequence[str] | None, by: str | None, note: str | None
) -> Outcome:
    from archive import alarmfeed, alarms, ledger, troubles
    from archive.catalog import Catalog
    from archive.warcrepair import recover

    data.prepare()
    with data.lock():
        for repair in recover(data.warc):
            console.note(f"repaired {repair.file}: {repair.kept} bytes kept")
        with Catalog(data.catalog) as catalog:
            catalog.close_killed_runs()
            ledger.keep(catalog, data.warc)
            # One transaction: what is acknowledged is in the ledger, too, and what is
            # refused leaves no run behind.
            with catalog.atomic():
                run_id = catalog.start_run("acknowledge")
                alarms.settle(
                    catalog,
                    troubles.find(catalog, china_date(utc_now())),
                    run_id=run_id,
                    judged=lambda kind, subject: kind in troubles.KINDS,
                )
                done = alarms.acknowledge(catalog, ids, by=by, note=note)
                named = [one.alarm_id for one in done]
                catalog.finish_run(run_id, "complete", {"acknowledged": named})
            left = [o for o in alarms.lasting(catalog) if o.state == "open"]
            alarmfeed.write(data.alarms, alarms.listing(catalog))
    return Outcome(
        f"{len(done)} acknowledged, {len(left)} open",
        {"acknowledged": [_plain(one) for one in done], "open": len(left)},
        details=tuple(map(str, done)),
    )


def _plain(alarm: Alarm) -> dict[str, Any]:
    return asdict(alarm) | {"state": alarm.state}


def _summary(
    counts: dict[str, int], waiting: Sequence[Alarm], known: Sequence[Alarm]
) -> str:
    text = ", ".join(f"{number} {name}" for name, number in counts.items())
    return f"{text}; {len(waiting)} alarms open, {len(known)} acknowledged"


def _shown(waiting: Sequence[Alarm]) -> list[str]:
    lines = [str(one) for one in waiting[:OPEN_SHOWN]]
    if len(waiting) > OPEN_SHOWN:
        lines.append(f"… and {len(waiting) - OPEN_SHOWN} more: --json names them all")
    return lines


def _details(found: dict[str, Any], due: Agenda, known: Sequence[Alarm]) -> list[str]:
    lines = [
        f"{run['started_at'][:19]}Z  {run['command']:<12} "
        f"{run['outcome'] or 'unfinished'}"
        for run in found["runs"][:RUNS_SHOWN]
    ]
    states = Counter(source["state"] for source in found["sources"])
    if states:
        named = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
        then = f", then from {due.next_due[:16]}Z" if due.next_due else ""
        lines.append(f"portals: {named}; {due.portals} have something due{then}")
    lines += [f"known: {one}" for one in known[:KNOWN_SHOWN]]
    if len(known) > KNOWN_SHOWN:
        lines.append(f"… and {len(known) - KNOWN_SHOWN} more that are known")
    return lines
