"""Typeset golden cases: what a recipe is, and how reports are set on pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.golden.figures import Typed
from tests.pipelines.printed_form import CHAPTERS, Key, Row, plain


@dataclass(frozen=True, slots=True)
class Recipe:
    """A document and the text of every cell that was typed into it.

    ``cells``: for a cell that is not there None; ``[raw, value, state, method]`` where
    more than the text is expected. ``extra``: local rows, by code and column.
    """

    why: str
    traps: tuple[str, ...]
    suffix: str
    data: bytes
    cells: dict[Key, Any] = field(default_factory=dict)
    extra: dict[Key, Any] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)

    def tables(self) -> dict[str, dict[str, list[Any]]]:
        """The cells as ``expected.json`` lists them."""
        found: dict[str, dict[str, list[Any]]] = {}
        for (table, row, _), text in (self.cells | self.extra).items():
            found.setdefault(table, {}).setdefault(row, []).append(text)
        return found


RECIPES: dict[str, Callable[[], Recipe]] = {}


def recipe(name: str) -> Callable[[Callable[[], Recipe]], Callable[[], Recipe]]:
    """Register the maker of the case ``name``."""

    def keep(make: Callable[[], Recipe]) -> Callable[[], Recipe]:
        RECIPES[name] = make
        return make

    return keep


def table(rows: Sequence[Row], cell: Callable[[str], str] = plain) -> str:
    """A table of HTML, one line a row, as an editor writes it."""

    def tag(text: str, rs: int, cs: int) -> str:
        spans = (f' rowspan="{rs}"' * (rs > 1)) + (f' colspan="{cs}"' * (cs > 1))
        return f"<td{spans}>{cell(text)}</td>"

    lines = ("<tr>" + "".join(tag(*c) for c in row) + "</tr>\n" for row in rows)
    return f"<table>\n{''.join(lines)}</table>\n"


def article(
    report: Typed,
    parts: Sequence[str] = (),
    *,
    chapters: Sequence[str] = CHAPTERS,
    title: str = "",
    cell: Callable[[str], str] = plain,
) -> str:
    """Title, chapters and tables of a report; ``parts``: its tables as HTML."""
    own = [*parts, *(table(rows, cell) for rows in report.tables[len(parts) :])]
    one, two, three, four, five, six = (f"<p>{c}</p>\n" if c else "" for c in chapters)
    year = report.year
    return "".join([
        f"<h1>{title or report.title}</h1>\n<p>发布日期：{year + 1}-01-20</p>\n",
        f"<p>本报告所列数据的统计期限为{year}年1月1日至{year}年12月31日。</p>\n",
        one, "<p>全年公开信息12条。</p>\n", two, own[0], three, own[1], four, own[2],
        five, "<p>人手不足，今后改进。</p>\n", six, "<p>无。</p>\n",
    ])  # fmt: skip


def framed(inside: str, charset: str = "utf-8") -> bytes:
    """A page with navigation above and a footer below what it holds."""
    return (
        f"<!DOCTYPE html>\n<html><head><meta charset='{charset}'>"
        "<title>某门户</title></head><body>\n"
        "<div class='header-nav'><a href='/'>首页</a><p>走进我们</p></div>\n"
        f"{inside}<div class='footer'><p>版权所有：某门户</p></div></body></html>\n"
    ).encode(charset)


def word(text: str) -> str:
    """A cell as a word processor pastes it."""
    shown = text or "&nbsp;"
    return (
        '<p class="MsoNormal" align="center"><span lang="EN-US" style="font-family:'
        f'仿宋_GB2312">{shown}<o:p></o:p></span></p>'
    )


def pieces(text: str) -> str:
    """A cell whose characters stand in several paragraphs and spans."""
    if len(text) < 4 or text[0].isdigit():
        return f"<p>{text}</p>"
    return f"<p>{text[:2]}</p>\n<p><span>{text[2:4]}</span><br>{text[4:]}</p>"


def split(rows: list[Row], listed: Sequence[int], groups: Sequence[int]) -> list[str]:
    """The table of requests in pieces that begin at rows ``listed`` (from 0, data).

    ``groups``: data rows of the piece that the blank cell on the left spans.
    """
    head, data = rows[:3], rows[3:]
    found = [table([*head, *data[: listed[0]]])]
    ends = [*listed[1:], len(data)]
    for start, end, tall in zip(listed, ends, groups, strict=True):
        piece = [list(row) for row in data[start:end]]
        piece[0].insert(0, ("", tall, 1))
        found.append(table(piece))
    return found


def parts(report: Typed, chapters: Sequence[str] = CHAPTERS) -> list[str | list[Row]]:
    """Title, sentences, headings and tables of a report in their order."""
    one, two, three, four, five, six = chapters
    period = f"统计期限为{report.year}年1月1日至{report.year}年12月31日。"
    tables = report.tables
    return [report.title, period, one, "全年公开信息12条。", two, tables[0], three,
            tables[1], four, tables[2], five, "人手不足，今后改进。", six,
            "无。"]  # fmt: skip
