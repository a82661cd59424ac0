"""Invented figures whose sums hold, and the rows they are typeset in.

The figures follow from a seed, and the code under test never sees them: what is read
in a document can be compared with what was typed into it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from tests.pipelines import printed_2021, printed_form
from tests.pipelines.office_files import spread
from tests.pipelines.printed_form import APPLICANTS, REVIEW_ROWS, Key, Row

FORMS = {"gk2019": printed_form, "gk2021": printed_2021}
OUTSIDE = ("new_received", "carried_in", "handled_total", "carried_out")


def figures(generation: str, seed: int, most: int = 9) -> dict[Key, str]:
    """Text of every cell of a form; all sums hold and nothing is blank."""
    rng = random.Random(seed)
    found: dict[Key, str] = {}
    listed = FORMS[generation].keys()
    for table, row, col in listed:
        found[table, row, col] = str(rng.randrange(1, most * 20))
    outcomes = [code for code, _, _ in entries(generation) if code not in OUTSIDE]
    totals = dict.fromkeys(OUTSIDE, 0)
    for col in APPLICANTS[:-1]:
        parts = [rng.choice((0, 0, rng.randrange(most))) for _ in outcomes]
        for code, part in zip(outcomes, parts, strict=True):
            found["requests", code, col] = str(part)
        out, came = rng.randrange(3), rng.randrange(3)
        whole = sum(parts)
        old = min(came, whole + out)
        values = (whole + out - old, old, whole, out)
        for code, value in zip(OUTSIDE, values, strict=True):
            found["requests", code, col] = str(value)
            totals[code] += value
    for code, _, _ in entries(generation):
        row_sum = sum(int(found["requests", code, col]) for col in APPLICANTS[:-1])
        found["requests", code, "total"] = str(row_sum)
    for row in REVIEW_ROWS:
        parts = [rng.randrange(4) for _ in range(4)]
        for col, part in zip(printed_form.REVIEW_COLS, [*parts, sum(parts)],
                             strict=True):  # fmt: skip
            found["review_litigation", row, col] = str(part)
    if generation == "gk2019":
        rules = ("made_this_year", "newly_published_this_year", "published_total")
        made = {"rules": ("3", "2", "41"), "normative_docs": ("17", "16", "285")}
        for row, texts in made.items():
            for col, text in zip(rules, texts, strict=True):
                found["proactive", row, col] = text
        money = f"{rng.randrange(100, 900)}.{rng.randrange(10, 100)}万元"
        found["proactive", "gov_procurement", "purchase_amount"] = money
    else:
        fee = f"{rng.randrange(10, 900)}.{rng.randrange(1, 10)}"
        found["proactive", "admin_fees", "fee_amount"] = fee
    return found


Entry = tuple[str | None, tuple[str, ...], tuple[str, ...]]


def entries(generation: str) -> list[Entry]:
    """Rows of the table of requests: (code, labels from the left, no own values)."""
    blank = dict.fromkeys(FORMS[generation].keys(), "")
    above: dict[int, str] = {}
    found: list[Entry] = []
    rows = spread(FORMS[generation].requests(blank)[3:])
    codes = [row for _, row, col in blank if col == "natural_person"]
    for code, row in zip(codes, rows, strict=True):
        labels = []
        for text, start, _, merge in row:
            if start < 3:
                above[start] = above[start] if merge == "continue" else text
                labels.append(above[start])
        found.append((code, tuple(labels), ()))
    return found


def local(labels: Sequence[str], values: Sequence[str]) -> Entry:
    """A row that the form does not have."""
    return (None, tuple(labels), tuple(values))


def requests(listed: Sequence[Entry], values: dict[Key, str]) -> list[Row]:
    """The table of requests with these rows; groups span what stands in them."""
    rows = list(FORMS["gk2019"].requests(
        dict.fromkeys(FORMS["gk2019"].keys(), "")
    )[:3])  # fmt: skip
    before: tuple[str, ...] = ()
    for i, (code, labels, own) in enumerate(listed):
        cells: Row = []
        for k, text in enumerate(labels[:-1]):
            group = labels[: k + 1]
            if before[: k + 1] == group and len(before) > k + 1:
                continue
            tall = sum(1 for _ in takewhile(
                lambda e, g=group: e[1][: len(g)] == g and len(e[1]) > len(g),
                listed[i:],
            ))  # fmt: skip
            cells.append((text, tall, 1))
        cells.append((labels[-1], 1, 4 - len(labels)))
        texts = own or [values["requests", code or "", col] for col in APPLICANTS]
        rows.append([*cells, *((text, 1, 1) for text in texts)])
        before = labels
    return rows


@dataclass(frozen=True, slots=True)
class Typed:
    """One report as it is typed: three tables, whose report it is, and the figures."""

    agency: str
    year: int
    values: dict[Key, str]
    tables: tuple[list[Row], list[Row], list[Row]]

    @property
    def title(self) -> str:
        return f"{self.agency}{self.year}年政府信息公开工作年度报告"

    def with_tables(self, **changed: list[Row]) -> Typed:
        """The same with other rows: ``proactive``, ``requests``, ``review``."""
        names = ("proactive", "requests", "review")
        rows = (changed.get(n, t) for n, t in zip(names, self.tables, strict=True))
        return replace(self, tables=tuple(rows))


def typed(
    generation: str, agency: str, year: int, seed: int, **own: dict[Key, str]
) -> Typed:
    """A report of a generation with its figures; ``own``: ``values`` typed instead."""
    values = figures(generation, seed) | own.get("values", {})
    form = FORMS[generation]
    return Typed(
        agency,
        year,
        values,
        (form.proactive(values), form.requests(values), printed_form.review(values)),
    )


def relabelled(rows: Sequence[Row], names: dict[str, str]) -> list[Row]:
    """Rows with some cells saying something else."""
    return [[(names.get(t, t), rs, cs) for t, rs, cs in row] for row in rows]
