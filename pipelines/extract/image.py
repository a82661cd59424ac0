"""Pictures as documents: a photographed, scanned or exported report in PNG, JPEG, TIFF.

Every frame of a file is a page. Without the extra ``[ocr]`` they are listed unread.
"""

from __future__ import annotations

from pipelines import ocr
from pipelines.extract.page import NoTextLayer, NotHere, Page


def extract(data: bytes) -> Page:
    """Take a picture apart. Raises NoTextLayer when nothing can be read."""
    if not ocr.available():
        raise NoTextLayer(f"a picture: {ocr.HINT}")
    if not ocr.here():
        raise NotHere("a picture")
    from pipelines.ocr.document import picture  # noqa: PLC0415 - heavy

    return picture(data)
