"""Clones: pages that show a report and are not the portal's own. Pure.

A host must end in ``.gov.cn`` or be named by the registry, also one that is an address
by number; anything else is *refused*: what it says is not read into the archive. On a
host that is accepted, a page is *quarantined* when something speaks against it: it
claims another domain (SiteDomain), its site is registered for another region
(SiteIDCode), it advertises a betting brand, prints pronunciations between the
characters, or is a machine conversion of another page. A quarantined report is kept,
with the reason, and counted nowhere. The signs are data: ``lookups/clones.yml``.

Meta tags: 国办发〔2017〕47号; the code of a site is its division code and four digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from html import unescape
from urllib.parse import urlsplit

from archive.authority import divisions, lineage
from archive.records import Extraction, PageContext, Verdict
from pipelines.charset import decode
from pipelines.lookups import lookup

REFUSED, QUARANTINED = "refused", "quarantined"
#: Bytes of a page in which its meta tags stand.
HEAD = 64 * 1024

META = re.compile(r"<meta\b([^>]*)>", re.I)
ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.I | re.S)
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
ADDRESS = re.compile(r"[\d.]+|\[.*\]")
#: One syllable with its tone mark in brackets after a character.
PRONOUNCED = re.compile(
    r"[\u4e00-\u9fff]\s?[（(][a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]*[)）]"
)
#: What is looked at for brands.
ADVERTISED = ("title", "keywords", "description", "articletitle", "sitename")


@dataclass(frozen=True, slots=True)
class Finding:
    """What speaks against a page, and what follows: refused or quarantined."""

    kind: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registry says of the portal a page should belong to.

    ``hosts`` are the hosts it names, with their ports.
    """

    hosts: tuple[str, ...] = ()
    adcode: str | None = None
    level: str | None = None


def head(page: bytes, charset: str | None = None) -> dict[str, str]:
    """Contents of the meta tags by lower-case name, and the ``title``.

    >>> head(b'<title>a</title><META content="b.gov.cn" name=SiteDomain>')
    {'sitedomain': 'b.gov.cn', 'title': 'a'}
    """
    text = decode(page[:HEAD], charset).text
    found: dict[str, str] = {}
    for tag in META.findall(text):
        values = {n.lower(): a or b or c for n, a, b, c in ATTRIBUTE.findall(tag)}
        if name := values.get("name", "").strip().lower():
            found.setdefault(name, unescape(values.get("content", "")).strip())
    if title := TITLE.search(text):
        found["title"] = unescape(title[1]).strip()
    return found


def host_of(url: str) -> str:
    """Host and port of a URL in small letters, '' when it has none."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2].lower() if "http" in parts.scheme else ""


def judge(
    url: str,
    meta: Mapping[str, str],
    registered: Registered | None = None,
    text: str = "",
) -> Finding | None:
    """What speaks against a page at ``url``; None for nothing, and for local files.

    ``meta`` is what :func:`head` gives; empty, only the address is judged. ``text`` is
    what the page prints.

    >>> str(judge("http://www.haose21.com/zwgk/1.html", {}))
    'refused: host www.haose21.com does not end in .gov.cn and no source names it'
    >>> judge("http://www.laizhou.gov.cn/zwgk/1.html", {})
    """
    host = host_of(url)
    if not host:
        return None
    registered = registered or Registered()
    if reason := host_problem(host, registered.hosts):
        return Finding(REFUSED, reason)
    reason = (
        _conversion(url)
        or _domain_problem(host, meta.get("sitedomain", ""), registered.hosts)
        or _region_problem(host, meta.get("siteidcode", ""), registered)
        or _advertises(meta)
        or _pronounces(text)
    )
    return Finding(QUARANTINED, reason) if reason else None


def host_problem(host: str, named: tuple[str, ...] = ()) -> str | None:
    """Why a host is nobody's portal; ``named`` are those of the registry."""
    bare = host.removeprefix("www.")
    if bare in {n.lower().removeprefix("www.") for n in named}:
        return None
    name = bare.rpartition(":")[0] if re.search(r":\d+$", bare) else bare
    name = name.rstrip(".")
    if any(name.endswith(suffix) for suffix in lookup("clones")["official"]):
        return None
    if ADDRESS.fullmatch(name):
        return f"host {host} is an address by number and no source names it"
    return f"host {host} does not end in .gov.cn and no source names it"


def _conversion(url: str) -> str | None:
    path = urlsplit(url).path.lower()
    found = next((p for p in lookup("clones")["conversions"] if p in path), None)
    return f"{found} is a machine conversion of a page elsewhere" if found else None


