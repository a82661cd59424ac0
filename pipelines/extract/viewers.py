"""Pages that show a file in a frame: where the file itself is.

Viewers take it as a parameter (``viewer.html?file=…``) or from a script of the page
(``showVsbpdfIframe("…")``). Pure: addresses in, addresses out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urljoin, urlsplit

#: Parameters in which viewers take the address of what they show.
PARAMETERS = ("file", "pdf", "pdfurl", "fileurl", "src")
#: What an address of a viewer contains.
VIEWER = re.compile(r"pdfjs|pdf\.js|viewer\.(?:html?|jsp)|/pdf/web/|pdfview", re.I)
SCRIPTED = re.compile(
    r"(?:showVsbpdfIframe|PDFObject\.embed|showPdfIframe)\(\s*(['\"])(?P<url>.+?)\1"
)
#: Scripts that name their file have one of these words in the page.
WORDS = ("showVsbpdfIframe", "PDFObject.embed", "showPdfIframe")


def viewed(address: str, base: str = "") -> str | None:
    """The file that the address of a viewer shows, None for any other address.

    ``base`` is what the address is relative to.

    >>> viewed("/uiFramework/js/pdfjs/web/viewer.html?file=/files/a%20b.pdf")
    '/files/a b.pdf'
    >>> viewed("http://a.cn/js/pdfjs/web/viewer.html?file=../../b.pdf")
    'http://a.cn/js/b.pdf'
    >>> viewed("http://a.cn/download.jsp?file=b.pdf") is None
    True
    """
    head, _, query = address.partition("?")
    if not query or not VIEWER.search(head):
        return None
    try:
        address = urljoin(base, address)
        parts = urlsplit(address)
    except ValueError:
        return None
    for name, value in parse_qsl(parts.query):
        if name.lower() in PARAMETERS and value.strip():
            return urljoin(address, value.strip())
    return None


def scripted(text: str) -> Iterator[str]:
    """Files that scripts of a page put into a frame.

    >>> list(scripted('<script>showVsbpdfIframe("/a.pdf", "100%");</script>'))
    ['/a.pdf']
    """
    if any(word in text for word in WORDS):
        yield from (match["url"] for match in SCRIPTED.finditer(text))
