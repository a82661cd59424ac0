"""Roles of documents that were published together, by what they say. Pure.

The page is the report and its files say the same: then they are duplicates. Files that
say otherwise are in conflict with it, which is a finding and no new version: both are
kept. A file that shows what the page shows only in part is the report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Levenshtein

from archive.records import Cell, Check, Report, Rule
from pipelines.normalise import squash
from pipelines.rules.finding import FAIL, UNCERTAIN, Finding, as_check
from pipelines.rules.wording import Tell, phrase

#: A finding about the documents of a report, beside those about its content.
RULE = Rule(
    "F1",
    "definitional",
    "odd",
    "同一份报告的网页与附件内容一致。",
    "The page of a report and the files it offers say the same.",
)
SCALE = {"wan_cny": 10_000.0, "yi_cny": 100_000_000.0}
#: Texts that are as alike as this differ by page numbers and breaks only.
ALIKE = 0.97
#: A text shorter than this share of the other is a part of it.
PART = 0.5
#: Characters of each text that are compared sign by sign.
MOST = 12_000
NO_WORD = re.compile(r"[^\w\u4e00-\u9fff]+")
FEWEST_CHAPTERS = 3

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a document says otherwise than the main one.

    ``figures``: (cell, printed in the main document, printed in this one).
    ``certain``: all of these were simply read. ``likeness`` of the texts, 0 to 1;
    ``text``: a place where their numbers differ, '' for none.
    """

    figures: tuple[tuple[Key, str, str], ...] = ()
    certain: bool = True
    only_main: int = 0
    only_here: int = 0
    likeness: float = 1.0
    text: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both say the same, as far as both say something."""
        return not self.figures and not self.text and self.likeness >= ALIKE

    @property
    def same(self) -> bool:
        """Whether neither says what the other does not."""
        return self.agrees and not self.only_main and not self.only_here

    def turned(self) -> Comparison:
        """The same seen from the other document."""
        first, _, second = self.text.partition(" | ")
        return Comparison(
            tuple((key, b, a) for key, a, b in self.figures),
            self.certain,
            self.only_here,
            self.only_main,
            self.likeness,
            f"{second} | {first}" if self.text else "",
        )

    def as_json(self) -> str | None:
        """For ``report_documents.differs``; None where they are the same."""
        if self.same:
            return None
        return json.dumps(
            {
                "figures": [["/".join(key), a, b] for key, a, b in self.figures],
                "certain": self.certain,
                "only_main": self.only_main,
                "only_here": self.only_here,
                "likeness": round(self.likeness, 3),
                "text": self.text,
            },
            ensure_ascii=False,
        )


def from_json(text: str | None) -> Comparison | None:
    """What :meth:`Comparison.as_json` wrote, the cells left out."""
    if not text:
        return None
    said = json.loads(text)
    return Comparison(likeness=said["likeness"], text=said["text"])


def compare(main: Report, other: Report) -> Comparison:
    """What ``other`` says otherwise than ``main``: cells by value, text by its words.

    White space, signs and the way a number is printed make no difference; a blank
    differs from a zero.
    """
    cells = compare_cells(main.cells, other.cells)
    likeness, text = _texts(_words(main), _words(other))
    return Comparison(
        cells.figures, cells.certain, cells.only_main, cells.only_here, likeness, text
    )


def compare_cells(main: Iterable[Cell], other: Iterable[Cell]) -> Comparison:
    """The same of the cells alone."""
    there, here = _present(main), _present(other)
    both = [key for key in there if key in here]
    differing = [key for key in both if _said(there[key]) != _said(here[key])]
    return Comparison(
        tuple((k, there[k].raw.strip(), here[k].raw.strip()) for k in differing),
        all(c.method == "read" for k in differing for c in (there[k], here[k])),
        len(there) - len(both),
        len(here) - len(both),
    )


def _present(cells: Iterable[Cell]) -> dict[Key, Cell]:
    return {
        cell.key: cell
        for cell in cells
        if cell.state != "missing" and cell.table_code != "extra"
    }


def _said(cell: Cell) -> Any:
    if cell.value is not None:
        return round(cell.value * SCALE.get(cell.unit or "", 1.0), 4)
    return squash(cell.raw) if cell.state == "text" else None


def _words(report: Report) -> str:
    """The text of the chapters, letters and digits alone."""
    parts = (f"{c.heading or ''}{c.prose}" for c in report.chapters if c.chapter_no)
    return NO_WORD.sub("", squash("".join(parts)))


def _texts(one: str, other: str) -> tuple[float, str]:
    """(likeness, a place where numbers differ) of two texts."""
    if one == other or min(len(one), len(other)) < PART * max(len(one), len(other)):
        return 1.0, ""  # equal, or one of them shows the tables only
    one, other = one[:MOST], other[:MOST]
    likeness = Levenshtein.normalized_similarity(one, other)
    if likeness < ALIKE:
        return likeness, ""
    for step in Levenshtein.opcodes(one, other):
        a = one[step.src_start : step.src_end]
        b = other[step.dest_start : step.dest_end]
        if step.tag == "replace" and (re.search(r"\d", a) or re.search(r"\d", b)):
            start, end = max(step.src_start - 8, 0), step.src_end + 8
            begin, stop = max(step.dest_start - 8, 0), step.dest_end + 8
            return likeness, f"{one[start:end]} | {other[begin:stop]}"
    return likeness, ""


def is_fuller(main: Report, other: Report, found: Comparison) -> bool:
    """Whether ``other`` shows all that ``main`` shows, and tables or chapters more."""
    chapters = sum(1 for c in other.chapters if c.chapter_no)
    whole = other.status == "extracted" and chapters >= FEWEST_CHAPTERS
    less = main.status == "partial" or not main.cells
    more = found.only_here > 0
    return whole and less and more and not found.only_main and not found.figures


def findings(
    report_id: str, rows: Iterable[Mapping[str, Any]], most: int = 20
) -> list[Check]:
    """The findings on the documents of a version, from their ``differs``."""
    found: dict[str, Check] = {}
    for row in rows:
        if not row["differs"] or row["role"] == "main":
            continue
        said = json.loads(row["differs"])
        verdict = FAIL if said["certain"] else UNCERTAIN
        for cell, main, here in said["figures"][:most]:
            scope = cell.partition("/")[2]
            say = phrase("documents.figure", main=main, here=here, url=row["url"])
            _put(found, report_id, scope, verdict, main, here, say)
        if said["text"]:
            main, _, here = said["text"].partition(" | ")
            say = phrase("documents.words", main=main, here=here, url=row["url"])
            _put(found, report_id, "", UNCERTAIN, main, here, say)
        elif said["likeness"] < ALIKE:
            alike = f"{100 * said['likeness']:.0f}%"
            say = phrase("documents.unlike", alike=alike, url=row["url"])
            _put(found, report_id, "", UNCERTAIN, None, alike, say)
    return list(found.values())


def _put(
    found: dict[str, Check],
    report_id: str,
    scope: str,
    verdict: str,
    expected: str | None,
    actual: str | None,
    tell: Tell,
) -> None:
    check = as_check(Finding(scope, verdict, expected, actual, tell), RULE, report_id)
    found.setdefault(check.fingerprint, check)
