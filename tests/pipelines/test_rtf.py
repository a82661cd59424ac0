"""RTF and saved Web pages: read like the documents they are."""

import re
from email.message import EmailMessage

import pytest

from archive.records import PageContext
from pipelines.extract.rtf import extract
from pipelines.grid import Grid, place
from pipelines.reading import read
from pipelines.sniff import sniff
from tests.pipelines import printed_form as form

CONTEXT = PageContext(url="file:///x.doc", captured_at="2026-01-31T08:00:00Z")
HEAD = (
    r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\froman\fcharset0 Times;}"
    r"{\f1\fnil\fcharset134 \'cb\'ce\'cc\'e5;}}{\stylesheet{\s0 Normal;}}"
)


def in_code_page(text: str) -> str:
    """Chinese in the bytes of GBK."""
    codes = "".join(
        c if ord(c) < 128 else "".join(f"\\'{b:02x}" for b in c.encode("gbk"))
        for c in text
    )
    return r"{\f1 " + codes.replace("\n", r"\line ") + "}"


def in_unicode(text: str) -> str:
    """The same as 16-bit numbers, each with a question mark for old readers."""
    codes = "".join(c if ord(c) < 128 else rf"\u{_signed(ord(c))}?" for c in text)
    return codes.replace("\n", r"\line ")


def _signed(code: int) -> int:
    return code - 0x10000 if code > 0x7FFF else code


def table(rows, say) -> str:
    """Rows with merged cells, every edge at 1000 twips a column."""
    columns = place([[(rs, cs) for _, rs, cs in row] for row in rows])
    below: dict[int, tuple[int, int]] = {}  # column → rows still covered, width
    found = []
    for row, where in zip(rows, columns, strict=True):
        cells = {
            c: (text, cs, r"\clvmgf" if rs > 1 else "")
            for (text, rs, cs), c in zip(row, where, strict=True)
        }
        for c, (left, cs) in list(below.items()):
            cells[c] = ("", cs, r"\clvmrg")
            below[c] = (left - 1, cs)
        below = {c: pair for c, pair in below.items() if pair[0]}
        for (_, rs, cs), c in zip(row, where, strict=True):
            if rs > 1:
                below[c] = (rs - 1, cs)
        ordered = sorted(cells.items())
        edges = "".join(
            rf"{merge}\cellx{1000 * (c + cs)}" for c, (_, cs, merge) in ordered
        )
        texts = "".join(rf"\intbl {say(t)}\cell" for _, (t, _, _) in ordered)
        found.append(rf"\trowd\trleft0{edges}\pard{texts}\row")
    return "".join(found) + r"\pard"


def report(say) -> bytes:
    values = form.invented()
    one, two, three, four, five, six = form.CHAPTERS
    parts = [
        "莱州市教育局2020年政府信息公开工作年度报告", one, "全年公开信息12条。",
        two, form.proactive(values), three, form.requests(values), four,
        form.review(values), five, "人手不足，今后改进。", six, "无。",
    ]  # fmt: skip
    body = "".join(
        rf"\pard {say(p)}\par" if isinstance(p, str) else table(p, say) for p in parts
    )
    return (HEAD + body + "}").encode("ascii")


@pytest.mark.parametrize("say", [in_code_page, in_unicode])
def test_every_cell_of_a_report_in_rich_text_is_read(say):
    values = form.invented()
    found = read(report(say), CONTEXT)
    assert found.form == "doc"
    cells = {c.key: c for c in found.report.cells}
    assert {key: cells[key].raw for key in values} == values
    assert (found.report.leftovers, found.report.status) == ((), "extracted")
    assert cells["requests", "granted", "total"].locator == "table 2 row 6 cell 9"


def lines(body: str) -> list[str]:
    return [b.text for b in extract((HEAD + body + "}").encode("gbk")).blocks]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\u19968?\u20108?\par", "一二"),
        (r"{\uc2\u19968\'d2\'bb\u20108\'b6\'fe}\par", "一二"),
        (r"\u-10176?\u-9215?\par", "𠀁"),
        (r"{\f1 \'d2\'bb}a\~b\par", "一a\u00a0b"),
        (r"{\*\unknown gone}kept\par", "kept"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}\par", "shown"),
        (r"{\listtext 1.}first\par", "1.first"),
        (r"a{\v hidden}b{\deleted gone}\par", "ab"),
        (r"a\{b\}\\c\par", r"a{b}\c"),
        (r"{\pict\pngblip 89504e470d0a}text\par", "text"),
        (r"{\upr{old}{\*\ud{new}}}\par", "new"),
        ("raw 一 bytes\\par", "raw 一 bytes"),
    ],
)
def test_what_is_shown_is_read(body, text):
    assert lines(body) == [text]


def test_pictures_in_binary_are_passed_over():
    data = HEAD.encode() + rb"{\pict\bin5 }{\}x}text\par}"
    page = extract(data)
    assert [b.text for b in page.blocks] == ["text"]
    assert page.images == 1


def test_a_table_in_a_cell_is_a_table_of_its_own():
    inner = (
        r"\pard\intbl\itap2 a\nestcell b\nestcell"
        r"{\*\nesttableprops\trowd\cellx100\cellx200\nestrow}{\nonesttables\par}"
    )
    outer = rf"\trowd\cellx900 {inner}\pard\intbl\itap1 c\cell\row\pard after\par"
    page = extract((HEAD + outer + "}").encode())
    (grid,) = [b for b in page.blocks if isinstance(b, Grid)]
    assert [[c.text for c in row] for row in grid.rows] == [["a", "b"]]
    assert [b.text for b in page.blocks if not isinstance(b, Grid)] == ["c", "after"]


# ------------------------------------------------------------------------------- MHTML


def saved(charset: str, coding: str, first: str = "") -> bytes:
    values = form.invented()
    tables = [form.proactive(values), form.requests(values), form.review(values)]
    page = form.page([form.table(t) for t in tables]).replace("utf-8", charset)
    message = EmailMessage()
    message["Subject"] = "saved"
    message.set_content("not the page")
    message.add_related(
        page.encode(charset), maintype="text", subtype="html", cte=coding,
        params={"charset": charset},
    )  # fmt: skip
    message.add_related(b"\x89PNG", maintype="image", subtype="png")
    text = message.as_bytes()
    return first.encode() + re.sub(rb"^Subject", b"X-Subject", text)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030"])
@pytest.mark.parametrize("coding", ["quoted-printable", "base64"])
def test_every_cell_of_a_saved_page_is_read(charset, coding):
    values = form.invented()
    data = saved(charset, coding, "From: <Saved by a browser>\n")
    found = read(data, CONTEXT)
    assert (found.form, found.media_type) == ("doc", "multipart/related")
    assert {c.key: c.raw for c in found.report.cells} == values
    assert found.report.published_on == "2021-01-20"


def test_text_with_colons_is_no_saved_page():
    text = "Name: a\nThe MIME-Version: 1.0 header is explained below.\n"
    assert sniff(text.encode()).media_type == "text/plain"
