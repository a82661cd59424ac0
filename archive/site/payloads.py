"""Payloads read out of their records: verified, and the latest ones remembered.

A WARC member is compressed as a whole and its digest speaks of the whole payload, so
nothing can be sent before everything was read: that costs some 12 ms per MB, and a PDF
viewer asks for a file in dozens of ranges. What was verified once stays in memory,
up to a budget; so a range, and whoever asks next, costs no more than the sending.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

#: Bytes kept in all, and of one payload at most.
BUDGET = 192 * 2**20
LARGEST = 96 * 2**20


class Payloads:
    """The payloads used last, by a key of the caller's; safe among threads.

    >>> payloads = Payloads(budget=10, largest=6)
    >>> payloads.get("a", lambda: b"12345"), payloads.get("a", lambda: b"other")
    (b'12345', b'12345')
    >>> payloads.get("b", lambda: b"123456"), payloads.get("a", lambda: b"read again")
    (b'123456', b'read again')
    """

    def __init__(self, budget: int = BUDGET, largest: int = LARGEST) -> None:
        self._budget = budget
        self._largest = largest
        self._held: OrderedDict[object, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        # One payload is unpacked at a time: the second who asks for it waits for the
        # first, and large ones do not pile up in memory.
        self._reading = threading.Lock()

    def get(self, key: object, load: Callable[[], bytes]) -> bytes:
        """The payload under ``key``; ``load`` reads and verifies it when it is new."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        with self._reading:
            with self._lock:
                if key in self._held:
                    return self._held[key]
            payload = load()
            if len(payload) <= self._largest:
                with self._lock:
                    self._keep(key, payload)
            return payload

    def _keep(self, key: object, payload: bytes) -> None:
        self._held[key] = payload
        self._bytes += len(payload)
        while self._bytes > self._budget:
            _, dropped = self._held.popitem(last=False)
            self._bytes -= len(dropped)
