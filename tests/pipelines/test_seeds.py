"""Five real reports, read against transcriptions made by hand."""

import pytest

from archive.records import PageContext
from pipelines.reading import read

AGENCIES = {
    "000": ("山东省机关事务管理局", "department", "own_organ", "370000", "province"),
    "001": ("莱州市人民政府", "government", "government_aggregate", "370683", "county"),
    "002": ("德惠市机关事务管理局", "department", "own_organ", "220183", "county"),
    "003": (
        "济宁市兖州区人民政府", "government", "government_aggregate", "370812",
        "county",
    ),
    "004": (
        "临清市人民政府办公室", "government_office", "own_organ", "371581", "county",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def readings(corpus):
    context = PageContext(url="file:///x.txt", captured_at="2026-01-31T08:00:00Z")
    return {
        path.name: read(path.read_bytes(), context)
        for path in sorted((corpus / "seeds").glob("*.txt"))
    }


def test_all_990_cells_are_exact_and_four_are_marked_as_aligned(readings, gold):
    compared = aligned = 0
    for name, extraction in readings.items():
        found = {c.key: c for c in extraction.report.cells}
        for cell in gold[name]["cells"]:
            read_cell = found.pop((cell["table"], cell["row"], cell["col"]))
            state = "number" if cell["value"] else "zero"
            state = state if cell["raw"].strip() else "blank"
            expected = (
                cell["raw"].strip(), cell["value"], cell["unit"], state,
                "aligned" if "repair" in cell else "read",
            )  # fmt: skip
            assert (
                read_cell.raw.strip(), read_cell.value, read_cell.unit,
                read_cell.state, read_cell.method,
            ) == expected, (name, read_cell)  # fmt: skip
            assert read_cell.locator.startswith("line ")
            compared += cell["table"] != "extra"
            aligned += "repair" in cell
        assert not found
    assert (compared, aligned) == (990, 4)


def test_raw_text_is_exact_between_its_delimiters(readings, gold):
    name = next(n for n in readings if n.startswith("004"))
    found = {c.key: c.raw for c in readings[name].report.cells}
    for cell in gold[name]["cells"]:
        assert found[cell["table"], cell["row"], cell["col"]] == cell["raw"]


def test_locators_lead_to_the_line_of_the_value(readings, corpus):
    for name, extraction in readings.items():
        lines = (corpus / "seeds" / name).read_text("utf-8").split("\n")
        for cell in extraction.report.cells:
            words = cell.locator.split()
            line = lines[int(words[1]) - 1]
            text = line.split("\t")[int(words[3]) - 1] if line.count("\t") > 1 else line
            assert cell.raw.split("\n")[0].strip() == text.strip(), cell


def test_who_when_and_what_for(readings):
    assert len(readings) == 5
    for name, extraction in readings.items():
        report, agency = extraction.report, extraction.report.agency
        assert (
            agency.name, agency.kind, report.scope, agency.adcode, agency.level,
        ) == AGENCIES[name[:3]]  # fmt: skip
        assert (report.report_year, report.template) == (2020, "gk2019")
        assert (report.status, report.published_on) == ("extracted", None)
        signed = "2021-01-18" if name.startswith("002") else None
        assert report.signed_on == signed
        assert extraction.error is None


def test_all_29_headings_and_the_text_between_them(readings, gold):
    headings = 0
    for name, extraction in readings.items():
        found = extraction.report.chapters
        assert len(found) == len(gold[name]["chapters"])
        for chapter, expected in zip(found, gold[name]["chapters"], strict=True):
            text = "".join(chapter.text.split())
            prose = "".join(chapter.prose.split())
            assert (
                chapter.chapter_no, chapter.heading, len(text), len(prose),
                text[:30], prose[:30],
            ) == (
                expected["no"], expected["title_raw"], expected["chars"],
                expected["prose_chars"], expected["body_first30"], expected["first30"],
            )  # fmt: skip
            headings += chapter.chapter_no > 0
    assert headings == 29


def test_nothing_of_the_seeds_is_left_over(readings):
    assert {n: e.report.leftovers for n, e in readings.items()} == dict.fromkeys(
        readings, ()
    )


def test_the_local_row_of_jilin_is_kept(readings):
    extra = [
        c for e in readings.values() for c in e.report.cells if c.table_code == "extra"
    ]
    (cell,) = extra
    assert cell.raw == (
        "2020年本行政区域（或本部门）政府信息公开发布总数量（非新闻类、消息类）：15"
    )
    assert (cell.row_code, cell.col_code, cell.value) == (
        "local_published_total", "value", 15,
    )  # fmt: skip
    assert cell.label == (
        "2020年本行政区域（或本部门）政府信息公开发布总数量（非新闻类、消息类）"
    )
