"""Names under which files are offered, made fit to be shown. Never used as a path.

The name as it was sent stays in the archived headers.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote_to_bytes

from pipelines.charset import decode

MAX_NAME = 120
#: Names that some systems take for a device.
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
#: Parameters of Content-Disposition, quoted or not.
PARAMETER = re.compile(
    r';\s*(filename\*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.I | re.S
)
ESCAPED = re.compile(r'\\(["\\])')
EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def shown_name(raw: str) -> str | None:
    """A name without folders, control and direction characters, of bounded length.

    >>> shown_name("../../etc/年报.doc"), shown_name("C:\\\\x\\\\报告.pdf")
    ('年报.doc', '报告.pdf')
    >>> shown_name("con.txt"), shown_name("/"), len(shown_name("长" * 300 + ".docx"))
    ('_con.txt', None, 120)
    """
    name = raw.replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    # Cc: control, Cf: formatting such as the right-to-left override, Cs: surrogates
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    name = " ".join(name.split()).strip(". ")
    if DEVICES.fullmatch(name):
        name = f"_{name}"
    if len(name) > MAX_NAME:
        extension = EXTENSION.search(name)
        end = extension[0] if extension else ""
        name = name[: MAX_NAME - len(end)].rstrip(". ") + end
    return name or None


def offered_name(disposition: str) -> str | None:
    """The file name in a Content-Disposition header (RFC 6266), as it was sent.

    ``disposition`` holds the bytes of the header as Latin-1. ``filename*`` goes before
    ``filename``, whose bytes are UTF-8 or GBK, bare or escaped, as servers have it.
    """
    plain, extended = None, None
    for key, value in PARAMETER.findall(disposition):
        if key.lower() == "filename*":
            charset, _, rest = value.strip('"').partition("'")
            escaped = rest.partition("'")[2]
            found = decode(unquote_to_bytes(escaped), charset)
            whole = found.text and not found.replaced
            extended = found.text if whole else escaped
        elif key.lower() == "filename":
            quoted = value.startswith('"')
            text = ESCAPED.sub(r"\1", value[1:-1]) if quoted else value
            plain = decode(unquote_to_bytes(text.encode("latin-1", "replace"))).text
    return extended or plain
