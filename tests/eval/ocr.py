"""How well scans are read: cells right before and after repair, flagged, seconds.

Run by ``python -m tests.eval.ocr`` where the extra ``[ocr]`` is installed. The scans
are made at 200 dpi of reports typeset by the tests, worn as an office scanner does; the
floors of ``ocr_floors.json`` only rise.

A cell counts as right when value and state are those printed. A wrong one is flagged
when it is no number (nobody takes it for one) or stands in a sum that is reported.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.records import Cell, Extraction, PageContext
from pipelines import numbers, stages
from tests.pipelines import scan_maker
from tests.pipelines.printed_form import Key
from tests.pipelines.scan_maker import Wear, as_pdf, as_picture, figures, pages

FLOORS = Path(__file__).with_name("ocr_floors.json")
CONTEXT = PageContext(url="file:///scan", captured_at="2026-01-31T08:00:00.000000Z")


@dataclass(frozen=True, slots=True)
class Case:
    """One scan and what is printed in its cells."""

    name: str
    data: bytes
    printed: Mapping[Key, str]
    pages: int


@dataclass(frozen=True, slots=True)
class Score:
    """Cells of one scan, and what reading it took."""

    name: str
    cells: int
    before: int  # right before repair
    after: int
    flagged: int  # wrong, and said to be doubtful
    silent: tuple[Key, ...]  # wrong, and not said to be
    recovered: int
    doubted: int  # right, and not taken for a number
    seconds: float  # of CPU, a page


def cases() -> Iterator[Case]:
    """Eight scans over both forms, three of them as pictures."""
    blank = figures("gk2021", 4)
    for i, key in enumerate(blank):
        if blank[key] == "0" and i % 3:
            blank[key] = ""
    wrong = figures("gk2019", 5)
    wrong["requests", "handled_total", "natural_person"] += "1"
    wrong["review_litigation", "reconsideration", "total"] = "19"
    plans = (
        ("gk2019 two-page table", "gk2019", figures("gk2019", 1), True, Wear(), "PDF"),
        ("gk2019 turned 1 degree", "gk2019", figures("gk2019", 2, 90), False,
         Wear(degrees=1.0), "PDF"),
        ("gk2021 two-page table", "gk2021", figures("gk2021", 3), True, Wear(), "PDF"),
        ("gk2021 blanks", "gk2021", blank, False, Wear(degrees=-1.0), "PDF"),
        ("gk2019 wrong sums", "gk2019", wrong, False, Wear(), "PDF"),
        ("gk2021 thousands, grain", "gk2021", figures("gk2021", 6, 700), False,
         Wear(grain=14.0, blur=0.9), "PDF"),
        ("gk2021 long PNG", "gk2021", figures("gk2021", 7), False,
         Wear(degrees=0, specks=0, grain=2.0), "PNG"),
        ("gk2019 TIFF of frames", "gk2019", figures("gk2019", 8, 30), True, Wear(),
         "TIFF"),
    )  # fmt: skip
    for number, (name, form, values, late, wear, kind) in enumerate(plans):
        scans = pages(scan_maker.report(form, values, late=late), wear, number)
        data = as_pdf(scans, wear) if kind == "PDF" else as_picture(scans, kind)
        yield Case(name, data, values, len(scans))


def right(cell: Cell | None, raw: str) -> bool:
    """Whether a cell says what is printed."""
    wanted = numbers.read(raw)
    return cell is not None and (cell.value, cell.state) == (wanted.value, wanted.state)


def score(case: Case) -> Score:
    """Read a scan twice: as it is, and with repair."""
    start = time.process_time()
    whole = stages.read_here(case.data, CONTEXT)
    seconds = (time.process_time() - start) / case.pages
    found = cells_of(whole)
    before = {k: _unrepaired(c) for k, c in found.items()}
    wrong = [k for k, raw in case.printed.items() if not right(found.get(k), raw)]
    said = flagged(whole)
    return Score(
        case.name,
        len(case.printed),
        sum(right(before.get(k), raw) for k, raw in case.printed.items()),
        len(case.printed) - len(wrong),
        sum(key in said for key in wrong),
        tuple(key for key in wrong if key not in said),
        sum(cell.method == "recovered" for cell in found.values()),
        sum(
            c.state == "text" and numbers.read(case.printed[k]).value is not None
            for k, c in found.items()
            if k in case.printed
        ),
        seconds,
    )


def cells_of(extraction: Extraction) -> dict[Key, Cell]:
    """Cells by key; none when nothing could be read."""
    report = extraction.report
    return {cell.key: cell for cell in report.cells} if report else {}


def _unrepaired(cell: Cell) -> Cell:
    """A cell as it was read, before the sums chose another value."""
    if cell.method != "recovered":
        return cell
    value = numbers.read(cell.raw)
    return Cell(*cell.key, cell.raw, value.value, None, value.state)


def flagged(extraction: Extraction) -> set[Key]:
    """Cells that are no numbers, or that stand in a sum that does not add up."""
    report = extraction.report
    if report is None:
        return set()
    found = {cell.key for cell in report.cells if cell.value is None}
    scopes = {
        check.scope for check in report.checks if check.verdict in ("FAIL", "UNCERTAIN")
    }
    return found | {c.key for c in report.cells if {c.row_code, c.col_code} & scopes}


def main() -> int:
    """Print the table, compare with the floors, return the exit code."""
    scores = []
    for case in cases():
        done = score(case)
        scores.append(done)
        print(
            f"{done.name:<26} {done.before:>4}/{done.cells} before, {done.after:>4} "
            f"after ({done.recovered} recovered), {done.flagged} wrong and said so, "
            f"{len(done.silent)} wrong in silence, {done.doubted} right but doubted, "
            f"{done.seconds:.1f} s CPU a page",
            flush=True,
        )
        for key in done.silent:
            print("    ", "/".join(key))
    cells = sum(s.cells for s in scores)
    measured = {
        "before": round(sum(s.before for s in scores) / cells, 6),
        "right or flagged": round(sum(s.after + s.flagged for s in scores) / cells, 6),
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{cells} cells: {measured}, peak memory {peak} MB")
    floors = json.loads(FLOORS.read_text("utf-8"))
    below = [name for name, share in measured.items() if share < floors[name]]
    for name in below:
        print(f"{name}: {measured[name]} is below the floor {floors[name]}")
    if "--update" in sys.argv and not below:
        FLOORS.write_text(json.dumps(measured, indent=2) + "\n", "utf-8")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
