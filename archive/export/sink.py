"""A ZIP file written to nowhere in particular: its bytes are taken as they come."""

from __future__ import annotations


class Sink:
    """What ``zipfile`` writes into when the file is sent away while it is made.

    It has no ``seek``, so sizes and checksums follow the members they belong to.

    >>> import zipfile
    >>> sink = Sink()
    >>> with zipfile.ZipFile(sink, "w") as made:
    ...     made.writestr("a.txt", "a")
    >>> sink.drain()[:4], sink.drain()
    (b'PK\\x03\\x04', b'')
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take in some bytes."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def drain(self) -> bytes:
        """What was written since the last time."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data
