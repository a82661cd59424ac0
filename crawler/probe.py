"""What a look at a portal's first pages says about it. Pure.

A probe is a few answers: robots.txt, the home page, and at most one page behind it when
the home page does not name the report column itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from archive.frontier import FrontierRow
from archive.http import HttpResponse
from archive.records import Source
from crawler.clones import doubt, head
from crawler.cms import Page, PageLinks, adapter, fingerprint, vocabulary
from crawler.cms.fingerprint import GENERIC
from crawler.urls import host_of, with_www
from crawler.visit import Discovery, discover, text_of
from pipelines.charset import decode

#: Addresses of one vendor's shape on a page, from which on they are a sign of it.
FEWEST_SHAPES = 2
#: Signs shown in a line.
SHOWN = 2
MAX_SIGN = 40
#: What the disclosure platform of every portal is called (国办公开办函〔2019〕61号).
PLATFORM = "政府信息公开"


@dataclass(frozen=True, slots=True)
class Probed:
    """What is known of one portal after a look at it.

    ``state`` is ok (a report column is named), moved (another one than was known),
    empty, blocked, robots or unreachable, ``trouble`` says why. ``via`` is the page
    that names the column, None for the home page.
    """

    source_id: str
    state: str = "unreachable"
    trouble: str | None = None
    family: str = GENERIC
    evidence: tuple[str, ...] = ()
    column: str | None = None
    via: str | None = None
    robots: str = "not asked"
    tls: str = "not asked"
    site_name: str = ""
    site_code: str = ""
    doubt: str | None = None  # what speaks against the page being the portal's
    home: str = ""  # the home page after redirects

    @property
    def needs_person(self) -> bool:
        """Whether somebody should look at it."""
        return self.state not in ("ok", "moved") or self.doubt is not None

    def line(self) -> str:
        """Everything in one line."""
        signs = ", ".join(sign[:MAX_SIGN] for sign in self.evidence[:SHOWN])
        parts = [
            f"{self.source_id}: {self.state}",
            f"{self.family} ({signs or 'no vendor signs'})",
            self._column_words(),
            f"robots.txt: {self.robots}",
            self.tls,
            self._site_words(),
        ]
        return " · ".join(part for part in parts if part)

    def _column_words(self) -> str:
        if self.column is None:
            return f"no report column: {self.trouble}"
        where = "on the home page" if self.via is None else f"one step, by {self.via}"
        words = f"report column {self.column} ({where})"
        return f"{words}, {self.trouble}" if self.trouble else words

    def _site_words(self) -> str:
        if self.doubt:
            return f"DOUBT: {self.doubt}"
        code = self.site_code
        return f"SiteIDCode {code} agrees" if code else "no SiteIDCode"


def hosts_of(source: Source) -> frozenset[str]:
    """The hosts that the pages of a portal may lead to."""
    return with_www((host_of(source.home), *source.hosts))


def row_of(source: Source, url: str, role: str) -> FrontierRow:
    """A row that stands in no frontier, for a page that is only looked at."""
    return FrontierRow(source.source_id, url, role, 0, 0, None, None, None, 0)


def read(source: Source, url: str, role: str, response: HttpResponse) -> Discovery:
    """Where a page leads."""
    row = row_of(source, url, role)
    return discover(row, response, hosts=hosts_of(source), home=source.home)


def family_of(response: HttpResponse, url: str) -> tuple[str, tuple[str, ...]]:
    """The family of a page and its signs; failing signs, by the shapes of its links."""
    text = text_of(response)
    if not text:
        return GENERIC, ()
    family, evidence = fingerprint(text, url)
    if family != GENERIC:
        return family, evidence
    host, votes = host_of(url), Counter[str]()
    shapes: dict[str, str] = {}
    for anchor in Page(text, url, "home").anchors:
        if host_of(anchor.url) != host or urlsplit(anchor.url).path == "/":
            continue
        shape, signs = fingerprint("", anchor.url)
        if shape != GENERIC:
            votes[shape] += 1
            shapes.setdefault(shape, signs[0])
    if votes and votes.most_common(1)[0][1] >= FEWEST_SHAPES:
        family = votes.most_common(1)[0][0]
        return family, (f"{votes[family]} links like {shapes[family]}",)
    return GENERIC, ()


def home_read(probed: Probed, source: Source, url: str, got: HttpResponse) -> Probed:
    """What the home page adds."""
    meta = head(got.payload, got.charset)
    found = doubt(url, meta, source)
    family, evidence = family_of(got, url)
    return replace(
        probed,
        family=family,
        evidence=evidence,
        site_name=meta.get("sitename") or meta.get("title", ""),
        site_code=meta.get("siteidcode", ""),
        doubt=str(found) if found else None,
        home=url,
    )


def column_in(seen: Discovery, url: str, role: str) -> str | None:
    """The report column that a page names, or is."""
    reports = any(found.role == "report" for found in seen.found)
    if role == "column" and (seen.is_list or reports):
        return url
    return next((f.url for f in seen.found if f.role == "list"), None)


def way_in(seen: Discovery) -> str | None:
    """The most promising page on the way to the report column."""
    columns = [f for f in seen.found if f.role == "column"]
    named = (f for f in columns if vocabulary.plain(f.link_text or "") == PLATFORM)
    best = next(named, columns[0] if columns else None)
    return best.url if best else None


def column_found(
    probed: Probed, column: str, via: str | None, known: str | None
) -> Probed:
    """The report column is named; ``known`` is the one that was in use."""
    if known and known != column:
        return replace(
            probed, state="moved", column=column, via=via, trouble=f"was {known}"
        )
    return replace(probed, state="ok", column=column, via=via, trouble=None)


def failed(probed: Probed, reason: str) -> Probed:
    """The page that the look depended on did not answer as hoped."""
    kind = reason.partition(":")[0]
    state = kind if kind in ("blocked", "robots") else "unreachable"
    return replace(probed, state=state, trouble=reason)


def list_links(
    page: bytes, url: str, *, charset: str | None = None
) -> tuple[str, PageLinks]:
    """Family and links of a list page; the fixtures of a portal are read so."""
    text = decode(page, charset).text
    family, _ = fingerprint(text, url)
    hosts = with_www((host_of(url),))
    return family, adapter(family).read(Page(text, url, "list", hosts))


def plain(probed: Probed) -> dict[str, Any]:
    """A look as plain data."""
    names = Probed.__dataclass_fields__
    return {name: getattr(probed, name) for name in names}
