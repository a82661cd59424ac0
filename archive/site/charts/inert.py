"""Inert SVG: shapes, text and links of this site, and nothing else.

The SVG of a charting library has style sheets, random identifiers and whatever its
labels held. What leaves here is built anew from an allow-list, its styles written as
attributes (pages allow no inline style), its identifiers counted, its numbers rounded:
the same data gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

SVG = "http://www.w3.org/2000/svg"
#: Elements that are kept, each with the attributes that are its own.
ELEMENTS: dict[str, frozenset[str]] = {
    "g": frozenset(),
    "path": frozenset({"d"}),
    "rect": frozenset({"x", "y", "width", "height", "rx", "ry"}),
    "line": frozenset({"x1", "y1", "x2", "y2"}),
    "circle": frozenset({"cx", "cy", "r"}),
    "polyline": frozenset({"points"}),
    "polygon": frozenset({"points"}),
    "text": frozenset({"x", "y", "dx", "dy"}),
    "tspan": frozenset({"x", "y", "dx", "dy"}),
    "a": frozenset({"href"}),
    "defs": frozenset(),
    "clipPath": frozenset({"id"}),
}
#: Attributes that any of them may have; also what is taken over from styles. Fonts are
#: named once, on the whole.
PRESENTATION = frozenset({
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-opacity", "stroke-width",
    "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity", "transform",
    "clip-path", "font-size", "font-weight", "font-style", "text-anchor",
})  # fmt: skip
#: White space and descriptions aside, what may stand in an attribute.
VALUE = re.compile(r"[\w\s.,#()%+-]*\Z")
CLIP = re.compile(r"url\(#([\w-]+)\)\Z")
#: A path of this site: never another host, never a scheme.
HREF = re.compile(r"/(?![/\\])[^\s\\]*\Z")
RULE = re.compile(r"\.([\w-]+)\s*\{([^}]*)\}")
NUMBER = re.compile(r"-?\d+\.\d+(?:[eE][-+]?\d+)?")
#: Styles that would only repeat what is meant by leaving them out.
DEFAULTS = {("font-weight", "normal"), ("font-style", "normal"), ("dy", "0.0")}


def inert(svg: str, prefix: str, fonts: str | None = None) -> etree._Element:
    """The drawing of ``svg`` as a clean tree; ValueError if it is not SVG.

    ``prefix`` begins every identifier, so that several drawings fit on one page.
    ``fonts`` is for a drawing that stands alone; inside a page it has the page's.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        source = etree.fromstring(svg.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"expected SVG: {error}") from error
    width, height = (float(source.get(side) or 0) for side in ("width", "height"))
    root = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})
    root.set("viewBox", f"0 0 {_round(width)} {_round(height)}")
    root.set("width", _round(width))
    root.set("height", _round(height))
    if fonts:
        root.set("font-family", fonts)
    styles = _styles(source)
    names: dict[str, str] = {}  # of the clipping paths that something is clipped by
    for element in source.iterfind(".//*[@clip-path]"):
        if found := CLIP.match(element.get("clip-path")):
            names.setdefault(found[1], f"{prefix}-{len(names) + 1}")
    for child in source:
        _copy(child, root, styles, names)
    return root


def describe(root: etree._Element, prefix: str, title: str, text: str) -> None:
    """Say what the drawing shows, for those who do not see it."""
    for tag, words in (("desc", text), ("title", title)):
        element = etree.Element(f"{{{SVG}}}{tag}", id=f"{prefix}-{tag}")
        element.text = words
        root.insert(0, element)
    root.set("role", "img" if root.find(f".//{{{SVG}}}a") is None else "group")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-desc")


def write(root: etree._Element) -> str:
    """The drawing as text."""
    return str(etree.tostring(root, encoding="unicode"))


def _styles(source: etree._Element) -> dict[str, dict[str, str]]:
    """Class names with the attributes their rules stand for."""
    found: dict[str, dict[str, str]] = {}
    for sheet in source.iter(f"{{{SVG}}}style"):
        for name, body in RULE.findall(sheet.text or ""):
            found.setdefault(name, {}).update(_declarations(body))
    return found


def _declarations(text: str) -> dict[str, str]:
    pairs = (part.partition(":")[::2] for part in text.split(";"))
    given = {key.strip(): value.strip() for key, value in pairs}
    return {k: v for k, v in given.items() if k in PRESENTATION and VALUE.match(v)}


def _copy(
    source: etree._Element,
    parent: etree._Element,
    styles: Mapping[str, Mapping[str, str]],
    names: Mapping[str, str],
) -> None:
    """Copy an element and what is in it, as far as the allow-list goes."""
    if not isinstance(source.tag, str):
        return  # a comment or a processing instruction
    name = etree.QName(source).localname
    if etree.QName(source).namespace != SVG or name not in ELEMENTS:
        return
    kept = _attributes(source, name, styles, names)
    if (name == "a" and "href" not in kept) or (name == "clipPath" and not kept):
        return
    element = etree.SubElement(parent, f"{{{SVG}}}{name}", kept)
    if name == "tspan":
        element.text = source.text
    for child in source:
        _copy(child, element, styles, names)
    if name in ("g", "defs", "text") and not len(element):
        parent.remove(element)
    elif name == "g" and not kept:
        for child in element:
            parent.append(child)
        parent.remove(element)


def _attributes(
    source: etree._Element,
    name: str,
    styles: Mapping[str, Mapping[str, str]],
    names: Mapping[str, str],
) -> dict[str, str]:
    # A label that links looks like the text around it: its class is left out.
    classes = (source.get("class") or "").split() if name == "text" else []
    given: dict[str, str] = {}
    for one in classes:
        given.update(styles.get(one, {}))
    given.update({str(key): str(value) for key, value in source.attrib.items()})
    given.update(_declarations(source.get("style") or ""))
    allowed = PRESENTATION | ELEMENTS[name]
    kept: dict[str, str] = {}
    for key, value in given.items():
        value = " ".join(value.split())  # noqa: PLW2901
        if key not in allowed or (key, value) in DEFAULTS:
            continue
        if key == "href":
            if HREF.match(value):
                kept[key] = value
        elif key == "id":
            if value in names:
                kept[key] = names[value]
        elif key == "clip-path":
            found = CLIP.match(value)
            if found and found[1] in names:
                kept[key] = f"url(#{names[found[1]]})"
        elif VALUE.match(value) and "url(" not in value.lower():
            kept[key] = NUMBER.sub(lambda n: _round(float(n[0])), value)
    return kept


def _round(number: float) -> str:
    """A length to the hundredth, without a tail of zeros.

    >>> _round(620.0), _round(13.0909), _round(-0.001)
    ('620', '13.09', '0')
    """
    return f"{round(number, 2) + 0:g}" if abs(number) < 1000 else f"{number:.0f}"
