"""Whether a report was first published by the legal date (D1).

Lateness is a fact with a source. A capture before the date proves punctuality whatever
the page says; a date in the address alone proves nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from archive.filings import Filing
from pipelines.dates import NEVER_PUBLISHED_ON, due_basis
from pipelines.rules.between.spec import Punctual
from pipelines.rules.finding import FAIL, NOT_ASSESSABLE, PASS, UNCERTAIN, Finding
from pipelines.rules.wording import also, date_source, phrase

CHINA = timedelta(hours=8)
LOCAL = "local practice"
NOT_KNOWN = phrase("punctual.unknown_due")


def punctual(test: Punctual, filing: Filing) -> Finding:
    """The one finding of the rule (scope ''): expected is the legal date."""
    due, published = filing.due_on, filing.published_on
    if due is None:
        return Finding("", NOT_ASSESSABLE, None, published, NOT_KNOWN)
    captured = _day(filing.first_captured_at)
    told = phrase("punctual.local" if _local(filing) else "punctual.legal", due=due)
    if captured is not None and captured <= due:
        said = phrase("punctual.captured", told=told, day=captured)
        return Finding("", PASS, due, captured, said)
    source = filing.published_on_source
    if published is None or source == NEVER_PUBLISHED_ON:
        said = phrase("punctual.no_date", told=told)
        return Finding("", NOT_ASSESSABLE, due, published, said)
    shown = date_source(source) if source else phrase("punctual.unknown_source")
    both = phrase("punctual.published", told=told, day=published, source=shown)
    late = (date.fromisoformat(published) - date.fromisoformat(due)).days
    if late <= 0:
        said = phrase("punctual.in_time", both=both)
        return Finding("", PASS, due, published, said)
    said = phrase("punctual.late", both=both, n=late)
    if filing.n_versions > 1:
        why = phrase("punctual.version", n=filing.version_no)
    elif late > test.moved:
        why = phrase("punctual.moved")
    elif _local(filing):
        why = phrase("punctual.no_rule")
    else:
        return Finding("", FAIL, due, published, said)
    return Finding("", UNCERTAIN, due, published, also(said, why))


def _local(filing: Filing) -> bool:
    return due_basis(filing.report_year, filing.agency.kind) == LOCAL


def _day(moment: str | None) -> str | None:
    """The day in China of a time in UTC.

    >>> _day("2021-01-31T17:30:00.000000Z")
    '2021-02-01'
    """
    if moment is None:
        return None
    return (datetime.fromisoformat(moment) + CHINA).date().isoformat()
