"""How a report is typeset: as the body of a page, as text, as a Word file."""

from __future__ import annotations

from html import escape

from crawler.sample import prose
from crawler.sample.entries import Entry
from crawler.sample.forms import Grid, grids
from crawler.sample.render import text_copy
from tests.families.model import SITE_CODE, Item, Model
from tests.pipelines import office_files


def body(model: Model, item: Item) -> str:
    """The content of an article, without the page around it.

    A report that only its attachment holds is a line that says so.
    """
    if item.packaging.startswith("stub"):
        return f"<p>{escape(item.title)}，详见附件。</p>"
    if not item.report or not item.agency:
        return "".join(f"<p>{escape(line)}</p>" for line in item.text)
    parts = []
    for block in prose.body(model.portal, item.agency, item.report):
        if isinstance(block, prose.TablePlace):
            parts += [_table(grid) for grid in grids(item.report, block.code)]
        elif isinstance(block, prose.Signature):
            lines = (block.agency, block.date)
            parts += [f'<p style="text-align:right">{line}</p>' for line in lines]
        elif isinstance(block, prose.Heading):
            parts.append(f"<p><strong>{escape(block.text)}</strong></p>")
        else:
            parts.append(f'<p style="text-indent:2em">{escape(block.text)}</p>')
    return "\n".join(parts)


def _table(grid: Grid) -> str:
    rows = (
        "".join(
            f'<td colspan="{slot.colspan}" rowspan="{slot.rowspan}">'
            f"<p>{escape(slot.text) or '&nbsp;'}</p></td>"
            for slot in row
        )
        for row in grid
    )
    lines = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<table border="1" cellspacing="0" width="100%"><tbody>{lines}</tbody></table>'
    )


def text(model: Model, item: Item) -> bytes:
    """The report as a text file."""
    entry = Entry(
        str(item.number), item.title, item.date, item.columns,
        agency=item.agency, report=item.report,
    )  # fmt: skip
    return text_copy(model.portal, entry)


def word(model: Model, item: Item) -> bytes:
    """The report as DOCX."""
    assert item.agency and item.report
    parts = [office_files.paragraph(item.title)]
    for block in prose.body(model.portal, item.agency, item.report):
        if isinstance(block, prose.TablePlace):
            for grid in grids(item.report, block.code):
                rows = [[(s.text, s.rowspan, s.colspan) for s in row] for row in grid]
                parts.append(office_files.word_table(office_files.spread(rows)))
        elif isinstance(block, prose.Signature):
            parts += map(office_files.paragraph, (block.agency, block.date))
        else:
            parts.append(office_files.paragraph(block.text))
    return office_files.package("".join(parts))


def site_meta(name: str, base: str) -> str:
    """The meta tags that every page of a portal must have (国办发〔2017〕47号)."""
    host = base.split("://")[1].strip("/")
    return (
        f'<meta name="SiteName" content="{name}">\n'
        f'<meta name="SiteDomain" content="{host}">\n'
        f'<meta name="SiteIDCode" content="{SITE_CODE}">\n'
    )


def column_meta(name: str, kind: str = "") -> str:
    """Those of a column."""
    return (
        f'<meta name="ColumnName" content="{name}">\n'
        f'<meta name="ColumnType" content="{kind or name}">\n'
    )


def article_meta(item: Item, source: str) -> str:
    """Those of an article."""
    return (
        f'<meta name="ArticleTitle" content="{escape(item.title)}">\n'
        f'<meta name="PubDate" content="{item.date} 09:30">\n'
        f'<meta name="ContentSource" content="{escape(source)}">\n'
    )
