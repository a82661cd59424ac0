"""The standard tables of a document: located, aligned with their form, read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.records import Cell, Leftover
from pipelines import templates
from pipelines.grid import Grid
from pipelines.identities import identities
from pipelines.pixels import Pixels
from pipelines.repair import repair
from pipelines.tabulate.fragments import Fragment, Sorted, sort
from pipelines.tabulate.making import TableReading, short
from pipelines.tabulate.readers import read_table
from pipelines.tabulate.recognised import marked, unread
from pipelines.tabulate.statistics import CODE, is_annex, read_annex
from pipelines.tabulate.transposed import upright
from pipelines.templates import Slot, Template

#: Begins the note on a report whose tables are of different generations.
MIXED = "mixed_template"


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


def tabulate(
    grids: Iterable[Grid],
    generation: str | None = None,
    pixels: Mapping[str, Pixels] | None = None,
    years: Mapping[Grid, int] | None = None,
    report_year: int | None = None,
) -> Tabulation:
    """Read all tables of the form among ``grids``.

    ``generation``: that of the words around them, for tables that tell none.
    ``pixels``: by locator, the evidence for cells that were recognised in pictures.
    ``years``: of the grids whose captions say one; ``report_year`` chooses by them.

    A table that is there gives every cell of its generation, those the document lacks
    with state ``missing``; so does a table that is not there at all.
    """
    turned = {grid: upright(grid) for grid in grids}
    dated = {turned[grid]: year for grid, year in (years or {}).items()}
    grids = list(turned.values())
    annex = [grid for grid in grids if is_annex(grid)]
    found = sort((g for g in grids if g not in annex), dated, report_year)
    leftovers = [
        Leftover("ignored_table", None, g.locator, short(g.text)) for g in found.others
    ]
    leftovers += [
        Leftover("ignored_table", f.table, f.locator, _why(f, report_year))
        for f in found.copies
    ]
    if annex:
        return _with_annex(annex, found, leftovers, pixels or {})
    if not found.tables:
        return Tabulation(None, leftovers=tuple(leftovers))
    return _uniform(found, leftovers, generation, pixels or {})


def _why(copy: Fragment, report_year: int | None) -> str:
    """Why a table was set aside."""
    if copy.year not in (None, report_year):
        return f"this table for {copy.year}, as its caption says"
    return "second copy of this table"


def _with_annex(
    annex: Sequence[Grid],
    found: Sorted,
    leftovers: list[Leftover],
    pixels: Mapping[str, Pixels],
) -> Tabulation:
    """A report with the annex of 2014, and perhaps tables of the uniform form too."""
    form = templates.annex()
    result = read_annex(annex)
    _mark(result, pixels)
    places = tuple(grid.locator for grid in annex)
    rows = tuple(result.rows)
    spec = form.tables[CODE]
    located = Located(CODE, form.code, places, rows, len(result.cells), len(spec.rows))
    cells = _complete(form, CODE, result)
    if not found.tables:
        leftovers += result.leftovers
        return Tabulation(
            form.code, (*cells, *result.extra), tuple(leftovers), (located,)
        )
    main = _uniform(found, leftovers, None, pixels)
    own = [note for note in main.notes if not note.startswith(MIXED)]
    mixed = sorted({(t.table, t.template) for t in (*main.located, located)})
    named = ", ".join(f"{table}: {generation}" for table, generation in mixed)
    return Tabulation(
        main.template,
        (*main.cells, *cells, *result.extra),
        (*main.leftovers, *result.leftovers),
        (*main.located, located),
        (*own, f"{MIXED}: {named}"),
    )


def _mark(result: TableReading, pixels: Mapping[str, Pixels]) -> None:
    """Say of cells that were recognised in a picture that they were."""
    if pixels:
        for place, cell in result.cells.items():
            result.cells[place] = marked(cell, pixels)
        result.extra[:] = [marked(cell, pixels) for cell in result.extra]


def _repair(
    generation: str, code: str, result: TableReading, pixels: Mapping[str, Pixels]
) -> list[str]:
    """Recover misread cells of a table by its sums, and say which."""
    read = {cell.key: cell for cell in result.cells.values()}
    seen = {k: pixels[c.locator] for k, c in read.items() if c.locator in pixels}
    repaired = repair(read, generation, code, pixels=seen)
    for (_, row, col), cell in repaired.cells.items():
        result.cells[row, col] = cell
    return [repaired.note] if repaired.note else []


def _complete(form: Template, code: str, result: TableReading) -> list[Cell]:
    """Every cell of a table of the form, those the document lacks as missing."""
    return [
        result.cells.get((s.row.code, s.col.code)) or _missing(s)
        for s in templates.slots(form, code)
    ]


def _uniform(
    found: Sorted,
    leftovers: list[Leftover],
    words: str | None,
    pixels: Mapping[str, Pixels],
) -> Tabulation:
    """The three tables of the uniform form, each in its own generation."""
    generations = {code: _generation(code, f) for code, f in found.tables.items()}
    decided = [g for g in generations.values() if g]
    newest = [t.code for t in templates.load()]
    template = min(decided, key=newest.index) if decided else words or newest[-1]
    cells: list[Cell] = []
    extra: list[Cell] = []
    located: list[Located] = []
    notes: list[str] = []
    for code in templates.get(template).tables:
        fragments = found.tables.get(code, [])
        generation = generations.get(code) or template
        spec = templates.get(generation).tables[code]
        sums = identities(generation, code) if len(spec.blocks) == 1 else ()
        result = read_table(spec, fragments, sums)
        _mark(result, pixels)
        if any(cell.method == "ocr" for cell in result.cells.values()):
            notes += _repair(generation, code, result, pixels)
            leftovers += unread(result.cells)
        cells += _complete(templates.get(generation), code, result)
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
    if len(set(decided)) > 1:
        mixed = ", ".join(f"{c}: {g}" for c, g in sorted(generations.items()) if g)
        notes.append(f"{MIXED}: {mixed}")
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


def _missing(slot: Slot) -> Cell:
    unit = slot.row.unit or slot.col.unit
    return Cell(slot.table, slot.row.code, slot.col.code, "", None, unit, "missing")
