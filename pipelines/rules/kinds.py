"""The kinds of test a rule may have, as frozen data; ``rules.yml`` fills them in.

``table`` of a test is the table whose generation decides whether the rule applies; ''
stands for the report as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RELATIONS = ("=", "<=", ">=")
CLAIMS = ("received", "answered", "existence", "counts", "issued", "parts", "year")
ITEM_ASPECTS = ("change", "idle", "restated")


@dataclass(frozen=True, slots=True)
class Compare:
    """``actual <relation> expected``: sums over one row or column of a table.

    ``expected`` and ``actual`` hold codes and ``$groups``; no operand means 0.
    ``likely`` holds further operands that the relation is only likely to hold for.
    """

    table: str
    each: str  # row | column: what the scope names
    over: tuple[str, ...]
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    relation: str = "="
    blank_is_zero: bool = False
    settles_readings: bool = False
    likely: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Integers:
    """Every number of these tables is whole and not negative.

    ``decimals`` names the columns of amounts, which may have a fraction.
    """

    tables: tuple[str, ...]
    decimals: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.tables[0]


@dataclass(frozen=True, slots=True)
class Lawmakers:
    """``columns`` of ``row`` are 0 except for those who may make such rules.

    ``may`` lists the levels by kind of agency (Legislation Law, art. 80 and 82).
    """

    table: str
    row: str
    columns: tuple[str, ...]
    may: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Items:
    """What the numbers of a power list have to do with one another, row by row.

    ``change``: the change is no larger than the stock, nor than ``most``; ``idle``:
    decisions need items; ``restated``: decisions are not the new stock once more.
    """

    aspect: str
    over: tuple[str, ...]
    most: float = 0.0
    table: str = "proactive"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount per item lies between ``least`` and ``most`` (10,000 yuan).

    An amount above ``slip`` that is labelled 万元 may have been written in 元.
    """

    table: str
    row: str
    items: str
    amount: str
    least: float
    most: float
    slip: float


@dataclass(frozen=True, slots=True)
class Blanks:
    """Rows whose total is filled while all parts are blank, or the reverse."""

    tables: tuple[str, ...]

    @property
    def table(self) -> str:
        return self.tables[0]


@dataclass(frozen=True, slots=True)
class Methods:
    """Cells that were not simply read."""

    table: str = ""


@dataclass(frozen=True, slots=True)
class Chapters:
    """The chapters of the form: ``present`` and in order, or ``numbered``."""

    aspect: str
    table: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A sum of ``total`` cells that a stated number may stand for."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A statement of the text, held against the tables or against itself."""

    claim: str
    readings: tuple[Reading, ...] = ()
    table: str = ""


Test = (
    Compare
    | Integers
    | Lawmakers
    | Items
    | Amount
    | Blanks
    | Methods
    | Chapters
    | Prose
)
