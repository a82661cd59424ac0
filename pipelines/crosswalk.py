"""Series over the generations of the form: which cells continue which.

Data in ``templates/crosswalk.yml``: a cell without counterpart in a generation says so
with its reason, so that a gap in a series is never taken for a zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from archive import yamls
from archive.errors import TemplateError
from pipelines import templates

NAME = "crosswalk.yml"
GENERATIONS = ("stat2014", "gk2019", "gk2021")
LIKE = ("same", "roughly", "part")

Place = tuple[str, str, str]  # table, row, column


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What a series is in one generation: places to add up, or why there are none.

    A row with all its columns (``granted/*``) is meant column by column.
    """

    places: tuple[tuple[Place, ...], ...]  # one tuple per term of the sum
    none: str | None  # reason
    like: str | None  # same | roughly | part; None for the generation compared with


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity over the years."""

    code: str
    zh: str
    in_generation: Mapping[str, Counterpart]


@lru_cache(maxsize=1)
def crosswalk() -> tuple[Series, ...]:
    """Every series. Raises TemplateError naming the file and the series."""
    text = files(templates).joinpath(NAME).read_text("utf-8")
    return parse(text)


def parse(text: str) -> tuple[Series, ...]:
    """Read a crosswalk strictly: unknown keys, places and reasons are errors."""
    raw = yamls.load(text)
    if not isinstance(raw, dict) or set(raw) != {"reasons", "series"}:
        raise TemplateError(f"{NAME}: expected the keys reasons and series")
    reasons: dict[str, str] = raw["reasons"]
    found = tuple(_series(entry, reasons) for entry in raw["series"])
    codes = [series.code for series in found]
    if doubled := {code for code in codes if codes.count(code) > 1}:
        raise TemplateError(f"{NAME}: series {doubled.pop()!r} stands twice")
    return found


def _series(entry: Mapping[str, Any], reasons: Mapping[str, str]) -> Series:
    where = f"{NAME}: series {entry.get('code')!r}"
    need = {"code", "zh", *GENERATIONS}
    if missing := need - entry.keys():
        raise TemplateError(f"{where}: missing key {sorted(missing)[0]!r}")
    if unknown := entry.keys() - need - {"like"}:
        raise TemplateError(f"{where}: unknown key {sorted(unknown)[0]!r}")
    like = entry.get("like", {})
    if wrong := [v for v in like.values() if v not in LIKE]:
        raise TemplateError(f"{where}: like is {wrong[0]!r}, not one of {LIKE}")
    parts = {
        generation: _counterpart(
            generation, entry[generation], like.get(generation), reasons, where
        )
        for generation in GENERATIONS
    }
    present = [g for g in GENERATIONS if parts[g].places]
    expected = set(present[:-1])  # the newest is what the older ones are like
    if set(like) != expected:
        raise TemplateError(
            f"{where}: like is told of {sorted(like)}, expected {sorted(expected)}"
        )
    return Series(entry["code"], entry["zh"], parts)


def _counterpart(
    generation: str,
    raw: Any,
    like: str | None,
    reasons: Mapping[str, str],
    where: str,
) -> Counterpart:
    if isinstance(raw, dict) and set(raw) == {"none"}:
        if raw["none"] not in reasons:
            raise TemplateError(f"{where}: no such reason: {raw['none']!r}")
        return Counterpart((), reasons[raw["none"]], like)
    if not isinstance(raw, list) or not raw:
        raise TemplateError(
            f"{where}: {generation}: expected row/column or none, found {raw!r}"
        )
    return Counterpart(tuple(_places(generation, r, where) for r in raw), None, like)


def _places(generation: str, ref: str, where: str) -> tuple[Place, ...]:
    row, _, col = ref.partition("/")
    found = tuple(
        slot.key
        for slot in templates.slots(templates.get(generation))
        if slot.row.code == row and col in ("*", slot.col.code)
    )
    if not found:
        raise TemplateError(f"{where}: {generation} has no cell {ref!r}")
    return found


def terms(series: Iterable[Series] | None = None) -> Iterator[dict[str, Any]]:
    """Rows of table ``crosswalk``: the cells that make up each measure.

    A row of the form with all its applicants is one measure for its total, named like
    the series, and one for each applicant: ``granted/business``.
    """
    for one in crosswalk() if series is None else series:
        columns = {
            column
            for part in one.in_generation.values()
            for term in part.places
            if len(term) > 1
            for _, _, column in term
        }
        for template, part in one.in_generation.items():
            yield from _terms(one, template, part, sorted(columns) or (None,))


def _terms(
    one: Series, template: str, part: Counterpart, columns: Iterable[str | None]
) -> Iterator[dict[str, Any]]:
    for column in columns:
        measure = one.code if column in (None, "total") else f"{one.code}/{column}"
        row = {"measure": measure, "template": template, "label_zh": one.zh}
        nowhere = dict.fromkeys(("table_code", "row_code", "col_code"))
        if not part.places:
            told = {"comparable": "no", "reason": part.none}
            yield row | {"term": 1} | nowhere | told
        for number, term in enumerate(part.places, 1):
            place = next(p for p in term if column in (None, p[2]))
            names = dict(zip(nowhere, place, strict=True))
            told = {"comparable": part.like or "same", "reason": None}
            yield row | {"term": number} | names | told
