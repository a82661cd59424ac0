"""Optical character recognition: pages that are pictures become tables and prose.

Needs the extra ``[ocr]``. The networks are PP-OCRv6 (small), read from the wheel of
``rapidocr``; they run on onnxruntime, and nothing is ever downloaded. What is imported
here is light: the libraries come in when a page is read.
"""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["HINT", "NEEDED", "available", "here", "leave"]

NEEDED = ("cv2", "onnxruntime", "rapidocr")
HINT = "install the extra `[ocr]` (pip install 'nianbao[ocr]') to have it read"


#: Whether this process is one that may not hold the networks: they are large.
_left = False


def available() -> bool:
    """Whether the extra is installed."""
    return all(find_spec(name) is not None for name in NEEDED)


def here() -> bool:
    """Whether pages are to be recognised in this process."""
    return available() and not _left


def leave() -> None:
    """From now on leave recognition to another process."""
    global _left  # noqa: PLW0603 - a property of the process
    _left = True
