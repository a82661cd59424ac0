"""The rules as formulas over the codes of the forms, for the data dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from archive import yamls


@dataclass(frozen=True, slots=True)
class Formula:
    """What one rule says about codes. ``each`` is row, column or table."""

    rule_id: str
    table: str
    each: str
    formula: str
    rows: tuple[str, ...]

    def uses(self, table_code: str, row_code: str) -> bool:
        """Whether the rule speaks about this row."""
        return table_code == self.table and any(
            fnmatchcase(row_code, pattern) for pattern in self.rows
        )


@cache
def formulas() -> dict[str, Formula]:
    """What ``formulas.yml`` says, by rule."""
    text = files("archive.site").joinpath("formulas.yml").read_text("utf-8")
    return {
        rule_id: Formula(rule_id, **(entry | {"rows": tuple(entry["rows"])}))
        for rule_id, entry in yamls.load(text).items()
    }


def rules_of(table_code: str, row_code: str) -> list[str]:
    """The rules that use a row.

    >>> rules_of("requests", "denied_state_secret"), rules_of("requests", "carried_in")
    (['Q2', 'Q3'], ['Q1', 'Q3', 'X1'])
    """
    return [f.rule_id for f in formulas().values() if f.uses(table_code, row_code)]
