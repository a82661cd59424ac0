"""Reports as the rules between reports see them, made from a few numbers."""

from archive.filings import Filing
from archive.records import Agency, Chapter, Report
from pipelines.rules import between

BUREAU = Agency(
    "370683-dept-0001", "莱州市教育局", "department", "county", "370683",
    parent_id="370683-gov", family="education",
)  # fmt: skip
CITY = Agency("370683-gov", "莱州市人民政府", "government", "county", "370683")


def figure(raw, method="read"):
    raw = str(raw)
    try:
        value = float(raw)
    except ValueError:
        state = "blank" if not raw.strip() else "text"
        return (None, state, method, raw)
    return (value, "number" if value else "zero", method, raw)


def filing(year, figures, agency=BUREAU, template="gk2021", **more):
    """``figures``: {"table/row/column": printed text or (text, method)}."""
    whole = agency.kind == "government"
    cells = {
        tuple(key.split("/")): figure(*told if isinstance(told, tuple) else (told,))
        for key, told in figures.items()
    }
    return Filing(
        **{
            "report_id": f"{agency.agency_id}-{year}",
            "version_no": 1,
            "report_year": year,
            "scope": "government_aggregate" if whole else "own_organ",
            "template": template,
            "agency": agency,
            "cells": cells,
        }
        | more
    )


def reading(filed, prose=""):
    """The report with one chapter of prose and no cells."""
    chapters = (Chapter(1, "一、总体情况", prose, prose),) if prose else ()
    return Report(
        report_id=filed.report_id, agency=filed.agency, report_year=filed.report_year,
        scope=filed.scope, title="", template=filed.template, status="extracted",
        chapters=chapters,
    )  # fmt: skip


def verdicts(rule_id, filed, prose="", **company):
    """(scope, verdict, expected, actual) of one rule on a report in its company."""
    found = checks(rule_id, filed, prose, **company)
    return [(c.scope, c.verdict, c.expected, c.actual) for c in found]


def checks(rule_id, filed, prose="", **company):
    company = between.Company(filed, reading(filed, prose), **company)
    return [c for c in between.evaluate(company).checks if c.rule_id == rule_id]
