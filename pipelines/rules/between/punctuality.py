"""Whether a report was first published by the legal date (D1).

Lateness is a fact with a source. A capture before the date proves punctuality whatever
the page says; a date in the address alone proves nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from archive.filings import Filing
from pipelines.dates import NEVER_PUBLISHED_ON, due_basis
from pipelines.rules import labels
from pipelines.rules.between.spec import Punctual
from pipelines.rules.finding import FAIL, NOT_ASSESSABLE, PASS, UNCERTAIN, Finding

CHINA = timedelta(hours=8)
LOCAL = "local practice"


def punctual(test: Punctual, filing: Filing) -> Finding:
    """The one finding of the rule (scope ''): expected is the legal date."""
    due, published = filing.due_on, filing.published_on
    if due is None:
        return Finding("", NOT_ASSESSABLE, None, published, "不知道应在何时公布")
    captured = _day(filing.first_captured_at)
    told = f"法定期限 {due}"
    if _local(filing):
        told = f"当地惯例期限 {due}"
    if captured is not None and captured <= due:
        said = f"{told}，{captured} 已经抓取到"
        return Finding("", PASS, due, captured, said)
    source = filing.published_on_source
    if published is None or source == NEVER_PUBLISHED_ON:
        said = f"{told}，页面没有写明公布日期，无法核对"
        return Finding("", NOT_ASSESSABLE, due, published, said)
    shown = labels.date_source(source) if source else "不明来源"
    both = f"{told}，{published} 公布（据{shown}）"
    late = (date.fromisoformat(published) - date.fromisoformat(due)).days
    if late <= 0:
        return Finding("", PASS, due, published, f"{both}，没有逾期")
    said = f"{both}，逾期 {late} 天"
    if filing.n_versions > 1:
        why = f"这是第 {filing.version_no} 个版本的日期，首次公布可能更早"
    elif late > test.moved:
        why = "相隔过久，可能是网站改版迁移的日期"
    elif _local(filing):
        why = "条例没有规定乡镇、街道的期限"
    else:
        return Finding("", FAIL, due, published, said)
    return Finding("", UNCERTAIN, due, published, f"{said}；{why}")


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
