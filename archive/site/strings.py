"""Words of the interface, in ``strings.yml``, by dotted key and language."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from archive import yamls
from archive.site.language import LANGUAGES, current


@cache
def strings() -> dict[str, dict[str, str]]:
    """All words: ``{"nav.home": {"zh": …, "en": …}}``."""
    text = files("archive.site").joinpath("strings.yml").read_text("utf-8")
    flat: dict[str, dict[str, str]] = {}
    _flatten(yamls.load(text), "", flat)
    return flat


def _flatten(node: Any, path: str, into: dict[str, dict[str, str]]) -> None:
    if isinstance(node, list):
        if len(node) != len(LANGUAGES):
            raise ValueError(f"strings.yml: {path}: expected {LANGUAGES}, got {node}")
        into[path] = dict(zip(LANGUAGES, node, strict=True))
        return
    for key, child in node.items():
        _flatten(child, f"{path}.{key}" if path else str(key), into)


def say(key: str, lang: str | None = None, **values: Any) -> str:
    """The words for ``key`` in ``lang``, by default in the language of the request.

    KeyError for a key that is not in the file.

    >>> say("verdict.FAIL"), say("verdict.FAIL", "en")
    ('不符', 'does not add up')
    """
    words = strings()[key][lang or current.get()]
    return words.format(**values) if values else words


def name(group: str, code: str | None, lang: str | None = None) -> str:
    """The name of a code, the code itself where the file has none.

    >>> name("form", "pdf"), name("form", "new")
    ('PDF', 'new')
    """
    if code is None:
        return ""
    words = strings().get(f"{group}.{code}")
    return words[lang or current.get()] if words else code
