"""Cells laid out as the printed form: pure functions from metrics and cells to forms.

A form is one table of a generation. Three layouts cover all of them: *blocks* with
columns of their own under a heading across the table (proactive), a *grid* with nested
row labels and one set of columns (requests, statistics), and *across*, where the rows
of the form stand side by side in one line (review_litigation).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from archive import yamls
from archive.records import Cell, Metric
from archive.site.forms import Block, Form, FormCell, Key, Label, Line
from archive.site.labels import in_language

#: For each cell that findings speak about: their numbers, and whether all are doubtful.
Marks = Mapping[Key, tuple[tuple[int, ...], bool]]


@cache
def layouts() -> dict[str, dict[str, Any]]:
    """What ``layout.yml`` says, by table."""
    text = files("archive.site").joinpath("layout.yml").read_text("utf-8")
    return dict(yamls.load(text))


def lay_out(
    metrics: Iterable[Metric],
    cells: Sequence[Cell],
    marks: Marks | None = None,
    prefer: str = "",
    lang: str = "zh",
) -> list[Form]:
    """Forms for all tables that have cells, in the order of the report.

    Each table gets the generation that has a place for most of its cells, so that a
    report that mixes generations is still shown whole; ``prefer`` decides a tie.
    ``lang``: language of the labels.
    """
    marks = marks or {}
    by_form: dict[tuple[str, str], list[Metric]] = {}
    for metric in metrics:
        by_form.setdefault((metric.table_code, metric.template), []).append(metric)
    forms = []
    for table_code in layouts():
        own = {c.key: c for c in cells if c.table_code == table_code}
        found = [(t, m) for (code, t), m in by_form.items() if code == table_code]
        if not own or not found:
            continue
        template, chosen = max(
            found, key=lambda f: (_fit(f[1], own), f[0] == prefer, f[0])
        )
        named = [in_language(m, lang) for m in chosen]
        forms.append(_form(template, table_code, named, own, marks, lang))
    return forms


def _fit(metrics: Sequence[Metric], cells: Mapping[Key, Cell]) -> int:
    keys = {(m.table_code, m.row_code, m.col_code) for m in metrics}
    return sum(c.state != "missing" for k, c in cells.items() if k in keys)


def _form(
    template: str,
    table_code: str,
    metrics: Sequence[Metric],
    cells: Mapping[Key, Cell],
    marks: Marks,
    lang: str,
) -> Form:
    layout = layouts()[table_code]
    if lang != "zh":
        layout = layout | layout.get(f"in_{lang}", {})
    rows: dict[str, list[Metric]] = {}
    for metric in sorted(metrics, key=lambda m: m.position):
        rows.setdefault(metric.row_code, []).append(metric)
    placed = {
        code: tuple(_place(m, cells, marks) for m in row) for code, row in rows.items()
    }
    lines = list(rows.values())
    if layout.get("across"):
        blocks = [_across(lines, placed, layout)]
    elif len({tuple(m.col_code for m in row) for row in lines}) > 1:
        blocks = _blocks(lines, placed, layout)
    else:
        blocks = [_grid(lines, placed, layout)]
    known = {c.cell.key for row in placed.values() for c in row}
    return Form(
        table_code,
        template,
        layout["title_zh"],
        layout["title_en"],
        max(_width(block) for block in blocks),
        tuple(blocks),
        tuple(
            FormCell(c, f"{c.row_code} · {c.col_code}", *marks.get(k, ((), True)))
            for k, c in cells.items()
            if k not in known and c.state != "missing"
        ),
    )


def _place(
    metric: Metric,
    cells: Mapping[Key, Cell],
    marks: Marks,
) -> FormCell:
    key = (metric.table_code, metric.row_code, metric.col_code)
    cell = cells.get(key) or Cell(*key, "", None, metric.unit, "missing")
    return FormCell(cell, metric.label_zh, *marks.get(key, ((), True)))


def _path(metric: Metric) -> tuple[str, ...]:
    """Nested labels of a row, outermost first."""
    steps = f"{metric.row_group_zh}/{metric.row_label_zh}".split("/")
    return tuple(step.strip() for step in steps if step.strip())


def _across_path(metric: Metric, layout: Mapping[str, Any]) -> tuple[str, ...]:
    """Nested labels of a row that stands beside others; the layout may know them."""
    known = layout.get("nested", {}).get(metric.row_code)
    return tuple(known) if known else _path(metric)


def _width(block: Block) -> int:
    line = block.lines[0]
    return sum(x.colspan for x in line.labels) + sum(c.colspan for c in line.cells)


def _blocks(
    rows: Sequence[Sequence[Metric]],
    placed: Mapping[str, tuple[FormCell, ...]],
    layout: Mapping[str, Any],
) -> list[Block]:
    """Groups of rows under a heading of their own; short ones stretch to the width."""
    most = max(len(row) for row in rows)
    blocks = []
    for heading, group in groupby(rows, key=lambda row: row[0].row_group_zh):
        members = list(group)
        columns = [m.col_label_zh for m in members[0]]
        stretch = most - len(columns) + 1
        head = [Label(layout.get("corner", "")), *map(Label, columns)]
        head[-1] = replace(head[-1], colspan=stretch)
        lines = []
        for row in members:
            cells = list(placed[row[0].row_code])
            cells[-1] = replace(cells[-1], colspan=stretch)
            lines.append(Line((Label(row[0].row_label_zh),), tuple(cells)))
        blocks.append(Block(heading or None, (tuple(head),), tuple(lines)))
    return blocks


def _grid(
    rows: Sequence[Sequence[Metric]],
    placed: Mapping[str, tuple[FormCell, ...]],
    layout: Mapping[str, Any],
) -> Block:
    """Nested row labels on the left, one set of columns."""
    paths = [_path(row[0]) for row in rows]
    depth = max(map(len, paths))
    lines = tuple(
        Line(_row_labels(paths, number, depth), placed[row[0].row_code])
        for number, row in enumerate(rows)
    )
    return Block(None, _header(rows[0], depth, layout), lines)


def _row_labels(
    paths: Sequence[tuple[str, ...]], number: int, depth: int
) -> tuple[Label, ...]:
    """Labels that start on this row; an outer one spans the rows it is shared by."""
    path = paths[number]
    labels = []
    for level, text in enumerate(path):
        last = level == len(path) - 1
        prefix = path[: level + 1]
        if not last and number and paths[number - 1][: level + 1] == prefix:
            continue
        span = 1
        while not last and paths[number + span : number + span + 1]:
            if paths[number + span][: level + 1] != prefix:
                break
            span += 1
        labels.append(Label(text, span, depth - level if last else 1, level))
    return tuple(labels)


def _header(
    columns: Sequence[Metric], depth: int, layout: Mapping[str, Any]
) -> tuple[tuple[Label, ...], ...]:
    """Header lines: what spans all columns, groups of columns, columns."""
    group_of = {
        code: name for name, codes in layout.get("groups", {}).items() for code in codes
    }
    over, tall = layout.get("over"), 2 if group_of else 1
    upper: list[Label] = []
    lower: list[Label] = []
    for name, members in groupby(columns, key=lambda m: group_of.get(m.col_code)):
        labels = [m.col_label_zh for m in members]
        if name is None:
            upper += [Label(text, rowspan=tall) for text in labels]
        else:
            upper.append(Label(name, colspan=len(labels)))
            lower += map(Label, labels)
    lines = [[Label(over, colspan=len(columns))]] if over else []
    lines += [upper, lower] if lower else [upper]
    corner = Label(layout.get("corner", ""), rowspan=len(lines), colspan=depth)
    lines[0] = [corner, *lines[0]]
    return tuple(map(tuple, lines))


def _across(
    rows: Sequence[Sequence[Metric]],
    placed: Mapping[str, tuple[FormCell, ...]],
    layout: Mapping[str, Any],
) -> Block:
    """The rows of the form side by side in one line of cells."""
    paths = [_across_path(row[0], layout) for row in rows]
    depth = max(map(len, paths))
    head: list[list[Label]] = [[] for _ in range(depth + 1)]
    for number, (path, row) in enumerate(zip(paths, rows, strict=True)):
        for level, text in enumerate(path):
            prefix = path[: level + 1]
            if number and paths[number - 1][: level + 1] == prefix:
                continue
            shared = [p[: level + 1] == prefix for p in paths]
            span = sum(len(r) for r, own in zip(rows, shared, strict=True) if own)
            head[level].append(Label(text, colspan=span))
        tall = depth - len(path) + 1
        head[len(path)] += [Label(m.col_label_zh, rowspan=tall) for m in row]
    cells = tuple(cell for row in rows for cell in placed[row[0].row_code])
    return Block(None, tuple(map(tuple, head)), (Line((), cells),))
