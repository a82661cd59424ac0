"""Rows of Datasette's tables as HTML: fifty rows of thirty columns are one join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from datasette.utils import to_css_class
from markupsafe import Markup, escape

#: Types of values that stand at the right.
NUMBERS = ("int", "float")


@lru_cache(maxsize=4096)
def _cell(column: str, kind: str) -> str:
    """The beginning of a cell."""
    number = " num" if kind in NUMBERS else ""
    return (
        f'<td class="col-{escape(to_css_class(column))} type-{escape(kind)}{number}">'
    )


def grid(display_rows: Iterable[Iterable[Mapping[str, Any]]]) -> Markup:
    """Rows of cells as Datasette prepares them: column, kind of value, what to show."""
    lines = []
    for row in display_rows:
        cells = [
            f"{_cell(c['column'], c['value_type'])}{escape(c['value'])}</td>"
            for c in row
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>\n")
    return Markup("".join(lines))
