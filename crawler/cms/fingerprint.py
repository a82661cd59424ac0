"""Recognising the content management system of a page. Pure."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from archive import yamls

GENERIC = "generic"
#: One weak sign is not enough to trust a page to a vendor's rules.
THRESHOLD = 2

Signs = tuple[tuple[re.Pattern[str], int], ...]


@cache
def load() -> dict[str, tuple[Signs, Signs]]:
    """Families with their signs in the HTML and in the URL."""
    text = files("crawler.cms").joinpath("fingerprints.yml").read_text("utf-8")
    return {
        family: (_signs(spec.get("html", {})), _signs(spec.get("url", {})))
        for family, spec in yamls.load(text).items()
    }


def _signs(spec: dict[str, int]) -> Signs:
    return tuple((re.compile(pattern), weight) for pattern, weight in spec.items())


def fingerprint(html: str, url: str) -> tuple[str, tuple[str, ...]]:
    """The family of a page and the signs it was recognised by.

    >>> fingerprint('<div class="TRS_Editor">', "http://a.cn/t20240118_12.html")
    ('trs', ('TRS_Editor', '/t20240118_12.html'))
    >>> fingerprint("<p>", "http://a.cn/")
    ('generic', ())
    """
    best, best_score = GENERIC, 0
    evidence: tuple[str, ...] = ()
    for family, (in_html, in_url) in load().items():
        hits = [(p.search(html), w) for p, w in in_html]
        hits += [(p.search(url), w) for p, w in in_url]
        found = [(match, weight) for match, weight in hits if match]
        score = sum(weight for _, weight in found)
        if score >= THRESHOLD and score > best_score:
            best, best_score = family, score
            evidence = tuple(match[0] for match, _ in found)
    return best, evidence
