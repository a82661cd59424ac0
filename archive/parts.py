"""Addresses of the reports within one document.

The first report of a document goes by the address of the document; the others by that
address with a fragment of their own, so that each is a candidate with its own verdict.
"""

from __future__ import annotations

MARK = "#report-"


def part_url(url: str, number: int) -> str:
    """The address of a report of a document; ``number`` counts from 1.

    >>> part_url("http://a.cn/b.pdf", 1), part_url("http://a.cn/b.pdf", 2)
    ('http://a.cn/b.pdf', 'http://a.cn/b.pdf#report-2')
    """
    return url if number == 1 else f"{url}{MARK}{number}"


def whole_url(url: str) -> str:
    """The address of the document that a report is in.

    >>> whole_url("http://a.cn/b.zip#c.pdf#report-2")
    'http://a.cn/b.zip#c.pdf'
    """
    head, mark, number = url.rpartition(MARK)
    return head if mark and number.isdigit() else url
