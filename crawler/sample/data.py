"""The YAML of the sample portals as frozen dataclasses, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from typing import Any, TypeVar

from archive import yamls
from archive.errors import TemplateError

PORTAL_FILES = ("trs.yml", "hanweb.yml", "generic.yml")

T = TypeVar("T")


@dataclass(frozen=True)
class Column:
    """A list of articles: its folder or number, and its name."""

    slug: str
    name: str


@dataclass(frozen=True)
class Article:
    """A news item, or a decoy in a report column.

    ``kind`` is a triage verdict (``archive.codes.TRIAGE_KINDS``), ``news``, or ``dead``
    for a link whose page no longer exists. ``rows`` is a table that is none of the
    report's, ``picture`` the text alternative of an image that holds the content.
    """

    id: str
    title: str
    published: str
    columns: tuple[str, ...] = ()
    kind: str = "news"
    text: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    picture: str = ""


@dataclass(frozen=True)
class NewsColumn:
    """A column that has nothing to do with reports."""

    slug: str
    name: str
    items: tuple[Article, ...]


@dataclass(frozen=True)
class Page:
    """A page without a date: a guide, a service page."""

    slug: str
    title: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class SampleReport:
    """One annual report: its figures, its prose facts and its oddities.

    ``requests`` maps applicant column → outcome row → count, leaving zeros and sums
    out; ``review`` holds four numbers a row, without their sum. The last group of
    fields is what makes a report odd, nearly always left at the default.
    """

    year: int
    id: str
    published: str
    signed: str
    posts: tuple[int, int, int]  # website, new media, other channels
    trainings: int
    highlight: str
    problem: str
    plan: str
    proactive: Mapping[str, Any]
    requests: Mapping[str, Mapping[str, int]]
    review: Mapping[str, tuple[int, int, int, int]]
    title: str = ""  # default: <agency><year>年政府信息公开工作年度报告
    columns: tuple[str, ...] = ()  # default: the agency's

    # table/row/col → how the cell is printed, where not as the figures say
    printed: Mapping[str, str] = field(default_factory=dict)
    # rule → the scopes at which the report breaks it
    fails: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zeros: str = "0"  # 0 | blank | dash: how a zero is printed
    thousands: bool = False  # separators in counts
    layout: str = "regular"  # regular | lying_rowspans | split_proactive
    extra: Mapping[str, str] = field(default_factory=dict)  # local row code → its text
    without_chapter: int = 0
    appeals: str = ""  # denied: the prose denies what table 4 counts
    link: str = "plain"  # plain | absolute | session: how lists link to it
    text_copy: bool = False  # the page offers the report as a text file too
    pubdate: str | None = None  # meta PubDate when it is not in the standard form
    moved_to: str = ""  # date in the address of a page that was moved


@dataclass(frozen=True)
class SampleAgency:
    """An invented organ and its reports, oldest first."""

    name: str
    kind: str
    scope: str
    we: str
    contact: str
    phone: str
    field: str
    columns: tuple[str, ...]
    reports: tuple[SampleReport, ...]


@dataclass(frozen=True)
class Portal:
    """One sample portal as its YAML file describes it."""

    id: str
    skin: str
    name: str
    place: str
    adcode: str
    level: str
    port: int
    site_code: str
    icp: str
    slogan: str
    page_size: int
    report_columns: tuple[Column, ...]
    news_columns: tuple[NewsColumn, ...]
    pages: tuple[Page, ...]
    platform: tuple[Page, ...]
    decoys: tuple[Article, ...]
    agencies: tuple[SampleAgency, ...]


def _frozen(value: Any) -> Any:
    """Lists as tuples, all the way down."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


def _make(cls: type[T], entry: Mapping[str, Any], where: str, **parts: Any) -> T:
    unknown = entry.keys() - {f.name for f in fields(cls)}  # type: ignore[arg-type]
    if unknown:
        raise TemplateError(
            f"{where}: {cls.__name__} has no {', '.join(sorted(unknown))}"
        )
    try:
        return cls(**{**entry, **parts})
    except TypeError as error:
        raise TemplateError(f"{where}: {error}") from error


def load_yaml(name: str) -> dict[str, Any]:
    """A YAML file of this package, with its lists frozen."""
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    content: dict[str, Any] = _frozen(yamls.load(text))
    return content


def _portal(name: str) -> Portal:
    entry = load_yaml(name)

    def items(key: str, cls: type[T]) -> tuple[T, ...]:
        return tuple(_make(cls, e, f"{name}: {key}") for e in entry[key])

    news = tuple(
        _make(
            NewsColumn,
            column,
            f"{name}: news_columns",
            items=tuple(
                _make(Article, item, f"{name}: {column['name']}")
                for item in column["items"]
            ),
        )
        for column in entry["news_columns"]
    )
    agencies = tuple(
        _make(
            SampleAgency,
            agency,
            f"{name}: agencies",
            reports=tuple(
                _make(SampleReport, report, f"{name}: {agency['name']}")
                for report in agency["reports"]
            ),
        )
        for agency in entry["agencies"]
    )
    return _make(
        Portal,
        entry,
        name,
        report_columns=items("report_columns", Column),
        news_columns=news,
        pages=items("pages", Page),
        platform=items("platform", Page),
        decoys=items("decoys", Article),
        agencies=agencies,
    )


@cache
def load_portals() -> tuple[Portal, ...]:
    """The three portals, in the order of ``PORTAL_FILES``."""
    return tuple(_portal(name) for name in PORTAL_FILES)
