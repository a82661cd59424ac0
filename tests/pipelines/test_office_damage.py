"""Damaged and hostile office files: a reason, quickly, and nothing fetched."""

import io
import random
import time
import zipfile

import pytest

from archive.records import PageContext
from pipelines.reading import read
from tests.pipelines import office_files as office
from tests.pipelines.test_office import made, stored

CONTEXT = PageContext(url="http://a.example/b", captured_at="2026-01-31T08:00:00Z")


def bomb(name: str, size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(name, "w", force_zip64=True) as member:
            for _ in range(size // 1_000_000):
                member.write(bytes(1_000_000))
        archive.writestr("word/x.xml", "<x/>")
    return buffer.getvalue()


def entities(declaration: str) -> bytes:
    text = f'<?xml version="1.0"?><!DOCTYPE a [{declaration}]><a>&b;</a>'
    return office.zipped({"word/document.xml": text})


LAUGHS = '<!ENTITY c "ha"><!ENTITY b "' + "&c;" * 9999 + '">'


def sheet(content: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office_ = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return office.zipped(
        {
            "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{office_}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}">'
            f'<Relationship Id="r1" Type="{office_}/worksheet" Target="s.xml"/>'
            "</Relationships>",
            "xl/s.xml": f'<worksheet xmlns="{space}">{content}</worksheet>',
        }
    )


CASES = {
    "a bomb": (lambda: bomb("word/document.xml", 40_000_000), "a ZIP bomb"),
    "a bomb of a sheet": (lambda: bomb("xl/s.xml", 250_000_000), "a ZIP bomb"),
    "billion laughs": (lambda: entities(LAUGHS), "declares a DTD"),
    "external entity": (
        lambda: entities('<!ENTITY b SYSTEM "file:///etc/passwd">'), "declares a DTD",
    ),
    "deep XML": (
        lambda: office.package("<w:p>" * 5000 + "</w:p>" * 5000), "is no XML",
    ),
    "no body": (lambda: office.zipped({"word/document.xml": "<x/>"}), "has no body"),
    "no main part": (lambda: office.zipped({"word/a.xml": "<x/>"}), "found none"),
    "empty": (lambda: office.package("<w:p/>"), "holds no text"),
    "cut in half": (lambda: made("docx", "gk2019")[:1500], "no whole ZIP package"),
    "a cut DOC": (lambda: stored("gk2019.doc")[:9000], "cut off, damaged"),
    "a cut XLS": (lambda: stored("gk2021.xls")[:9000], "cut off, damaged"),
    "cut rich text": (lambda: b"{\\rtf1\\ansi report", "the RTF is cut off: 1 group"),
    "deep rich text": (lambda: b"{\\rtf1" + b"{" * 300, "more than 200 nested groups"),
    "blank rich text": (lambda: b"{\\rtf1\\ansi \\par}", "the RTF holds no text"),
    "a Web archive without a page": (
        lambda: b"MIME-Version: 1.0\r\n\r\n", "found text/plain",
    ),
    "a RAR": (lambda: b"Rar!\x1a\x07\x00" + bytes(99), "application/vnd.rar"),
    "an OFD without pages": (
        lambda: office.ofd_package([]), "the OFD has no pages",
    ),
    "an OFD of nothing": (lambda: office.ofd_package([""]), "nothing on them"),
    "an OFD of pictures": (
        lambda: office.ofd_package(["<ofd:ImageObject Boundary='0 0 9 9'/>"]),
        "pages of pictures",
    ),
    "a sheet of a million columns": (
        lambda: sheet('<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData>'
                      ),
        "columns are read",
    ),
    "a sheet merged all over": (
        lambda: sheet('<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
                      "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 3
                      + "</mergeCells>"),
        "merges 3000000 cells",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_read_says_why_within_two_seconds(name):
    make, reason = CASES[name]
    data = make()
    start = time.process_time()
    extraction = read(data, CONTEXT)
    assert time.process_time() - start < 2
    assert extraction.report is None
    assert reason in extraction.error
    assert "the reader failed" not in extraction.error


def test_a_scan_pasted_into_a_document_is_a_scan():
    drawing = "<w:p><w:r><w:drawing><a:blip xmlns:a='urn:a'/></w:drawing></w:r></w:p>"
    extraction = read(office.package(drawing), CONTEXT)
    assert extraction.form == "scan"
    assert extraction.error == "a scan: the DOCX holds 1 pictures and no text"


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("form", ["docx", "odd.doc", "xlsx", "gk2021.xls", "ofd"])
def test_mutated_files_give_a_reading_or_a_reason(form, seed):
    rng = random.Random(seed)
    whole = stored(form) if "." in form else made(form, "gk2021")
    data = bytearray(whole)
    for _ in range(rng.choice([1, 3, 20])):
        at = rng.randrange(len(data))
        if seed % 2:
            data[at] = rng.randrange(256)
        else:
            data[at : at + 4] = rng.choice([b"\xff" * 4, bytes(4), b"", b"\xff\x7f"])
    extraction = read(bytes(data), CONTEXT)
    assert extraction.report or extraction.error or extraction.verdict.reason
    assert "the reader failed" not in (extraction.error or "")


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("form", ["docx", "xlsx", "ofd"])
def test_mutated_parts_of_packages_give_a_reading_or_a_reason(form, seed):
    rng = random.Random(seed)
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(made(form, "gk2019"))) as whole,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        names = whole.namelist()
        chosen = rng.choice(names)
        for name in names:
            part = bytearray(whole.read(name))
            digits = [i for i, b in enumerate(part) if 48 <= b < 58]
            if name == chosen and digits:
                at = rng.choice(digits)
                part[at : at + 1] = rng.choice(
                    [b"99999999", b"-1", b"", b"x", b"1e309", b"&"]
                )
            archive.writestr(name, bytes(part))
    extraction = read(buffer.getvalue(), CONTEXT)
    assert "the reader failed" not in (extraction.error or "")
