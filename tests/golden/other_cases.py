"""Golden workbooks, OFD files, text dumps and ZIP files."""

from __future__ import annotations

import io

from tests.golden.figures import Typed, entries, relabelled, requests, typed
from tests.golden.recipes import Recipe, article, framed, parts, recipe
from tests.golden.word_cases import converted, word
from tests.pipelines import office_files as office
from tests.pipelines.printed_form import APPLICANTS


def sheet(report: Typed) -> bytes:
    """A report as XLSX: text in column A, tables with real merged cells below it."""
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    y = 1
    for part in parts(report):
        if isinstance(part, str):
            page.cell(y, 1, part)
            y += 1
            continue
        for i, cells in enumerate(office.spread(part)):
            for text, start, wide, merge in cells:
                if merge == "continue":
                    continue
                tall = max((rs for t, rs, cs in part[i] if (t, cs) == (text, wide)),
                           default=1)  # fmt: skip
                number = office.is_number(text) and "." not in text
                page.cell(y + i, start + 1).value = (
                    int(text) if number else text or None
                )
                if tall * wide > 1:
                    page.merge_cells(None, y + i, start + 1, y + i + tall - 1,
                                     start + wide)  # fmt: skip
        y += len(part) + 1
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@recipe("xlsx-2021-merged")
def xlsx() -> Recipe:
    report = typed("gk2021", "青川市医疗保障局", 2023, 61)
    return Recipe("a workbook with merged cells, blank rows between the tables",
                  ("merged cells",), "xlsx", sheet(report), report.values)  # fmt: skip


@recipe("xlsx-2019-units-and-blanks")
def xlsx_units() -> Recipe:
    own = {("proactive", "gov_procurement", "purchase_amount"): "1276.5534 万元",
           ("proactive", "admin_license", "items_change"): "增10",
           ("proactive", "admin_penalty", "items_change"): "减3",
           ("proactive", "rules", "published_total"): "-",
           ("requests", "carried_out", "total"): "",
           ("requests", "granted", "total"): "22（其中修订 16 件）"}  # fmt: skip
    report = typed("gk2019", "云州县发展和改革局", 2020, 62, values=own)
    return Recipe("numbers as numbers, notes and signs as text, blanks as blanks",
                  ("notes in cells", "units", "dash and blank"), "xlsx", sheet(report),
                  report.values)  # fmt: skip


@recipe("xls-2019-workbook")
def xls() -> Recipe:
    report = typed("gk2019", "青川市科学技术局", 2020, 63)
    return Recipe("an Excel 97 workbook of the form of 2019", ("merged cells",),
                  "xls.gz", converted(sheet(report), "xlsx", "xls"),
                  report.values)  # fmt: skip


@recipe("xls-2021-deleted-and-typo")
def xls_deleted() -> Recipe:
    report = typed("gk2021", "青川市科学技术局", 2022, 64)
    gone = ("denied_third_party", "unable_needs_creation", "rejected_reconfirm")
    listed = [e for e in entries("gk2021") if e[0] not in gone]
    rows_ = relabelled(requests(listed, report.values),
                       {"7.属于行政执法案卷": "7.属于行正执法案券"})  # fmt: skip
    short = report.with_tables(requests=rows_)
    missing = {k: None for k in report.values if k[1] in gone}
    return Recipe("an Excel 97 workbook without three rows and with a misspelt label",
                  ("three deleted rows", "label with two typos"), "xls.gz",
                  converted(sheet(short), "xlsx", "xls"),
                  report.values | missing)  # fmt: skip


# ------------------------------------------------------------------- OFD, text and ZIP


@recipe("ofd-2019-two-pages")
def ofd() -> Recipe:
    values = typed("gk2019", "", 2020, 71).values
    return Recipe("an OFD of the form of 2019; a page break cuts the table of requests",
                  ("page break", "merged cells"), "ofd", office.ofd("gk2019", values),
                  values)  # fmt: skip


@recipe("ofd-2021-blanks")
def ofd_blanks() -> Recipe:
    own = {("requests", r, c): "" for r in ("carried_in", "granted", "other_misc")
           for c in APPLICANTS[:6]}  # fmt: skip
    values = typed("gk2021", "", 2023, 72, values=own).values
    return Recipe("an OFD of the form of 2021 with rows that say only their total",
                  ("blank cells",), "ofd", office.ofd("gk2021", values),
                  values)  # fmt: skip


def one_a_cell(report: Typed) -> str:
    """A dump with one cell a line, each behind a TAB; merged cells leave blanks."""
    lines: list[str] = []
    for part in parts(report):
        if isinstance(part, str):
            lines.append(part)
            continue
        for row in office.spread(part):
            lines += [f"\t{'' if merge == 'continue' else text}"
                      for text, _, _, merge in row]  # fmt: skip
            lines.append("")
    return "\n".join(lines)


@recipe("text-2019-one-cell-a-line")
def text_cells() -> Recipe:
    report = typed("gk2019", "青川市机关事务管理局", 2020, 81)
    return Recipe("a dump with a cell a line and a blank line behind each row",
                  ("text dump, one cell a line",), "txt", one_a_cell(report).encode(),
                  report.values)  # fmt: skip


@recipe("text-2021-gbk-crlf")
def text_gbk() -> Recipe:
    report = typed("gk2021", "青川市地方志编纂中心", 2021, 82)
    data = one_a_cell(report).replace("\n", "\r\n").encode("gb18030")
    return Recipe("the same kind of dump in GBK with the line ends of Windows",
                  ("text dump, one cell a line", "GBK"), "txt", data,
                  report.values)  # fmt: skip


@recipe("zip-2021-page-and-word-file")
def packed() -> Recipe:
    report = typed("gk2021", "青川市投资促进局", 2022, 91)
    name = "2022年年报/青川市投资促进局2022年政府信息公开工作年度报告.docx"
    holder = "q" * len(name.encode("gbk"))
    data = office.zipped({"readme.txt": "见附件", holder: word(report)})
    data = data.replace(holder.encode(), name.encode("gbk"))
    return Recipe("the report is in a ZIP file, its name in GBK without saying so",
                  ("ZIP with a report inside", "GBK name"), "zip", data, report.values,
                  about={"member": name.rpartition("/")[2]})  # fmt: skip


@recipe("zip-2019-list")
def packed_list() -> Recipe:
    names = ("青川市水利局", "青川市林业局")
    pages = {n: framed(article(typed("gk2019", n, 2019, i)))
             for i, n in enumerate(names)}  # fmt: skip
    data = office.zipped({f"{n}2019年年报.html": page for n, page in pages.items()})
    return Recipe("a ZIP of several reports is a list, and no report itself",
                  ("several reports in one file",), "zip", data)  # fmt: skip
