"""The grammar of cells: what a printed value says, and whether it is a number.

A blank is not a zero and a dash is not a blank. Words for signs (增10, 减3), units and
notes behind a number are understood; nothing is converted and nothing is corrected.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipelines.normalise import INVISIBLE

#: Units as printed, and as stored.
UNITS = {
    "亿元": "yi_cny",
    "万元": "wan_cny",
    "元": "cny",
    **dict.fromkeys(
        ("件次", "人次", "件", "条", "项", "个", "次", "篇", "人", "宗", "份"), "count"
    ),
}
#: What stands for "nothing to tell": never a zero.
DASHES = frozenset(
    {"-", "--", "---", "/", "//", "\\", "无", "×", "x", "n/a", "na", "*"}
)
NUMBER = re.compile(
    r"(?P<sign>[+-]|增加?|减少?)?(?P<digits>\d[\d,]*)(?P<rest>\.\d+)?"
    rf"\s*(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})?"
    r"\s*(?P<note>\(.*\))?",
    re.DOTALL,
)
MINUS = str.maketrans(dict.fromkeys("−—–―‐‑‒﹣─━ー", "-") | {"∕": "/", "⁄": "/"})


@dataclass(frozen=True, slots=True)
class Value:
    """A cell understood: ``value`` is None unless the state is number or zero."""

    value: float | None
    state: str  # number | zero | blank | dash | text
    unit: str | None = None  # only when printed in the cell


@lru_cache(maxsize=4096)
def read(raw: str) -> Value:
    """Read the text of a cell.

    >>> read("0"), read(" 1,234件 ")
    (Value(value=0.0, state='zero', unit=None), Value(value=1234.0, state='number', unit='count'))
    >>> read("6118.32 万元").unit, read("２５１０００元").value
    ('wan_cny', 251000.0)
    >>> [read(t).value for t in ("+42", "-6", "－2", "增10", "减3")]
    [42.0, -6.0, -2.0, 10.0, -3.0]
    >>> read("22（其中修订16件）").value
    22.0
    >>> [read(t).state for t in ("", "\u00a0", "　　", "—", "/", "无", "见附件", "1 2")]
    ['blank', 'blank', 'blank', 'dash', 'dash', 'dash', 'text', 'text']
    """  # noqa: E501 - doctests show whole results
    text = unicodedata.normalize("NFKC", raw).translate(INVISIBLE).translate(MINUS)
    text = text.strip()
    if not text:
        return Value(None, "blank")
    if "".join(text.lower().split()) in DASHES:
        return Value(None, "dash")
    match = NUMBER.fullmatch(text)
    if match is None:
        return Value(None, "text")
    number = Decimal(match["digits"].replace(",", "") + (match["rest"] or ""))
    if (match["sign"] or "+")[0] in "-减":
        number = -number
    unit = UNITS[match["unit"]] if match["unit"] else None
    value = float(number)
    return Value(value + 0.0, "zero" if value == 0 else "number", unit)


def is_value(raw: str) -> bool:
    """Whether a cell can be a value of a table: anything but words."""
    return read(raw).state != "text"
