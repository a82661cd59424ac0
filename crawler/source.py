"""The registry of portals: strict reading of the YAML lists under ``sources/``.

The format is that of the README in that folder. A typing mistake must not silently
change where the crawler goes, so every unknown key and every odd value is a
SourceError that names the file, the entry and the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from archive import codes
from archive.errors import SourceError, UsageError
from archive.records import Source
from crawler.urls import canonical

REGISTRY = Path(__file__).parent / "sources"
REQUIRED = ("id", "name", "adcode", "level", "home")
OPTIONAL = ("seeds", "hosts", "delay_seconds", "group", "note")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
ADCODE = re.compile(r"\d{6}(?:\d{3}|\d{6})?")
HOST = re.compile(r"[a-z0-9.-]+(?::\d{1,5})?")
MAX_DELAY = 3600
#: As safe as SafeLoader and ten times as fast, where PyYAML has libyaml.
SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(SAFE):  # type: ignore[misc,valid-type]
    """Refuses an entry that has a key twice, of which YAML would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """Raise SourceError naming key and line for a key that is there twice."""
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = str(key_node.value)
            if key in seen:
                raise SourceError(
                    f"key {key!r} is there twice, again in line "
                    f"{key_node.start_mark.line + 1}"
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


Check = Callable[[Any], str | None]


def _text(pattern: re.Pattern[str] | None, expected: str) -> Check:
    def check(value: Any) -> str | None:
        right = isinstance(value, str) and value.strip() == value != ""
        if right and (pattern is None or pattern.fullmatch(value)):
            return None
        return expected

    return check


def _url(value: Any) -> str | None:
    right = isinstance(value, str) and canonical(value) is not None
    return None if right else "an http or https address"


def _list_of(check: Check) -> Check:
    def check_all(value: Any) -> str | None:
        if not isinstance(value, list):
            return "a list"
        return next((wrong for item in value if (wrong := check(item))), None)

    return check_all


def _level(value: Any) -> str | None:
    return None if value in codes.LEVELS else f"one of {', '.join(codes.LEVELS)}"


def _delay(value: Any) -> str | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if number and 0 <= value <= MAX_DELAY else "seconds from 0 to 3600"


def _note(value: Any) -> str | None:
    return None if isinstance(value, str) else "a text"


CHECKS: dict[str, Check] = {
    "id": _text(SLUG, "a slug of small letters, digits and hyphens"),
    "name": _text(None, "a text"),
    "adcode": _text(
        ADCODE, 'a division code of 6, 9 or 12 digits in quotes ("370683")'
    ),
    "level": _level,
    "home": _url,
    "seeds": _list_of(_url),
    "hosts": _list_of(_text(HOST, "a host name")),
    "delay_seconds": _delay,
    "group": _text(SLUG, "a slug of small letters, digits and hyphens"),
    "note": _note,
}


def _entry(name: str, number: int, entry: Any) -> Source:
    where = f"{name}: entry {number}"
    if not isinstance(entry, dict):
        raise SourceError(f"{where}: expected a mapping, found {entry!r}")
    if isinstance(entry.get("id"), str):
        where += f" ({entry['id']})"
    for key in entry:
        if key not in CHECKS:
            known = ", ".join((*REQUIRED, *OPTIONAL))
            raise SourceError(f"{where}: unknown key {key!r}; known are {known}")
    for key in REQUIRED:
        if key not in entry:
            raise SourceError(f"{where}: key {key!r} is missing")
    for key, value in entry.items():
        expected = CHECKS[key](value)
        if expected:
            raise SourceError(f"{where}: {key}: expected {expected}, found {value!r}")
    return Source(
        source_id=entry["id"],
        name=entry["name"],
        adcode=entry["adcode"],
        level=entry["level"],
        home=canonical(entry["home"]) or "",
        seeds=tuple(canonical(seed) or "" for seed in entry.get("seeds", ())),
        hosts=tuple(entry.get("hosts", ())),
        delay_seconds=float(entry.get("delay_seconds", 2)),
        group=entry.get("group"),
        note=entry.get("note", ""),
    )


def load_sources(paths: Iterable[Path]) -> list[Source]:
    """All sources of the files, in their order.

    Raises SourceError for unreadable files, bad entries and ids used twice.
    """
    found: dict[str, tuple[Source, Path]] = {}
    for path in paths:
        try:
            text = Path(path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{path}: cannot be read as YAML: {error}") from error
        for number, source in enumerate(load_text(text, str(path)), 1):
            if source.source_id in found:
                raise SourceError(
                    f"{path}: entry {number}: id {source.source_id!r} is used already "
                    f"in {found[source.source_id][1]}"
                )
            found[source.source_id] = (source, Path(path))
    return [source for source, _ in found.values()]


def load_text(text: str, name: str) -> list[Source]:
    """The sources of one YAML list; ``name`` is what errors call it."""
    try:
        entries = yaml.load(text, Loader=Loader)
    except SourceError as error:
        raise SourceError(f"{name}: {error}") from error
    except yaml.YAMLError as error:
        raise SourceError(f"{name}: cannot be read as YAML: {error}") from error
    if entries is None:
        return []
    if not isinstance(entries, list):
        raise SourceError(f"{name}: expected a list of portals")
    return [_entry(name, number, entry) for number, entry in enumerate(entries, 1)]


def load_registry(path: Path | None = None) -> list[Source]:
    """The sources of one file, or of the registry that comes with the software."""
    return load_sources([path] if path else sorted(REGISTRY.glob("*.yml")))


def choose(registry: Sequence[Source], named: Sequence[str]) -> list[Source]:
    """The sources with these ids, in this order. Raises UsageError for unknown ones."""
    by_id = {source.source_id: source for source in registry}
    unknown = [name for name in named if name not in by_id]
    if unknown:
        raise UsageError(
            f"no source {', '.join(unknown)} in the registry; it has "
            f"{', '.join(sorted(by_id)) or 'none'}"
        )
    return [by_id[name] for name in named]
