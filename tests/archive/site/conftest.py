"""A small archive with invented reports, published and served in-process.

Agencies and figures are made up; division codes begin with 99, so that none can be
taken for a real one. The report of 2020 repeats the kind of slip that real ones have:
a row whose total is 0 though one applicant stands in it, and a grand total to match.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.catalog import Catalog
from archive.clock import iso
from archive.datadir import DataDir
from archive.publish import publish
from archive.records import (
    Agency,
    Capture,
    Cell,
    Chapter,
    Check,
    Document,
    Exchange,
    Extraction,
    Leftover,
    Metric,
    Report,
    Rule,
    Source,
    Verdict,
)
from archive.serve import make_app
from archive.warc import WarcStore
from pipelines.templates import metrics

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
PORTAL = "http://portal.example.gov.cn"
GOV = "990683-gov"
R2020, R2022 = f"{GOV}-2020", f"{GOV}-2022"
R_HOSTILE, R_WORD = "990683-dept-0badc0de-2020", "990683-office-2020"
HOSTILE = "<script>alert('x')</script>\"&<b>局"
PAGE = (
    "<html><head><meta charset=gb2312><title>甲州市人民政府</title>"
    "<script>alert(1)</script></head><body><p>属于国家秘密的，不予公开。</p></body></html>"
).encode("gb18030")
TEXT = "某局2020年政府信息公开工作年度报告\n".encode() * 60
WORD = b"\xd0\xcf\x11\xe0 not really a Word file"

RULES = [
    Rule("Q2", "definitional", "fail", "各项办理结果之和等于总计", "Outcomes add up"),
    Rule("Q3", "definitional", "fail", "各类申请人之和等于总计", "Applicants add up"),
    Rule("S1", "official", "fail", "六章齐全", "All six chapters are present"),
    Rule("X2", "heuristic", "odd", "文字与表格的办结数一致", "Prose agrees"),
]
Q2 = "总计列：各项办理结果合计 106，（七）总计为 107，相差 1"
Q2_EN = "Column “total”: all outcome rows add up to 106, “Handled, total” is 107"
Q3 = "“8.属于行政查询事项”行：各类申请人合计 1，总计为 0，相差 1"


@dataclass(frozen=True)
class Sample:
    """What the tests need to know about the published archive."""

    data: DataDir
    captures: dict[str, Capture]

    def sha256(self, report_id: str) -> str:
        """Digest of the main document of a report."""
        found = self.captures[report_id].sha256
        assert found is not None
        return found


def exchange(url: str, body: bytes, media_type: str) -> Exchange:
    packed = gzip.compress(body, mtime=0)
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\n"
        f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    )
    request = f"GET {url} HTTP/1.1\r\nHost: portal.example.gov.cn\r\n\r\n".encode()
    return Exchange(url, iso(NOW), request, head.encode() + packed, "192.0.2.1")


def cells_2020() -> tuple[Cell, ...]:
    """All cells of the form of 2019: zeros, but for those named here."""
    given: dict[tuple[str, str, str], Cell] = {}

    def put(
        table: str, row: str, col: str, raw: str, value: float | None, state: str,
        unit: str | None = "count", method: str = "read",
    ) -> None:  # fmt: skip
        place = f"table 3 row {row} cell {col}"
        cell = Cell(table, row, col, raw, value, unit, state, method, place)
        given[table, row, col] = cell

    for row, number in (
        ("new_received", 106), ("carried_in", 1), ("granted", 72),
        ("granted_partial", 2), ("denied_state_secret", 1), ("unable_not_held", 23),
        ("rejected_petition", 3), ("other_handling", 5), ("handled_total", 107),
    ):  # fmt: skip
        for col in ("natural_person", "total"):
            put("requests", row, col, str(number), number, "number")
    put("requests", "denied_admin_query", "natural_person", "1", 1, "number")
    put("requests", "granted", "business", "\u3000", None, "blank")
    put("requests", "granted", "research", "-", None, "dash")
    put("requests", "granted", "legal_service", "见附件", None, "text")
    put("requests", "granted", "other_org", "", None, "missing")
    put("requests", "carried_out", "total", " 0\u3000", 0, "zero", method="aligned")
    put("proactive", "other_services", "items_change", "+42", 42, "number")
    put(
        "proactive", "gov_procurement", "purchase_amount", "6229.95万元", 6229.95,
        "number", "wan_cny",
    )  # fmt: skip
    made = [
        given.get((m.table_code, m.row_code, m.col_code))
        or Cell(
            m.table_code, m.row_code, m.col_code, "0", 0, "count", "zero", "read", "t"
        )
        for m in metrics()
        if m.template == "gk2019"
    ]
    label = "本地信息公开发布总数量"
    made.append(
        Cell("extra", "local_total", "value", "总数量：15", 15, None, "number",
             "read", "table 2 row 20", label)
    )  # fmt: skip
    return tuple(made)


def cells_2022() -> tuple[Cell, ...]:
    """All cells of the form of 2021, each a zero."""
    return tuple(
        Cell(m.table_code, m.row_code, m.col_code, "0", 0, m.unit, "zero", "read", "t")
        for m in metrics()
        if m.template == "gk2021"
    )


def reports() -> dict[str, tuple[Report, bytes, str, str]]:
    """Reports with the bytes, declared type and sniffed form of their document."""
    gov = Agency(
        GOV,
        "甲州市人民政府",
        "government",
        "county",
        "990683",
        "甲省",
        "乙市",
        "甲州市",
    )
    office = Agency(
        "990683-office", "甲州市人民政府办公室", "government_office", "county",
        "990683", "甲省", "乙市", "甲州市", GOV,
    )  # fmt: skip
    hostile = Agency(
        "990683-dept-0badc0de", HOSTILE, "department", "county", None, parent_id=GOV
    )
    chapters = (
        Chapter(0, None, "甲州市人民政府2020年报告", "甲州市人民政府2020年报告"),
        Chapter(
            1, "一、总体情况",
            "依申请公开。收到申请106件。\n属于国家秘密的，不予公开。\n未被提起行政复议。",
            "",
        ),
        Chapter(3, "三、收到和处理政府信息公开申请情况", "三类内部 事务信息\t1", ""),
    )  # fmt: skip
    checks = (
        Check(
            "Q3",
            "denied_admin_query",
            "fail",
            "FAIL",
            "1",
            "0",
            Q3,
            "f-q3",
            "report",
            '[[{"cell": "requests/denied_admin_query/total", "value": 0, "fits": 1}]]',
        ),
        Check(
            "Q2", "total", "fail", "FAIL", "106", "107", Q2, "f-q2", message_en=Q2_EN
        ),
        Check("Q2", "business", "fail", "PASS", "0", "0", "商业企业列相符", "f-q2b"),
        Check(
            "X2",
            "",
            "odd",
            "UNCERTAIN",
            "106",
            "107",
            "文字称办结106件",
            "f-x2",
            message_en="The text says “办结106件”, the table has 107",
        ),
        Check("S1", "", "fail", "NOT_ASSESSABLE", None, None, "没有章节", "f-s1"),
    )
    return {
        R2020: (
            Report(
                R2020, gov, 2020, "government_aggregate",
                "甲州市人民政府2020年政府信息公开工作年度报告", "gk2019", "partial",
                chapters, cells_2020(), checks,
                (Leftover("unmatched_row", "requests", "table 3 row 30", "备注<i>"),),
                "2021-04-02", "visible", "2021-01-18", "2021-03-31", 2,
            ),
            PAGE, "text/html", "html",
        ),
        R2022: (
            Report(
                R2022, gov, 2022, "government_aggregate",
                "甲州市人民政府2022年政府信息公开工作年度报告", "gk2021", "extracted",
                (Chapter(1, "一、总体情况", "全年收到申请0件。", ""),), cells_2022(),
                (Check("Q3", "granted", "fail", "PASS", "0", "0", "相符", "g"),),
                due_on="2023-03-31",
            ),
            TEXT, "text/plain", "text",
        ),
        R_HOSTILE: (
            Report(
                R_HOSTILE, hostile, 2020, "own_organ", HOSTILE, "free2008",
                "unreadable", (Chapter(1, HOSTILE, f"正文 公开 {HOSTILE}", ""),),
                checks=(
                    Check(
                        "S1", "", "fail", "FAIL", "6", "1", HOSTILE, "f-hostile",
                        message_en=HOSTILE,
                    ),
                ),
            ),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "image",
        ),
        R_WORD: (
            Report(
                R_WORD, office, 2020, "own_organ", "甲州市人民政府办公室2020年报告",
                "gk2019", "partial", (Chapter(1, "1、总体情况", "行政复议0件。", ""),),
            ),
            WORD, "application/msword", "doc",
        ),
    }  # fmt: skip


@pytest.fixture(scope="session")
def forms() -> list[Metric]:
    return metrics()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    data = DataDir(tmp_path_factory.mktemp("data")).prepare()
    captures: dict[str, Capture] = {}
    with Catalog(data.catalog, clock=lambda: NOW) as catalog:
        run = catalog.start_run("ingest")
        catalog.put_reference(metrics(), RULES)
        catalog.put_source(
            Source("portal", "甲州市人民政府", "990683", "county", PORTAL + "/"),
            state="ok", reports_found=3,
        )  # fmt: skip
        with WarcStore(data.warc, run_id=run, clock=lambda: NOW) as store:
            for number, (key, (report, body, media, form)) in enumerate(
                reports().items()
            ):
                url = f"{PORTAL}/{number}.html"
                if key == R_HOSTILE:
                    url = "javascript:alert(1)//portal"
                capture = store.append(exchange(url, body, media), source_id="portal")
                store.sync()
                captures[key] = capture
                catalog.add_capture(capture)
                _load(catalog, capture, report, media, form)
        catalog.finish_run(run, "complete", {"reports": len(captures)})
        publish(data, catalog, clock=lambda: NOW)
    return Sample(data, captures)


def _load(
    catalog: Catalog, capture: Capture, report: Report, media: str, form: str
) -> None:
    assert capture.sha256 is not None
    charset = "gb18030" if form == "html" else "utf-8" if form == "text" else None
    name = "附件：甲州市/报告.doc" if form == "doc" else None
    catalog.put_document(
        Document(
            capture.sha256, media, form, capture.bytes, charset, name,
            capture.captured_at,
        )
    )  # fmt: skip
    extraction = Extraction(
        capture.sha256, form, media, charset, Verdict("report", "标题与六章"), report,
        "html/1", "f00d",
    )  # fmt: skip
    catalog.put_triage(extraction, capture.url, None)
    key = report.report_id
    catalog.put_report(report, 1, 1, capture.sha256, capture.url)
    catalog.put_version(report, 1, capture.sha256, capture.captured_at, "first")
    catalog.put_report_document(key, 1, capture.sha256, "main", capture.url)


@pytest.fixture(scope="session")
def _app(sample: Sample) -> Any:
    return make_app(sample.data)


@pytest.fixture
async def site(_app: Any) -> Any:
    """A client of the served sample: ``await site.get("/")``."""
    await _app.invoke_startup()
    return _app.client


@pytest.fixture
def rows_of(sample: Sample) -> Any:
    """Run SQL on the published sample."""
    import sqlite3

    from archive.site.fts import match

    connection = sqlite3.connect(sample.data.published)
    connection.row_factory = sqlite3.Row
    connection.create_function("escape_fts", 1, match)
    yield lambda sql, *params: connection.execute(sql, params).fetchall()
    connection.close()


@pytest.fixture
def warc_path(sample: Sample) -> Path:
    return sample.data.warc
