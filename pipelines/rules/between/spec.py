"""``between.yml`` read strictly: rules between reports, as frozen data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from archive import codes, yamls
from archive.errors import TemplateError
from archive.records import Rule
from pipelines.rules.kinds import RELATIONS

NAME = "between.yml"
REPEATS = ("previous_year", "other_agency")


@dataclass(frozen=True, slots=True)
class Years:
    """``now <relation> before + and_now``, over one row or column of a table.

    ``now`` and ``and_now`` are cells of this report, ``before`` of the last one; a "-"
    subtracts. A miss by less than ``least``, or by less than ``share`` of what is
    expected, is none.
    """

    table: str
    each: str
    over: tuple[str, ...]
    now: tuple[str, ...]
    before: tuple[str, ...]
    and_now: tuple[str, ...] = ()
    relation: str = "="
    least: float = 0.0
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """Growth told in the prose against the tables of two years."""

    claim: str


@dataclass(frozen=True, slots=True)
class Contains:
    """Cells of an aggregate are no less than those of a member.

    ``ask``: the row by whose total is asked whether the report is an aggregate at all.
    """

    table: str
    ask: str


@dataclass(frozen=True, slots=True)
class AddsUp:
    """An aggregate is the sum of its members; ``shown`` is the row of the message."""

    table: str
    shown: str


@dataclass(frozen=True, slots=True)
class Identical:
    """Equal numbers of two authorities, where there are enough of them to wonder."""

    least_cells: int
    least_values: int


@dataclass(frozen=True, slots=True)
class Versions:
    """Whether a report had other figures before."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """Chapters that repeat another report: a share of ``limit``, or above it."""

    other: str
    chapters: tuple[int, ...]
    limit: float
    strict: bool

    def exceeded(self, share: float) -> bool:
        """Whether a share is one to speak of."""
        return share > self.limit if self.strict else share >= self.limit


@dataclass(frozen=True, slots=True)
class Punctual:
    """Published by the legal date; ``moved`` days late may be a rebuilt site."""

    moved: int


Test = Years | Told | Contains | AddsUp | Identical | Versions | Repeated | Punctual


@dataclass(frozen=True, slots=True)
class Between:
    """A rule as published, the generations it applies to, and its test."""

    rule: Rule
    templates: tuple[str, ...]
    test: Test


@dataclass(frozen=True, slots=True)
class BetweenBook:
    """All of ``between.yml``: the rules, and the kinds of agency that are members."""

    members: tuple[str, ...]
    specs: tuple[Between, ...]


@cache
def between_book() -> BetweenBook:
    """The rules between reports of this version."""
    return parse(files(__package__).joinpath(NAME).read_text("utf-8"))


def parse(text: str) -> BetweenBook:
    """The rules in a YAML text.

    Raises:
        TemplateError: unknown or missing key or word; the message names the rule.

    """
    data = _mapping(yamls.load(text), NAME, need=("members", "rules"))
    for kind in data["members"]:
        _word(kind, codes.AGENCY_KINDS, f"{NAME}: members")
    return BetweenBook(
        tuple(data["members"]),
        tuple(_spec(key, value) for key, value in data["rules"].items()),
    )


def _spec(rule_id: str, data: Any) -> Between:
    where = f"{NAME}: {rule_id}"
    need = ("basis", "severity", "templates", "text_zh", "text_en")
    data = _mapping(data, where, need=need, may=tuple(_KINDS))
    given = [kind for kind in _KINDS if kind in data]
    if len(given) != 1:
        raise TemplateError(
            f"{where}: expected one test of {list(_KINDS)}, got {given}"
        )
    _word(data["basis"], codes.BASES, f"{where}.basis")
    _word(data["severity"], codes.SEVERITIES, f"{where}.severity")
    for template in data["templates"]:
        _word(template, codes.TEMPLATES, f"{where}.templates")
    rule = Rule(
        rule_id, data["basis"], data["severity"], data["text_zh"], data["text_en"]
    )
    test = _KINDS[given[0]](data[given[0]], f"{where}.{given[0]}")
    return Between(rule, tuple(data["templates"]), test)


def _years(data: Any, where: str) -> Years:
    data = _mapping(
        data,
        where,
        need=("table", "each", "over", "now", "before"),
        may=("and_now", "relation", "wide"),
    )
    _word(data["table"], codes.TABLE_CODES, f"{where}.table")
    _word(data["each"], ("row", "column"), f"{where}.each")
    _word(data.get("relation", "="), RELATIONS, f"{where}.relation")
    wide = _mapping(
        data.get("wide", {"least": 0, "share": 0}), where, need=("least", "share")
    )
    return Years(
        data["table"],
        data["each"],
        tuple(data["over"]),
        tuple(data["now"]),
        tuple(data["before"]),
        tuple(data.get("and_now", ())),
        data.get("relation", "="),
        float(wide["least"]),
        float(wide["share"]),
    )


def _told(data: Any, where: str) -> Told:
    _word(data, ("received",), where)
    return Told(data)


def _contains(data: Any, where: str) -> Contains:
    return Contains(**_mapping(data, where, need=("table", "ask")))


def _adds_up(data: Any, where: str) -> AddsUp:
    return AddsUp(**_mapping(data, where, need=("table", "shown")))


def _identical(data: Any, where: str) -> Identical:
    return Identical(**_mapping(data, where, need=("least_cells", "least_values")))


def _versions(data: Any, where: str) -> Versions:
    _word(data, ("figures",), where)
    return Versions()


def _repeated(data: Any, where: str) -> Repeated:
    need = ("other", "chapters")
    data = _mapping(data, where, need=need, may=("above", "from"))
    _word(data["other"], REPEATS, f"{where}.other")
    limits = [key for key in ("above", "from") if key in data]
    if len(limits) != 1:
        raise TemplateError(f"{where}: expected one of above and from, found {limits}")
    strict = limits == ["above"]
    return Repeated(
        data["other"], tuple(data["chapters"]), float(data[limits[0]]), strict
    )


def _punctual(data: Any, where: str) -> Punctual:
    return Punctual(int(_mapping(data, where, need=("moved",))["moved"]))


_KINDS: dict[str, Callable[[Any, str], Test]] = {
    "years": _years,
    "told": _told,
    "contains": _contains,
    "adds_up": _adds_up,
    "identical": _identical,
    "versions": _versions,
    "repeated": _repeated,
    "punctual": _punctual,
}


def _mapping(
    data: Any, where: str, need: Sequence[str], may: Sequence[str] = ()
) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise TemplateError(f"{where}: expected a mapping, found {data!r}")
    for key in data:
        if key not in need and key not in may:
            raise TemplateError(f"{where}: unknown key {key!r}")
    for key in need:
        if key not in data:
            raise TemplateError(f"{where}: key {key!r} is missing")
    return data


def _word(value: Any, known: Sequence[str], where: str) -> None:
    if value not in known:
        raise TemplateError(f"{where}: expected one of {list(known)}, found {value!r}")
