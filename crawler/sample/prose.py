"""The words of a sample report: which wording, filled with which facts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from crawler.sample.data import Portal, SampleAgency, SampleReport, load_yaml
from crawler.sample.figures import Key, counts, form_data, generation

APPEALS_DENIED = "denied"


@dataclass(frozen=True)
class Heading:
    """The heading of a chapter (level 1) or of a section of chapter 1 (level 2)."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class TablePlace:
    """Where one of the three tables stands."""

    kind: ClassVar[str] = "table"
    code: str  # proactive | requests | review_litigation


@dataclass(frozen=True)
class Signature:
    """The lines at the lower right: who, and when signed."""

    kind: ClassVar[str] = "signature"
    agency: str
    date: str


Block = Heading | Paragraph | TablePlace | Signature

TABLE_OF_CHAPTER = {2: "proactive", 3: "requests", 4: "review_litigation"}


@cache
def wordings() -> dict[str, Any]:
    """``prose.yml``: the alternatives for each passage."""
    return load_yaml("prose.yml")


def title(agency: SampleAgency, report: SampleReport) -> str:
    """The title as printed."""
    return report.title or f"{agency.name}{report.year}年政府信息公开工作年度报告"


def printed_date(iso: str) -> str:
    """A date in Chinese.

    >>> printed_date("2024-01-08")
    '2024年1月8日'
    """
    year, month, day = (int(part) for part in iso.split("-"))
    return f"{year}年{month}月{day}日"


def _facts(
    portal: Portal, agency: SampleAgency, report: SampleReport
) -> dict[str, str]:
    cells: dict[Key, Any] = counts(report)

    def requests(row: str) -> int:
        return int(cells["requests", row, "total"])

    def appeals(row: str) -> int:
        return int(cells["review_litigation", row, "total"])

    new_form = generation(report.year) == "gk2021"
    web, media, other = report.posts
    return {
        "agency": agency.name,
        "we": agency.we,
        "contact": agency.contact,
        "phone": agency.phone,
        "field": agency.field,
        "site": f"{portal.place}人民政府网站",
        "year": str(report.year),
        "next_year": str(report.year + 1),
        "posts": str(sum(report.posts)),
        "web": str(web),
        "media": str(media),
        "other": str(other),
        "trainings": str(report.trainings),
        "docs_label": "行政规范性文件" if new_form else "规范性文件",
        "docs_count": str(report.proactive["normative_docs"][0]),
        "received": str(requests("new_received")),
        "carried_in": str(requests("carried_in")),
        "handled": str(requests("handled_total")),
        "carried_out": str(requests("carried_out")),
        "change": _change(agency, report),
        "reconsideration": str(appeals("reconsideration")),
        "litigation": str(
            appeals("litigation_direct") + appeals("litigation_after_reconsideration")
        ),
    }


def _change(agency: SampleAgency, report: SampleReport) -> str:
    """How the number of requests compares with the report of the year before."""
    for before in agency.reports:
        if before.year == report.year - 1:
            key = ("requests", "new_received", "total")
            difference = counts(report)[key] - counts(before)[key]
            if difference == 0:
                return "，与上年持平"
            return f"，较上年{'增加' if difference > 0 else '减少'}{abs(difference)}件"
    return ""


def body(portal: Portal, agency: SampleAgency, report: SampleReport) -> list[Block]:
    """The report from its preamble to its signature, tables as places."""
    turn = portal.agencies.index(agency) * 3 + report.year
    facts = _facts(portal, agency, report)

    def say(passage: str, step: int = 1) -> str:
        alternatives = wordings()[passage]
        wording: str = alternatives[turn * step % len(alternatives)]
        return wording.format_map(facts)

    no_requests = facts["received"] == facts["carried_in"] == "0"
    no_appeals = facts["reconsideration"] == facts["litigation"] == "0"
    facts["docs"] = say("docs_none" if facts["docs_count"] == "0" else "docs_some")
    facts["appeals"] = say(
        "appeals_none"
        if no_appeals or report.appeals == APPEALS_DENIED
        else "appeals_some"
    )
    sections = {
        "proactive": say("proactive") + report.highlight,
        "requests": say("requests_none" if no_requests else "requests"),
        "management": say("management", 2),
        "platform": say("platform", 3),
        "supervision": say("supervision"),
    }
    chapters: dict[int, list[Block]] = {1: []}
    for code, text in sections.items():
        heading = Heading(form_data()["sections"][code], level=2)
        chapters[1] += [heading, Paragraph(text)]
    for number, table in TABLE_OF_CHAPTER.items():
        chapters[number] = [TablePlace(table)]
    chapters[5] = [
        Paragraph(say("problems_lead") + report.problem),
        Paragraph(say("plans_lead") + report.plan),
    ]
    closing = "closing_2021" if report.year >= 2021 else "closing_2019"
    chapters[6] = [Paragraph(say(closing))]

    blocks: list[Block] = [Paragraph(say("preamble"))]
    for number, heading in form_data()["chapters"].items():
        if number != report.without_chapter:
            blocks += [Heading(heading), *chapters[number]]
    return [*blocks, Signature(agency.name, printed_date(report.signed))]
