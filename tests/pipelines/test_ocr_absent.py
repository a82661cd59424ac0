"""Without the extra [ocr] scans and pictures are listed, with the way to read them."""

import io

import pytest
from PIL import Image

from archive.records import PageContext
from pipelines import ocr
from pipelines.reading import extractor_version, read
from tests.pipelines.pdf_maker import Maker

NAME = "莱州市教育局2022年政府信息公开工作年度报告"


@pytest.fixture(autouse=True)
def absent(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (200, 300), 200).save(buffer, "PNG")
    return buffer.getvalue()


def context(filename: str) -> PageContext:
    return PageContext("file:///x", "2026-01-31T08:00:00Z", filename=filename)


def test_a_picture_is_listed_with_the_way_to_read_it():
    done = read(png(), context("x.png"))
    assert (done.form, done.report, done.extractor) == ("image", None, "image/0")
    assert done.error == (
        "a picture: install the extra `[ocr]` (pip install 'nianbao[ocr]') "
        "to have it read"
    )


def test_a_picture_with_a_telling_name_is_an_unreadable_report():
    done = read(png(), context(f"{NAME}.png"))
    assert (done.report.report_year, done.report.status) == (2022, "unreadable")


def test_a_scan_is_listed_with_the_way_to_read_it():
    maker = Maker()
    maker.picture()
    done = read(maker.done(), context("x.pdf"))
    assert (done.form, done.extractor) == ("scan", "scan/0")
    assert done.error == (
        "a scan: 1 pages of pictures with 3 characters of text; "
        "install the extra `[ocr]` (pip install 'nianbao[ocr]') to have it read"
    )


def test_unread_pictures_are_stale_only_once_the_extra_is_there(monkeypatch):
    assert extractor_version("scan/0") == "scan/0"
    assert extractor_version("scan/1") == "scan/1"
    monkeypatch.setattr(ocr, "available", lambda: True)
    assert extractor_version("scan/0") == "scan/1"
    assert extractor_version("image/0") == "image/1"
