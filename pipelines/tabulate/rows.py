"""One printed row: its labels, the cells behind them, and what the row is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipelines.grid import GridCell
from pipelines.normalise import squash
from pipelines.numbers import is_value
from pipelines.tabulate.vocabulary import word_of

#: 政府信息公开发布总数量：15
LABEL_AND_VALUE = re.compile(
    r"^(?P<label>.+)[:：]\s*(?P<value>[^:：]*\d[^:：]*)$", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A row cut into labels and values."""

    cells: tuple[GridCell, ...]
    labels: tuple[GridCell, ...]
    values: tuple[GridCell, ...]
    framing: bool  # a heading, a header, or blank: no data

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.labels)

    @property
    def text(self) -> str:
        return " | ".join(t for c in self.cells if (t := " ".join(c.text.split())))

    @property
    def locator(self) -> str:
        return self.cells[0].locator if self.cells else ""

    @property
    def filled(self) -> bool:
        return any(cell.text.strip() for cell in self.values)

    def labelled(self, widest: int) -> Printed:
        """The row with words before more than ``widest`` values as labels.

        A label may be unreadable, or a local one below a group that other forms have
        as a row: （六）其他处理 | ▒▒▒ | 7 …
        """
        labels, values = self.labels, self.values
        while len(values) > widest and values[0].text.strip():
            if is_value(values[0].text):
                break
            labels, values = (*labels, values[0]), values[1:]
        return replace(self, labels=labels, values=values)


def printed(cells: tuple[GridCell, ...]) -> Printed:
    """Cut a row behind its last label.

    A cell with the label of a row ends the labels; without one, the words before the
    first value do. So a value that is words (见附件) stays a value.
    """
    hits = [word_of(cell.text) for cell in cells]
    named = [i for i, hit in enumerate(hits) if hit and not hit[1].anchor]
    last = named[-1] if named else _leading(cells)
    labels = tuple(
        c for c in cells[: last + 1] if squash(c.text) and not is_value(c.text)
    )
    values = cells[last + 1 :]
    numbers = any(c.text.strip() and is_value(c.text) for c in values)
    anchored = any(hit and hit[1].anchor for hit in hits)
    blank = not any(cell.text.strip() for cell in cells)
    worded = [hit for cell, hit in zip(cells, hits, strict=True) if cell.text.strip()]
    # A word that is a column and a row too, alone before blanks, is the row.
    lone = len(worded) == 1 and worded[0] is not None and worded[0][1].both
    framing = blank or (anchored and not named and not numbers and not lone)
    return Printed(cells, labels, values, framing)


def _leading(cells: tuple[GridCell, ...]) -> int:
    """Index of the last cell with words before the first value; -1 without words."""
    last = -1
    for i, cell in enumerate(cells):
        if not cell.text.strip():
            continue
        if is_value(cell.text):
            break
        last = i
    return last
