"""Characters of a page as stretches: what stands in a line without a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.extract.box import Box, Drawn
from pipelines.numbers import is_value

#: Sizes of a character: a wider gap parts two cells, between digits a smaller one does;
#: so far may a line lie off another.
GAP, DIGITS_GAP, OFF = 0.45, 0.12, 0.5


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters of a line without a gap between them."""

    text: str
    box: Box

    @property
    def middle(self) -> float:
        return (self.box.x0 + self.box.x1) / 2

    @property
    def is_number(self) -> bool:
        return is_value(self.text)


Line = tuple[Stretch, ...]


def stretches_by_line(chars: Sequence[Drawn]) -> list[Line]:
    """Stretches by line, from the top; blanks are gaps."""
    filled = sorted(
        (c for c in chars if c["text"].strip()),
        key=lambda c: (c["top"] + c["bottom"]) / 2,
    )
    lines: list[list[Drawn]] = []
    for char in filled:
        last = lines[-1][0] if lines else None
        off = OFF * (char["bottom"] - char["top"])
        if last and abs(_height(char) - _height(last)) <= off:
            lines[-1].append(char)
        else:
            lines.append([char])
    return [tuple(_stretches(sorted(li, key=lambda c: c["x0"]))) for li in lines]


def _height(char: Drawn) -> float:
    return float(char["top"] + char["bottom"]) / 2


def _stretches(chars: Sequence[Drawn]) -> Iterator[Stretch]:
    run: list[Drawn] = []
    for char in chars:
        digits = run and run[-1]["text"].isdecimal() and char["text"].isdecimal()
        gap = (DIGITS_GAP if digits else GAP) * (char["bottom"] - char["top"])
        if run and (char["x0"] - run[-1]["x1"] > gap or _is_next(run, char)):
            yield _stretch(run)
            run = []
        run.append(char)
    if run:
        yield _stretch(run)


def _is_next(run: Sequence[Drawn], char: Drawn) -> bool:
    """Whether a digit behind a note is the next number: the bracket hangs over."""
    return bool(
        char["text"].isdecimal()
        and run[-1]["text"] in ")）"
        and run[0]["text"].isdecimal()
    )


def _stretch(chars: Sequence[Drawn]) -> Stretch:
    box = Box(
        min(c["x0"] for c in chars), min(c["top"] for c in chars),
        max(c["x1"] for c in chars), max(c["bottom"] for c in chars),
    )  # fmt: skip
    return Stretch("".join(c["text"] for c in chars), box)
