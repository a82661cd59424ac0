"""What a charting library draws leaves as shapes, text and links of this site."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from archive.site.charts.inert import SVG, describe, inert, write

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' width="620.0" height="310.0" onload="alert(1)">'
)


def cleaned(body: str) -> str:
    return write(inert(f"{HEAD}{body}</svg>", "c"))


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        '<g onclick="alert(1)"><rect onmouseover="alert(1)" width="1" height="1"/></g>',
        "<foreignObject><iframe src='https://example.org/'/></foreignObject>",
        '<image href="https://example.org/x.png" width="9" height="9"/>',
        '<use xlink:href="https://example.org/x.svg#y"/>',
        "<style>@import url(https://example.org/x.css); .a{fill:url(//x)}</style>",
        '<rect width="1" height="1" fill="url(https://example.org/#a)"/>',
        '<rect width="1" height="1" style="fill:url(//example.org);color:red"/>',
        '<rect width="1" height="1" clip-path="url(https://example.org/#a)"/>',
        '<text><a href="javascript:alert(1)"><tspan>x</tspan></a></text>',
        '<text><a xlink:href="https://example.org/"><tspan>x</tspan></a></text>',
        '<text><a href="//example.org/"><tspan>x</tspan></a></text>',
        '<text><a href="/\\example.org/"><tspan>x</tspan></a></text>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        '<set attributeName="onload" to="alert(1)"/>',
        '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
        '<?xml-stylesheet href="https://example.org/x.css"?><!-- alert(1) -->',
        '<rect width="1" height="1" fill="expression(alert(1))&#10;;x:javascript:y"/>',
    ],
)
def test_nothing_that_runs_or_loads_gets_through(body: str) -> None:
    result = cleaned(body)
    assert not re.search(r"alert|example\.org|script|style|import|\bon\w+=", result)
    tags = {etree.QName(e).localname for e in etree.fromstring(result).iter()}
    assert tags <= {"svg", "g", "rect", "text", "tspan", "a"}


def test_an_entity_is_not_read_from_a_file() -> None:
    source = (
        '<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        f"{HEAD}<text><tspan>a&e;</tspan></text></svg>"
    )
    assert "<tspan>a</tspan>" in write(inert(source, "c"))


def test_styles_become_attributes_and_fonts_are_left_to_the_whole() -> None:
    result = cleaned(
        "<style>#p1 .axis{fill:#474747;font-size:13.0px;font-family:sans-serif;"
        "behavior:url(x)}</style>"
        '<text class="axis" style="font-weight:bold" x="1.23456">'
        "<tspan>甲</tspan></text>"
    )
    assert (
        '<text fill="#474747" font-size="13px" x="1.23" font-weight="bold">'
        "<tspan>甲</tspan></text>"
    ) in result


def test_a_path_of_this_site_stays_a_link_in_the_same_window() -> None:
    result = cleaned(
        '<text><a href="/coverage?province=%E7%94%B2" target="_blank"'
        ' xlink:href="https://example.org/"><tspan>甲</tspan></a></text>'
    )
    assert '<a href="/coverage?province=%E7%94%B2"><tspan>甲</tspan></a>' in result
    assert "_blank" not in result


def test_random_identifiers_are_counted_and_those_without_use_are_dropped() -> None:
    def drawing(one: str, two: str) -> str:
        return (
            f'<defs><clipPath id="{one}"><rect width="9" height="9"/></clipPath></defs>'
            f'<defs><clipPath id="{two}"><rect width="8" height="8"/></clipPath></defs>'
            f'<g clip-path="url(#{two})"><line x1="0" x2="5"/></g>'
        )

    first, second = cleaned(drawing("cZHl", "ci4k")), cleaned(drawing("dXq1", "dYw2"))
    assert first == second
    assert first.count("<clipPath") == 1
    assert '<g clip-path="url(#c-1)">' in first
    assert '<clipPath id="c-1"><rect width="8" height="8"/>' in first


def test_the_drawing_scales_and_says_what_it_shows() -> None:
    root = inert(f'{HEAD}<rect width="1" height="2"/></svg>', "c", "Noto Sans CJK SC")
    describe(root, "c", "标题 <b>", "说明 & 分母")
    assert write(root) == (
        f'<svg xmlns="{SVG}" viewBox="0 0 620 310" width="620" height="310"'
        ' font-family="Noto Sans CJK SC" role="img" aria-labelledby="c-title c-desc">'
        '<title id="c-title">标题 &lt;b&gt;</title>'
        '<desc id="c-desc">说明 &amp; 分母</desc>'
        '<rect width="1" height="2"/></svg>'
    )


def test_what_is_not_svg_is_refused_with_a_reason() -> None:
    with pytest.raises(ValueError, match="expected SVG"):
        inert("<html><p>", "c")
