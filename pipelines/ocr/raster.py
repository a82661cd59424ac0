"""Pages as pictures in grey, at about 200 dots per inch."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, ImageSequence, UnidentifiedImageError

from archive.errors import DocumentError, DocumentTooLarge

Grey = NDArray[np.uint8]

DPI = 200
#: A page of A4 at this resolution; pictures without a size are taken for one.
A4_WIDTH = 1654
#: Wider pages are reduced, pictures narrower than the second are enlarged, this much.
WIDEST, NARROWEST, MOST_ENLARGED = 2400, 1500, 2.5
#: Pictures with more pixels are no pages; telephones take up to 50 million.
MOST_PIXELS = 60_000_000
#: Frames of a picture file, and pages of a PDF, that are recognised.
MOST_PAGES = 60


@dataclass(frozen=True, slots=True)
class Raster:
    """One page: ``grey`` (height × width, 0 is black).

    ``points``: points a pixel, for measures. ``unit``: what a pixel is in the measure
    of locators, points for PDF and pixels of the file for pictures.
    """

    number: int
    grey: Grey
    points: float
    unit: float


class PdfPages:
    """The pages of a PDF, drawn one at a time."""

    def __init__(self, data: bytes) -> None:
        try:
            self._document: Any = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise DocumentError(f"a damaged PDF: {error}") from error

    def raster(self, number: int) -> Raster:
        """Page ``number`` (from 1), as it is seen: turned and cut as the file says."""
        try:
            page = self._document[number - 1]
        except pdfium.PdfiumError as error:
            raise DocumentError(f"a damaged PDF: page {number}: {error}") from error
        try:
            dpi = min(DPI, WIDEST * 72 / max(page.get_width(), 1.0))
            dpi = min(dpi, (MOST_PIXELS / _area(page)) ** 0.5 * 72)
            bitmap = page.render(scale=dpi / 72, grayscale=True)
            grey = np.ascontiguousarray(bitmap.to_numpy().reshape(bitmap.height, -1))
        except pdfium.PdfiumError as error:
            raise DocumentError(f"a damaged PDF: page {number}: {error}") from error
        finally:
            page.close()
        grey = grey[:, : bitmap.width]
        points = A4_POINTS / grey.shape[1] if dpi < DPI else 72 / dpi
        return Raster(number, grey, points, 72 / dpi)

    def close(self) -> None:
        self._document.close()


A4_POINTS = 595.0


def _area(page: Any) -> float:
    return max(float(page.get_width() * page.get_height()), 1.0)


def picture_pages(data: bytes) -> Iterator[Raster]:
    """The frames of a picture file, upright as its data say."""
    Image.MAX_IMAGE_PIXELS = None  # the limit is checked here, before any is decoded
    try:
        with Image.open(io.BytesIO(data)) as picture:
            for number, frame in enumerate(ImageSequence.Iterator(picture), 1):
                _require_size(frame, number)
                if number > 1 and picture.format == "GIF":
                    return  # the rest is a motion picture
                yield _scaled(number, _grey(frame))
    except (UnidentifiedImageError, *DAMAGED) as error:
        name = f"{type(error).__name__}: {error}"
        raise DocumentError(f"a damaged picture: {name}") from error


#: What Pillow raises for damaged files.
DAMAGED = (OSError, SyntaxError, ValueError, IndexError, KeyError, EOFError)
# A cut off file is a damaged file, never half a page.
ImageFile.LOAD_TRUNCATED_IMAGES = False


def _require_size(frame: Image.Image, number: int) -> None:
    wide, high = frame.size
    if wide * high > MOST_PIXELS:
        raise DocumentTooLarge(
            f"a picture of {wide} × {high} pixels, and no more than "
            f"{MOST_PIXELS // 1_000_000} million are read"
        )
    if number > MOST_PAGES:
        raise DocumentTooLarge(
            f"a picture of more than {MOST_PAGES} pages, and no more are read"
        )


def _grey(frame: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(frame)
    if upright.mode.startswith("I;16"):  # 16 bits a pixel
        upright = upright.point(lambda value: value / 256).convert("L")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        upright = Image.alpha_composite(white, layer)
    return upright.convert("L")


def _scaled(number: int, picture: Image.Image) -> Raster:
    """The picture in the size of a page: what is written is then of known size."""
    wide, high = picture.size
    factor = 1.0
    if wide > WIDEST:
        factor = WIDEST / wide
    elif wide < NARROWEST:
        factor = min(A4_WIDTH / wide, MOST_ENLARGED)
    size = (max(round(wide * factor), 1), max(round(high * factor), 1))
    if size[0] * size[1] > MOST_PIXELS:
        raise DocumentTooLarge(f"a picture of {wide} × {high} pixels is too long")
    scaled = picture if size == picture.size else picture.resize(size, BICUBIC)
    grey = np.asarray(scaled, dtype=np.uint8)
    return Raster(number, grey, A4_POINTS / max(grey.shape[1], 1), 1 / factor)


BICUBIC = Image.Resampling.BICUBIC
