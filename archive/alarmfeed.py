"""The alarms as an Atom feed (RFC 4287): a file beside the published database.

Any feed reader that can see ``public/alarms.atom`` tells a person of new trouble. An
entry's id is made of the alarm and the time it was raised, so trouble that comes back
is a new entry; one that is resolved or acknowledged is the same entry, updated.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from archive import __version__
from archive.alarms import Alarm
from archive.errors import StorageError
from archive.phrases import Phrase, phrase

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 100
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/nianbao/nianbao")
#: What XML 1.0 cannot hold, not even escaped.
NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: For a feed without entries.
LONG_AGO = "1970-01-01T00:00:00Z"
TAGS = {"en": "en", "zh": "zh-CN"}


def render(alarms: Sequence[Alarm], lang: str = "en") -> bytes:
    """The feed of the latest alarms, given the latest first, in ``en`` or ``zh``.

    An entry has the same id in both languages.
    """
    ET.register_namespace("", ATOM)
    root = ET.Element(_tag("feed"), {"xml:lang": TAGS[lang]})
    _add(root, "id", uuid.uuid5(NAMESPACE, "alarms").urn)
    _add(root, "title", getattr(phrase("alarm.title"), lang))
    shown = alarms[:ENTRIES]
    _add(root, "updated", max((a.updated_at for a in shown), default=LONG_AGO))
    _add(root, "generator", "nianbao", version=__version__)
    _add(ET.SubElement(root, _tag("author")), "name", "nianbao")
    for alarm in shown:
        node = ET.SubElement(root, _tag("entry"))
        name = f"alarm:{alarm.alarm_id}:{alarm.raised_at}"
        _add(node, "id", uuid.uuid5(NAMESPACE, name).urn)
        said = Phrase(alarm.said.zh[:200], alarm.said.en[:200])
        title = phrase(f"alarm.{alarm.state}", said=said)
        _add(node, "title", getattr(title, lang))
        _add(node, "published", alarm.raised_at)
        _add(node, "updated", alarm.updated_at)
        _add(node, "category", term=alarm.kind)
        _add(node, "content", getattr(alarm.told, lang), type="text")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def write(path: Path, alarms: Sequence[Alarm]) -> bool:
    """Replace the feed; whether it is another than before. Raises StorageError."""
    content = render(alarms)
    draft = path.with_name(path.name + ".new")
    try:
        if path.exists() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
    return True


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> None:
    node = ET.SubElement(parent, _tag(name), attributes)
    node.text = NOT_XML.sub("", text) or None
