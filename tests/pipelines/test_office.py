"""One report as Word, Excel and OFD files: every cell comes back as it was typed."""

import gzip
import struct
from pathlib import Path

import pytest

from archive.records import PageContext
from pipelines.extract import doc, docx, ofd, xlsx
from pipelines.extract.wordtable import Builder, WordCell, WordTable
from pipelines.grid import Line
from pipelines.reading import read
from tests.pipelines import office_files as office

FILES = Path(__file__).parent / "files"
CONTEXT = PageContext(url="http://a.example/b", captured_at="2026-01-31T08:00:00Z")
HEADINGS = [
    "一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
]  # fmt: skip


def stored(name: str) -> bytes:
    return gzip.decompress((FILES / f"{name}.gz").read_bytes())


def made(form: str, generation: str) -> bytes:
    values = office.values_of(generation)
    form, _, variant = form.partition(" ")
    if form == "docx":
        return office.docx(generation, values, variant or "whole")
    return {"xlsx": office.workbook, "ofd": office.ofd}[form](generation, values)


CASES = [
    *((form, generation, form.split()[0])
      for generation in ("gk2019", "gk2021")
      for form in ("docx whole", "docx split", "docx unmerged", "docx strict", "xlsx",
                   "ofd")),
    ("gk2019.doc", "gk2019", "doc"), ("gk2021_split.doc", "gk2021", "doc"),
    ("odd.doc", "gk2021", "doc"), ("odd.docx", "gk2021", "docx"),
    ("gk2021.xls", "gk2021", "xls"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "generation", "form"), CASES)
def test_every_cell_is_read_as_typed(name, generation, form):
    if name == "odd.docx":
        data = office.odd_docx()
    else:
        data = stored(name) if "." in name else made(name, generation)
    extraction = read(data, CONTEXT)
    report = extraction.report
    assert (extraction.form, extraction.extractor.partition("/")[0]) == (form, form)
    assert extraction.error is None
    assert (report.template, report.status) == (generation, "extracted")
    assert (report.agency.name, report.report_year) == (
        "莱州市教育局", {"gk2019": 2020, "gk2021": 2023}[generation],
    )  # fmt: skip
    assert [c.heading for c in report.chapters[1:]] == HEADINGS
    assert report.leftovers == ()
    expected = office.values_of(generation)
    assert {c.key: c.raw for c in report.cells} == expected
    assert len(expected) == {"gk2019": 198, "gk2021": 200}[generation]
    assert {c.method for c in report.cells} == {"read"}
    states = {c.key: c.state for c in report.cells}
    assert {k for k, v in expected.items() if not v} == {
        k for k, state in states.items() if state == "blank"
    }


@pytest.mark.parametrize(
    ("data", "key", "locator"),
    [
        (lambda: made("docx", "gk2019"), ("requests", "granted", "natural_person"),
         "table 2 row 6 cell 3"),
        (lambda: stored("gk2019.doc"), ("requests", "granted", "natural_person"),
         "table 2 row 6 cell 3"),
        (lambda: stored("odd.doc"), ("proactive", "admin_fees", "fee_amount"),
         "table 1 row 14 cell 2"),
        (lambda: made("xlsx", "gk2019"), ("requests", "granted", "natural_person"),
         "sheet 1 cell D30"),
        (lambda: stored("gk2021.xls"), ("proactive", "admin_fees", "fee_amount"),
         "sheet 1 cell B19"),
    ],
)  # fmt: skip
def test_locators_lead_to_the_cell_of_the_value(data, key, locator):
    report = read(data(), CONTEXT).report
    assert {c.key: c.locator for c in report.cells}[key] == locator


def test_a_place_in_an_ofd_names_page_table_and_box():
    report = read(made("ofd", "gk2019"), CONTEXT).report
    cell = {c.key: c for c in report.cells}["requests", "carried_out", "total"]
    assert cell.locator.startswith("page 2 table 1 row ")
    assert " box " in cell.locator


@pytest.mark.parametrize("data", [office.odd_docx, lambda: stored("odd.doc")])
def test_deleted_and_hidden_text_and_field_codes_are_not_read(data):
    raw = data()
    page = (docx if raw[:2] == b"PK" else doc).extract(raw)
    text = "\n".join(b.text for b in page.blocks)
    assert "查看网站" in text
    assert not {"99", "77"} & set(text.replace("\t", "\n").split("\n"))
    assert "HYPERLINK" not in text
    assert "行政事业\n性收费" in text


@pytest.mark.parametrize("data", [office.odd_docx, lambda: stored("odd.doc")])
def test_headings_get_the_numbers_that_a_list_prints(data):
    raw = data()
    page = (docx if raw[:2] == b"PK" else doc).extract(raw)
    lines = [b.text for b in page.blocks if isinstance(b, Line)]
    assert [line for line in lines if "、" in line[:2]] == HEADINGS


def test_a_frame_around_a_table_is_layout_and_its_text_stays():
    page = docx.extract(office.odd_docx())
    assert [g.locator for g in page.grids] == ["table 1", "table 3", "table 4"]
    assert "单位：件" in [b.text for b in page.blocks if isinstance(b, Line)]


