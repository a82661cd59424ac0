"""Scans and pictures become tables and prose, as far as their pixels say so."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from archive.records import PageContext
from pipelines import ocr, stages
from pipelines.reading import read
from tests.pipelines import scan_maker
from tests.pipelines.pdf_maker import LEFT, Maker
from tests.pipelines.scan_maker import Wear, as_pdf, as_picture, figures, pages, report

if not ocr.available():
    pytest.skip(
        "the extra [ocr] is not installed: scans are not recognised",
        allow_module_level=True,
    )
if not scan_maker.draws_chinese():
    pytest.skip("no Chinese font to draw scans with", allow_module_level=True)

CONTEXT = PageContext(url="file:///x.pdf", captured_at="2026-01-31T08:00:00Z")
WEAR = Wear()


def scan(generation, values, *, late=False, wear=WEAR) -> bytes:
    return as_pdf(pages(report(generation, values, late=late), wear, 1), wear)


def cells(extraction):
    return {cell.key: cell for cell in extraction.report.cells}


@pytest.fixture(scope="module")
def two_pages():
    return stages.read_here(scan("gk2019", figures("gk2019", 1), late=True), CONTEXT)


def test_a_table_over_two_scanned_pages_is_read_cell_by_cell(two_pages):
    found = cells(two_pages)
    printed = figures("gk2019", 1)
    assert {key: found[key].raw for key in printed} == printed
    assert {found[key].method for key in printed} == {"ocr"}
    assert (two_pages.form, two_pages.extractor) == ("scan", "scan/1")
    assert two_pages.report.status == "extracted"


def test_prose_and_headings_of_a_scan_are_chapters(two_pages):
    found = two_pages.report.chapters
    assert [c.heading for c in found if c.chapter_no] == [
        "一、总体情况", "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]  # fmt: skip
    assert found[1].prose == (
        "全年主动公开信息12条。" + "坚持以公开为常态、不公开为例外。" * 6
    )
    assert two_pages.report.title == "莱州市教育局2020年政府信息公开工作年度报告"


def test_every_cell_tells_its_page_and_its_box_on_the_page_as_scanned(two_pages):
    cell = cells(two_pages)["requests", "new_received", "natural_person"]
    page, _, box = cell.locator.partition(" table 2 row 4 cell 2 box ")
    left, top, right, bottom = (int(n) for n in box.split(","))
    assert page == "page 1"
    # Typeset between 250 and 290 points from the left; the page lies at 0.8 degrees.
    assert abs(left - 250) <= 8
    assert abs(right - 290) <= 8
    assert 10 <= bottom - top <= 24


def test_blanks_stay_blank_and_a_sum_that_is_printed_wrong_is_kept_and_reported():
    values = figures("gk2021", 4)
    zero = next(k for k, v in values.items() if k[0] == "requests" and v == "0")
    values[zero] = ""
    values["proactive", "rules", "in_force"] = ""
    values["requests", "handled_total", "total"] = "9876"
    done = stages.read_here(scan("gk2021", values), CONTEXT)
    found = cells(done)
    assert found[zero].state == "blank"
    assert found["proactive", "rules", "in_force"].state == "blank"
    wrong = found["requests", "handled_total", "total"]
    assert (wrong.raw, wrong.value, wrong.method) == ("9876", 9876.0, "ocr")
    broken = [c for c in done.report.checks if c.scope == "handled_total"]
    assert {c.verdict for c in broken} == {"UNCERTAIN"}
    assert all("可能是误读，请对照原件" in c.message for c in broken)
    assert any(
        "handled_total/total (read 9876, not " in note for note in done.report.notes
    )


def test_a_long_picture_of_a_whole_report_is_read():
    wear = Wear(degrees=0, specks=0, grain=2)
    values = figures("gk2021", 7)
    data = as_picture(pages(report("gk2021", values), wear, 2), "PNG")
    done = read(data, CONTEXT)
    found = cells(done)
    assert (done.form, done.media_type, done.extractor) == (
        "image", "image/png", "image/1",
    )  # fmt: skip
    assert {key: found[key].value for key in values} == {
        key: float(raw) for key, raw in values.items()
    }


def test_a_page_that_is_a_picture_among_pages_of_text_is_read_too():
    maker = Maker(numbers=False)
    maker.paragraph("一、总体情况")
    maker.paragraph("甲" * 60)
    maker.turn()
    inner = Maker(numbers=False)
    inner.paragraph("二、主动公开政府信息情况")
    inner.paragraph("全年公开政府信息共计三百二十一条。")
    (picture,) = pages(inner.done(), Wear(degrees=0.5), 1)
    from reportlab.lib.utils import ImageReader

    maker.canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    from pipelines.extract.pdf import extract

    page = extract(maker.done())
    assert [line.text for line in page.lines] == [
        "一、总体情况", "甲" * 60, "二、主动公开政府信息情况",
        "全年公开政府信息共计三百二十一条。",
    ]  # fmt: skip
    assert page.notes == ("page 2 is a picture: it was read by recognition",)
    assert not page.scanned


def test_pictures_without_writing_are_said_to_have_none():
    maker = Maker(numbers=False)
    maker.picture()
    done = read(maker.done(), CONTEXT)
    assert (done.form, done.report) == ("scan", None)
    assert done.error == "a scan: 1 pages of pictures, and no writing was recognised"


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        ((12000, 9000), "a picture of 12000 × 9000 pixels, and no more than 60 million "
         "are read"),
        ((3, 20_000_001), "a picture of 3 × 20000001 pixels, and no more than 60 "
         "million are read"),
    ],
)  # fmt: skip
def test_a_giant_picture_is_refused_before_it_is_unpacked(size, reason):
    buffer = io.BytesIO()
    Image.new("1", size).save(buffer, "PNG" if size[0] > 3 else "TIFF")
    done = stages.read(buffer.getvalue(), CONTEXT)
    assert (done.form, done.report, done.error) == ("image", None, reason)


def test_a_cut_off_picture_is_a_damaged_one():
    buffer = io.BytesIO()
    Image.effect_noise((400, 400), 50).save(buffer, "JPEG")
    done = read(buffer.getvalue()[:9000], CONTEXT)
    assert done.error.startswith("a damaged picture: OSError: image file is truncated")


def test_the_worker_for_pictures_is_not_the_one_for_other_documents():
    maker = Maker(numbers=False)
    maker.write(LEFT, 100, ".")  # a font, so that only reading tells it is a scan
    maker.picture()
    done = stages.read(maker.done(), CONTEXT)
    assert done.error == "a scan: 1 pages of pictures, and no writing was recognised"


@pytest.mark.skipif(
    "NIANBAO_CORPUS" not in os.environ,
    reason="NIANBAO_CORPUS does not name a folder of real documents",
)
def test_a_real_report_drawn_as_a_scan_says_what_its_text_says():
    data = (Path(os.environ["NIANBAO_CORPUS"]) / "real/huaian_2024.pdf").read_bytes()
    text = cells(read(data, CONTEXT))
    scanned = cells(read(as_pdf(pages(data, WEAR, 3), WEAR), CONTEXT))
    assert len(text) == 200
    assert {k: (c.value, c.state) for k, c in scanned.items()} == {
        k: (c.value, c.state) for k, c in text.items()
    }
