"""XLS: workbooks of Excel 97–2003 through xlrd, values as shown, merged areas."""

from __future__ import annotations

import io
import struct

import xlrd  # type: ignore[import-untyped]

from archive.errors import DocumentError, DocumentTooLarge, UnsupportedForm
from pipelines.extract.page import Page
from pipelines.extract.sheet import MOST_ROWS, WIDEST, Sheet, blocks, shown

DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError,
    RecursionError, StopIteration, TypeError, UnicodeError, ValueError, struct.error,
    xlrd.XLRDError, xlrd.compdoc.CompDocError,
)  # fmt: skip


def extract(data: bytes) -> Page:
    """Take a workbook apart. Raises DocumentError when it is damaged."""
    try:
        # Ragged: one cell far out must not make millions of empty ones.
        book = xlrd.open_workbook(
            file_contents=data,
            formatting_info=True,
            ragged_rows=True,
            logfile=io.StringIO(),
        )
        sheets = [_sheet(book, s) for s in book.sheets() if s.visibility == 0]
    except DAMAGE as error:
        if "encrypted" in str(error).lower():
            raise UnsupportedForm("the workbook is encrypted") from error
        raise DocumentError(f"the workbook is damaged: {error}") from error
    return Page(
        blocks=tuple(blocks(sheets)),
        content=f"XLS, sheets {', '.join(s.name for s in sheets)}",
    )


def _sheet(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Sheet:
    cells = {}
    for y in range(sheet.nrows):
        for x, cell in enumerate(sheet.row(y)):
            text = _shown(book, cell)
            if cell.ctype == xlrd.XL_CELL_EMPTY:
                continue
            if y >= MOST_ROWS or x >= WIDEST:
                if not text:
                    continue
                raise DocumentTooLarge(
                    f"sheet {sheet.name} goes on to row {y + 1}, column {x + 1}; "
                    f"{MOST_ROWS} rows of {WIDEST} columns are read"
                )
            cells[y, x] = text
    merged = [(y, x, v - y, u - x) for y, v, x, u in sheet.merged_cells]
    return Sheet(sheet.name, cells, merged)


def _shown(book: xlrd.Book, cell: xlrd.sheet.Cell) -> str:
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        style = book.xf_list[cell.xf_index]
        form = book.format_map.get(style.format_key)
        return shown(cell.value, form.format_str if form else "General")
    if cell.ctype == xlrd.XL_CELL_DATE:
        day = xlrd.xldate_as_datetime(cell.value, book.datemode)
        return str(day.date().isoformat())
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#ERROR"))
    return str(cell.value) if cell.ctype == xlrd.XL_CELL_TEXT else ""
