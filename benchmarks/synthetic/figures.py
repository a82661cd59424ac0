"""The figures of one authority over the years, consistent by construction."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines import templates

Key = tuple[str, str, str]

YEARS = (2019, 2020, 2021, 2022, 2023, 2024)
RESULTS = ("upheld", "corrected", "other_result", "pending")
REMEDIES = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
APPLICANTS = (
    "natural_person",
    "business",
    "research",
    "public_interest_org",
    "legal_service",
    "other_org",
)
BALANCE = ("new_received", "carried_in", "handled_total", "carried_out")
#: How often each kind of applicant asks, and each answer is given.
ASKS = (80, 12, 1, 1, 4, 2)
USUAL = {"granted": 50, "granted_partial": 14, "unable_not_held": 20}


@dataclass(frozen=True, slots=True)
class Year:
    """One report: its form and the cells that are not blank."""

    year: int
    template: str
    cells: Counter[Key]


def generation(year: int) -> str:
    """The form for a report year."""
    return "gk2019" if year < 2021 else "gk2021"


def outcome_rows(template: str) -> tuple[str, ...]:
    """The rows of the form that add up to the total handled."""
    rows = (
        slot.row.code for slot in templates.slots(templates.get(template), "requests")
    )
    return tuple(row for row in dict.fromkeys(rows) if row not in BALANCE)


def history(rng: random.Random, size: int) -> Iterator[Year]:
    """An authority of about ``size`` requests a year, through all the years."""
    open_cases: Counter[str] = Counter()
    items = {row: rng.randint(3, 90) for row in ("admin_license", "admin_penalty")}
    documents = rng.randint(5, 60)
    for year in YEARS:
        template = generation(year)
        cells: Counter[Key] = Counter()
        open_cases = _requests(rng, size, template, open_cases, cells)
        _remedies(rng, size, cells)
        documents = _documents(rng, template, documents, cells)
        _decisions(rng, template, items, cells)
        yield Year(year, template, _totals(cells))


def together(members: Iterable[Year], year: int) -> Year:
    """The report of a government: the sum of those of its members."""
    total: Counter[Key] = Counter()
    for member in members:
        total.update(member.cells)
    return Year(year, generation(year), total)


def _requests(
    rng: random.Random,
    size: int,
    template: str,
    carried: Counter[str],
    cells: Counter[Key],
) -> Counter[str]:
    rows = outcome_rows(template)
    weights = [USUAL.get(row, 2) for row in rows]
    left: Counter[str] = Counter()
    asked = Counter(rng.choices(APPLICANTS, ASKS, k=rng.randint(0, 2 * size)))
    for column in APPLICANTS:
        new, before = asked[column], carried[column]
        left[column] = sum(rng.random() < 0.05 for _ in range(new))
        handled = new + before - left[column]
        figures = {"new_received": new, "carried_in": before, "handled_total": handled}
        figures["carried_out"] = left[column]
        figures |= Counter(rng.choices(rows, weights, k=handled))
        for row, value in figures.items():
            cells["requests", row, column] = value
    return left


def _remedies(rng: random.Random, size: int, cells: Counter[Key]) -> None:
    for row in REMEDIES:
        for result in rng.choices(
            RESULTS, (70, 10, 12, 8), k=rng.randint(0, size // 8)
        ):
            cells["review_litigation", row, result] += 1


def _documents(
    rng: random.Random, template: str, stock: int, cells: Counter[Key]
) -> int:
    made = rng.randint(0, 6)
    repealed = 0 if template == "gk2019" else min(stock, rng.randint(0, 4))
    codes = (
        ("made_this_year", "newly_published_this_year", "published_total")
        if template == "gk2019"
        else ("issued_this_year", "repealed_this_year", "in_force")
    )
    after = stock + made - repealed
    values = (made, made if template == "gk2019" else repealed, after)
    for code, value in zip(codes, values, strict=True):
        cells["proactive", "normative_docs", code] = value
    return after


def _decisions(
    rng: random.Random, template: str, items: dict[str, int], cells: Counter[Key]
) -> None:
    for row, count in items.items():
        cells["proactive", row, "decisions"] = rng.randint(100, 5000)
        if template == "gk2019":
            change = rng.randint(-min(count, 3), 5)
            cells["proactive", row, "items_prev_year"] = count
            cells["proactive", row, "items_change"] = change
            items[row] = count + change
    if template == "gk2019":
        cells["proactive", "gov_procurement", "purchase_items"] = rng.randint(1, 60)
    else:
        cells["proactive", "admin_fees", "fee_amount"] = rng.randint(0, 900)


def _totals(cells: Counter[Key]) -> Counter[Key]:
    for (table, row, column), value in list(cells.items()):
        if table == "requests" or (table == "review_litigation" and column in RESULTS):
            cells[table, row, "total"] += value
    return cells
