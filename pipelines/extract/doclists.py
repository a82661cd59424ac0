"""Lists of a binary Word document: which automatic number a paragraph prints."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from pipelines.extract.docbinary import (
    LISTS,
    OVERRIDES,
    STYLES,
    WordFile,
)
from pipelines.extract.docproperties import Sprms, sprms
from pipelines.extract.numbering import BINARY, Counters, Level

LEVEL, LIST = 0x260A, 0x460B
MOST_LISTS, MOST_STYLES, DEEPEST = 2000, 4000, 20
NO_STYLE = 0x0FFF


class Numbers:
    """Counts the lists of one document. Damaged lists print no numbers."""

    def __init__(self, file: WordFile) -> None:
        try:
            levels, self._list_of = _lists(file)
        except (struct.error, IndexError):
            levels, self._list_of = {}, {}
        try:
            self._styles = _styles(file)
        except (struct.error, IndexError):
            self._styles = {}
        self._counters = Counters(levels)

    def next(self, style: int, own: Sprms) -> str:
        """The number before a paragraph, '' for most."""
        number, level = self._styles.get(style, (0, 0))
        for code, operand in own:
            if code == LIST:
                number = int.from_bytes(operand, "little", signed=True)
            elif code == LEVEL:
                level = operand[0]
        counted = self._list_of.get(number)
        return self._counters.next(number, level, counted) if number > 0 else ""


def _lists(
    file: WordFile,
) -> tuple[Mapping[tuple[int, int], Level], dict[int, int]]:
    """Levels by (override number from 1, level), and the list each counts."""
    raw = file.block(LISTS)
    if len(raw) < 2:
        return {}, {}
    count = min(struct.unpack_from("<H", raw)[0], MOST_LISTS)
    heads = [raw[2 + 28 * i : 30 + 28 * i] for i in range(count)]
    # The levels follow behind the list, which the length in the FIB does not cover.
    start = struct.unpack_from("<I", file.main, LISTS)[0]
    at = start + 2 + 28 * count
    by_id: dict[int, list[Level]] = {}
    for head in heads:
        name = struct.unpack_from("<i", head)[0]
        simple = head[26] & 1
        levels = []
        for _ in range(1 if simple else 9):
            level, at = _level(file.table, at)
            levels.append(level)
        by_id[name] = levels
    overrides = file.block(OVERRIDES)
    found: dict[tuple[int, int], Level] = {}
    counts: dict[int, int] = {}
    if len(overrides) >= 4:
        many = min(struct.unpack_from("<I", overrides)[0], MOST_LISTS)
        for i in range(many):
            name = struct.unpack_from("<i", overrides, 4 + 16 * i)[0]
            counts[i + 1] = name
            for k, level in enumerate(by_id.get(name, [])):
                found[i + 1, k] = level
    return found, counts


def _level(table: bytes, at: int) -> tuple[Level, int]:
    """A level (LVLF, its properties, its text) and where the next begins."""
    start, form = struct.unpack_from("<iB", table, at)
    marks = table[at + 6 : at + 15]
    characters, paragraph = table[at + 24], table[at + 25]
    at += 28 + paragraph + characters
    length = struct.unpack_from("<H", table, at)[0]
    raw = table[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
    # A character below 9 stands for the number of that level.
    text = "".join(
        f"%{ord(c) + 1}" if ord(c) < 9 and i < 255 and i + 1 in marks else c
        for i, c in enumerate(raw)
    )
    name = BINARY.get(form, "bullet" if form == 23 else "decimal")
    return Level("none" if form == 255 else name, text, start), at + 2 + 2 * length


def _styles(file: WordFile) -> dict[int, tuple[int, int]]:
    """(list, level) that paragraph styles carry, inherited ones too."""
    raw = file.block(STYLES)
    if len(raw) < 6:
        return {}
    size = struct.unpack_from("<H", raw)[0]
    count, base = struct.unpack_from("<HH", raw, 2)
    at = 2 + size
    own: dict[int, tuple[int, int]] = {}
    based: dict[int, int] = {}
    for i in range(min(count, MOST_STYLES)):
        length = struct.unpack_from("<H", raw, at)[0]
        entry = raw[at + 2 : at + 2 + length]
        at += 2 + length + (length & 1)
        if len(entry) < base + 2 or base < 8:
            continue
        kind = entry[2] & 0x0F
        based[i] = (entry[2] | entry[3] << 8) >> 4
        if kind != 1:
            continue
        name = struct.unpack_from("<H", entry, base)[0]
        place = base + 2 + 2 * (name + 1)
        papx = struct.unpack_from("<H", entry, place)[0]
        found = dict(sprms(entry[place + 4 : place + 2 + papx]))
        if LIST in found:
            level = found.get(LEVEL, b"\0")[0]
            own[i] = (int.from_bytes(found[LIST], "little", signed=True), level)
    return {i: hit for i in based if (hit := _inherited(i, own, based))}


def _inherited(
    style: int, own: Mapping[int, tuple[int, int]], based: Mapping[int, int]
) -> tuple[int, int] | None:
    for _ in range(DEEPEST):
        if style in own:
            return own[style]
        style = based.get(style, NO_STYLE)
    return None
