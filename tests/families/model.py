"""What the invented portal publishes, whatever system publishes it.

Three columns of reports: the government's own (three list pages), departments by year,
towns. Between the reports stand what real columns hold too: a circular, an explainer
under the report's own title, the report of the web site, that on the rule of law.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any

from crawler.sample.data import Portal, SampleAgency, SampleReport, load_portals
from crawler.sample.figures import form_data, generation

PLACE = "临澜县"
NAME = "临澜县人民政府"
ADCODE = "990221"
SITE_CODE = "9902210003"
PAGE_SIZE = 5

#: How a report is published: the page itself, the page and a file of the same content,
#: or a page that only offers the file.
WHOLE, WITH_TEXT, WITH_WORD, STUB_WORD = "whole", "with text", "with word", "stub word"


@dataclass(frozen=True)
class Column:
    """A column; ``slug`` is its folder, ``number`` what numbering systems call it."""

    slug: str
    number: int
    name: str
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Item:
    """A line of a list: a report, or something else (``kind`` says what).

    ``columns`` are the slugs of the columns that list it; ``number`` is unique.
    """

    number: int
    title: str
    date: str
    columns: tuple[str, ...]
    kind: str = "report"  # or circular | explainer | website_report | … | news
    text: tuple[str, ...] = ()
    packaging: str = WHOLE
    agency: SampleAgency | None = None
    report: SampleReport | None = None

    @property
    def ymd(self) -> tuple[int, int, int]:
        """The date as numbers."""
        year, month, day = map(int, self.date.split("-"))
        return year, month, day

    @property
    def hex(self) -> str:
        """An id of 32 hexadecimal digits, as newer systems use."""
        return f"{self.number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 16**32:032x}"


@dataclass(frozen=True)
class Model:
    """The content of one portal."""

    portal: Portal  # place and agencies, as the prose of reports wants them
    column: Column  # the report column with its parts
    others: tuple[Column, ...]  # the other parts of the disclosure platform
    news: Column
    items: tuple[Item, ...]
    adcode: str = ADCODE

    @property
    def reports(self) -> tuple[Item, ...]:
        """The reports, oldest number first."""
        return tuple(i for i in self.items if i.kind == "report")

    def listed(self, slug: str) -> tuple[Item, ...]:
        """What a column lists, newest first."""
        found = [item for item in self.items if slug in item.columns]
        return tuple(sorted(found, key=lambda i: (i.date, i.number), reverse=True))

    def pages(self, slug: str, size: int = PAGE_SIZE) -> list[tuple[Item, ...]]:
        """The same cut into list pages; a column without items has one empty page."""
        listed = self.listed(slug)
        cuts = range(0, max(len(listed), 1), size)
        return [listed[at : at + size] for at in cuts]

    def expected(self) -> set[tuple[str, int]]:
        """(agency, year) of every report."""
        return {
            (i.agency.name, i.report.year)
            for i in self.reports
            if i.agency and i.report
        }


ROOT = "zfxxgknb"
OWN, DEPARTMENTS, TOWNS = "xzf", "bm", "xz"
COLUMN = Column(
    ROOT,
    1001,
    "政府信息公开年报",
    (
        Column(OWN, 1002, "县政府"),
        Column(
            DEPARTMENTS,
            1003,
            "县政府部门",
            (Column("2024n", 1004, "2024年"), Column("2023n", 1005, "2023年")),
        ),
        Column(TOWNS, 1006, "乡镇（街道）"),
    ),
)
OTHERS = (
    Column("zfxxgkzn", 1011, "政府信息公开指南"),
    Column("zfxxgkzd", 1012, "政府信息公开制度"),
    Column("fdzdgknr", 1013, "法定主动公开内容"),
)
NEWS = Column("zwdt", 1020, "政务动态")

#: name, kind, scope, we, years, how each year's report is published
AGENCIES = (
    (NAME, "government", "government_aggregate", "我县", range(2019, 2026)),
    (f"{NAME}办公室", "government_office", "own_organ", "本办公室", (2023, 2024)),
    ("临澜县教育局", "department", "own_organ", "我局", (2023, 2024)),
    ("临澜县水务局", "department", "own_organ", "我局", (2023, 2024)),
    ("临澜县财政局", "department", "own_organ", "我局", (2024,)),
    ("临澜县石浔镇人民政府", "township", "government_aggregate", "我镇", (2023, 2024)),
    ("临澜县高桥镇人民政府", "township", "government_aggregate", "我镇", (2024, 2025)),
)
PACKAGING = {
    (NAME, 2022): WITH_TEXT,
    ("临澜县教育局", 2024): WITH_WORD,
    ("临澜县高桥镇人民政府", 2025): STUB_WORD,
}

DECOYS = (
    (
        "circular",
        f"{NAME}办公室关于做好2023年政府信息公开工作年度报告编制和发布工作的通知",
        "2023-12-18",
        (OWN, DEPARTMENTS),
        (
            "各乡镇人民政府，县政府各部门：现就2023年政府信息公开工作年度报告编制和"
            "发布工作通知如下。",
            "一、各单位年度报告于2024年1月15日前报送县政府办公室，1月31日前公布。",
            "二、请核对三张表格，新收与结转之和应等于办理结果总计与结转下年度之和。",
        ),
    ),
    (
        "explainer",
        f"{NAME}2023年政府信息公开工作年度报告",
        "2024-03-29",
        (OWN,),
        (
            f"为便于群众了解年报内容，现对{NAME}2023年政府信息公开工作年度报告作如下"
            "解读。",
            "问：去年群众最关心哪些信息？答：教育入学安排和农村供水改造排在前两位。",
            "问：今年准备怎样改进？答：重点是让答复说得清楚。",
        ),
    ),
    (
        "website_report",
        f"{NAME}网2023年年报（政府网站工作年度报表）",
        "2024-01-22",
        (OWN,),
        (f"填报单位：{NAME}办公室", "网站总访问量（单位：次）：1204377"),
    ),
    (
        "law_report",
        "临澜县教育局2023年法治政府建设年度报告",
        "2024-03-05",
        ("2023n",),
        ("一、主要做法。全年开展校外培训联合检查六次。", "二、存在问题。人员不足。"),
    ),
    (
        "other",
        "临澜县水务局2024年部门预算公开",
        "2025-02-25",
        ("2024n", TOWNS),
        ("本部门2024年收入预算612.40万元，其中一般公共预算拨款收入598.10万元。",),
    ),
)
NEWS_ITEMS = (
    ("临澜县启用三处渔船避风新锚地", "2025-02-22", ("新锚地可停泊渔船四百余艘。",)),
    ("全县春季义务植树活动在东屿湿地举行", "2025-02-19", ("栽种树木两千余株。",)),
)


def _report(year: int, seed: int, published: str) -> SampleReport:
    """A report whose sums hold; its figures follow from year and agency."""
    template = generation(year)
    proactive: dict[str, object] = {}
    for block in form_data()["forms"][template]["proactive"]:
        for at, row in enumerate(block["rows"]):
            width = len(block["cols"])
            numbers = tuple((seed + year + at * 7 + k * 3) % 97 for k in range(width))
            proactive[row] = numbers if width > 1 else numbers[0]
    count = 4 + (seed * 5 + year) % 23
    return SampleReport(
        year=year,
        id=f"{year}{seed:02}",
        published=published,
        signed=published,
        posts=(300 + seed, 120, 15),
        trainings=2 + seed % 3,
        highlight="补贴发放结果公示到村。",
        problem="个别栏目更新不及时。",
        plan="按季度核对栏目更新情况。",
        proactive=proactive,
        requests={
            "natural_person": {
                "new_received": count,
                "carried_in": 1,
                "granted": count - 2,
                "unable_not_held": 2,
                "carried_out": 1,
            }
        },
        review={},
    )


def _columns(kind: str, year: int) -> tuple[str, ...]:
    if kind == "government":
        return (OWN,)
    if kind == "township":
        return (TOWNS,)
    # the office's report stands among the government's too: the same report twice
    part = (f"{year}n",)
    return (*part, OWN) if kind == "government_office" else part


@cache
def model() -> Model:
    """The portal that every family's contract is tested with."""
    agencies, items, number = [], [], 52_001
    for seed, (name, kind, scope, we, years) in enumerate(AGENCIES, 3):
        made = []
        for year in years:
            date = f"{year + 1}-01-{10 + seed:02}"
            report = _report(year, seed, date)
            made.append(report)
            title = f"{name}{year}年政府信息公开工作年度报告"
            packaging = PACKAGING.get((name, year), WHOLE)
            items.append(
                Item(
                    number, title, date, _columns(kind, year), "report", (),
                    packaging, None, report,
                )
            )  # fmt: skip
            number += 37
        agency = SampleAgency(
            name, kind, scope, we, f"{NAME}办公室", "0000-8210011", "民生实事", (),
            tuple(made),
        )  # fmt: skip
        agencies.append(agency)
        done = len(items) - len(made)
        items[done:] = [replace(item, agency=agency) for item in items[done:]]
    for kind, title, date, columns, text in DECOYS:
        items.append(Item(number, title, date, columns, kind, text))
        number += 37
    for title, date, text in NEWS_ITEMS:
        items.append(Item(number, title, date, (NEWS.slug,), "news", text))
        number += 37
    base = load_portals()[1]
    portal = replace(base, name=NAME, place=PLACE, agencies=tuple(agencies))
    return Model(portal, COLUMN, OTHERS, NEWS, tuple(items))


def elsewhere(place: str, adcode: str) -> Model:
    """The same portal of another place, so that its reports are other reports."""
    made: Model = _renamed(model(), place)
    return replace(made, adcode=adcode)


def _renamed(value: Any, place: str) -> Any:
    if isinstance(value, str):
        return value.replace(PLACE, place)
    if isinstance(value, tuple):
        return tuple(_renamed(part, place) for part in value)
    if isinstance(value, Mapping):
        return {key: _renamed(part, place) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: _renamed(getattr(value, f.name), place) for f in fields(value)}
        return replace(value, **parts)
    return value
