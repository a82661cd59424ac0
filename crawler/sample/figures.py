"""The figures of a sample report as the cells its tables print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from crawler.sample.data import SampleReport, load_yaml

Key = tuple[str, str, str]  # table, row and column code

RESULTS = ("upheld", "corrected", "other_result", "pending")
NOT_AN_OUTCOME = ("new_received", "carried_in", "handled_total", "carried_out")


@cache
def form_data() -> dict[str, Any]:
    """``forms.yml``: the printed forms."""
    return load_yaml("forms.yml")


def generation(year: int) -> str:
    """The form that reports for ``year`` use: gk2019 or gk2021."""
    for code, form in form_data()["forms"].items():
        if year in form["years"]:
            return str(code)
    raise ValueError(f"no form for report year {year}")


def request_rows(template: str) -> tuple[str, ...]:
    """Row codes of the table of requests, in printed order."""

    def walk(rows: Any) -> Iterator[str]:
        for row in rows:
            if isinstance(row, Mapping):
                yield from walk(row["rows"])
            else:
                yield row[0]

    return tuple(walk(form_data()["forms"][template]["requests"]))


def counts(report: SampleReport) -> dict[Key, Any]:
    """Every cell of the report's tables before it is printed: int, float or text.

    Sums are made here, so that they are right; what a report prints wrongly on
    purpose stands in its ``printed``.
    """
    template = generation(report.year)
    cells: dict[Key, Any] = {}
    for block in form_data()["forms"][template]["proactive"]:
        for row in block["rows"]:
            given = report.proactive[row]
            values = given if isinstance(given, tuple) else (given,)
            for col, value in zip(block["cols"], values, strict=True):
                cells["proactive", row, col] = value

    applicants = [c for c in form_data()["applicants"]["cols"] if c != "total"]
    rows = request_rows(template)
    for col, given in report.requests.items():
        unknown = (set(given) - set(rows)) | ({col} - set(applicants))
        if unknown:
            raise ValueError(f"{report.year}, {col}: {template} has no {unknown}")
    for row in rows:
        for col in applicants:
            column = report.requests.get(col, {})
            cells["requests", row, col] = (
                sum(n for r, n in column.items() if r not in NOT_AN_OUTCOME)
                if row == "handled_total"
                else column.get(row, 0)
            )
        cells["requests", row, "total"] = sum(
            cells["requests", row, col] for col in applicants
        )

    for row in form_data()["review"]["rows"]:
        results = report.review.get(row, (0, 0, 0, 0))
        for col, value in zip(RESULTS, results, strict=True):
            cells["review_litigation", row, col] = value
        cells["review_litigation", row, "total"] = sum(results)
    return cells


def printed(report: SampleReport) -> dict[Key, str]:
    """The cells of the report as they stand on the page, deliberate slips included."""
    cells = {key: _print(value, report) for key, value in counts(report).items()}
    for path, text in report.printed.items():
        table, row, col = path.split("/")
        if (table, row, col) not in cells:
            raise ValueError(f"{report.year}: the form has no cell {path}")
        cells[table, row, col] = text
    return cells


def _print(value: Any, report: SampleReport) -> str:
    if value == 0:
        return {"0": "0", "blank": "", "dash": "-"}[report.zeros]
    if report.thousands and not isinstance(value, str):
        return f"{value:,}"
    return str(value)
