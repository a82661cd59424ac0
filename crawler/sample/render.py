"""What pages are made with: the templates, a picture, a report as plain text."""

from __future__ import annotations

import re
import struct
import zlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from crawler.sample import prose
from crawler.sample.data import Portal
from crawler.sample.entries import Entry
from crawler.sample.forms import grids, text_rows


def picture(width: int = 640, height: int = 400) -> bytes:
    """A PNG of coloured bands: stands for a page that says everything in an image."""
    rows = b""
    for y in range(height):
        shade = (198, 40, 40) if y < height // 5 else (236, 239, 244 - y % 40)
        rows += b"\0" + bytes(shade) * width
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def text_copy(portal: Portal, entry: Entry) -> bytes:
    """The report as a text file: one table row a line, TAB between cells."""
    assert entry.agency and entry.report
    lines = [entry.title]
    for block in prose.body(portal, entry.agency, entry.report):
        if isinstance(block, prose.TablePlace):
            for grid in grids(entry.report, block.code):
                lines += text_rows(grid)
        elif isinstance(block, prose.Signature):
            lines += [block.agency, block.date]
        else:
            lines.append(block.text)
    return "\n".join(lines).encode() + b"\n"


def pieces(text: str) -> list[str]:
    """``text`` cut where a word processor would start a new span.

    >>> pieces("（一）予以公开")
    ['（', '一', '）', '予以公开']
    """
    return [piece for piece in re.split(r"([（）、.]|\d+)", text) if piece]


def broken(text: str, narrow: bool = True) -> list[str]:
    """A label of four characters in two lines, as narrow columns print it.

    >>> broken("结果维持"), broken("总计"), broken("行政许可", narrow=False)
    (['结果', '维持'], ['总计'], ['行政许可'])
    """
    return [text[:2], text[2:]] if narrow and len(text) == 4 else [text]


@cache
def environment() -> Environment:
    """The templates, with autoescape and no tolerance for missing values."""
    made = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"pieces": pieces, "broken": broken, "date": prose.printed_date}
    return made
