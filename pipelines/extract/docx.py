"""DOCX: Office Open XML text, transitional and strict, with real merged cells.

What Word shows is read: inserted runs, text boxes, automatic numbers. Deleted and
hidden runs, field codes, comments, notes, headers and footers are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from archive.errors import DocumentError
from pipelines.extract.docxlists import lists, numbered, styles, value
from pipelines.extract.numbering import Counters
from pipelines.extract.package import (
    Package,
    attribute,
    child,
    local,
    number,
    open_package,
)
from pipelines.extract.page import Page
from pipelines.extract.wordtable import Builder, WordCell, WordTable, require_text

MAIN = "word/document.xml"
#: Elements that show nothing, or whose content is not part of the text.
SKIPPED = frozenset(
    {
        "del", "moveFrom", "rPr", "pPr", "instrText", "delText", "delInstrText",
        "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "sdtPr", "sdtEndPr", "rt",
        "footnoteReference", "endnoteReference", "commentReference", "fldData",
    }
)  # fmt: skip
BREAKS = frozenset({"br", "cr"})
PICTURES = frozenset({"blip", "imagedata"})
WIDEST = 200
OFF = ("0", "false", "off")

Items = list[str | WordTable]


def extract(data: bytes) -> Page:
    """Take a document apart. Raises DocumentError when it is damaged or hostile."""
    package = open_package(data, "DOCX")
    path = _main(package)
    root = package.xml(path)
    body = child(root, "body")
    if body is None:
        raise DocumentError(f"{path} of the DOCX has no body")
    reader = _Reader(styles(package, path), Counters(lists(package, path)))
    items = reader.items(body)
    builder = Builder()
    blocks = tuple(builder.blocks(items))
    require_text(blocks, reader.images, "DOCX")
    return Page(
        blocks=blocks,
        images=reader.images,
        content=f"DOCX, {path}",
        notes=(*reader.notes, *builder.notes),
    )


def _main(package: Package) -> str:
    """The path of the main part, by the relations of the package."""
    if package.find("_rels/.rels"):
        for relation in package.xml("_rels/.rels"):
            kind = attribute(relation, "Type") or ""
            target = (attribute(relation, "Target") or "").lstrip("/")
            if kind.endswith("/officeDocument") and package.find(target):
                return target
    return MAIN


def _is_on(properties: Any, name: str) -> bool:
    found = child(properties, name) if properties is not None else None
    return found is not None and (attribute(found, "val") or "1") not in OFF


@dataclass
class _Reader:
    """Reads bodies, cells and text boxes of one document."""

    styles: dict[str, tuple[int, int]]
    counters: Counters
    images: int = 0
    notes: list[str] = field(default_factory=list)

    def items(self, element: Any, *, is_cell: bool = False) -> Items:
        """Paragraphs and tables below an element; a deleted mark joins paragraphs."""
        found: Items = []
        joins = False
        for part in _content(element):
            if local(part) == "tbl":
                found.append(self.table(part))
                joins = False
            elif local(part) == "p":
                boxes: Items = []
                text = self.text(part, boxes)
                if not is_cell and text.strip():
                    text = self.number(part) + text
                if joins and found and isinstance(found[-1], str):
                    found[-1] += text
                else:
                    found.append(text)
                found.extend(boxes)
                marks = child(part, "pPr", "rPr")
                joins = marks is not None and child(marks, "del") is not None
            elif local(part) == "altChunk":
                self.notes.append("an embedded document (altChunk) was not read")
        return found

    def number(self, paragraph: Any) -> str:
        """The automatic number of a paragraph, '' for most."""
        properties = child(paragraph, "pPr")
        listed = numbered(properties)
        if listed is None:
            listed = self.styles.get(value(properties, "pStyle") or "")
        return self.counters.next(*listed) if listed and listed[0] else ""

    def text(self, element: Any, boxes: Items) -> str:
        """Text of a paragraph; text boxes in it are put into ``boxes``."""
        parts: list[str] = []
        stack = [iter(element)]
        while stack:
            part = next(stack[-1], None)
            if part is None:
                stack.pop()
                continue
            name = local(part)
            if name == "t":
                parts.append(part.text or "")
            elif name in ("tab", "ptab"):
                parts.append("\t")
            elif name in BREAKS:
                parts.append("\n")
            elif name == "noBreakHyphen":
                parts.append("-")
            elif name == "sym":
                parts.append(_symbol(part))
            elif name == "txbxContent":
                boxes.extend(self.items(part))
            elif name == "AlternateContent":
                choice = child(part, "Choice")
                stack.append(iter(choice if choice is not None else part))
            elif name == "r" and _is_on(child(part, "rPr"), "vanish"):
                continue
            elif name and name not in SKIPPED:
                self.images += name in PICTURES
                stack.append(iter(part))
        return "".join(parts)

    def table(self, element: Any) -> WordTable:
        rows = [
            cells
            for row in _content(element)
            if local(row) == "tr" and (cells := self.row(row))
        ]
        return WordTable(rows)

    def row(self, element: Any) -> list[WordCell]:
        """Cells of a row with their grid columns; [] for a deleted or hidden row."""
        properties = child(element, "trPr")
        if properties is not None and (
            child(properties, "del") is not None or _is_on(properties, "hidden")
        ):
            return []
        at = min(number(value(properties, "gridBefore")), WIDEST)
        cells: list[WordCell] = []
        for part in _content(element):
            if local(part) != "tc":
                continue
            about = child(part, "tcPr")
            if about is not None and child(about, "cellDel") is not None:
                continue
            span = min(max(number(value(about, "gridSpan"), 1), 1), WIDEST)
            merge = child(about, "vMerge") if about is not None else None
            kind = "" if merge is None else attribute(merge, "val") or "continue"
            joins = about is not None and child(about, "hMerge") is not None
            if joins:
                joins = value(about, "hMerge") != "restart"
            items = self.items(part, is_cell=True)
            cells.append(WordCell(items, at, at + span, kind, joins))
            at += span
        return cells


def _content(element: Any) -> Iterator[Any]:
    """Children, those in content controls, insertions and custom XML among them."""
    for part in element:
        name = local(part)
        if name == "AlternateContent":
            choice = child(part, "Choice")
            yield from _content(choice if choice is not None else part)
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            yield from _content(part)
        elif name and name not in SKIPPED:
            yield part


def _symbol(element: Any) -> str:
    """A character of a symbol font; private ones have no meaning elsewhere."""
    try:
        code = int(attribute(element, "char") or "0", 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xD800 else ""
