"""``rules.yml`` read strictly: what each rule compares, as frozen data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from archive import codes, yamls
from archive.errors import TemplateError
from archive.records import Rule
from pipelines.rules.kinds import (
    CLAIMS,
    ITEM_ASPECTS,
    RELATIONS,
    Amount,
    Blanks,
    Chapters,
    Compare,
    Integers,
    Items,
    Lawmakers,
    Methods,
    Prose,
    Reading,
    Test,
)

__all__ = [
    "Chapters",
    "Compare",
    "Integers",
    "Prose",
    "RuleBook",
    "RuleSpec",
    "parse",
    "rule_book",
]


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A rule as published, the generations it applies to, and its test."""

    rule: Rule
    templates: tuple[str, ...]
    test: Test


@dataclass(frozen=True, slots=True)
class Group:
    """A named list of codes; ``codes`` by generation, '' for all generations.

    ``names`` are those in Chinese (zh) and English (en), for messages.
    """

    names: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """All of ``rules.yml``; one book is itself only, so that it can be a key."""

    specs: tuple[RuleSpec, ...]
    groups: Mapping[str, Group]
    generations: Mapping[str, Mapping[str, frozenset[str]]]

    def codes(self, operands: Sequence[str], template: str) -> tuple[str, ...]:
        """Operands with their groups written out for one generation."""
        return _codes(self, tuple(operands), template)

    def expand(self, operands: Sequence[str], template: str) -> Iterator[str]:
        """Operands one by one, groups within groups written out."""
        for operand in operands:
            if operand.startswith("$"):
                by_template = self.groups[operand[1:]].codes
                inner = by_template.get(template) or by_template.get("", ())
                yield from self.expand(inner, template)
            else:
                yield operand


@lru_cache(maxsize=4096)
def _codes(book: RuleBook, operands: tuple[str, ...], template: str) -> tuple[str, ...]:
    return tuple(book.expand(operands, template))


# ------------------------------------------------------------------------------ reading


def parse(text: str, name: str = "rules.yml") -> RuleBook:
    """The rule book in a YAML text.

    Raises:
        TemplateError: unknown or missing key, unknown word, group without definition;
            the message names file, rule and key.

    """
    data = _mapping(yamls.load(text), name)
    _keys(data, name, need=("generations", "groups", "rules"))
    groups = {
        key: _group(_mapping(value, f"{name}: groups.{key}"), f"{name}: groups.{key}")
        for key, value in _mapping(data["groups"], f"{name}: groups").items()
    }
    generations = {
        table: {template: frozenset(marks) for template, marks in by_template.items()}
        for table, by_template in _mapping(data["generations"], name).items()
    }
    specs = tuple(
        _spec(rule_id, _mapping(value, f"{name}: {rule_id}"), f"{name}: {rule_id}")
        for rule_id, value in _mapping(data["rules"], f"{name}: rules").items()
    )
    used = [c for g in groups.values() for inner in g.codes.values() for c in inner]
    for spec in specs:
        if isinstance(spec.test, Compare):
            used += [*spec.test.over, *spec.test.expected, *spec.test.actual]
        elif isinstance(spec.test, Lawmakers):
            used += spec.test.columns
    for code in used:
        if code.startswith("$") and code[1:] not in groups:
            raise TemplateError(f"{name}: group {code} is used but not defined")
    return RuleBook(specs, groups, generations)


@cache
def rule_book() -> RuleBook:
    """The rule book of this version."""
    text = files("pipelines.rules").joinpath("rules.yml").read_text("utf-8")
    return parse(text)


def _spec(rule_id: str, data: Mapping[str, Any], where: str) -> RuleSpec:
    kinds: dict[str, Callable[[Any, str], Test]] = {
        "compare": _compare,
        "integers": _integers,
        "lawmakers": _lawmakers,
        "items": _items,
        "amount": _amount,
        "blanks": _blanks,
        "methods": _methods,
        "chapters": _chapters,
        "prose": _prose,
    }
    need = ("basis", "severity", "templates", "text_zh", "text_en")
    _keys(data, where, need=need, may=tuple(kinds))
    given = [kind for kind in kinds if kind in data]
    if len(given) != 1:
        raise TemplateError(f"{where}: expected one test of {list(kinds)}, got {given}")
    _word(data["basis"], codes.BASES, f"{where}.basis")
    _word(data["severity"], codes.SEVERITIES, f"{where}.severity")
    for template in data["templates"]:
        _word(template, codes.TEMPLATES, f"{where}.templates")
    return RuleSpec(
        Rule(
            rule_id, data["basis"], data["severity"], data["text_zh"], data["text_en"]
        ),
        tuple(data["templates"]),
        kinds[given[0]](data[given[0]], f"{where}.{given[0]}"),
    )


