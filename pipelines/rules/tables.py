"""The cells of a report as the rules look at them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from archive.records import Cell, Report
from pipelines.rules.keys import Key
from pipelines.rules.spec import Compare, RuleBook

__all__ = ["CHOSEN_BY_ALL", "Key", "Tables", "place", "tables_of", "unsplit"]

#: In the locator of a cell whose reading was chosen with every sum of its table.
CHOSEN_BY_ALL = "[chosen by all sums of the table]"


@dataclass(frozen=True, slots=True)
class Tables:
    """Cells by (table, row, column), and the generation of each table.

    ``present`` are those that the document has.
    """

    cells: Mapping[Key, Cell]
    present: Mapping[Key, Cell]
    generation: Mapping[str, str]
    template: str
    book: RuleBook

    def cell(self, table: str, row: str, column: str) -> Cell | None:
        """The cell, or None where the document has no such cell."""
        return self.present.get((table, row, column))

    def template_of(self, table: str) -> str:
        """Generation of one table; that of the report where the table is the same."""
        return self.generation.get(table, self.template)

    def hidden(self, cell: Cell) -> bool:
        """Whether a blank total stands over parts that are not 0: it is no zero.

        Some reports fill the applicants' columns and leave the total column empty.
        """
        template = self.template_of(cell.table_code)
        for spec in self.book.specs:
            test = spec.test
            if not isinstance(test, Compare) or test.table != cell.table_code:
                continue
            along, across = cell.row_code, cell.col_code
            if test.each == "row":
                along, across = across, along
            if test.relation != "=" or test.actual != (along,):
                continue
            for code in self.book.codes(test.expected, template):
                part = self.cell(*place(test, across, code))
                if part is not None and part.value:
                    return True
        return False


def unsplit(cell: Cell) -> bool:
    """Whether a cell holds the digits of several cells, which nothing could part."""
    return cell.state == "text" and cell.raw.strip().isdecimal()


def place(test: Compare, scope: str, operand: str) -> Key:
    """Where an operand of a comparison stands for one scope."""
    if test.each == "row":
        return (test.table, scope, operand)
    return (test.table, operand, scope)


def tables_of(report: Report, book: RuleBook) -> Tables:
    """The tables of a report, each with the generation its own codes speak for."""
    cells = {cell.key: cell for cell in report.cells}
    present = {key: cell for key, cell in cells.items() if cell.state != "missing"}
    codes: dict[str, Counter[str]] = {table: Counter() for table in book.generations}
    for table, found in codes.items():
        inside = [key for key in present if key[0] == table]
        found.update([row for _, row, _ in inside])
        found.update([column for _, _, column in inside])
    generation = {
        table: _generation(codes[table], marks, report.template)
        for table, marks in book.generations.items()
    }
    return Tables(cells, present, generation, report.template, book)


def _generation(
    found: Counter[str], marks: Mapping[str, frozenset[str]], default: str
) -> str:
    """Generation with most of its own codes among those found; else the report's."""
    score = {t: sum(found[code] for code in codes) for t, codes in marks.items()}
    best = max(score, key=lambda template: (score[template], template == default))
    return best if score[best] else default
