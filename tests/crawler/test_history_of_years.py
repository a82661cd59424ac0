"""Twelve years of two authorities: every version, difference, event and gap.

The portal is that of 济南市, whose column has the reports of 莱芜市, too; that city was
merged into it by the change of 2018. Figures and words are invented.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from archive import ledger
from archive.datadir import DataDir
from archive.publish import build
from archive.records import Source
from archive.reindex import rebuild
from archive.warc import WarcStore
from pipelines.reference import open_archive
from pipelines.rereading import reread, select
from tests.crawler.dry import HOME, DryPortal, Page, listing
from tests.pipelines import pdf_maker, printed_form

COLUMN = "/zfxxgk/zfxxgknb/"
SOURCE = Source("jinan", "济南市人民政府", "370100", "city", HOME)
JINAN, LAIWU = "370100-gov", "371200-gov"
NAMES = {JINAN: "济南市人民政府", LAIWU: "莱芜市人民政府"}
TITLE = "{}{}年政府信息公开工作年度报告"
#: Four visits over three weeks, three of them in working hours.
WEEKS = ("01", "08", "15", "26")


@dataclass(frozen=True)
class File(Page):
    """A file at an address."""

    data: bytes = b""

    def answer(self, tag: str | None) -> bytes:
        head = "HTTP/1.1 200 X\r\nContent-Type: application/pdf\r\n"
        return f"{head}Content-Length: {len(self.data)}\r\n\r\n".encode() + self.data


def prose(agency: str, year: int, requests: str, frame: str = "{}") -> Page:
    """A report of the years before there was a form, published in time."""
    title = TITLE.format(NAMES[agency], year)
    article = (
        f"<h1>{title}</h1><p>发布日期：{year + 1}-03-20</p>"
        f"<p>本报告所列数据的统计期限为{year}年1月1日至{year}年12月31日。</p>"
        "<p>一、概述</p><p>坚持公开为常态。</p>"
        "<p>二、主动公开政府信息的情况</p><p>主动公开政府信息120条。</p>"
        f"<p>三、依申请公开政府信息的情况</p><p>收到申请{requests}件，均已答复。</p>"
        "<p>四、存在的主要问题</p><p>人手不足，今后改进。</p>"
    )
    return Page(
        f"<html><head><title>{title}</title></head><body>"
        + frame.format(f"<div class='article'>{article}</div>")
        + "</body></html>"
    )


def figures(**totals: str) -> dict[tuple[str, str, str], str]:
    values = printed_form.invented()
    for row, value in totals.items():
        values["requests", row, "total"] = value
    return values


def tables(year: int, words: str = "", frame: str = "{}", **totals: str) -> Page:
    """A report of the form of 2019."""
    parts = (printed_form.proactive, printed_form.requests, printed_form.review)
    made = [printed_form.table(part(figures(**totals))) for part in parts]
    html = printed_form.page(made, frame, agency=NAMES[JINAN])
    html = html.replace("2021-01-20", f"{year + 1}-03-20").replace(
        "2020年", f"{year}年"
    )
    return Page(html.replace("人手不足，", f"人手不足，{words}"))


def pdf(**totals: str) -> Page:
    """The report for 2020 as a file."""
    made = pdf_maker.report(pdf_maker.Maker(), figures(**totals), agency=NAMES[JINAN])
    return File(data=made)


def old(agency: str, year: int) -> str:
    return f"{COLUMN}{year + 1}03/t{year + 1}0320_{agency[3]}.html"


def new(agency: str, year: int) -> str:
    return f"/art/{year}/{agency[3]}.html"


FILE = f"{COLUMN}202103/P020210320.pdf"


class Years:
    """The portal, and what its column names."""

    def __init__(self, root) -> None:
        self.portal = DryPortal(root, source=SOURCE)
        ledger.keep(self.portal.catalog, root / "warc", lambda: self.portal.now)
        self.portal.put("/", Page('<a href="/zfxxgk/">政府信息公开</a>'))
        self.portal.put("/zfxxgk/", Page(f'<a href="{COLUMN}">政府信息公开年报</a>'))
        self.items: dict[str, str] = {}

    def put(self, agency: str, year: int, page: Page, path: str = "") -> None:
        """Publish a report, or something else in its place."""
        path = path or old(agency, year)
        self.items[path] = TITLE.format(NAMES[agency], year)
        self.portal.put(path, page)
        self.portal.put(COLUMN, listing(*self.items.items()))

    def drop(self, path: str) -> Page:
        """Take a page away, and its place in the column."""
        page = self.portal.pages[path]
        self.portal.put(path, None)
        del self.items[path]
        self.portal.put(COLUMN, listing(*self.items.items()))
        return page

    def visit(self, *days: str) -> None:
        for day in days:
            self.portal.run(f"{day}T10:00:00+08:00", refresh=True)


def live(root) -> Years:
    """Everything that happens from 2014 to 2025."""
    years = Years(root)
    # 2014: both publish
    years.put(JINAN, 2013, prose(JINAN, 2013, "45"))
    years.put(LAIWU, 2013, prose(LAIWU, 2013, "12"))
    years.visit("2014-03-25")
    # 2015: both publish; 济南 corrects its words
    years.put(JINAN, 2014, prose(JINAN, 2014, "51"))
    years.put(LAIWU, 2014, prose(LAIWU, 2014, "14"))
    years.visit("2015-03-25")
    years.put(JINAN, 2014, prose(JINAN, 2014, "52"))
    years.visit("2015-06-10")
    # 2016: 莱芜 publishes nothing; a page of 2014 vanishes for a summer
    years.put(JINAN, 2015, prose(JINAN, 2015, "60"))
    years.visit("2016-03-25")
    page = years.drop(old(LAIWU, 2013))
    years.visit(*(f"2016-06-{day}" for day in WEEKS))
    years.items[old(LAIWU, 2013)] = TITLE.format(NAMES[LAIWU], 2013)
    years.put(LAIWU, 2013, page)
    years.visit("2016-09-08")
    # 2017, 2018: both publish, 莱芜 for the last time
    for year in (2016, 2017):
        years.put(JINAN, year, prose(JINAN, year, "66"))
        years.put(LAIWU, year, prose(LAIWU, year, "20"))
        years.visit(f"{year + 1}-03-26")
    # 2019: a new frame around every page
    for path, shown in list(years.portal.pages.items()):
        if path in years.items:
            body = shown.body.replace("<body>", "<body><div>访问量：1024</div>")
            years.portal.put(path, Page(body))
    years.put(JINAN, 2018, prose(JINAN, 2018, "70"))
    years.visit("2019-03-26")
    # 2020: the form of 2019; its figures and words are corrected
    years.put(JINAN, 2019, tables(2019))
    years.visit("2020-03-26")
    years.put(JINAN, 2019, tables(2019, "经费有限，", granted="17"))
    years.visit("2020-05-12")
    # 2021: a file, swapped under its address
    years.put(JINAN, 2020, pdf(), FILE)
    years.visit("2021-03-26")
    years.portal.put(FILE, pdf(granted="18", carried_out="3"))
    years.visit("2021-06-08")
    # 2022: a new system, new addresses; what was merged is not taken along
    for year in (2013, 2014, 2015, 2016, 2017, 2018, 2019):
        years.put(JINAN, year, years.drop(old(JINAN, year)), new(JINAN, year))
    for year in (2013, 2014, 2016, 2017):
        years.drop(old(LAIWU, year))
    years.visit(*(f"2022-09-{day}" for day in WEEKS))
    # 2023: the report for 2021 was never seen; 2024, 2025: late, and as it was
    years.put(JINAN, 2022, tables(2022, granted="21"), new(JINAN, 2022))
    years.visit("2023-03-27")
    years.put(JINAN, 2022, tables(2022, granted="22"), new(JINAN, 2022))
    years.visit("2024-02-05")
    years.put(JINAN, 2022, tables(2022, granted="21"), new(JINAN, 2022))
    years.visit("2025-11-10")
    return years


def published(root: Path) -> Path:
    """The catalogue as it is published."""
    path = root / "published.db"
    path.unlink(missing_ok=True)
    with open_archive(DataDir(root)) as catalog:
        build(path, catalog, today=date(2025, 12, 1))
    return path


def rows(path: Path, sql: str) -> list[tuple]:
    """Rows of a database, addresses without the host."""
    connection = sqlite3.connect(path)
    try:
        found = connection.execute(sql).fetchall()
    finally:
        connection.close()
    home = HOME.rstrip("/")
    return [
        tuple(v.removeprefix(home) if isinstance(v, str) else v for v in row)
        for row in found
    ]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    found = tmp_path_factory.mktemp("years")
    live(found).portal.catalog.close()
    return found


@pytest.fixture(scope="module")
def snapshot(root):
    return published(root)


def test_versions_are_new_figures_and_words_and_nothing_else(snapshot):
    """New frames, new addresses, pages that vanish and return make none."""
    assert rows(
        snapshot,
        "SELECT report_id, version_no, substr(first_captured_at, 1, 10), change"
        " FROM report_versions ORDER BY 1, 2",
    ) == [
        ("370100-gov-2013", 1, "2014-03-25", "first"),
        ("370100-gov-2014", 1, "2015-03-25", "first"),
        ("370100-gov-2014", 2, "2015-06-10", "text"),
        ("370100-gov-2015", 1, "2016-03-25", "first"),
        ("370100-gov-2016", 1, "2017-03-26", "first"),
        ("370100-gov-2017", 1, "2018-03-26", "first"),
        ("370100-gov-2018", 1, "2019-03-26", "first"),
        ("370100-gov-2019", 1, "2020-03-26", "first"),
        ("370100-gov-2019", 2, "2020-05-12", "figures_and_text"),
        ("370100-gov-2020", 1, "2021-03-26", "first"),
        ("370100-gov-2020", 2, "2021-06-08", "figures"),  # the file was swapped
        ("370100-gov-2022", 1, "2023-03-27", "first"),
        ("370100-gov-2022", 2, "2024-02-05", "figures"),
        ("370100-gov-2022", 3, "2025-11-10", "figures"),  # as in version 1
        ("371200-gov-2013", 1, "2014-03-25", "first"),
        ("371200-gov-2014", 1, "2015-03-25", "first"),
        ("371200-gov-2016", 1, "2017-03-26", "first"),
        ("371200-gov-2017", 1, "2018-03-26", "first"),
    ]


CHANGES = [
    ("370100-gov-2014", 1, 2, 1, "chapter", None, 3, None, None),
    ("370100-gov-2019", 1, 2, 1, "cell", "granted", None, 1294, 17),
    ("370100-gov-2019", 1, 2, 2, "chapter", None, 5, None, None),
    ("370100-gov-2020", 1, 2, 1, "cell", "granted", None, 1294, 18),
    ("370100-gov-2020", 1, 2, 2, "cell", "carried_out", None, 2274, 3),
    ("370100-gov-2022", 1, 2, 1, "cell", "granted", None, 21, 22),
    ("370100-gov-2022", 2, 3, 1, "cell", "granted", None, 22, 21),
]


def test_every_changed_cell_and_chapter_is_a_row(snapshot):
    assert (
        rows(
            snapshot,
            "SELECT report_id, from_version, to_version, change_no, kind, row_code,"
            " chapter_no, old_value, new_value FROM changes ORDER BY 1, 3, 4",
        )
        == CHANGES
    )
    texts = [
        (to_version, json.loads(diff))
        for to_version, diff in rows(
            snapshot, "SELECT report_id, text_diff FROM changes WHERE kind = 'chapter'"
        )
    ]
    assert texts == [
        (
            "370100-gov-2014",
            [
                ["=", "三、依申请公开政府信息的情况收到申请"],
                ["-", "51"],
                ["+", "52"],
                ["=", "件，均已答复。"],
            ],
        ),
        (
            "370100-gov-2019",
            [
                ["=", "五、存在的主要问题及改进情况人手不足，"],
                ["+", "经费有限，"],
                ["=", "今后改进。"],
            ],
        ),
    ]
    assert rows(
        snapshot,
        "SELECT old_raw, new_raw, substr(detected_at, 1, 10) FROM changes"
        " WHERE report_id = '370100-gov-2014'",
    ) == [
        (
            "三、依申请公开政府信息的情况\n收到申请51件，均已答复。",
            "三、依申请公开政府信息的情况\n收到申请52件，均已答复。",
            "2015-06-10",
        )
    ]


TOMBSTONES = [
    (old(JINAN, 2013), "gone", "2022-09-15", None, new(JINAN, 2013)),
    (old(LAIWU, 2013), "gone", "2022-09-15", None, None),
    (old(JINAN, 2014), "gone", "2022-09-15", None, new(JINAN, 2014)),
    (old(LAIWU, 2014), "gone", "2022-09-15", None, None),
    (old(JINAN, 2015), "gone", "2022-09-15", None, new(JINAN, 2015)),
    (old(JINAN, 2016), "gone", "2022-09-15", None, new(JINAN, 2016)),
    (old(LAIWU, 2016), "gone", "2022-09-15", None, None),
    (old(JINAN, 2017), "gone", "2022-09-15", None, new(JINAN, 2017)),
    (old(LAIWU, 2017), "gone", "2022-09-15", None, None),
    (old(JINAN, 2018), "gone", "2022-09-15", None, new(JINAN, 2018)),
    (old(JINAN, 2019), "gone", "2022-09-15", None, new(JINAN, 2019)),
]


def test_old_addresses_are_gone_and_say_where_the_report_stands_now(snapshot):
    assert (
        rows(
            snapshot,
            "SELECT url, state, substr(gone_since, 1, 10), returned_at, moved_to"
            " FROM tombstones ORDER BY url",
        )
        == TOMBSTONES
    )


def test_a_page_that_vanished_twice_is_remembered_twice(snapshot):
    """The tombstone tells the last time only."""
    assert rows(
        snapshot,
        "SELECT substr(at, 1, 10), event, detail FROM tombstone_events"
        f" WHERE url LIKE '%{old(LAIWU, 2013)}' ORDER BY at",
    ) == [
        ("2016-06-15", "vanished", "not_found: HTTP 404"),
        ("2016-09-08", "returned", None),
        ("2022-09-15", "vanished", "not_found: HTTP 404"),
    ]


def history(path: Path, report_id: str) -> list[tuple]:
    return rows(
        path,
        "SELECT substr(at, 1, 10), event, version_no, url, detail FROM report_history"
        f" WHERE report_id = '{report_id}' ORDER BY event_no",
    )


def test_the_history_of_a_report_that_vanished_and_whose_city_was_merged(snapshot):
    page = old(LAIWU, 2013)
    assert history(snapshot, "371200-gov-2013") == [
        ("2014-03-20", "published", None, page, "visible"),
        ("2014-03-25", "captured", 1, page, None),
        ("2016-06-15", "vanished", 1, page, "not_found: HTTP 404"),
        ("2016-09-08", "returned", 1, page, None),
        ("2018", "merged", None, None, "济南市"),
        ("2022-09-15", "vanished", 1, page, "not_found: HTTP 404"),
    ]


def test_the_history_of_a_report_that_was_corrected_and_moved(snapshot):
    page = old(JINAN, 2019)
    assert history(snapshot, "370100-gov-2019") == [
        ("2020-03-20", "published", None, page, "visible"),
        ("2020-03-26", "captured", 1, page, None),
        ("2020-05-12", "corrected", 2, page, "figures_and_text"),
        ("2022-09-01", "moved", 2, page, new(JINAN, 2019)),
    ]


def test_the_history_of_a_file_that_was_swapped_under_its_address(snapshot):
    assert history(snapshot, "370100-gov-2020") == [
        ("2021-01-20", "published", None, FILE, "list"),
        ("2021-03-26", "captured", 1, FILE, None),
        ("2021-06-08", "corrected", 2, FILE, "figures"),
    ]


def test_every_correction_leads_to_the_capture_that_shows_it(snapshot):
    assert rows(
        snapshot,
        "SELECT h.report_id, c.captured_at = h.at FROM report_history h"
        " LEFT JOIN captures c USING (capture_id) WHERE h.event = 'corrected'",
    ) == [
        ("370100-gov-2014", 1),
        ("370100-gov-2019", 1),
        ("370100-gov-2020", 1),
        ("370100-gov-2022", 1),
        ("370100-gov-2022", 1),
    ]


TABLES = {
    "report_versions": "1, 2",
    "changes": "1, 2, 3",
    "tombstones": "1, 2",
    "tombstone_events": "1, 2, 3, 4",
    "report_history": "1, 2",
    "coverage": "1, 2",
}


def test_all_of_it_comes_back_from_the_warc_files_alone(snapshot, root, tmp_path):
    before = {t: rows(snapshot, f"SELECT * FROM {t} ORDER BY {n}")
              for t, n in TABLES.items()}  # fmt: skip
    shutil.copytree(root / "warc", tmp_path / "warc")
    data = DataDir(tmp_path)
    rebuild(data)
    with open_archive(data) as catalog:
        reread(catalog, WarcStore(data.warc), select(catalog, everything=True))
    again = published(tmp_path)
    for table, order in TABLES.items():
        assert rows(again, f"SELECT * FROM {table} ORDER BY {order}") == before[table]


def test_every_year_is_found_or_missing_until_the_city_was_merged(snapshot):
    """What left the portal is still found; nothing is expected of 莱芜 after 2017."""
    assert rows(
        snapshot,
        "SELECT agency_id, report_year, state, days_late FROM coverage ORDER BY 1, 2",
    ) == [
        (JINAN, 2013, "found", -11),
        (JINAN, 2014, "found", -11),
        (JINAN, 2015, "found", -11),
        (JINAN, 2016, "found", -11),
        (JINAN, 2017, "found", -11),
        (JINAN, 2018, "found", -11),
        (JINAN, 2019, "found", -11),
        (JINAN, 2020, "found", -70),
        (JINAN, 2021, "missing", None),
        (JINAN, 2022, "found", -11),
        (JINAN, 2023, "missing", None),
        (JINAN, 2024, "missing", None),
        (LAIWU, 2013, "found", -11),
        (LAIWU, 2014, "found", -11),
        (LAIWU, 2015, "missing", None),
        (LAIWU, 2016, "found", -11),
        (LAIWU, 2017, "found", -11),
    ]