def test_merged_cells_stand_once_with_their_extent():
    grid = docx.extract(made("docx", "gk2019")).grids[1]
    outcome = grid.rows[5][0]
    assert (outcome.text, outcome.rowspan, outcome.colspan) == (
        "三、本年度办理结果", 20, 1,
    )  # fmt: skip
    assert grid.rows[8][0].text == "2.其他法律行政法规禁止公开"
    assert grid.rows[8][0].column == 2
    binary = doc.extract(stored("gk2019.doc")).grids[1]
    assert [
        [(c.text, c.column, c.rowspan, c.colspan) for c in r] for r in grid.rows
    ] == [[(c.text, c.column, c.rowspan, c.colspan) for c in r] for r in binary.rows]


def test_a_text_box_is_read_once_where_it_is_anchored():
    box = "<w:txbxContent>" + office.paragraph("莱政办公开") + "</w:txbxContent>"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    body = (
        f'<w:p><mc:AlternateContent xmlns:mc="{mc}"><mc:Choice><w:r>{box}</w:r>'
        f"</mc:Choice><mc:Fallback><w:r>{box}</w:r></mc:Fallback>"
        "</mc:AlternateContent><w:r><w:t>正文</w:t></w:r></w:p>"
    )
    page = docx.extract(office.package(body))
    assert [b.text for b in page.blocks] == ["正文", "莱政办公开"]


def test_a_deleted_row_and_a_deleted_paragraph_mark():
    deleted = '<w:del w:id="1"/>'
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    row = "<w:tr>{}" + cell + "<w:tc><w:p/></w:tc></w:tr>"
    body = (
        f"<w:p><w:pPr><w:rPr>{deleted}</w:rPr></w:pPr><w:r><w:t>一、</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>总体情况</w:t></w:r></w:p><w:tbl>"
        + row.format("", "留") + row.format(f"<w:trPr>{deleted}</w:trPr>", "去")
        + "</w:tbl>"
    )  # fmt: skip
    page = docx.extract(office.package(body))
    assert [b.text for b in page.blocks] == ["一、总体情况", "留\t"]


def test_numbers_of_a_workbook_are_those_that_are_shown():
    values = office.values_of("gk2021")
    page = xlsx.extract(office.workbook("gk2021", values))
    assert "1276.5534" in page.grids[0].text
    assert "旧表" not in page.content


def test_an_ofd_template_page_is_part_of_every_page():
    page = "<ofd:TextObject Boundary='20 {y} 100 5' Size='4'><ofd:TextCode X='0' Y='4' \
DeltaX='g {n} 4'>{text}</ofd:TextCode></ofd:TextObject>"
    front = page.format(y=50, n=5, text="一、总体情况")
    behind = page.format(y=30, n=3, text="红头文件")
    lines = ofd.extract(office.ofd_package([front], behind)).lines
    assert [line.text for line in lines] == ["红头文件", "一、总体情况"]


def test_the_name_wps_changes_nothing():
    context = PageContext(
        url="http://a.example/a.wps", captured_at="2026-01-31T08:00:00Z",
        filename="a.wps",
    )  # fmt: skip
    assert (
        read(stored("gk2019.doc"), context).report
        == read(stored("gk2019.doc"), CONTEXT).report
    )


def test_all_seeds_typeset_as_docx_and_ofd_keep_their_figures(gold):
    for name, report in gold.items():
        cells = [c for c in report["cells"] if c["table"] != "extra"]
        values = {(c["table"], c["row"], c["col"]): c["raw"].strip() for c in cells}
        for data in (office.docx("gk2019", values), office.workbook("gk2019", values)):
            found = read(data, CONTEXT).report
            assert len(values) == 198
            # A workbook may show 0.50 for a typed 0.5 and the like: values decide.
            assert {c.key: c.value for c in found.cells} == {
                (c["table"], c["row"], c["col"]): c["value"] for c in cells
            }, name


def test_a_word_95_document_and_a_locked_one_are_named():
    data = bytearray(stored("gk2019.doc"))
    at = data.index(struct.pack("<H", 0xA5EC))
    older, locked = bytearray(data), bytearray(data)
    older[at : at + 2] = struct.pack("<H", 0xA5DC)
    locked[at + 0x0B] |= 0x01
    assert "Word 95 or older" in read(bytes(older), CONTEXT).error
    assert "encrypted with a password" in read(bytes(locked), CONTEXT).error


@pytest.mark.parametrize("marks", [(1, 2, 0), (2, 1, 0), (3, 1, 0)])
def test_cells_merged_sideways_are_one_in_both_descriptions_of_the_format(marks):
    edges = struct.pack("<4h", 0, 1000, 2000, 3000)
    cells = b"".join(struct.pack("<H18x", mark) for mark in marks)
    own = ((0xD608, b"\x03" + edges + cells),)
    row = doc.row_of([["采购总金额"], [""], ["7"]], own)
    grid = Builder().grid("table 1", WordTable([row]))
    assert [(c.text, c.column, c.colspan) for c in grid.rows[0]] == [
        ("采购总金额", 0, 2), ("7", 2, 1),
    ]  # fmt: skip


def test_a_covered_cell_that_says_something_is_reported():
    cells = [
        [WordCell(["一"], 0, 1, "restart"), WordCell(["1"], 1, 2)],
        [WordCell(["二"], 0, 1, "continue"), WordCell(["2"], 1, 2)],
    ]
    builder = Builder()
    grid = builder.grid("table 1", WordTable(cells))
    assert [[c.text for c in row] for row in grid.rows] == [["一", "1"], ["2"]]
    assert builder.notes == ["table 1 row 2 cell 1 is covered and says 二"]
