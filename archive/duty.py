"""Until when a report is to be published: the Regulations of 2007 and 2019."""

from __future__ import annotations


def due(year: int, kind: str) -> str:
    """The legal date (Regulation of 2007, art. 31; of 2019, art. 49).

    Governments, and everyone for years up to 2018: 31 March. Others: 31 January; for
    townships and streets that is local practice, the Regulation is silent.

    >>> due(2018, "department"), due(2019, "department"), due(2019, "government")
    ('2019-03-31', '2020-01-31', '2020-03-31')
    """
    march = year <= 2018 or kind == "government"
    return f"{year + 1}-03-31" if march else f"{year + 1}-01-31"
