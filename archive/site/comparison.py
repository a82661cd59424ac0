"""Two reports, or two versions of one, cell by cell and text by text.

Reports on one form are compared by cell. Where the forms differ, only what the
crosswalk between the generations calls the same measure is set side by side; whatever
has no counterpart is said to be not comparable, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archive.records import Cell, Metric
from archive.site.forms import Key
from archive.site.labels import labels
from archive.site.query import Row
from archive.site.said import Said
from archive.textdiff import Piece, bare, pieces

#: How cells of two generations compare, best first; a pair is as good as its worse.
DEGREES = ("same", "roughly", "part", "no")
#: Tables that stand in chapters, whose figures are compared as cells.
TABLE_OF_CHAPTER = {2: "proactive", 3: "requests", 4: "review_litigation"}
#: Characters of two chapters, multiplied, up to which they are compared word by word.
MAX_TEXT = 40_000_000


@dataclass(frozen=True, slots=True)
class Side:
    """What one report holds at one place: a cell, or a sum of several."""

    raw: str
    value: float | None
    unit: str | None
    state: str
    terms: int = 1  # cells that the measure is made of
    filled: int = 1  # those of them that hold a number
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """One place of both reports. ``comparable``: codes.COMPARABLE."""

    table_code: str
    label: str
    a: Side | None
    b: Side | None
    comparable: str = "same"
    reason: str | None = None

    @property
    def difference(self) -> float | None:
        """``b`` less ``a``; None where there is no such number."""
        if self.comparable == "no" or self.a is None or self.b is None:
            return None
        if self.a.value is None or self.b.value is None or self.a.unit != self.b.unit:
            return None
        return round(self.b.value - self.a.value, 6)

    @property
    def differs(self) -> bool:
        """Whether the sides say different things, as far as they compare."""
        if self.comparable == "no":
            return False
        if self.a is None or self.b is None:
            return self.a is not self.b
        if self.a.value is not None and self.b.value is not None:
            return (self.a.value, self.a.unit) != (self.b.value, self.b.unit)
        return (self.a.state, self.a.raw.strip()) != (self.b.state, self.b.raw.strip())


def by_cell(
    a: Said, b: Said, metrics: Sequence[Metric], template: str, lang: str
) -> list[Pair]:
    """All cells of two reports on one form, in its order, local rows last."""
    words = labels(metrics, lang)
    order = [
        (m.table_code, m.row_code, m.col_code)
        for m in metrics
        if m.template == template
    ]
    ours, theirs = a.by_key, b.by_key
    rest = sorted((ours.keys() | theirs.keys()) - set(order))
    return [
        Pair(key[0], _label(words, template, key, ours, theirs), *sides)
        for key in [*order, *rest]
        if any(sides := (_side(ours.get(key)), _side(theirs.get(key))))
    ]


def _label(
    words: Mapping[tuple[str, Key], str],
    template: str,
    key: Key,
    *cells: Mapping[Key, Cell],
) -> str:
    known = words.get((template, key))
    printed = [c[key].label for c in cells if key in c and c[key].label]
    return known or (str(printed[0]) if printed else " · ".join(key[1:]))


def _side(cell: Cell | None) -> Side | None:
    if cell is None or cell.state == "missing":
        return None
    return Side(
        cell.raw, cell.value, cell.unit, cell.state,
        filled=int(cell.value is not None), keys=(cell.key,),
    )  # fmt: skip


def by_measure(
    a: Said, b: Said, crosswalk: Sequence[Row], names: Mapping[str, str]
) -> list[Pair]:
    """Measures of the crosswalk that one of two reports gives, in its order."""
    terms: dict[tuple[str, str], list[Row]] = {}
    for row in crosswalk:
        terms.setdefault((row["measure"], row["template"]), []).append(row)
    made = []
    for measure, name in names.items():
        left = terms.get((measure, a.report["template"]), [])
        right = terms.get((measure, b.report["template"]), [])
        sides = _sum(left, a.by_key), _sum(right, b.by_key)
        if not any(sides):
            continue
        reasons = [r["reason"] for r in (*left, *right) if r["comparable"] == "no"]
        degree = "no"
        if left and right:
            found = [r["comparable"] for r in (*left, *right)]
            degree = max(found, key=DEGREES.index)
        table = next((r["table_code"] for r in (*right, *left) if r["table_code"]), "")
        reason = reasons[0] if reasons else None
        made.append(Pair(table, name, *sides, degree, reason))
    return made


def _sum(terms: Sequence[Row], cells: Mapping[Key, Cell]) -> Side | None:
    keys = [
        (t["table_code"], t["row_code"], t["col_code"])
        for t in terms
        if t["table_code"]
    ]
    found = [c for k in keys if (c := cells.get(k)) and c.state != "missing"]
    if not found:
        return None
    if len(keys) == 1:
        return _side(found[0])
    numbers = [c.value for c in found if c.value is not None]
    return Side(
        "" if numbers else found[0].raw,
        sum(numbers) if numbers else None,
        found[0].unit,
        "number" if numbers else found[0].state,
        len(keys),
        len(numbers),
        tuple(c.key for c in found),
    )


@dataclass(frozen=True, slots=True)
class TextPair:
    """One chapter of both: ``pieces`` is empty where the texts say the same.

    ``skipped``: '' or why no difference was made: table (compared as cells), long.
    """

    chapter_no: int
    heading: str
    pieces: Sequence[Piece] = ()
    skipped: str = ""


def by_text(a: Said, b: Said) -> list[TextPair]:
    """Chapters of two different reports."""
    ours, theirs = _texts(a), _texts(b)
    headings = _headings(a) | _headings(b)
    held = [{c.table_code for c in side.cells} for side in (a, b)]
    made = []
    for number in sorted(ours.keys() | theirs.keys()):
        heading = headings.get(number, "")
        table = TABLE_OF_CHAPTER.get(number)
        if table and all(table in codes for codes in held):
            made.append(TextPair(number, heading, skipped="table"))
            continue
        made.append(
            _text_pair(number, heading, ours.get(number, ""), theirs.get(number, ""))
        )
    return made


def by_change(changes: Sequence[Row], *, back: bool) -> list[TextPair]:
    """Chapters of two versions of a report, by the changes of text between them.

    ``changes`` in the order of time; ``back``: the later version is the first side.
    """
    first: dict[int, str] = {}
    last: dict[int, str] = {}
    for row in changes:
        if row["kind"] == "chapter":
            first.setdefault(row["chapter_no"], row["old_raw"] or "")
            last[row["chapter_no"]] = row["new_raw"] or ""
    made = []
    for number in sorted(first):
        old, new = first[number], last[number]
        heading = (new or old).partition("\n")[0].lstrip("# ")
        pair = (new, old) if back else (old, new)
        made.append(_text_pair(number, heading, *pair))
    return [t for t in made if t.pieces or t.skipped]


def _text_pair(number: int, heading: str, old: str, new: str) -> TextPair:
    if len(old) * len(new) > MAX_TEXT and bare(old) != bare(new):
        return TextPair(number, heading, skipped="long")
    return TextPair(number, heading, pieces(old, new))


def _texts(side: Said) -> dict[int, str]:
    found: dict[int, str] = {}
    for number, text in _chapters(side):
        found[number] = f"{found[number]}\n{text}" if number in found else text
    return found


def _chapters(side: Said) -> Iterator[tuple[int, str]]:
    for chapter in side.chapters:
        yield chapter["chapter_no"], chapter["text"]


def _headings(side: Said) -> dict[int, str]:
    return {
        c["chapter_no"]: (c["heading"] or "").lstrip("# ")
        for c in side.chapters
        if c["heading"]
    }
