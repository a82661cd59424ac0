"""Lists of a DOCX: which automatic number a paragraph prints."""

from __future__ import annotations

import posixpath
from typing import Any

from pipelines.extract.numbering import Level
from pipelines.extract.package import Package, attribute, child, local, number


def _part(package: Package, main: str, name: str) -> Any:
    path = posixpath.join(posixpath.dirname(main), name)
    return package.xml(path) if package.find(path) else ()


def value(element: Any, *path: str) -> str | None:
    """The ``val`` of the descendant along ``path``, None without it."""
    found = child(element, *path) if element is not None else None
    return attribute(found, "val") if found is not None else None


def numbered(properties: Any) -> tuple[int, int] | None:
    """(list, level) of paragraph properties, None when they do not say."""
    listed = child(properties, "numPr") if properties is not None else None
    if listed is None or child(listed, "numId") is None:
        return None
    return number(value(listed, "numId")), number(value(listed, "ilvl"))


def styles(package: Package, main: str) -> dict[str, tuple[int, int]]:
    """Lists that paragraph styles carry, inherited ones too."""
    own: dict[str, tuple[int, int]] = {}
    based: dict[str, str] = {}
    for style in _part(package, main, "styles.xml"):
        if local(style) != "style" or not (name := attribute(style, "styleId")):
            continue
        if listed := numbered(child(style, "pPr")):
            own[name] = listed
        based[name] = value(style, "basedOn") or ""
    found: dict[str, tuple[int, int]] = {}
    for name in based:
        at, seen = name, set[str]()
        while at and at not in own and at not in seen:
            seen.add(at)
            at = based.get(at, "")
        if at in own:
            found[name] = own[at]
    return found


def lists(package: Package, main: str) -> dict[tuple[int, int], Level]:
    """Levels of every list of the document."""
    abstract: dict[str, dict[int, Level]] = {}
    found: dict[tuple[int, int], Level] = {}
    part = _part(package, main, "numbering.xml")
    for element in part:
        if local(element) == "abstractNum":
            levels = [e for e in element if local(e) == "lvl"]
            abstract[attribute(element, "abstractNumId") or ""] = {
                number(attribute(lvl, "ilvl")): _level(lvl) for lvl in levels
            }
    for element in part:
        if local(element) != "num":
            continue
        name = number(attribute(element, "numId"))
        for i, level in abstract.get(value(element, "abstractNumId") or "", {}).items():
            found[name, i] = level
        for change in element:
            if (
                local(change) == "lvlOverride"
                and (lvl := child(change, "lvl")) is not None
            ):
                found[name, number(attribute(change, "ilvl"))] = _level(lvl)
    return found


def _level(element: Any) -> Level:
    return Level(
        value(element, "numFmt") or "decimal",
        value(element, "lvlText") or "",
        number(value(element, "start"), 1),
    )
