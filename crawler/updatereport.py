"""What an update tells of itself: its alarms, its last line, and the hook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from archive import alarmfeed, alarms, hook, troubles
from archive.alarms import Alarm, Settled, Trouble
from archive.catalog import Catalog
from archive.clock import china_date, utc_now
from archive.console import Outcome, note
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, NianbaoError
from archive.phrases import phrase
from crawler.health import SourceCounts
from crawler.updatesteps import Options, Report

#: Alarms that are shown; the feed and `status --json` have more.
SHOWN = 100
#: Kinds of trouble that a run tells of a portal, beside what the catalogue shows.
OF_RUN = ("clone", "missing")


def settle(catalog: Catalog, report: Report, run_id: str) -> Settled:
    """Compare what is the matter now with what was known."""
    if report.standing is None:  # publication and hook change nothing of it
        report.standing = troubles.find(catalog, china_date(utc_now()))
    found = [
        *report.standing,
        *run_troubles(report.counts),
        *(
            Trouble.of("step", name, phrase("trouble.step", step=name, reason=why))
            for name, why in report.failed.items()
        ),
        *(
            Trouble.of("unchecked", line, phrase("trouble.unchecked", line=line))
            for line in report.verify
        ),
    ]
    return alarms.settle(catalog, found, run_id=run_id, judged=partial(_judged, report))


def _judged(report: Report, kind: str, subject: str) -> bool:
    """Whether this run looked at what an alarm is about."""
    if kind in OF_RUN:
        counts = report.counts.get(subject)
        return counts is not None and counts.walked > 0
    if kind == "step":
        return subject in report.done
    if kind == "unchecked":
        return "check" in report.done and "check" not in report.failed
    return kind in troubles.KINDS


def run_troubles(counts: Mapping[str, SourceCounts]) -> Iterator[Trouble]:
    """What only the run itself can tell of the portals."""
    for name, one in counts.items():
        if one.clone:
            said = phrase("trouble.clone", portal=name, reason=one.clone)
            yield Trouble.of("clone", name, said)
        if one.frozen:
            said = phrase("trouble.missing", portal=name, n=one.frozen)
            yield Trouble.of("missing", name, said)


def merged(first: Settled, then: Settled) -> Settled:
    """What two settlements of one run made of the alarms."""
    ids = {one.alarm_id for one in then.raised}
    raised = tuple(one for one in first.raised if one.alarm_id not in ids)
    return Settled(raised + then.raised, first.resolved + then.resolved, then.lasting)


def outcome(report: Report, settled: Settled) -> str:
    """How the run ended, as it stands in ``runs``."""
    return "attention" if settled.open or report.failed else "complete"


def write_feed(data: DataDir, catalog: Catalog) -> None:
    """Write the feed of alarms beside the published database."""
    alarmfeed.write(data.alarms, alarms.listing(catalog))


# -------------------------------------------------------------------------- the report


def told(report: Report, settled: Settled, run_id: str) -> Outcome:
    """The last line, the figures and the alarms that nobody has acknowledged."""
    new = {one.alarm_id for one in settled.raised}
    waiting = sorted(settled.open, key=lambda one: one.alarm_id not in new)
    lines = [f"{'new: ' if o.alarm_id in new else ''}{o}" for o in waiting[:SHOWN]]
    if len(waiting) > SHOWN:
        lines.append(f"… and {len(waiting) - SHOWN} more (`nianbao status --json`)")
    known = len(settled.lasting) - len(waiting)
    if settled.lasting or settled.resolved:
        counted = f"alarms: {len(new)} new, {len(waiting)} open, {known} acknowledged"
        over = len(settled.resolved)
        report.said.append(counted + (f", {over} over" if over else ""))
    return Outcome(
        "; ".join(report.said),
        report.figures
        | {
            "run_id": run_id,
            "failed": report.failed,
            "alarms": {
                "new": [_plain(one) for one in settled.raised],
                "open": [_plain(one) for one in waiting],
                "over": [_plain(one) for one in settled.resolved],
                "acknowledged": known,
            },
        },
        tuple(lines),
        ArchiveDamaged.exit_code if report.damaged else 0,
    )


def _plain(alarm: Alarm) -> dict[str, Any]:
    return {
        name: getattr(alarm, name)
        for name in ("alarm_id", "kind", "subject", "message", "raised_at", "state")
    }


def call_hook(
    data: DataDir, options: Options, run_id: str, settled: Settled, report: Report
) -> str | None:
    """Tell the hook of new alarms; why it failed, or None."""
    summary = "; ".join(report.said)
    lines = [f"{len(settled.raised)} new alarms of the archive in {data.root}", ""]
    lines += [f"- {one}" for one in settled.raised[:SHOWN]]
    if len(settled.raised) > SHOWN:
        lines.append(f"… and {len(settled.raised) - SHOWN} more")
    lines += ["", summary, "", "Acknowledge with: nianbao status --ack ID…", ""]
    variables = {
        "NIANBAO_DATA": str(data.root),
        "NIANBAO_RUN_ID": run_id,
        "NIANBAO_OUTCOME": outcome(report, settled),
        "NIANBAO_ALARMS_NEW": str(len(settled.raised)),
        "NIANBAO_ALARMS_OPEN": str(len(settled.open)),
        "NIANBAO_SUMMARY": summary,
    }
    return hook.call(list(options.hook), "\n".join(lines), variables)


def tell_failure(data: DataDir, options: Options, error: NianbaoError) -> None:
    """Tell the hook of a run that broke off; nobody else can be told any more."""
    if not options.hook:
        return
    variables = {
        "NIANBAO_DATA": str(data.root),
        "NIANBAO_OUTCOME": type(error).__name__,
        "NIANBAO_SUMMARY": str(error),
    }
    text = f"The update of the archive in {data.root} broke off:\n\n{error}\n"
    if why := hook.call(list(options.hook), text, variables):
        note(f"the hook failed: {why}")
