"""The statistics annex as a dump with one cell a line and blank lines between rows.

The label of a row may run over several lines; its last two lines are unit and value.
"""

from __future__ import annotations

from pipelines.grid import Grid, GridCell
from pipelines.normalise import squash
from pipelines.numbers import UNITS, is_value

HEADER = ["统计指标", "单位", "统计数"]
FEWEST_ROWS = 3


def annexes(lines: list[str]) -> list[tuple[int, int, Grid]]:
    """(first line, line after the last, grid) of each annex, lines from 0."""
    found = []
    groups = _groups(lines)
    for n, (start, end) in enumerate(groups):
        if [squash(line) for line in lines[start:end]] != HEADER:
            continue
        if lines[start].startswith("\t"):
            continue  # cells with delimiters: another serialisation
        rows = [_plain(lines, start, end)]
        last = end
        pending: list[tuple[GridCell, ...]] = []
        for first, after in groups[n + 1 :]:
            row = _row(lines, first, after)
            if row is None:
                if after - first > 1 or len(squash(lines[first])) > 40:
                    break
                pending.append(_plain(lines, first, after))  # a heading of a group
                continue
            rows += [*pending, row]
            pending, last = [], after
        if len(rows) > FEWEST_ROWS:
            text = "\n".join(lines[start:last])
            found.append((start, last, Grid(f"line {start + 1}", tuple(rows), text)))
    return found


def _groups(lines: list[str]) -> list[tuple[int, int]]:
    """(start, end) of runs of lines that are not blank."""
    runs: list[tuple[int, int]] = []
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        if runs and runs[-1][1] == i:
            runs[-1] = (runs[-1][0], i + 1)
        else:
            runs.append((i, i + 1))
    return runs


def _plain(lines: list[str], start: int, end: int) -> tuple[GridCell, ...]:
    return tuple(
        GridCell(lines[i], i - start, f"line {i + 1}") for i in range(start, end)
    )


def _row(lines: list[str], start: int, end: int) -> tuple[GridCell, ...] | None:
    """Label, unit and value of a run of lines; a value that is not there is blank."""
    texts = [squash(line) for line in lines[start:end]]
    if len(texts) >= 3 and texts[-2] in UNITS and is_value(lines[end - 1]):
        unit = end - 2
    elif len(texts) >= 2 and texts[-1] in UNITS:
        unit = end - 1
    else:
        return None
    value = lines[unit + 1] if unit + 1 < end else ""
    return (
        GridCell("\n".join(lines[start:unit]), 0, f"line {start + 1}"),
        GridCell(lines[unit], 1, f"line {unit + 1}"),
        GridCell(value, 2, f"line {unit + 2}"),
    )
