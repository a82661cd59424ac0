"""Rows that authorities add to the form on their own: kept, with their label."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files

from archive import yamls
from archive.records import Cell
from pipelines import templates
from pipelines.grid import GridCell
from pipelines.normalise import label, squash
from pipelines.numbers import read
from pipelines.tabulate.rows import LABEL_AND_VALUE, Printed


def extra_cells(row: Printed) -> list[Cell]:
    """Cells of table ``extra`` for a row the form does not have.

    One value becomes column ``value``, several ``value_1`` …; label and value in one
    cell (政府信息公开发布总数量：15) keep the whole cell as raw. No number: no cells.
    """
    values = [cell for cell in row.values if cell.text.strip()]
    if not values and len(row.labels) == 1:
        (cell,) = row.labels
        match = LABEL_AND_VALUE.match(cell.text.strip())
        if match is None or read(match["value"]).value is None:
            return []
        return [_cell(match["label"], "value", cell, match["value"])]
    if not row.labels or not values or any(read(c.text).value is None for c in values):
        return []
    printed = " ".join(" ".join(row.texts).split())
    if len(values) == 1:
        return [_cell(printed, "value", values[0], values[0].text)]
    return [
        _cell(printed, f"value_{i}", cell, cell.text)
        for i, cell in enumerate(values, start=1)
    ]


def _cell(printed: str, col_code: str, cell: GridCell, text: str) -> Cell:
    value = read(text)
    return Cell(
        table_code="extra",
        row_code=slug(printed),
        col_code=col_code,
        raw=cell.text,
        value=value.value,
        unit=value.unit or "count",
        state=value.state,
        locator=cell.locator,
        label=printed.strip(),
    )


def is_local(row: Printed) -> bool:
    """Whether a row is a local one that is known by its words."""
    text = squash("".join(row.texts))
    return any(all(word in text for word in words) for _, words in _known())


def slug(printed: str) -> str:
    """The row code of a local row: a known one, or a digest of its label.

    >>> slug("2020年本行政区域（或本部门）政府信息公开发布总数量（非新闻类、消息类）")
    'local_published_total'
    """
    text = squash(printed)
    for code, words in _known():
        if all(word in text for word in words):
            return code
    return f"local_{hashlib.sha256(label(printed).encode()).hexdigest()[:8]}"


@lru_cache(maxsize=1)
def _known() -> tuple[tuple[str, tuple[str, ...]], ...]:
    path = files(templates).joinpath("local.yml")
    entries = yamls.load(path.read_text("utf-8"))
    return tuple((e["code"], tuple(e["words"])) for e in entries)
