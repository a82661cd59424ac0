"""References to a report that a reader can copy.

GB/T 7714-2015 for electronic resources (type mark EB/OL, dates of publication and of
access), and an author-date form after APA for texts in English. Both end with the
digest of the original: it proves which text was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip


def gb7714(report: Mapping[str, Any], captured_at: str | None, version: str) -> str:
    """A reference after GB/T 7714; ``version`` says which one, '' for the only one.

    >>> gb7714({"agency": "甲市人民政府", "title": "2020年报告", "published_on": None,
    ...     "source_url": "http://a/", "sha256": "f0"}, "2026-01-31T08:00:00Z", "")
    '甲市人民政府. 2020年报告[EB/OL]. [2026-01-31]. http://a/. SHA-256: f0.'
    """
    published = f"({report['published_on']})" if report["published_on"] else ""
    taken = f"[{captured_at[:10]}]" if captured_at else ""
    dates = f"{published}{taken}. " if published or taken else ""
    edition = f"{version}. " if version else ""
    return (
        f"{report['agency']}. {report['title']}[EB/OL]. {edition}{dates}"
        f"{report['source_url']}. SHA-256: {report['sha256']}."
    )


def author_date(
    report: Mapping[str, Any], captured_at: str | None, version: str
) -> str:
    """A reference after APA, with the title translated in brackets.

    >>> author_date({"agency": "甲市人民政府", "title": "2020年报告",
    ...     "report_year": 2020, "published_on": "2021-01-29",
    ...     "source_url": "http://a/", "sha256": "f0"},
    ...     "2026-01-31T08:00:00Z", "version 2")  # doctest: +NORMALIZE_WHITESPACE
    '甲市人民政府 (2021, January 29). 2020年报告 [Annual report on open government
    information, 2020] (version 2). Retrieved January 31, 2026, from http://a/.
    SHA-256: f0.'
    """
    published = "n.d."
    if report["published_on"]:
        day = date.fromisoformat(report["published_on"])
        published = f"{day.year}, {MONTHS[day.month - 1]} {day.day}"
    taken = ""
    if captured_at:
        day = date.fromisoformat(captured_at[:10])
        taken = f"{MONTHS[day.month - 1]} {day.day}, {day.year}, "
    edition = f" ({version})" if version else ""
    return (
        f"{report['agency']} ({published}). {report['title']} [Annual report on open"
        f" government information, {report['report_year']}]{edition}."
        f" Retrieved {taken}from {report['source_url']}."
        f" SHA-256: {report['sha256']}."
    )