def claimed_domain(content: str) -> str | None:
    """The host name in a SiteDomain, None when there is none to compare.

    >>> claimed_domain("http://www.Shuyang.gov.cn/"), claimed_domain("127.0.0.1:80")
    ('shuyang.gov.cn', None)
    """
    value = content.strip().lower()
    value = re.sub(r"^https?:/*", "", value)
    value = re.split(r"[/:,;，；\s]", value)[0].removeprefix("www.").rstrip(".")
    return value if DOMAIN.fullmatch(value) else None


def _is_official(host: str) -> bool:
    return host.partition(":")[0].endswith(".gov.cn")


def _owner(name: str) -> str:
    """The part of a name under ``.gov.cn`` that one body was given."""
    labels = name.split(".")
    return ".".join(labels[-3:]) if name.endswith(".gov.cn") else name


def _domain_problem(host: str, content: str, named: tuple[str, ...]) -> str | None:
    claimed = claimed_domain(content)
    name = host.removeprefix("www.").partition(":")[0]
    if claimed is None or not _is_official(host):
        return None  # a host that a person named, by number for instance
    known = {n.lower().removeprefix("www.").partition(":")[0] for n in named}
    if _owner(claimed) == _owner(name) or claimed in known:
        return None
    return f"SiteDomain is {claimed}, the host {host}"


def region_of(code: str) -> str | None:
    """The division code in a 政府网站标识码, None when it is malformed.

    >>> region_of("3706830012"), region_of("bm14000002"), region_of("310000000044")
    ('370683', 'bm', None)
    """
    code = code.strip().lower()
    if re.fullmatch(r"bm\d{8}", code):
        return "bm"
    return code[:6] if re.fullmatch(r"\d{10}", code) else None


def _region_problem(host: str, code: str, registered: Registered) -> str | None:
    if not _is_official(host):
        return None  # as above: whoever named the host has looked at it
    return region_problem(code, registered)


def region_problem(code: str, registered: Registered) -> str | None:
    """Why the code of a site does not fit the division of its source.

    A county's portal on its city's platform and the other way round are one region.
    Codes that are out of use are compared by prefecture: they changed within it. The
    State Council's bodies have local portals, so their codes fit everywhere.
    """
    region, adcode = region_of(code), (registered.adcode or "")[:6]
    if region in (None, "bm") or not adcode or registered.level == "national":
        return None
    assert region is not None
    related = {d.adcode for d in lineage(region)} | {region}
    mine = {d.adcode for d in lineage(adcode)} | {adcode}
    if region in mine or adcode in related:
        return None
    length = 2 if "0000" in (region[2:], adcode[2:]) else 4
    unknown = region not in divisions() or adcode not in divisions()
    if unknown and region[:length] == adcode[:length]:
        return None
    return f"SiteIDCode {code} is of another region than {adcode}"


@cache
def _brands() -> re.Pattern[str]:
    return re.compile("|".join(lookup("clones")["brands"]), re.I)


def _advertises(meta: Mapping[str, str]) -> str | None:
    for name in ADVERTISED:
        if found := _brands().search(meta.get(name, "")):
            return f"{name} names {found[0]}"
    return None


def _pronounces(text: str) -> str | None:
    found = PRONOUNCED.findall(text)
    if len(found) < lookup("clones")["pronounced"]:
        return None
    return f"pronunciations between the characters, such as {found[0]}"


def inspected(extraction: Extraction, page: bytes, context: PageContext) -> Extraction:
    """A reading with what the judgement makes of it.

    A report at a refused address is none; a quarantined one keeps its content under
    an id of its own, so that it never stands in the place of the real one.
    """
    report = extraction.report
    if report is None or context.named_hosts is None:
        return extraction
    meta = head(page, context.charset) if extraction.form == "html" else {}
    meta.setdefault("articletitle", report.title)
    registered = Registered(
        context.named_hosts, context.source_adcode, context.source_level
    )
    text = "".join(chapter.text for chapter in report.chapters)
    found = judge(context.url, meta, registered, report.title + text)
    if found is None:
        return extraction
    if found.kind == REFUSED:
        return replace(extraction, report=None, verdict=Verdict("other", str(found)))
    verdict = replace(
        extraction.verdict, reason=f"{found}; {extraction.verdict.reason}"
    )
    aside = replace(
        report,
        report_id=f"{report.report_id}-{QUARANTINED}-{extraction.sha256[:8]}",
        status=QUARANTINED,
        checks=(),
    )
    return replace(extraction, report=aside, verdict=verdict)


def is_finding(extraction: Extraction) -> bool:
    """Whether a reading was refused or quarantined by :func:`inspected`."""
    return extraction.verdict.reason.startswith((f"{REFUSED}: ", f"{QUARANTINED}: "))
