"""Strict reading of a form file: an unknown or missing key is an error with a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from archive import yamls
from archive.errors import TemplateError
from pipelines.normalise import core, label

LAYOUTS = ("stacked", "matrix", "pivot", "annex")
UNITS = ("count", "wan_cny", None)


@dataclass(frozen=True, slots=True)
class Group:
    """A heading that spans rows, e.g. （三）不予公开."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the form. ``keys`` are the normalised labels it answers to.

    ``unit``: where the rows of a column differ in it; None: that of the column.
    """

    code: str
    zh: str
    en: str
    groups: tuple[Group, ...]
    keys: tuple[str, ...]
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Col:
    """A column of the form. ``unit`` None: an amount whose unit the cell must say."""

    code: str
    zh: str
    en: str
    unit: str | None
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that share their columns; ``heading`` is the printed row above them."""

    heading: str | None
    en: str | None
    cols: tuple[Col, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the form; ``anchors`` are normalised words that only frame it."""

    code: str
    layout: str
    chapter: int
    blocks: tuple[Block, ...]
    anchors: frozenset[str]
    over: tuple[str, ...] = ()  # labels that stand over several columns

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for block in self.blocks for row in block.rows)


@dataclass(frozen=True, slots=True)
class Template:
    """One generation of the form."""

    code: str
    circular: str
    report_years: tuple[int, ...]
    signatures: tuple[str, ...]
    tables: Mapping[str, Table]


def parse(name: str, data: bytes) -> Template:
    """Read one form file. Raises TemplateError naming the file and the place."""
    try:
        raw = yamls.load(data)
    except yaml.YAMLError as error:
        raise TemplateError(f"{name}: not readable as YAML: {error}") from error
    top = _Node(name, raw)
    required = ("template", "circular", "report_years", "signatures", "tables")
    top.keys(required)
    tables = {
        code: _table(code, _Node(f"{name}: tables.{code}", spec))
        for code, spec in _Node(f"{name}: tables", raw["tables"]).items()
    }
    return Template(
        code=raw["template"],
        circular=raw["circular"],
        report_years=tuple(raw["report_years"]),
        signatures=tuple(raw["signatures"]),
        tables=tables,
    )


class _Node:
    """A mapping of the file with its place, for errors that say where."""

    def __init__(self, place: str, raw: Any) -> None:
        if not isinstance(raw, dict):
            raise TemplateError(f"{place}: expected a mapping, found {raw!r}")
        self.place, self.raw = place, raw

    def keys(self, required: Iterable[str], optional: Iterable[str] = ()) -> None:
        required = set(required)
        if unknown := self.raw.keys() - required - set(optional):
            raise TemplateError(f"{self.place}: unknown key {sorted(unknown)[0]!r}")
        if missing := required - self.raw.keys():
            raise TemplateError(f"{self.place}: missing key {sorted(missing)[0]!r}")

    def items(self) -> Iterable[tuple[str, Any]]:
        return self.raw.items()

    def nodes(self, key: str) -> list[_Node]:
        found = self.raw[key]
        if not isinstance(found, list) or not found:
            raise TemplateError(f"{self.place}.{key}: expected a list, found {found!r}")
        return [_Node(f"{self.place}.{key}[{i}]", x) for i, x in enumerate(found)]


def _table(code: str, node: _Node) -> Table:
    node.keys(("layout", "chapter", "headers", "blocks"), ("groups",))
    layout = node.raw["layout"]
    if layout not in LAYOUTS:
        raise TemplateError(f"{node.place}: layout is {layout!r}, not one of {LAYOUTS}")
    groups = _groups(_Node(f"{node.place}.groups", node.raw.get("groups", {})))
    blocks = tuple(_block(b, groups) for b in node.nodes("blocks"))
    codes = [row.code for block in blocks for row in block.rows]
    if doubled := {c for c in codes if codes.count(c) > 1}:
        raise TemplateError(f"{node.place}: row {doubled.pop()!r} stands twice")
    anchors = [*node.raw["headers"], *(b.heading for b in blocks if b.heading)]
    anchors += [path[-1].zh for path in groups.values()]
    keys = {key for text in anchors for key in _keys(text)}
    keys |= {key for b in blocks for col in b.cols for key in col.keys}
    over = [t for t in node.raw["headers"] if layout == "matrix" and t[0] != "（"]
    return Table(
        code, layout, node.raw["chapter"], blocks, frozenset(keys), tuple(over)
    )


def _groups(node: _Node) -> dict[str, tuple[Group, ...]]:
    paths: dict[str, tuple[Group, ...]] = {}
    for code, raw in node.items():
        one = _Node(f"{node.place}.{code}", raw)
        one.keys(("zh", "en"), ("within",))
        outer = raw.get("within")
        if outer is not None and outer not in paths:
            raise TemplateError(f"{one.place}: {outer!r} is no group above it")
        above = paths[outer] if outer else ()
        paths[code] = (*above, Group(raw["zh"], raw["en"]))
    return paths


def _block(node: _Node, groups: Mapping[str, tuple[Group, ...]]) -> Block:
    node.keys(("cols", "rows"), ("heading", "en"))
    cols = tuple(_col(c) for c in node.nodes("cols"))
    rows = tuple(_row(r, groups) for r in node.nodes("rows"))
    return Block(node.raw.get("heading"), node.raw.get("en"), cols, rows)


def _col(node: _Node) -> Col:
    node.keys(("code", "zh", "en", "unit"), ("aliases",))
    raw = node.raw
    if raw["unit"] not in UNITS:
        raise TemplateError(f"{node.place}: unit is {raw['unit']!r}, not of {UNITS}")
    keys = _keys(raw["zh"], *raw.get("aliases", ()))
    return Col(raw["code"], raw["zh"], raw["en"], raw["unit"], keys)


def _row(node: _Node, groups: Mapping[str, tuple[Group, ...]]) -> Row:
    node.keys(("code", "zh", "en"), ("group", "aliases", "unit"))
    raw, group = node.raw, node.raw.get("group")
    if raw.get("unit") not in UNITS:
        raise TemplateError(f"{node.place}: unit is {raw['unit']!r}, not of {UNITS}")
    if group is not None and group not in groups:
        raise TemplateError(f"{node.place}: no such group: {group!r}")
    keys = _keys(raw["zh"], *raw.get("aliases", ()))
    path = groups[group] if group is not None else ()
    return Row(raw["code"], raw["zh"], raw["en"], path, keys, raw.get("unit"))


def _keys(*texts: str) -> tuple[str, ...]:
    """Normalised labels, whole and without notes in brackets; each once."""
    return tuple(dict.fromkeys(k for t in texts for k in (label(t), core(t)) if k))
