"""The standard tables of a document: located, aligned with their form, read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.records import Cell, Leftover
from pipelines import templates
from pipelines.grid import Grid
from pipelines.tabulate.fragments import Fragment, sort
from pipelines.tabulate.readers import read_table, short
from pipelines.templates import Col


@dataclass(frozen=True, slots=True)
class Located:
    """One table of the form as found: where, in which generation, how well."""

    table: str
    template: str
    places: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]  # label, row_code, score, locator
    matched: int
    expected: int


@dataclass(frozen=True, slots=True)
class Tabulation:
    """Everything the grids of a document say. ``template`` None: no form table."""

    template: str | None
    cells: tuple[Cell, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    located: tuple[Located, ...] = ()
    notes: tuple[str, ...] = ()


def tabulate(grids: Iterable[Grid]) -> Tabulation:
    """Read all tables of the form among ``grids``.

    A table that is there gives every cell of its generation, those the document lacks
    with state ``missing``; so does a table that is not there at all.
    """
    found = sort(grids)
    leftovers = [
        Leftover("ignored_table", None, g.locator, short(g.text)) for g in found.others
    ]
    leftovers += [
        Leftover("ignored_table", f.table, f.locator, "second copy of this table")
        for f in found.copies
    ]
    if not found.tables:
        return Tabulation(None, leftovers=tuple(leftovers))
    generations = {code: _generation(code, f) for code, f in found.tables.items()}
    decided = [g for g in generations.values() if g]
    newest = [t.code for t in templates.load()]
    template = min(decided, key=newest.index) if decided else newest[-1]
    cells: list[Cell] = []
    extra: list[Cell] = []
    located: list[Located] = []
    for code in templates.get(template).tables:
        fragments = found.tables.get(code, [])
        generation = generations.get(code) or template
        spec = templates.get(generation).tables[code]
        result = read_table(spec, fragments)
        cells += [
            result.cells.get((s.row.code, s.col.code))
            or _missing(code, s.row.code, s.col)
            for s in templates.slots(templates.get(generation), code)
        ]
        extra += result.extra
        leftovers += result.leftovers
        if fragments:
            places = tuple(dict.fromkeys(f.locator for f in fragments))
            matched = len({row for row, _ in result.cells})
            located.append(
                Located(
                    code,
                    generation,
                    places,
                    tuple(result.rows),
                    matched,
                    len(spec.rows),
                )
            )
    notes = []
    if len(set(decided)) > 1:
        mixed = ", ".join(f"{c}: {g}" for c, g in sorted(generations.items()) if g)
        notes.append(f"mixed_template: {mixed}")
    return Tabulation(
        template, (*cells, *extra), tuple(leftovers), tuple(located), tuple(notes)
    )


def _generation(code: str, fragments: Sequence[Fragment]) -> str | None:
    """The generation of one table by its own words, None when they do not tell.

    Tables of the generations that share all their words tell nothing; a table whose
    rows are those of the older form, and none of the newer, is of the older.
    """
    words = "".join(f.words for f in fragments)
    if found := templates.generation_of(words):
        return found
    labels = {key for f in fragments for key in f.labels}
    rows = {
        t.code: {k for r in t.tables[code].rows for k in r.keys}
        for t in templates.load()
    }
    told: dict[str, int] = {}
    for generation, keys in rows.items():
        others = {k for o, own in rows.items() if o != generation for k in own}
        told[generation] = len(labels & (keys - others))
    best = max(told, key=lambda g: told[g])
    return best if told[best] else None


def _missing(table: str, row_code: str, col: Col) -> Cell:
    return Cell(table, row_code, col.code, "", None, col.unit, "missing")