def _compare(data: Any, where: str) -> Compare:
    data = _mapping(data, where)
    _keys(
        data,
        where,
        need=("table", "each", "over", "expected", "actual"),
        may=("relation", "blank_is_zero", "settles_readings", "likely"),
    )
    _word(data["table"], codes.TABLE_CODES, f"{where}.table")
    _word(data["each"], ("row", "column"), f"{where}.each")
    _word(data.get("relation", "="), RELATIONS, f"{where}.relation")
    lists = {
        key: tuple(data.get(key, ()))
        for key in ("over", "expected", "actual", "likely")
    }
    return Compare(**{**data, **lists})


def _integers(data: Any, where: str) -> Integers:
    data = _mapping(data, where)
    _keys(data, where, need=("tables",), may=("decimals",))
    return Integers(_tables(data, where), tuple(data.get("decimals", ())))


def _lawmakers(data: Any, where: str) -> Lawmakers:
    data = _mapping(data, where)
    _keys(data, where, need=("table", "row", "columns", "may"))
    _word(data["table"], codes.TABLE_CODES, f"{where}.table")
    for kind, levels in _mapping(data["may"], f"{where}.may").items():
        _word(kind, codes.AGENCY_KINDS, f"{where}.may")
        for level in levels:
            _word(level, codes.LEVELS, f"{where}.may.{kind}")
    may = {kind: tuple(levels) for kind, levels in data["may"].items()}
    return Lawmakers(data["table"], data["row"], tuple(data["columns"]), may)


def _items(data: Any, where: str) -> Items:
    data = _mapping(data, where)
    _keys(data, where, need=("aspect", "over"), may=("most",))
    _word(data["aspect"], ITEM_ASPECTS, f"{where}.aspect")
    return Items(data["aspect"], tuple(data["over"]), float(data.get("most", 0)))


def _amount(data: Any, where: str) -> Amount:
    data = _mapping(data, where)
    limits = ("least", "most", "slip")
    _keys(data, where, need=("table", "row", "items", "amount", *limits))
    _word(data["table"], codes.TABLE_CODES, f"{where}.table")
    return Amount(**{**data, **{key: float(data[key]) for key in limits}})


def _blanks(data: Any, where: str) -> Blanks:
    data = _mapping(data, where)
    _keys(data, where, need=("tables",))
    return Blanks(_tables(data, where))


def _methods(data: Any, where: str) -> Methods:
    _word(data, ("all",), where)
    return Methods()


def _tables(data: Mapping[str, Any], where: str) -> tuple[str, ...]:
    for table in data["tables"]:
        _word(table, codes.TABLE_CODES, f"{where}.tables")
    return tuple(data["tables"])


def _chapters(data: Any, where: str) -> Chapters:
    _word(data, ("present", "numbered"), where)
    return Chapters(data)


def _prose(data: Any, where: str) -> Prose:
    data = _mapping(data, where)
    _keys(data, where, need=("claim",), may=("readings",))
    _word(data["claim"], CLAIMS, f"{where}.claim")
    readings = []
    for entry in data.get("readings", ()):
        _keys(_mapping(entry, where), f"{where}.readings", need=("sum", "verdict"))
        _word(entry["verdict"], codes.VERDICTS, f"{where}.readings.verdict")
        plus = tuple(code for code in entry["sum"] if not code.startswith("-"))
        minus = tuple(code[1:] for code in entry["sum"] if code.startswith("-"))
        readings.append(Reading(plus, minus, entry["verdict"]))
    return Prose(data["claim"], tuple(readings))


def _group(data: Mapping[str, Any], where: str) -> Group:
    _keys(data, where, need=("name", "codes"), may=("name_en",))
    names = {"zh": data["name"], "en": data.get("name_en", data["name"])}
    listed = data["codes"]
    if isinstance(listed, list):
        return Group(names, {"": tuple(listed)})
    for template in _mapping(listed, f"{where}.codes"):
        _word(template, codes.TEMPLATES, f"{where}.codes")
    return Group(names, {t: tuple(inner) for t, inner in listed.items()})


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TemplateError(f"{where}: expected a mapping, found {value!r}")
    return value


def _keys(
    data: Mapping[str, Any],
    where: str,
    need: Sequence[str],
    may: Sequence[str] = (),
) -> None:
    for key in data:
        if key not in need and key not in may:
            raise TemplateError(f"{where}: unknown key {key!r}")
    for key in need:
        if key not in data:
            raise TemplateError(f"{where}: key {key!r} is missing")


def _word(value: Any, known: Sequence[str], where: str) -> None:
    if value not in known:
        raise TemplateError(f"{where}: expected one of {list(known)}, found {value!r}")
