"""Precision and recall of the rules on prose (X1–X7), on invented sentences.

Run by ``python -m tests.eval.prose``. ``prose_sentences.yml`` says for each sentence
and its small table what a careful reader concludes. A FAIL is right where the reader
sees a contradiction; precision matters more than recall.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from archive.records import Agency, Cell, Chapter, Report
from pipelines import rules

SENTENCES = Path(__file__).with_name("prose_sentences.yml")
RULES = ("X1", "X2", "X3", "X4", "X5", "X6", "X7")
#: Floors over all rules together; they only rise.
LEAST_PRECISION = 0.98
LEAST_RECALL = 0.85
REQUESTS = ("new_received", "carried_in", "handled_total", "carried_out")
DOCUMENTS = {
    "gk2019": ("made_this_year", "newly_published_this_year", "published_total"),
    "gk2021": ("issued_this_year", "repealed_this_year", "in_force"),
}
DECIDED = ("upheld", "corrected", "other_result", "pending", "total")
REMEDIES = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
HEADINGS = {0: None, 1: "一、总体情况", 4: "四、政府信息公开行政复议、行政诉讼情况"}


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule on one sentence: what a reader concludes, and the verdict."""

    text: str
    rule: str
    truth: str  # agrees | differs | unclear | silent
    verdict: str

    @property
    def hit(self) -> bool:
        return self.verdict == "FAIL" and self.truth == "differs"


def judged() -> Iterator[Judged]:
    """Every rule on every sentence."""
    data = yaml.safe_load(SENTENCES.read_text("utf-8"))
    for entry in data["sentences"]:
        report = _report({**data["defaults"], **entry})
        for check in rules.evaluate(report):
            if check.rule_id in RULES:
                truth = entry["truth"].get(check.rule_id, "silent")
                yield Judged(entry["text"], check.rule_id, truth, check.verdict)


def _report(said: Mapping[str, Any]) -> Report:
    whole, number = said.get("scope") == "all", said.get("chapter", 1)
    agency = Agency(
        "a",
        "甲市人民政府" if whole else "甲市财政局",
        "government" if whole else "department",
        "city",
        None,
    )
    return Report(
        "r",
        agency,
        2020,
        "government_aggregate" if whole else "own_organ",
        "2020年政府信息公开工作年度报告",
        said.get("template", "gk2019"),
        "extracted",
        (Chapter(number, HEADINGS[number], said["text"], said["text"]),),
        tuple(_cells(said)),
    )


def _cells(said: Mapping[str, Any]) -> Iterator[Cell]:
    for row, value in zip(REQUESTS, said["requests"], strict=True):
        yield _cell("requests", row, "total", value)
    columns = DOCUMENTS[said.get("template", "gk2019")]
    for column, value in zip(columns, said["documents"], strict=True):
        yield _cell("proactive", "normative_docs", column, value)
    for row in REMEDIES:
        values = [0] * len(DECIDED) if said.get("none") else said[row]
        for column, value in zip(DECIDED, values, strict=True):
            yield _cell("review_litigation", row, column, value)


def _cell(table: str, row: str, column: str, value: int) -> Cell:
    state = "number" if value else "zero"
    return Cell(table, row, column, str(value), float(value), "count", state)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over some rules."""

    differs: int
    failed: int
    hits: int

    @property
    def precision(self) -> float:
        """Right among those claimed; 1 where nothing is claimed."""
        return self.hits / self.failed if self.failed else 1.0

    @property
    def recall(self) -> float:
        """Found among the contradictions; 1 where there is none."""
        return self.hits / self.differs if self.differs else 1.0

    def line(self, name: str) -> str:
        """One line of the table."""
        return (
            f"{name:<4} contradictions {self.differs:>3}  FAIL {self.failed:>3}"
            f"  precision {self.precision:.3f}  recall {self.recall:.3f}"
        )


def score(rows: list[Judged]) -> Score:
    """Precision and recall of FAIL over some judgements."""
    return Score(
        sum(row.truth == "differs" for row in rows),
        sum(row.verdict == "FAIL" for row in rows),
        sum(row.hit for row in rows),
    )


def main() -> int:
    """Print the table and every miss, compare with the floors."""
    rows = list(judged())
    texts = {row.text for row in rows}
    for rule in RULES:
        print(score([row for row in rows if row.rule == rule]).line(rule))
    total = score(rows)
    print(total.line("all"), f" of {len(texts)} sentences")
    for row in rows:
        if row.hit or (row.verdict != "FAIL" and row.truth != "differs"):
            continue
        print(f"  {row.rule} {row.truth}, verdict {row.verdict}: {row.text}")
    low = total.precision < LEAST_PRECISION or total.recall < LEAST_RECALL
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
