"""PDF files typeset by the tests: text, ruled tables over pages, boxes, pictures.

Reports are those of ``printed_form``; the font is one of those every PDF viewer brings,
so no font file is needed.
"""

import io
from collections.abc import Iterable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from pipelines.grid import place
from tests.pipelines import printed_form as form
from tests.pipelines.printed_form import Row

FONT = "STSong-Light"
WIDTH, HEIGHT = A4
LEFT, TOP, BOTTOM = 60.0, 70.0, 760.0  # points from the top left corner
SIZE = 8
WIDTHS = {
    "proactive": [150.0, 110, 110, 100],
    "requests": [24.0, 46, 120, 40, 40, 40, 40, 40, 40, 40],
    "review": [31.0] * 15,
}
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
DOWNWARDS = UnicodeCIDFont(FONT, isVertical=True)
DOWNWARDS.name = DOWNWARDS.fontName = FONT + "-V"
pdfmetrics.registerFont(DOWNWARDS)


class Maker:
    """A PDF in the making; ``y`` is where the next thing goes, from the top."""

    def __init__(
        self,
        *,
        head: str = "",
        numbers: bool = True,
        white_boxes: bool = False,
        closed: bool = True,
        thin_boxes: bool = False,
        encrypt: str | None = None,
        rules: str = "all",
        sideways: int = 0,
        rotate: int = 0,
    ) -> None:
        self.buffer = io.BytesIO()
        lies = sideways in (1, 3) and not rotate  # the canvas turns its page itself
        size = (HEIGHT, WIDTH) if lies else A4
        self.canvas = Canvas(self.buffer, pagesize=size, encrypt=encrypt, invariant=1)
        #: Quarter turns against the clock of all that is drawn; of the page itself.
        self.sideways, self.rotate = sideways, rotate
        self.forgotten: tuple[float, ...] = ()  # heights of rules that are not drawn
        self.head, self.numbers = head, numbers
        self.white_boxes, self.closed, self.thin_boxes = white_boxes, closed, thin_boxes
        self.rules = rules  # all | level | none: which rules are drawn
        self.page, self.y = 0, BOTTOM
        self.turn()

    def turn(self) -> None:
        """A new page with its running head and number."""
        if self.page:
            self.canvas.showPage()
        self.page, self.y = self.page + 1, TOP
        self.canvas.setPageRotation(self.rotate)
        if self.sideways:
            corner = {1: (HEIGHT, 0), 2: (WIDTH, HEIGHT), 3: (0, WIDTH)}
            self.canvas.translate(*corner[self.sideways])
            self.canvas.rotate(90 * self.sideways)
        if self.head:
            self.write(LEFT, 40, self.head)
        if self.numbers:
            self.write(WIDTH / 2, 800, f"- {self.page} -")

    def write(self, x: float, y: float, text: str, size: float = SIZE) -> None:
        """A line of text with its upper edge at ``y``."""
        self.canvas.setFont(FONT, size)
        if self.white_boxes:
            self.canvas.setFillColorRGB(1, 1, 1)
            wide = len(text) * size
            self.canvas.rect(x, HEIGHT - y - size * 1.2, wide, size * 1.3, 0, 1)
            self.canvas.setFillColorRGB(0, 0, 0)
        self.canvas.drawString(x, HEIGHT - y - size, text)

    def downwards(self, x: float, y: float, text: str) -> None:
        """Vertical writing below ``y``, its characters around ``x``."""
        self.canvas.setFont(DOWNWARDS.fontName, SIZE)
        self.canvas.drawString(x, HEIGHT - y, text)

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A line, or a thin filled box as word processors draw it."""
        if self.rules == "none" or (self.rules == "level" and y0 != y1):
            return
        if y0 == y1 and any(abs(y0 - y) < 0.1 for y in self.forgotten):
            return
        if self.thin_boxes:
            wide, high = max(x1 - x0, 0.6), max(y1 - y0, 0.6)
            self.canvas.rect(x0, HEIGHT - y1, wide, high, 0, 1)
        else:
            self.canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)

    def paragraph(self, text: str, size: float = 12, indent: float = 2) -> None:
        """Text wrapped to the width of the page, its first line indented."""
        full = int((WIDTH - 2 * LEFT) // size)
        text = "　" * int(indent) + text
        for line in (text[i : i + full] for i in range(0, len(text), full)):
            if self.y > BOTTOM:
                self.turn()
            blank = len(line) - len(line.lstrip("　"))
            self.write(LEFT + blank * size, self.y, line.lstrip("　"), size)
            self.y += size * 1.6

    def table(
        self,
        rows: Sequence[Row],
        widths: Sequence[float],
        *,
        breaks: Iterable[int] = (),
        header: int = 0,
        forget: Iterable[int] = (),
    ) -> None:
        """A ruled table; a new page before each row of ``breaks`` and when full.

        ``header``: rows that are repeated on every further page. ``forget``: rows above
        which no rule is drawn.
        """
        self.forget = tuple(forget)
        columns = place([[(rs, cs) for _, rs, cs in row] for row in rows])
        lefts = [LEFT + sum(widths[:i]) for i in range(len(widths) + 1)]
        heights = [
            max(
                (12.0 * len(_wrap(t, lefts[c + cs] - lefts[c])) + 4
                 for (t, rs, cs), c in zip(row, where, strict=True) if rs == 1),
                default=16.0,
            )
            for row, where in zip(rows, columns, strict=True)
        ]  # fmt: skip
        start = 0
        while start < len(rows):
            if start and header:
                self._part(rows[:header], columns, lefts, heights, 0, header)
            end, room = start, self.y
            while end < len(rows) and room + heights[end] <= BOTTOM:
                room += heights[end]
                end += 1
                if end in breaks:
                    break
            self._part(rows, columns, lefts, heights, start, end)
            start = end
            if start < len(rows):
                self.turn()

    def _part(self, rows, columns, lefts, heights, start, end) -> None:
        tops = {start: self.y}
        for r in range(start, end):
            tops[r + 1] = tops[r] + heights[r]
        self.forgotten = tuple(tops[r] for r in self.forget if start < r < end)
        for r, row in enumerate(rows[:end]):
            for (text, rs, cs), c in zip(row, columns[r], strict=True):
                first, last = max(r, start), min(r + rs, end)
                if first >= last:
                    continue
                x0, x1 = lefts[c], lefts[c + cs]
                y0, y1 = tops[first], tops[last]
                self.rule(x0, y0, x0, y1)
                self.rule(x1, y0, x1, y1)
                if self.closed or first > start or not start:
                    self.rule(x0, y0, x1, y0)
                if self.closed or last < end or end == len(rows):
                    self.rule(x0, y1, x1, y1)
                if r >= start:
                    for i, line in enumerate(_wrap(text, x1 - x0)):
                        self.write(x0 + 3, y0 + 2 + 12 * i, line)
        self.y = tops[end]

    def picture(self) -> None:
        """A page-filling picture without any text."""
        from PIL import Image
        from reportlab.lib.utils import ImageReader

        grey = ImageReader(Image.new("L", (60, 80), 200))
        self.canvas.drawImage(grey, 0, 0, WIDTH, HEIGHT)

    def done(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


def _wrap(text: str, wide: float) -> list[str]:
    size = max(int((wide - 5) // SIZE), 1)
    found = []
    for line in text.split("\n"):
        units = size if any(c > "\x7f" for c in line) else 2 * size
        found += [line[i : i + units] for i in range(0, len(line), units)] or [""]
    return found


def cut(rows: Sequence[Row], at: int, label: int, after: int) -> list[Row]:
    """Row ``at`` as a page break cuts it: the label in two, the values below.

    ``label``: index of the label cell; ``after``: characters that stay above.
    """
    columns = place([[(rs, cs) for _, rs, cs in row] for row in rows])
    found: list[Row] = []
    for r, (row, _) in enumerate(zip(rows, columns, strict=True)):
        if r < at:
            longer = [(t, rs + (r + rs > at), cs) for t, rs, cs in row]
            found.append(longer)
        elif r > at:
            found.append(list(row))
        else:
            begun = [(t, rs + (rs > 1), cs) for t, rs, cs in row[:label]]
            text, _, wide = row[label]
            blank = [("", 1, cs) for _, _, cs in row[label + 1 :]]
            found.append([*begun, (text[:after], 1, wide), *blank])
            found.append([(text[after:], 1, wide), *row[label + 1 :]])
    return found


def report(
    maker: Maker,
    values: dict[form.Key, str],
    *,
    requests: list[Row] | None = None,
    breaks: Iterable[int] = (),
    header: int = 0,
    agency: str = "莱州市教育局",
    forget: Iterable[int] = (),
) -> bytes:
    """The report of ``printed_form.page`` as a PDF."""
    one, two, three, four, five, six = form.CHAPTERS
    maker.paragraph(agency, 18, 6)
    maker.paragraph("2020年政府信息公开工作年度报告", 18, 3)
    maker.paragraph("本报告所列数据的统计期限为2020年1月1日至2020年12月31日。")
    maker.paragraph(one)
    maker.paragraph("全年公开信息12条。" + "坚持公开为常态。" * 12)
    maker.paragraph(two)
    maker.table(form.proactive(values), WIDTHS["proactive"])
    maker.paragraph(three)
    maker.table(
        requests or form.requests(values), WIDTHS["requests"],
        breaks=breaks, header=header, forget=forget,
    )  # fmt: skip
    maker.paragraph(four)
    maker.table(form.review(values), WIDTHS["review"])
    maker.paragraph(five)
    maker.paragraph("人手不足，今后改进。")
    maker.paragraph(six)
    maker.paragraph("无。")
    return maker.done()
