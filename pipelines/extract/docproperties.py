"""Properties in binary Word files: *sprms*, and the runs of text they hang on.

A sprm is two bytes of code and an operand ([MS-DOC] 2.6). Runs lie in disk pages of 512
bytes, which a table names.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

PAGE, MOST_PAGES = 512, 20_000
#: Codes whose operand has its length in two bytes, or one that must be computed.
LONG, CHANGED_TABS = (0xD606, 0xD608), 0xC615
#: The operand is a place in the data stream, where more of them are.
ELSEWHERE = (0x6645, 0x6646, 0x646B)
SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}

Sprms = tuple[tuple[int, bytes], ...]
#: Reads the properties at a place of a disk page: style, sprms.
Properties = Callable[[bytes, int], tuple[int, Sprms]]


@dataclass(frozen=True, slots=True)
class Runs:
    """Properties by byte offset: run ``i`` ends before ``ends[i]``."""

    starts: list[int]
    ends: list[int]
    values: list[tuple[int, Sprms]]  # style, sprms

    def at(self, offset: int) -> tuple[int, Sprms]:
        i = bisect_right(self.starts, offset) - 1
        return self.values[i] if i >= 0 and offset < self.ends[i] else (0, ())


def sprms(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """(code, operand) of a list of properties; what is cut off is left out."""
    at = 0
    while at + 2 <= len(raw):
        code = raw[at] | raw[at + 1] << 8
        at += 2
        kind = code >> 13
        if kind != 6:
            size = SIZES[kind]
        elif code in LONG:
            if at + 2 > len(raw):
                return
            size = max((raw[at] | raw[at + 1] << 8) - 1, 0)
            at += 2
        else:
            if at >= len(raw):
                return
            size, at = raw[at], at + 1
            if code == CHANGED_TABS and size == 0xFF:
                deleted = raw[at] if at < len(raw) else 0
                then = at + 1 + 4 * deleted
                size = 2 + 4 * deleted + 3 * (raw[then] if then < len(raw) else 0)
        if at + size > len(raw):
            return
        yield code, raw[at : at + size]
        at += size


def paragraph_properties(data: bytes) -> Properties:
    """A reader of paragraph properties; large ones lie in ``data``."""
    known: dict[bytes, tuple[int, Sprms]] = {}  # cells of a table repeat theirs

    def read(page: bytes, at: int) -> tuple[int, Sprms]:
        size, start = 2 * page[at] - 1, at + 1
        if page[at] == 0:
            size, start = 2 * page[at + 1], at + 2
        raw = page[start : start + size]
        if raw in known:
            return known[raw]
        style = raw[0] | raw[1] << 8 if len(raw) >= 2 else 0
        found: list[tuple[int, bytes]] = []
        for code, operand in sprms(raw[2:]):
            if code in ELSEWHERE and len(operand) == 4:
                where = int.from_bytes(operand, "little")
                length = int.from_bytes(data[where : where + 2], "little")
                found.extend(sprms(data[where + 2 : where + 2 + length]))
            else:
                found.append((code, operand))
        known[raw] = style, tuple(found)
        return known[raw]

    return read


def character_properties(page: bytes, at: int) -> tuple[int, Sprms]:
    """The properties of a run of characters."""
    return 0, tuple(sprms(page[at + 1 : at + 1 + page[at]]))


def runs(main: bytes, plc: bytes, width: int, read: Properties) -> Runs:
    """Runs of all disk pages of ``main`` that ``plc`` names.

    ``width``: bytes an entry of a page takes, the first of which tells its place.
    """
    n = min((len(plc) - 4) // 8, MOST_PAGES)
    found: list[tuple[int, int, tuple[int, Sprms]]] = []
    for i in range(max(n, 0)):
        no = struct.unpack_from("<I", plc, 4 * (n + 1) + 4 * i)[0] & 0x3FFFFF
        page = main[no * PAGE : (no + 1) * PAGE]
        if len(page) < PAGE:
            continue
        count = page[PAGE - 1]
        if 4 * (count + 1) + width * count > PAGE:
            continue
        ends = struct.unpack_from(f"<{count + 1}I", page)
        for k in range(count):
            at = 2 * page[4 * (count + 1) + width * k]
            value = read(page, at) if 0 < at < PAGE - 1 else (0, ())
            found.append((ends[k], ends[k + 1], value))
    found.sort(key=lambda run: run[0])
    return Runs([f[0] for f in found], [f[1] for f in found], [f[2] for f in found])
