"""Cells of a report as HTML: in their place on the form, and as a list.

A report has two hundred cells and shows each twice. Written as macros that took most
of the time of a page; written as text it is one join. Whatever comes from a document
goes through :func:`markupsafe.escape`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from markupsafe import Markup, escape

from archive.site.forms import FormCell
from archive.site.language import TAGS, current
from archive.site.present import chinese, circled, method_sign, number, visible
from archive.site.strings import name, say


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the interface in one language, escaped."""

    lang: str
    chinese: str  # the attribute for Chinese data
    raw: str
    state: str
    locator: str
    blank: str
    absent: str
    findings: str


@cache
def words(lang: str) -> Words:
    """The words that cells are described with."""
    tag = TAGS[lang]
    return Words(
        tag,
        "" if lang == "zh" else f' lang="{TAGS["zh"]}"',
        text(say("report.raw", lang)),
        text(say("report.state", lang)),
        text(say("report.locator", lang)),
        text(say("report.blank_word", lang)),
        text(say("report.absent_word", lang)),
        text(say("report.findings", lang)),
    )


@lru_cache(maxsize=16_384)
def text(value: str) -> str:
    """A text escaped: labels, places and most numbers come again on every page."""
    return str(escape(value))


@cache
def named(group: str, code: str | None, lang: str) -> str:
    """The name of a state, a method or a unit, escaped."""
    return text(name(group, code, lang))


def printed_cells(cells: Iterable[FormCell]) -> Markup:
    """A line of cells; what each holds is never told by colour alone."""
    lang = current.get()
    return Markup("".join([_td(c, words(lang), lang) for c in cells]))


def _td(c: FormCell, w: Words, lang: str) -> str:
    cell = c.cell
    shade = (" doubt" if c.doubtful else " bad") if c.findings else ""
    in_chinese = chinese() if c.in_chinese else ""
    span = f' colspan="{c.colspan}"' if c.colspan > 1 else ""
    if cell.state == "blank":
        inside = f'<span class="nb-sr">{w.blank}</span>'
    elif cell.state == "missing":
        inside = f'<span class="nb-absent">{w.absent}</span>'
    else:
        inside = text(c.text)
    method = named("meth", cell.method, lang)
    if cell.method != "read":
        inside += (
            f'<sup class="nb-method">{method_sign(cell.method)}'
            f'<span class="nb-sr" lang="{w.lang}">{method}</span></sup>'
        )
    for n in c.findings:
        inside += (
            f'<a class="nb-ref" href="#finding-{n}"><span class="nb-sr"'
            f' lang="{w.lang}">{w.findings} </span>{circled(n)}</a>'
        )
    return (
        f'<td id="{text(c.anchor)}" class="s-{text(cell.state)}{shade}"{in_chinese}'
        f'{span} title="{text(c.label)}\n{w.raw}: “{text(visible(cell.raw))}”\n'
        f"{w.state}: {named('state', cell.state, lang)} · {method}\n"
        f'{w.locator}: {text(cell.locator or "—")}">{inside}</td>'
    )


def listed_cells(cells: Iterable[FormCell]) -> Markup:
    """The rows of the list of cells: label, text, number, state, method, place."""
    lang = current.get()
    w = words(lang)
    return Markup("\n".join([_tr(c, w, lang) for c in cells]))


def _tr(c: FormCell, w: Words, lang: str) -> str:
    cell = c.cell
    value = ""
    if cell.value is not None:
        value = f"{number(cell.value)} {named('unit', cell.unit, lang)}"
    return (
        f'<tr><th scope="row"><a href="#{text(c.anchor)}">{text(c.label)}</a></th>'
        f'<td class="raw"{w.chinese}>{text(visible(cell.raw))}</td>'
        f'<td class="num">{value}</td>'
        f"<td>{named('state', cell.state, lang)}</td>"
        f"<td>{named('meth', cell.method, lang)}</td>"
        f"<td>{text(cell.locator)}</td></tr>"
    )
