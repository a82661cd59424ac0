"""Scans made by the tests: typeset reports drawn at 200 dpi and then worn.

Turned, blurred, grained, specked and compressed as an office scanner would. The type
is drawn with a Chinese font of the machine; without one there is nothing to recognise.
"""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from tests.pipelines import printed_2021, printed_form
from tests.pipelines.pdf_maker import WIDTHS, Maker
from tests.pipelines.printed_form import APPLICANTS, REVIEW_COLS, REVIEW_ROWS, Key

FORMS = {"gk2019": printed_form, "gk2021": printed_2021}
OUTSIDE = ("new_received", "carried_in", "handled_total", "carried_out")
AGENCY = "莱州市教育局"


@dataclass(frozen=True)
class Wear:
    """What a scanner does to a page."""

    dpi: int = 200
    degrees: float = 0.8  # to the left and to the right in turn
    blur: float = 0.7  # pixels
    grain: float = 8.0  # grey levels
    specks: int = 150  # two pixels wide
    jpeg: int = 60


def figures(generation: str, seed: int, most: int = 9) -> dict[Key, str]:
    """Text of every cell of a form; all sums hold and nothing is blank."""
    rng = random.Random(seed)
    keys = FORMS[generation].keys()
    found = {key: str(rng.randrange(most * 20)) for key in keys}
    codes = list(dict.fromkeys(row for t, row, _ in keys if t == "requests"))
    outcomes = [code for code in codes if code not in OUTSIDE]
    for col in APPLICANTS[:-1]:
        whole = 0
        for code in outcomes:
            part = rng.choice((0, 0, rng.randrange(most)))
            found["requests", code, col] = str(part)
            whole += part
        out = rng.randrange(3)
        came = min(rng.randrange(3), whole + out)
        for code, value in zip(
            OUTSIDE, (whole + out - came, came, whole, out), strict=True
        ):
            found["requests", code, col] = str(value)
    for code in codes:
        parts = [int(found["requests", code, col]) for col in APPLICANTS[:-1]]
        found["requests", code, "total"] = str(sum(parts))
    for row in REVIEW_ROWS:
        parts = [rng.randrange(4) for _ in REVIEW_COLS[:-1]]
        for col, part in zip(REVIEW_COLS, [*parts, sum(parts)], strict=True):
            found["review_litigation", row, col] = str(part)
    return found


def report(generation: str, values: dict[Key, str], *, late: bool = False) -> bytes:
    """A report as a PDF with text; ``late``: its table of requests starts low."""
    maker, form = Maker(), FORMS[generation]
    year = 2020 if generation == "gk2019" else 2022
    one, two, three, four, five, six = printed_form.CHAPTERS
    maker.paragraph(AGENCY, 18, 6)
    maker.paragraph(f"{year}年政府信息公开工作年度报告", 18, 3)
    maker.paragraph(f"本报告所列数据的统计期限为{year}年1月1日至{year}年12月31日。")
    maker.paragraph(one)
    maker.paragraph("全年主动公开信息12条。" + "坚持以公开为常态、不公开为例外。" * 6)
    maker.paragraph(two)
    maker.table(form.proactive(values), WIDTHS["proactive"])
    maker.y += 6
    maker.paragraph(three)
    if not late:
        maker.turn()
    maker.table(form.requests(values), WIDTHS["requests"])
    maker.y += 6
    maker.paragraph(four)
    maker.table(printed_form.review(values), WIDTHS["review"])
    maker.y += 6
    maker.paragraph(five)
    maker.paragraph("人手不足，今后改进。")
    maker.paragraph(six)
    maker.paragraph("无其他需要报告的事项。")
    return maker.done()


def pages(data: bytes, wear: Wear, seed: int) -> list[Image.Image]:
    """The pages of a PDF as a scanner would give them."""
    noise = np.random.default_rng(seed)
    found = []
    document = pdfium.PdfDocument(data)
    for number, page in enumerate(document):
        drawn = page.render(scale=wear.dpi / 72, grayscale=True).to_pil().convert("L")
        turned = drawn.rotate(
            wear.degrees * (1 if number % 2 else -1),
            resample=Image.Resampling.BICUBIC,
            fillcolor=255,
        ).filter(ImageFilter.GaussianBlur(wear.blur))
        grey = np.asarray(turned).astype(np.float32) * 0.86 + 25
        grey += noise.normal(0, wear.grain, grey.shape)
        for _ in range(wear.specks):
            y, x = (int(noise.integers(0, n - 2)) for n in grey.shape)
            grey[y : y + 2, x : x + 2] = 40
        worn = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
        buffer = io.BytesIO()
        worn.save(buffer, "JPEG", quality=wear.jpeg)
        found.append(Image.open(io.BytesIO(buffer.getvalue())))
    return found


def as_pdf(scans: Sequence[Image.Image], wear: Wear) -> bytes:
    """Pictures as a PDF without any text."""
    buffer = io.BytesIO()
    scans[0].save(
        buffer, "PDF", save_all=True, append_images=list(scans[1:]),
        resolution=wear.dpi, quality=wear.jpeg,
    )  # fmt: skip
    return buffer.getvalue()


def as_picture(scans: Sequence[Image.Image], kind: str) -> bytes:
    """Pictures below one another in one PNG or JPEG, or as frames of a TIFF."""
    buffer = io.BytesIO()
    if kind == "TIFF":
        scans[0].save(buffer, kind, save_all=True, append_images=list(scans[1:]))
        return buffer.getvalue()
    wide, high = scans[0].size
    whole = Image.new("L", (wide, high * len(scans)), 255)
    for i, scan in enumerate(scans):
        whole.paste(scan, (0, i * high))
    whole.save(buffer, kind)
    return buffer.getvalue()


def draws_chinese() -> bool:
    """Whether the machine has a font that these pages can be drawn with."""
    maker = Maker(numbers=False)
    maker.paragraph("政府信息公开", 18)
    (page,) = pages(maker.done(), Wear(degrees=0, blur=0, grain=0, specks=0), 0)
    dark = np.asarray(page) < 128
    return bool(dark.sum() > 500)
