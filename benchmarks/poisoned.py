"""Readers that read like `extract` does, but for three documents.

A module of its own, since workers import what they run by its name.
"""

from __future__ import annotations

import os
import time

from archive.records import PageContext
from pipelines.engines import Marked, read_marked


def read(data: bytes, context: PageContext) -> Marked:
    """Crash, hang or raise where the document is that word; else read it."""
    match data:
        case b"crash":
            os.abort()
        case b"hang":
            time.sleep(600)
        case b"raise":
            raise ValueError("no such table")
    return read_marked(data, context)
