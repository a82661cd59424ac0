"""What is known of an address that no frontier remembers, such as robots.txt."""

from __future__ import annotations

from dataclasses import dataclass

from archive.catalog import Catalog, row_to_capture
from archive.records import Capture

NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class Known:
    """The last whole answer of an address. ``capture`` is the one that holds it."""

    capture: Capture
    etag: str | None
    last_modified: str | None
    confirmations: int  # answers of 304 since

    @property
    def conditions(self) -> dict[str, str]:
        """The headers of a request that need not be answered in full."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


def last_answer(catalog: Catalog, url: str, limit: int = 20) -> Known | None:
    """The answer of 200 that was the last one, but for those of 304 that confirm it.

    None when the last one was another, or when more than ``limit`` confirm it.
    """
    confirmations = 0
    for row in catalog.rows(
        "SELECT * FROM captures WHERE url = ? ORDER BY rowid DESC LIMIT ?", [url, limit]
    ):
        if row["http_status"] == NOT_MODIFIED:
            confirmations += 1
            continue
        if row["http_status"] != 200 or row["outcome"] not in ("ok", "revisit"):
            return None
        capture: Capture | None = row_to_capture(row)
        if row["outcome"] == "revisit":
            capture = catalog.holder(row["sha256"])
        if capture is None:
            return None
        return Known(capture, row["etag"], row["last_modified"], confirmations)
    return None
