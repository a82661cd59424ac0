r"""RTF: text with control words, tables as cells between ``\trowd`` and ``\row``.

Text is 8-bit in the code page of its font or 16-bit as ``\u``. What is shown counts:
results of fields and printed list numbers, not their instructions. Destinations a
reader need not know (``\*``) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from archive.errors import DocumentError, DocumentTooLarge
from pipelines.extract.page import Page
from pipelines.extract.wordtable import Builder, WordCell, WordTable, require_text

TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]+)(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<sign>[^a-zA-Z])|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\"
)
#: Destinations without text of the document.
ASIDE = frozenset(
    b"fonttbl colortbl stylesheet info pict header headerl headerr headerf footer"
    b" footerl footerr footerf listtable listoverridetable revtbl rsidtbl generator"
    b" themedata colorschememapping latentstyles datastore xmlnstbl fldinst filetbl"
    b" object objdata nonesttables nonshppict upr footnote annotation"
    b" private1 template operator"
    .split()
)  # fmt: skip
#: Destinations behind ``\*`` that are read all the same.
READ = frozenset((b"nesttableprops", b"shppict", b"shpinst", b"ud"))
CHARACTERS = {
    b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"lquote": "‘",
    b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•",
    b"emspace": "\u2003", b"enspace": "\u2002", b"qmspace": "\u2005",
}  # fmt: skip
SIGNS = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
#: Character sets of fonts (``\fcharset``) and code pages that Python calls otherwise.
FONT_CODES = {134: "gb18030", 136: "cp950", 128: "cp932", 129: "cp949", 77: "mac-roman"}
CODE_PAGES = {936: "gb18030", 950: "cp950", 65001: "utf-8"}
DEEPEST, MOST_CELLS = 200, 200_000
#: Column edges nearer than this are one, in twips (1 mm is 57).
SLACK = 40


@dataclass(frozen=True, slots=True)
class State:
    """What a group inherits and loses at its end."""

    aside: bytes = b""  # the destination that is left out, b'' when text is read
    fallback: int = 1  # bytes that follow each \u for readers that do not know it
    codec: str = "cp1252"
    hidden: bool = False


@dataclass(slots=True)
class Level:
    """A table in the making: finished rows, cells of the row, parts of the cell."""

    table: WordTable = field(default_factory=lambda: WordTable(slack=SLACK))
    row: list[WordCell] = field(default_factory=list)
    cell: WordCell = field(default_factory=WordCell)
    edges: list[WordCell] = field(default_factory=list)  # as \trowd defines them
    left: int = 0
    next: WordCell = field(default_factory=WordCell)


def extract(data: bytes) -> Page:
    """Take a document apart. Raises DocumentError with the reason."""
    reader = _Reader()
    reader.read(data)
    builder = Builder()
    blocks = tuple(builder.blocks(reader.items))
    require_text(blocks, reader.pictures, "RTF")
    return Page(
        blocks=blocks,
        images=reader.pictures,
        content="RTF",
        notes=tuple(builder.notes),
    )


class _Reader:
    """Control words in turn; ``items`` are paragraphs and tables of the body."""

    def __init__(self) -> None:
        self.items: list[str | WordTable] = []
        self.pictures = 0
        self._stack: list[State] = []
        self._state = State()
        self._fonts: dict[int, str] = {}
        self._font = 0  # whose entry of the table is read
        self._base = "cp1252"
        self._bytes = bytearray()
        self._text: list[str] = []
        self._skip = 0  # bytes of a fallback still to come
        self._star = False
        self._levels = [Level()]
        self._depth = 1  # \itap of the paragraph
        self._in_table = False
        self._cells = 0
        self._words: dict[bytes, Callable[[int | None], None]] = {
            b"par": lambda n: self._paragraph(),
            b"sect": lambda n: self._paragraph(),
            b"page": lambda n: self._paragraph(),
            b"pard": lambda n: self._plain_paragraph(),
            b"intbl": lambda n: self._enter(),
            b"itap": self._nest,
            b"cell": lambda n: self._end_cell(0),
            b"row": lambda n: self._end_row(0),
            b"nestcell": lambda n: self._end_cell(self._inner()),
            b"nestrow": lambda n: self._end_row(self._inner()),
            b"trowd": lambda n: self._define(),
            b"trleft": lambda n: setattr(self._defined(), "left", n or 0),
            b"cellx": lambda n: self._edge(n or 0),
            b"clvmgf": lambda n: setattr(self._defined().next, "merge", "restart"),
            b"clvmrg": lambda n: setattr(self._defined().next, "merge", "continue"),
            b"clmrg": lambda n: setattr(self._defined().next, "joins", True),
        }

    def read(self, data: bytes) -> None:
        """All tokens of a file. Raises DocumentError when it is cut off."""
        at = 0
        while match := TOKEN.match(data, at):
            at = match.end()
            if match["text"] is not None:
                self._take(match["text"])
            elif match["hex"] is not None:
                self._take(bytes((int(match["hex"], 16),)))
            elif match["brace"] is not None:
                if not self._brace(match["brace"]):
                    break
            elif match["word"] is not None:
                number = int(match["number"]) if match["number"] else None
                if match["word"] == b"bin":
                    at += max(number or 0, 0)
                    continue
                self._word(match["word"], number)
            elif match["sign"] is not None:
                self._sign(match["sign"])
        if self._stack:
            raise DocumentError(
                f"the RTF is cut off: {len(self._stack)} groups are not closed"
            )
        self._paragraph()
        self._close_table()

    # ------------------------------------------------------------------ tokens

    def _brace(self, brace: bytes) -> bool:
        """Open or close a group; False behind the last one."""
        self._flush()
        self._star = False
        self._skip = 0
        if brace == b"{":
            if len(self._stack) >= DEEPEST:
                raise DocumentTooLarge(f"an RTF with more than {DEEPEST} nested groups")
            self._stack.append(self._state)
        elif self._stack:
            self._state = self._stack.pop()
        return bool(self._stack)

    def _word(self, word: bytes, number: int | None) -> None:
        star, self._star = self._star, False
        self._skip = 0
        if self._state.aside == b"upr" and word == b"ud":
            self._state = replace(self._state, aside=b"")
            return
        if self._state.aside:
            if self._state.aside == b"fonttbl":
                self._font_table(word, number)
            return
        if word in ASIDE or (star and word not in READ):
            self._flush()
            self.pictures += word == b"pict"
            self._state = replace(self._state, aside=word)
        elif word == b"u" and number is not None:
            self._flush()
            self._say(chr(number % 0x10000))
            self._skip = self._state.fallback
        elif word in CHARACTERS:
            self._flush()
            self._say(CHARACTERS[word])
        elif word in self._words:
            self._flush()
            self._words[word](number)
        else:
            self._style(word, number)

    def _style(self, word: bytes, number: int | None) -> None:
        state = self._state
        if word == b"uc":
            state = replace(state, fallback=max(number or 0, 0))
        elif word == b"ansicpg" and number:
            self._base = CODE_PAGES.get(number) or _known(f"cp{number}")
            state = replace(state, codec=self._base)
        elif word in (b"f", b"plain", b"af", b"hich", b"dbch", b"loch"):
            self._flush()
            if word == b"f":
                state = replace(state, codec=self._fonts.get(number or 0, self._base))
            elif word == b"plain":
                state = replace(state, codec=self._base, hidden=False)
        elif word in (b"v", b"deleted"):
            self._flush()
            state = replace(state, hidden=number != 0)
        self._state = state

    def _font_table(self, word: bytes, number: int | None) -> None:
        if word == b"f":
            self._font = number or 0
        elif word == b"fcharset" and number in FONT_CODES:
            self._fonts[self._font] = FONT_CODES[number]

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._star = True
        elif self._state.aside:
            return
        elif sign in (b"\r", b"\n"):
            self._flush()
            self._paragraph()
        elif sign in SIGNS:
            self._flush()
            self._say(SIGNS[sign])

    # -------------------------------------------------------------------- text

    def _take(self, text: bytes) -> None:
        self._star = False
        if self._state.aside:
            return
        if self._skip:
            cut = min(self._skip, len(text))
            self._skip -= cut
            text = text[cut:]
        self._bytes += text

    def _flush(self) -> None:
        if self._bytes:
            self._say(self._bytes.decode(self._state.codec, "replace"))
            self._bytes.clear()

    def _say(self, text: str) -> None:
        if not (self._state.hidden or self._state.aside):
            self._text.append(text)

    def _said(self) -> str:
        text = "".join(self._text)
        self._text.clear()
        pairs = text.encode("utf-16-le", "surrogatepass")
        return pairs.decode("utf-16-le", "replace").replace("\x00", "")

    # ------------------------------------------------------------------ tables

    def _paragraph(self) -> None:
        text = self._said()
        if self._in_table:
            self._level(self._inner() if self._depth > 1 else 0).cell.items.append(text)
            return
        if text.strip():
            self._close_table()
            self.items.append(text)

    def _plain_paragraph(self) -> None:
        self._in_table, self._depth = False, 1

    def _enter(self) -> None:
        self._in_table = True

    def _nest(self, depth: int | None) -> None:
        self._depth = min(max(depth or 0, 0), DEEPEST)
        self._in_table = self._depth > 0

    def _inner(self) -> int:
        return max(self._depth - 1, 1)

    def _level(self, number: int) -> Level:
        while len(self._levels) <= number:
            self._levels.append(Level())
        return self._levels[number]

    def _defined(self) -> Level:
        """The table whose row is being defined: an inner one inside its properties."""
        return self._level(self._inner() if self._depth > 1 else 0)

    def _define(self) -> None:
        level = self._defined()
        level.edges, level.left, level.next = [], 0, WordCell()

    def _edge(self, edge: int) -> None:
        level = self._defined()
        start = level.edges[-1].end if level.edges else level.left
        level.edges.append(replace(level.next, start=start, end=edge, items=[]))
        level.next = WordCell()

    def _end_cell(self, number: int) -> None:
        level = self._level(number)
        level.cell.items.append(self._said())
        self._fold(number)
        level.row.append(level.cell)
        level.cell = WordCell()
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise DocumentTooLarge(f"an RTF with more than {MOST_CELLS} cells")

    def _end_row(self, number: int) -> None:
        level = self._level(number)
        row: list[WordCell] = []
        for i, cell in enumerate(level.row):
            if i < len(level.edges):
                known = level.edges[i]
                row.append(replace(known, items=cell.items))
            else:  # a cell that no definition names stands behind the others
                start = row[-1].end if row else 0
                row.append(replace(cell, start=start, end=start + 10 * SLACK))
        if row:
            level.table.rows.append(row)
        level.row = []

    def _fold(self, number: int) -> None:
        """Put the finished tables inside a cell into it."""
        for inner in self._levels[number + 1 :]:
            if inner.table.rows:
                self._levels[number].cell.items.append(inner.table)
        del self._levels[number + 1 :]

    def _close_table(self) -> None:
        self._fold(0)
        level = self._levels[0]
        if level.row:
            self._end_row(0)
        if level.table.rows:
            self.items.append(level.table)
        self._levels = [Level()]


def _known(codec: str) -> str:
    try:
        "".encode(codec)
    except LookupError:
        return "cp1252"
    return codec
