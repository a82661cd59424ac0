"""Template helpers: numbers, times and links written the same way everywhere."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from archive.site.language import TAGS, current


def number(value: float | None) -> str:
    """A number with separators, '—' for none: none is not zero.

    >>> number(441025.0), number(6229.95), number(None), number(0)
    ('441,025', '6,229.95', '—', '0')
    """
    if value is None:
        return "—"
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{Decimal(str(value)):,f}"


def percent(part: float | None, whole: float | None) -> str:
    """A share with one decimal; '—' when there is nothing to divide by.

    >>> percent(72, 107), percent(1, 0)
    ('67.3%', '—')
    """
    if part is None or not whole:
        return "—"
    return f"{100 * part / whole:.1f}%"


def moment(text: str | None) -> str:
    """A UTC time to the second.

    >>> moment("2026-01-31T08:00:00.123456Z")
    '2026-01-31 08:00:00 UTC'
    """
    return f"{text[:10]} {text[11:19]} UTC" if text else "—"


def size(count: int | None) -> str:
    """A number of bytes for people.

    >>> size(512), size(13881), size(3_000_000)
    ('512 B', '13.6 KB', '2.9 MB')
    """
    if count is None:
        return "—"
    if count < 1024:
        return f"{count} B"
    if count < 1024**2:
        return f"{count / 1024:.1f} KB"
    return f"{count / 1024**2:.1f} MB"


def web_link(url: str | None) -> str | None:
    """``url`` if it leads to a web page, else None: no other scheme becomes a link.

    >>> web_link("https://www.laizhou.gov.cn/a?b=1")
    'https://www.laizhou.gov.cn/a?b=1'
    >>> web_link(" JavaScript:alert(1)") is None
    True
    >>> web_link("file:///etc/passwd") is None
    True
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def path(*steps: str) -> str:
    """A path of this site; each step is one segment, whatever it contains.

    >>> path("report", "370683-gov-2020"), path("agency", "a/b 莱")
    ('/report/370683-gov-2020', '/agency/a%2Fb%20%E8%8E%B1')
    """
    return "/" + "/".join(quote(step, safe="-_.~:") for step in steps)


def visible(text: str) -> str:
    """White space made visible, for cells that hold nothing else.

    >>> visible("0\\u3000\\u3000"), visible("a b"), visible("\\xa0")
    ('0□□', 'a b', '⍽')
    """
    inner = text.strip()
    if not inner:
        return text.translate(SIGNS | {32: "␠"})
    at = text.index(inner)
    ends = SIGNS | {32: "␠"}
    left, right = text[:at], text[at + len(inner) :]
    return left.translate(ends) + inner.translate(SIGNS) + right.translate(ends)


def circled(count: int) -> str:
    """A small number in a circle, in brackets where Unicode has none.

    >>> circled(1), circled(20), circled(21)
    ('①', '⑳', '(21)')
    """
    return chr(0x245F + count) if 1 <= count <= 20 else f"({count})"


def chinese(text: object = "数据") -> Markup:
    """``lang`` attribute for an element of Chinese data on a page in another language.

    None for ``text`` without a Chinese character, where it is given.

    >>> chinese()
    Markup('')
    """
    if current.get() == "zh" or not any("\u3000" <= c <= "\u9fff" for c in str(text)):
        return Markup()
    return Markup(' lang="{}"').format(TAGS["zh"])


#: From the first Chinese character to the last one of a stretch of data.
CJK = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
CHINESE_RUN = re.compile(rf"{CJK}(?:[^A-Za-z“”,;]*{CJK})?")


def mixed(text: str | None) -> Markup:
    """A sentence of our own; on an English page its Chinese data are marked as such.

    >>> token = current.set("en")
    >>> mixed("the aggregate of 莱州市 is 0 < 7")
    Markup('the aggregate of <span lang="zh-CN">莱州市</span> is 0 &lt; 7')
    >>> current.reset(token)
    >>> mixed("莱州市为 0")
    Markup('莱州市为 0')
    """
    told = escape(text or "")
    if current.get() == "zh":
        return told
    marked = rf'<span lang="{TAGS["zh"]}">\g<0></span>'
    return Markup(CHINESE_RUN.sub(marked, str(told)))


def signed(value: float | None) -> str:
    """A difference with its sign; '—' for none.

    >>> signed(3.0), signed(-1200), signed(0), signed(None)
    ('+3', '−1,200', '0', '—')
    """
    if value is None or not value:
        return number(value)
    return ("+" if value > 0 else "−") + number(abs(value))


def method_sign(method: str) -> str:
    """The sign of a way of reading that is less certain than plain reading.

    >>> method_sign("aligned"), method_sign("read")
    ('↔', '')
    """
    return {"aligned": "↔", "recovered": "∑", "ocr": "◌"}.get(method, "")


#: White space as signs: ideographic space, no-break space, TAB, line breaks.
SIGNS = {0x3000: "□", 0xA0: "⍽", 9: "⇥", 10: "↵", 13: "␍"}
