"""XLSX: cells of the visible sheets as they are shown, with merged areas.

Read from the parts themselves: a sheet may say that it has a million rows or merge
its whole area, and only what holds something is looked at.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from archive.errors import DocumentTooLarge
from pipelines.extract.package import (
    Package,
    attribute,
    child,
    local,
    number,
    open_package,
)
from pipelines.extract.page import Page
from pipelines.extract.sheet import MOST_ROWS, WIDEST, Place, Sheet, blocks, shown

PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
MOST_SHEETS, MOST_MERGED = 50, 5000
#: Formats that need no entry in the style sheet.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 49: "@",
}  # fmt: skip


def extract(data: bytes) -> Page:
    """Take a workbook apart. Raises DocumentError when it is damaged or hostile."""
    package = open_package(data, "XLSX")
    main, sheets = _sheets(package)
    texts = _strings(package, main)
    formats = _formats(package, main)
    found = [
        _sheet(name, package.xml(path), texts, formats)
        for name, path in sheets[:MOST_SHEETS]
    ]
    notes = [note for sheet in found for note in sheet.notes]
    if len(sheets) > MOST_SHEETS:
        notes.append(f"{len(sheets)} sheets, the first {MOST_SHEETS} were read")
    return Page(
        blocks=tuple(blocks(found)),
        content=f"XLSX, sheets {', '.join(s.name for s in found)}",
        notes=tuple(notes),
    )


def _sheets(package: Package) -> tuple[str, list[tuple[str, str]]]:
    """The folder of the workbook, (name, path) of each visible sheet in order."""
    main = "xl/workbook.xml"
    if package.find("_rels/.rels"):
        for relation in package.xml("_rels/.rels"):
            target = (attribute(relation, "Target") or "").lstrip("/")
            kind = attribute(relation, "Type") or ""
            if kind.endswith("/officeDocument") and package.find(target):
                main = target
    folder = posixpath.dirname(main)
    relations = f"{folder}/_rels/{posixpath.basename(main)}.rels"
    targets = {
        attribute(r, "Id"): attribute(r, "Target") or "" for r in package.xml(relations)
    }
    found = []
    listed = child(package.xml(main), "sheets")
    for sheet in listed if listed is not None else ():
        # ``id`` is the relation; ``sheetId`` is another attribute.
        target = targets.get(attribute(sheet, "id"), "")
        path = target.lstrip("/") if target[:1] == "/" else f"{folder}/{target}"
        is_hidden = (attribute(sheet, "state") or "visible") != "visible"
        if not is_hidden and package.find(path):
            found.append((attribute(sheet, "name") or "", path))
    return folder, found


def _strings(package: Package, folder: str) -> list[str]:
    path = f"{folder}/sharedStrings.xml"
    if package.find(path) is None:
        return []
    return [_text(item) for item in package.xml(path) if local(item) == "si"]


def _text(element: Any) -> str:
    """Text of a string, its rich runs together, without phonetic guides."""
    parts: list[str] = []
    for part in element:
        if local(part) == "t":
            parts.append(part.text or "")
        elif local(part) == "r":
            parts.append(_text(part))
    return "".join(parts)


def _formats(package: Package, folder: str) -> list[str]:
    """The number format of each cell style."""
    path = f"{folder}/styles.xml"
    if package.find(path) is None:
        return []
    root = package.xml(path)
    codes = dict(BUILT_IN)
    named = child(root, "numFmts")
    for entry in named if named is not None else ():
        code = attribute(entry, "formatCode") or "General"
        codes[number(attribute(entry, "numFmtId"))] = code
    styles = child(root, "cellXfs")
    return [
        codes.get(number(attribute(style, "numFmtId")), "General")
        for style in (styles if styles is not None else ())
    ]


def _sheet(name: str, root: Any, texts: list[str], formats: list[str]) -> Sheet:
    cells: dict[Place, str] = {}
    notes: list[str] = []
    data = child(root, "sheetData")
    for where, cell in _cells(data if data is not None else ()):
        text = _shown(cell, texts, formats)
        if where[0] >= MOST_ROWS or where[1] >= WIDEST:
            if not text:
                continue
            raise DocumentTooLarge(
                f"sheet {name} goes on to row {where[0] + 1}, column {where[1] + 1}; "
                f"{MOST_ROWS} rows of {WIDEST} columns are read"
            )
        cells[where] = text
    merged = []
    areas = child(root, "mergeCells")
    for area in list(areas)[:MOST_MERGED] if areas is not None else ():
        ends = PLACE.findall(attribute(area, "ref") or "")
        if len(ends) == 2:
            (y, x), (v, u) = map(_place, ends)
            rows, columns = min(v - y + 1, MOST_ROWS), min(u - x + 1, WIDEST)
            merged.append((y, x, rows, columns))
    return Sheet(name, cells, merged, tuple(notes))


def _cells(data: Any) -> Iterator[tuple[Place, Any]]:
    """Cells with their places; those without a reference follow one another."""
    y = -1
    for row in data:
        if local(row) != "row":
            continue
        y = number(attribute(row, "r"), y + 2) - 1
        x = -1
        for cell in row:
            if local(cell) != "c":
                continue
            match = PLACE.fullmatch(attribute(cell, "r") or "")
            x = _place((match[1], match[2]))[1] if match else x + 1
            yield (y, x), cell


def _place(name: tuple[str, str]) -> Place:
    column = 0
    for letter in name[0]:
        column = 26 * column + ord(letter) - 64
    return int(name[1]) - 1, column - 1


def _shown(cell: Any, texts: list[str], formats: list[str]) -> str:
    kind = attribute(cell, "t") or "n"
    if kind == "inlineStr":
        inline = child(cell, "is")
        return _text(inline) if inline is not None else ""
    value = child(cell, "v")
    raw = (value.text or "") if value is not None else ""
    if kind == "s":
        index = number(raw, -1)
        return texts[index] if 0 <= index < len(texts) else ""
    if kind != "n" or not raw:
        return raw
    style = number(attribute(cell, "s"))
    form = formats[style] if style < len(formats) else "General"
    try:
        return shown(float(raw), form)
    except (ValueError, ArithmeticError):
        return raw
