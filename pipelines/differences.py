"""What one reading of a document says that another did not, cell by cell. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from archive.readings import Reading
from archive.records import Cell
from pipelines.rules.tables import Key

#: What is compared of a cell: a place told in other words is no change.
COMPARED = ("raw", "value", "unit", "state", "method")


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that is read otherwise; ``before`` or ``after`` None: no such cell."""

    table: str
    row: str
    col: str
    before: Cell | None
    after: Cell | None

    @property
    def kind(self) -> str:
        """States before and after, and the method where that is what changed.

        ``blank→number``, ``none→zero``, ``number→number``, ``read→recovered``
        """
        old = self.before.state if self.before else "none"
        new = self.after.state if self.after else "none"
        if old == new and self.before and self.after:
            methods = (self.before.method, self.after.method)
            if methods[0] != methods[1]:
                return "→".join(methods)
        return f"{old}→{new}"

    def __str__(self) -> str:
        place = "/".join((self.table, self.row, self.col))
        return f"{place}: {_said(self.before)} → {_said(self.after)}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Two readings of one document. ``facts``: name → (before, after)."""

    sha256: str
    url: str
    report_id: str | None
    readers: tuple[str | None, str]
    facts: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    cells: tuple[CellChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.facts or self.cells)


def difference(before: Reading, after: Reading) -> Difference:
    """What ``after`` says otherwise than ``before``."""
    facts = {
        name: (old, new)
        for name in ("kind", "report_id", "status", "error")
        if (old := getattr(before, name)) != (new := getattr(after, name))
        # readings from before readings were kept have no status
        and (name != "status" or before.digest)
    }
    if before.text_sha256 != after.text_sha256:
        facts["text"] = (before.text_sha256, after.text_sha256)
    old_cells = {cell.key: cell for cell in before.cells}
    new_cells = {cell.key: cell for cell in after.cells}
    return Difference(
        after.sha256,
        after.url,
        after.report_id or before.report_id,
        (before.extractor, after.extractor or ""),
        facts,
        tuple(_changes(old_cells, new_cells)),
    )


def _changes(old: dict[Key, Cell], new: dict[Key, Cell]) -> Iterator[CellChange]:
    """Changes in the order of the form, cells that are gone behind them."""
    for key in dict.fromkeys((*new, *old)):
        before, after = old.get(key), new.get(key)
        if _compared(before) != _compared(after):
            yield CellChange(*key, before, after)


def _compared(cell: Cell | None) -> tuple[Any, ...] | None:
    return tuple(getattr(cell, name) for name in COMPARED) if cell else None


def kinds(differences: Iterable[Difference]) -> Counter[str]:
    """How many cells changed in which way."""
    return Counter(change.kind for d in differences for change in d.cells)


def lines(differences: Sequence[Difference], most: int) -> list[str]:
    """For the terminal: changes by report, ``most`` cells of them, the rest counted."""
    found: list[str] = []
    shown = 0
    total = sum(len(d.cells) for d in differences)
    ordered = sorted(differences, key=lambda d: (d.report_id or "", d.url))
    for report_id, group in groupby(ordered, key=lambda d: d.report_id):
        if shown >= most:
            break
        for one in group:
            before, after = one.readers
            readers = after if before == after else f"{before} → {after}"
            found.append(f"{report_id or 'no report'} {one.url} ({readers})")
            found += [f"  {text}" for text in _facts(one)]
            part = one.cells[: max(most - shown, 0)]
            found += [f"  {change}" for change in part]
            shown += len(part)
    if total > shown:
        found.append(f"… and {total - shown} more cells (--json lists all)")
    return found


def _facts(one: Difference) -> Iterator[str]:
    for name, (before, after) in one.facts.items():
        yield "text of chapters" if name == "text" else f"{name}: {before} → {after}"


def plain(one: Difference) -> dict[str, Any]:
    """The whole of a difference as data for JSON."""
    return {
        "sha256": one.sha256,
        "url": one.url,
        "report_id": one.report_id,
        "readers": list(one.readers),
        "facts": {name: list(pair) for name, pair in one.facts.items()},
        "cells": [
            {
                "table": c.table,
                "row": c.row,
                "col": c.col,
                "kind": c.kind,
                "before": asdict(c.before) if c.before else None,
                "after": asdict(c.after) if c.after else None,
            }
            for c in one.cells
        ],
    }


def _said(cell: Cell | None) -> str:
    if cell is None:
        return "no cell"
    number = "" if cell.value is None else f" = {cell.value:g}"
    method = "" if cell.method == "read" else f", {cell.method}"
    return f"{cell.raw!r}{number} ({cell.state}{method})"
