"""Golden Word and WPS files, 2007 and 97."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.golden.figures import Typed, entries, requests, typed
from tests.golden.recipes import Recipe, parts, recipe
from tests.pipelines import office_files as office
from tests.pipelines.printed_form import APPLICANTS, Key
from tests.pipelines.test_statistics import CODES, rows


def annex() -> dict[Key, str]:
    return {("statistics", code, "count"): str(100 + i)
            for i, code in enumerate(CODES)}  # fmt: skip


def word(report: Typed, tables: Sequence[str] = ()) -> bytes:
    """A report as DOCX; ``tables``: its tables as XML."""
    own = iter(tables or [office.word_table(office.spread(t)) for t in report.tables])
    return office.package("".join(
        office.paragraph(part) if isinstance(part, str) else next(own)
        for part in parts(report)
    ))  # fmt: skip


@recipe("docx-2021-split-in-two")
def docx_split() -> Recipe:
    report = typed("gk2021", "青川市生态环境局", 2024, 41)
    one, two, three = (office.spread(t) for t in report.tables)
    upper, lower = two[:14], [*two[:3], *two[14:]]
    cut = office.word_table(upper) + office.paragraph("") + office.word_table(lower)
    tables = [office.word_table(one), cut, office.word_table(three)]
    return Recipe("the table of requests goes on in a second one with its header",
                  ("table split in two", "header repeated"), "docx",
                  word(report, tables), report.values)  # fmt: skip


@recipe("docx-2019-unmerged")
def docx_unmerged() -> Recipe:
    report = typed("gk2019", "青川市文化和旅游局", 2020, 42)
    tables = [office.word_table(office.spread(t), merges=False) for t in report.tables]
    return Recipe("a converter wrote blank cells where cells were merged",
                  ("merged cells",), "docx", word(report, tables),
                  report.values)  # fmt: skip


@recipe("docx-2021-joined-tables")
def docx_joined() -> Recipe:
    report = typed("gk2021", "云州县乡村振兴局", 2023, 43)
    joined = office.word_table(office.spread([*report.tables[1], *report.tables[2]]))
    tables = [office.word_table(office.spread(report.tables[0])), joined, ""]
    return Recipe("tables 3 and 4 are one table, the heading of chapter 4 behind both",
                  ("joined tables 3 and 4",), "docx", word(report, tables),
                  report.values)  # fmt: skip


@recipe("docx-2019-broken-numbers")
def docx_broken() -> Recipe:
    own = {("requests", "new_received", "natural_person"): "1 234",
           ("requests", "new_received", "total"): "1\n234",
           ("proactive", "admin_license", "decisions"): "44 1025"}  # fmt: skip
    report = typed("gk2019", "青川市城市管理局", 2019, 44, values=own)
    return Recipe("numbers that a narrow column broke: a blank between digits makes "
                  "text, never a number that was guessed",
                  ("numbers broken over lines",), "docx", word(report),
                  report.values)  # fmt: skip


@recipe("docx-2014-annex")
def docx_annex() -> Recipe:
    table = office.word_table(office.spread([[(t, 1, 1) for t in r] for r in rows()]))
    texts = ("云州县档案局2017年政府信息公开工作年度报告", "一、概述", "公开信息12条。",
             "二、主动公开政府信息情况", "多渠道公开。", "三、依申请公开政府信息情况",
             "收到申请3件。")  # fmt: skip
    body = "".join(map(office.paragraph, texts)) + table
    return Recipe("the statistics annex behind a report in a Word file",
                  ("statistics annex",), "docx", office.package(body),
                  annex())  # fmt: skip


@recipe("docx-2021-mixed-forms")
def docx_mixed() -> Recipe:
    newer = typed("gk2021", "云州县林湖镇人民政府", 2021, 45)
    older = typed("gk2019", "云州县林湖镇人民政府", 2021, 46)
    report = newer.with_tables(requests=older.tables[1])
    cells = {k: v for k, v in newer.values.items() if k[0] != "requests"}
    ours = {k: v for k, v in older.values.items() if k[0] == "requests"}
    order = ("proactive", "requests", "review_litigation")
    both = sorted((cells | ours).items(), key=lambda kv: order.index(kv[0][0]))
    return Recipe("table 2 of 2021 beside the table of requests of 2019: each by its "
                  "own labels, and the mixture said", ("mixed generations",), "docx",
                  word(report), dict(both))  # fmt: skip


def converted(data: bytes, suffix: str, to: str) -> bytes:
    """A document as LibreOffice saves it in an older format; b'' where it is not."""
    if not os.environ.get("NIANBAO_CONVERT"):
        return b""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"a.{suffix}"
        source.write_bytes(data)
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/p", "--headless",
             "--convert-to", to, "--outdir", folder, source],
            check=True, timeout=120, capture_output=True,
        )  # fmt: skip
        return (Path(folder) / f"a.{to}").read_bytes()


@recipe("doc-2019-word-97")
def doc_whole() -> Recipe:
    own = {("requests", "granted", c): "" for c in APPLICANTS[1:6]}
    report = typed("gk2019", "青川市审计局", 2019, 51, values=own)
    return Recipe("a Word 97 file with merged cells and blanks", ("merged cells",),
                  "doc.gz", converted(word(report), "docx", "doc"),
                  report.values)  # fmt: skip


@recipe("doc-2021-deleted-rows")
def doc_deleted() -> Recipe:
    report = typed("gk2021", "云州县统计局", 2022, 52)
    gone = ("denied_law_prohibits", "rejected_publication", "other_fee_unpaid")
    listed = [e for e in entries("gk2021") if e[0] not in gone]
    short = report.with_tables(requests=requests(listed, report.values))
    missing = {k: None for k in report.values if k[1] in gone}
    return Recipe("three rows were deleted in a Word 97 file: they are missing, and no "
                  "other moves", ("three deleted rows",), "doc.gz",
                  converted(word(short), "docx", "doc"),
                  report.values | missing)  # fmt: skip


@recipe("doc-2014-annex")
def doc_annex() -> Recipe:
    return Recipe("the statistics annex in a Word 97 file", ("statistics annex",),
                  "doc.gz", converted(docx_annex().data, "docx", "doc"),
                  annex())  # fmt: skip


@recipe("wps-2021-kingsoft-name")
def wps() -> Recipe:
    report = typed("gk2021", "青川市信访局", 2021, 53)
    return Recipe("a file called .wps holds a Word 97 document: content decides",
                  ("WPS file",), "wps.gz", converted(word(report), "docx", "doc"),
                  report.values)  # fmt: skip


@recipe("wps-2021-own-stream")
def wps_own() -> Recipe:
    data = wps().data
    name, other = (
        "WordDocument".encode("utf-16-le"),
        "WpsDocument\0".encode("utf-16-le"),
    )
    return Recipe("a WPS file with a stream of its own: refused by name, nothing "
                  "guessed",
                  ("WPS file",), "wps.gz", data.replace(name, other))  # fmt: skip
