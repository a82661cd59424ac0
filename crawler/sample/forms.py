"""The three tables of a report as grids of spanning cells, ready to be typeset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crawler.sample.data import SampleReport
from crawler.sample.figures import Key, form_data, generation, printed

LABEL_COLUMNS = 3


@dataclass(frozen=True)
class Slot:
    """One printed cell: its text, how far it spans, and whether it is a value."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    value: bool = False


Row = tuple[Slot, ...]
Grid = tuple[Row, ...]


def grids(report: SampleReport, table: str) -> tuple[Grid, ...]:
    """The table ``table`` of ``report``: one grid, or two where it was split."""
    template = generation(report.year)
    cells = printed(report)
    if table == "proactive":
        grid = _proactive(template, cells, report.extra)
        if report.layout == "split_proactive":
            cut = 4 if template == "gk2021" else 8
            return (grid[:cut], grid[cut:])
        return (grid,)
    if table == "requests":
        grid = _requests(template, cells)
        return (_lie(grid) if report.layout == "lying_rowspans" else grid,)
    return (_review(cells),)


def _proactive(
    template: str, cells: Mapping[Key, str], extra: Mapping[str, str]
) -> Grid:
    rows: list[Row] = []
    for block in form_data()["forms"][template]["proactive"]:
        # Where a block has fewer columns, the last one reaches to the table's edge.
        last = 4 - len(block["cols"])
        spans = [1] * (len(block["cols"]) - 1) + [last]
        rows.append((Slot(block["heading"], colspan=4),))
        labels = zip(block["cols"].values(), spans, strict=True)
        rows.append((Slot("信息内容"), *(Slot(text, span) for text, span in labels)))
        for row, label in block["rows"].items():
            values = (
                Slot(cells["proactive", row, col], span, value=True)
                for col, span in zip(block["cols"], spans, strict=True)
            )
            rows.append((Slot(label), *values))
    rows += [(Slot(text, colspan=4),) for text in extra.values()]
    return tuple(rows)


def _requests(template: str, cells: Mapping[Key, str]) -> Grid:
    applicants = form_data()["applicants"]
    names = applicants["cols"]
    organisations = [names[c] for c in names if c not in ("natural_person", "total")]
    head: list[Row] = [
        (
            Slot(applicants["corner"], LABEL_COLUMNS, 3),
            Slot(applicants["heading"], colspan=len(names)),
        ),
        (
            Slot(names["natural_person"], rowspan=2),
            Slot(applicants["organisations"], colspan=len(organisations)),
            Slot(names["total"], rowspan=2),
        ),
        tuple(Slot(name) for name in organisations),
    ]

    def walk(entries: Any, depth: int) -> Iterator[list[Slot]]:
        for entry in entries:
            if isinstance(entry, Mapping):
                inner = list(walk(entry["rows"], depth + 1))
                inner[0].insert(0, Slot(entry["label"], rowspan=len(inner)))
                yield from inner
            else:
                code, label = entry
                values = [
                    Slot(cells["requests", code, col], value=True) for col in names
                ]
                yield [Slot(label, colspan=LABEL_COLUMNS - depth), *values]

    rows = walk(form_data()["forms"][template]["requests"], 0)
    return (*head, *(tuple(row) for row in rows))


def _review(cells: Mapping[Key, str]) -> Grid:
    form = form_data()["review"]
    results = tuple(form["cols"].values())
    lawsuits = [label for label in form["rows"].values() if label]
    return (
        (
            Slot(form["reconsideration"], colspan=len(results)),
            Slot(form["litigation"], colspan=len(results) * len(lawsuits)),
        ),
        (
            *(Slot(name, rowspan=2) for name in results),
            *(Slot(name, colspan=len(results)) for name in lawsuits),
        ),
        tuple(Slot(name) for _ in lawsuits for name in results),
        tuple(
            Slot(cells["review_litigation", row, col], value=True)
            for row in form["rows"]
            for col in form["cols"]
        ),
    )


def _lie(grid: Grid) -> Grid:
    """The same table with vertical spans too short, as bad exports have them."""

    def shorter(slot: Slot) -> Slot:
        if slot.rowspan > 4 and not slot.value:
            return replace(slot, rowspan=slot.rowspan - (2 if slot.rowspan > 10 else 1))
        return slot

    return tuple(tuple(shorter(slot) for slot in row) for row in grid)


def text_rows(grid: Grid) -> list[str]:
    """The grid as lines with TAB between cells; a merged cell is named once.

    >>> text_rows(((Slot("甲", rowspan=2), Slot("1")), (Slot("2"),)))
    ['甲\\t1', '\\t2']
    """
    covered: dict[tuple[int, int], bool] = {}
    lines = []
    for y, row in enumerate(grid):
        line: list[str] = []
        slots = iter(row)
        while True:
            if covered.get((y, len(line))):
                line.append("")
                continue
            slot = next(slots, None)
            if slot is None:
                break
            x = len(line)
            for dy in range(slot.rowspan):
                for dx in range(slot.colspan):
                    covered[y + dy, x + dx] = True
            line += [slot.text, *[""] * (slot.colspan - 1)]
        lines.append("\t".join(line))
    return lines
