"""Bytes that lie elsewhere, fetched piece by piece as they are looked at."""

from __future__ import annotations

from collections.abc import Callable

#: What is fetched at a time where a file is walked from its start to its end.
WALK = 8 << 20
#: What is fetched at a time where single records are looked up.
LOOK = 1 << 16
#: Blocks that are remembered: a record may reach over the end of one.
KEPT = 4


class Ranged:
    """A file behind ``fetch(start, end)``, sliced like ``bytes`` and as long as it is.

    Only slices are had, in steps of one. At most ``KEPT`` blocks stay in memory.

    >>> text = Ranged(lambda start, end: b"abcdefgh"[start:end], 8, block=3)
    >>> len(text), text[2:5], text[6:99], text.find(b"fg", 1), text.find(b"x")
    (8, b'cde', b'gh', 5, -1)
    """

    def __init__(
        self, fetch: Callable[[int, int], bytes], size: int, *, block: int = WALK
    ) -> None:
        self._fetch = fetch
        self._size = size
        self._block = block
        self._blocks: dict[int, bytes] = {}

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, end, _ = part.indices(self._size)
        if start >= end:
            return b""
        first, last = start // self._block, (end - 1) // self._block
        blocks = self._load(first, last)
        at = first * self._block
        return blocks[start - at : end - at]

    def find(self, wanted: bytes, start: int = 0, end: int | None = None) -> int:
        """Where ``wanted`` begins between ``start`` and ``end``, -1 for nowhere."""
        end = self._size if end is None else min(end, self._size)
        at, look = start, max(self._block, len(wanted))
        while at + len(wanted) <= end:
            upto = min(at + look, end)
            found = self[at:upto].find(wanted)
            if found >= 0:
                return at + found
            if upto == end:
                return -1
            at = upto - len(wanted) + 1
        return -1

    def _load(self, first: int, last: int) -> bytes:
        """The bytes of some blocks; those not in memory are fetched in one go."""
        missing = [n for n in range(first, last + 1) if n not in self._blocks]
        held = dict(self._blocks)
        if missing:
            low, high = missing[0], missing[-1] + 1
            got = self._fetch(low * self._block, min(high * self._block, self._size))
            for number in range(low, high):
                at = (number - low) * self._block
                held[number] = got[at : at + self._block]
        wanted = b"".join(held[number] for number in range(first, last + 1))
        recent = {n: held[n] for n in range(max(first, last + 1 - KEPT), last + 1)}
        older = {n: part for n, part in self._blocks.items() if n not in recent}
        kept = list((older | recent).items())[-KEPT:]
        self._blocks = dict(kept)
        return wanted
