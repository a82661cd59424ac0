"""Documents broken on purpose: the forms as the tests typeset them, then mutated.

Bytes are flipped, cut, moved, doubled and deleted; in packages the same is done to the
members, in pages to the tags, in text to the lines. Everything follows from a seed.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from functools import lru_cache

from tests.pipelines import office_files as office
from tests.pipelines import pdf_maker as pdf
from tests.pipelines import printed_2021, printed_form
from tests.pipelines.test_office import stored

FORMS = ("html", "pdf", "docx", "doc", "xls", "xlsx", "ofd", "text", "zip")
PACKAGES = ("docx", "xlsx", "ofd", "zip")

# ---------------------------------------------------------------------------- originals


def _pages() -> list[bytes]:
    values, newer = printed_form.invented(), printed_2021.invented()
    tables = office.tables_of("gk2019", values)
    page = printed_form.page([printed_form.table(rows) for rows in tables])
    newest = office.tables_of("gk2021", newer)
    small = printed_form.page(["", "", printed_form.table(newest[2])])
    return [page.encode(), small.encode(), page.encode("gbk", "replace")]


def _pdf(*, compressed: bool) -> bytes:
    """Title, chapters and two tables on one page: quick to read, all there is."""
    values = printed_form.invented()
    maker = pdf.Maker()
    if not compressed:
        maker.canvas.setPageCompression(0)
    maker.paragraph("莱州市教育局2020年政府信息公开工作年度报告", 14)
    maker.paragraph(printed_form.CHAPTERS[1])
    maker.table(printed_form.proactive(values)[:8], pdf.WIDTHS["proactive"])
    maker.paragraph(printed_form.CHAPTERS[3])
    maker.table(printed_form.review(values), pdf.WIDTHS["review"])
    return maker.done()


def _texts() -> list[bytes]:
    rows = office.tables_of("gk2019", printed_form.invented())
    title = ["莱州市教育局2020年政府信息公开工作年度报告", "一、总体情况", "无。"]
    one_a_row = title + [
        line
        for chapter, table in zip(printed_form.CHAPTERS[1:4], rows, strict=True)
        for line in (chapter, *("\t".join(text for text, *_ in row) for row in table))
    ]
    one_a_cell = title + [
        line
        for chapter, table in zip(printed_form.CHAPTERS[1:4], rows, strict=True)
        for line in (
            chapter,
            *(part for row in table for part in (*(f"\t{t}" for t, *_ in row), "")),
        )
    ]
    joined = "".join(one_a_cell).replace("\t", "")
    return [text.encode() for text in ("\n".join(one_a_row), "\n".join(one_a_cell),
                                       joined)]  # fmt: skip


def _zip() -> bytes:
    whole = office.docx("gk2019", office.values_of("gk2019"))
    inner = office.zipped({"内.txt": _texts()[1]})
    return office.zipped(
        {"莱州市教育局2020年报.docx": whole, "附/年报.htm": _pages()[1], "x.zip": inner}
    )


@lru_cache(maxsize=len(FORMS))
def originals(form: str) -> tuple[bytes, ...]:
    """Whole documents of a form; every one of them is read without an error."""
    values, newer = office.values_of("gk2019"), office.values_of("gk2021")
    match form:
        case "html":
            return tuple(_pages())
        case "pdf":
            return (_pdf(compressed=True), _pdf(compressed=False))
        case "docx":
            return (office.docx("gk2019", values), office.odd_docx())
        case "doc":
            return tuple(map(stored, ("gk2019.doc", "gk2021_split.doc", "odd.doc")))
        case "xls":
            return (stored("gk2021.xls"),)
        case "xlsx":
            return (office.workbook("gk2019", values),)
        case "ofd":
            return (office.ofd("gk2021", newer),)
        case "zip":
            return (_zip(),)
    return tuple(_texts())


# ---------------------------------------------------------------------------- mutations

NUMBERS = (b"0", b"-1", b"65536", b"4294967296", b"99999999999", b"1e309", b"nan", b"x")
DIGITS = re.compile(rb"\d+")
TAG = re.compile(rb"<[^<>]{0,300}>")
TAGS = (
    b"<table>", b"</table>", b"<tr>", b"<td>", b"</td>", b"<div>", b"</div>", b"<p>",
    b"<script>", b"<style>", b"<!--", b"-->", b"<![CDATA[", b"</body>", b"</html>",
    b"<td rowspan=65534 colspan=1000>", b"<div hidden>", b"<plaintext>", b"<svg>",
    b"<select>", b"<template>", b"<frameset>", b"<base href=//x>", b"<textarea>",
)  # fmt: skip


def flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 2, 8, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def overwrite(data: bytearray, rng: random.Random) -> None:
    """Some bytes become a typical wrong length or offset; often where blocks begin."""
    at = rng.randrange(len(data))
    if rng.random() < 0.5:
        at = min(at // 512 * 512 + rng.randrange(64), len(data) - 1)
    new = rng.choice((b"\xff" * 4, bytes(4), b"\xff\x7f", b"\x01\x00\x00\x80",
                      rng.randbytes(8)))  # fmt: skip
    data[at : at + len(new)] = new


def truncate(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def delete(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    del data[at : at + rng.choice((1, 4, 100, 5000))]


def double(data: bytearray, rng: random.Random) -> None:
    at, size = rng.randrange(len(data)), rng.choice((1, 16, 500, 20_000))
    data[at:at] = data[at : at + size]


def splice(data: bytearray, rng: random.Random) -> None:
    """A part is put over, or into, another place."""
    at, to = rng.randrange(len(data)), rng.randrange(len(data))
    size = rng.choice((4, 100, 2000))
    part = data[at : at + size]
    data[to : to + rng.choice((0, len(part)))] = part


def renumber(data: bytearray, rng: random.Random) -> None:
    """A number in the text becomes another that nobody expects."""
    found = list(DIGITS.finditer(data))
    if found:
        hit = rng.choice(found)
        data[hit.start() : hit.end()] = rng.choice(NUMBERS)


def retag(data: bytearray, rng: random.Random) -> None:
    """Tags are lost, doubled, moved or put where none belongs."""
    for _ in range(rng.choice((1, 3, 20))):
        found = list(TAG.finditer(data))
        if not found:
            return
        hit, other = rng.choice(found), rng.choice(found)
        new = rng.choice((b"", hit[0] * 2, other[0], rng.choice(TAGS),
                          rng.choice(TAGS) * rng.choice((1, 50, 2500))))  # fmt: skip
        data[hit.start() : hit.end()] = new


def relines(data: bytearray, rng: random.Random) -> None:
    """Lines change places, are lost, joined, or hold what no line holds."""
    lines = data.split(b"\n")
    for _ in range(rng.choice((1, 5, 40))):
        at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
        match rng.randrange(5):
            case 0:
                lines[at], lines[to] = lines[to], lines[at]
            case 1:
                lines[at] = b""
            case 2:
                lines[at] = lines[at] + lines[to]
            case 3:
                lines[at] = rng.choice(
                    (b"\t" * 300, b"\xef\xbb\xbf", b"\x00", b" " * 99)
                )
            case _:
                lines.insert(at, lines[to])
    data[:] = b"\n".join(lines)


BYTES = (flip, overwrite, truncate, delete, double, splice)
#: Compound files are found by offsets: what moves a byte breaks them at the door.
IN_PLACE = (flip, overwrite, overwrite)
INSIDE = {"html": (retag, retag, renumber), "text": (relines, relines, renumber),
          "pdf": (renumber, renumber)}  # fmt: skip


def mutated(form: str, seed: str) -> bytes:
    """The mutated document that belongs to a seed."""
    rng = random.Random(f"{form} {seed}")
    data = bytearray(rng.choice(originals(form)))
    if form in PACKAGES and rng.random() < 0.7:
        return _repacked(bytes(data), rng)
    if form in ("doc", "xls") and rng.random() < 0.8:
        _some(data, rng, IN_PLACE)
    else:
        _some(data, rng, (*BYTES, *INSIDE.get(form, ())))
    return bytes(data)


def _some(
    data: bytearray,
    rng: random.Random,
    ways: tuple[Callable[[bytearray, random.Random], None], ...],
) -> None:
    for _ in range(rng.choice((1, 1, 2, 5))):
        if data:
            rng.choice(ways)(data, rng)


def _repacked(data: bytes, rng: random.Random) -> bytes:
    """A package whose members were mutated, lost, doubled or renamed."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        parts = [(name, whole.read(name)) for name in whole.namelist()]
    at = rng.randrange(len(parts))
    name, part = parts[at]
    changed = bytearray(part)
    match rng.randrange(10):
        case 0:
            del parts[at]
        case 1:
            parts.append((name, parts[rng.randrange(len(parts))][1]))
        case 2:
            names = (name.upper(), "/" + name, f"../{name}", "x" * 300)
            parts[at] = (rng.choice(names), part)
        case 3:
            parts[at] = (name, parts[rng.randrange(len(parts))][1])
        case _:
            _some(changed, rng, (*BYTES, retag, retag, renumber, renumber, renumber))
            parts[at] = (name, bytes(changed))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts:
            if name not in archive.NameToInfo:
                archive.writestr(name, part)
            else:
                archive.writestr(name.swapcase(), part)
    return buffer.getvalue()
