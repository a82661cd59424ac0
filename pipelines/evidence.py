"""Whose report and of which year, when the title does not tell: what else does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from archive.records import PageContext
from pipelines import dates, identity, titles
from pipelines.extract.page import Page
from pipelines.lookups import lookup
from pipelines.normalise import squash

PERIOD = re.compile(
    r"(20[0-3]\d)年1月1日(?:起)?[至到\-—－~]+(?:\1年)?(?:当年)?12月31日"
)
COMPILED = re.compile(r"由(?P<name>[^,，。;；由]{4,30}?)(?:组织)?(?:编制|编写)")
#: 2021年,某省科学技术厅坚持…: what the first sentences say somebody did.
ACTED = re.compile(
    r"20[0-3]\d年(?:度)?(?:以来)?,?(?P<name>[^,。;:由我本]{4,30}?)"
    r"(?=坚持|认真|深入|严格|全面|贯彻|按照|根据|紧紧|紧扣|围绕|积极|高度|切实|持续|"
    r"以习近平|在市委|在县委|在区委|在省委)"
)
#: 当前位置：首页 > 政府信息公开 > 财政局.
PLACED = re.compile(r"^.{0,4}(?:位置|所在)(?:是)?[:：]?\s*")
CRUMB = re.compile(r"\s*(?:>{1,2}|»|›|→|/|\|)\s*")
PORTAL_WORDS = re.compile(r"(?:门户网站|官方网站|网站|政务网)$")
QUOTED = re.compile(r"《([^《》]{6,60}(?:报告|年报))》")


def outside(context: PageContext) -> list[tuple[str, str]]:
    """Titles that are known from elsewhere than the document."""
    found = [("link text", context.link_text), ("file name", context.filename)]
    return [(where, text) for where, text in found if text]


def offered(context: PageContext) -> list[tuple[str, str]]:
    """The title of the page that offers a file; the last to be believed."""
    title = context.page_title
    return [("title of the page that offers it", title)] if title else []


def agency_name(
    page: Page, title: titles.Title | None, context: PageContext
) -> tuple[str, str]:
    """The name of the authority and where it stands; ('', …) when nothing tells."""
    name, where = _agency_name(page, title, context)
    if name and _of_the_state(name, page, context):
        return f"国家{name}", f"{where}, a body of the state on the state's own site"
    return name, where


def _of_the_state(name: str, page: Page, context: PageContext) -> bool:
    """Whether a name without a division is short for that of a body of the state.

    The portal of the State Council must say that it is its page, and the report must
    print the whole name: departments everywhere write of those above them.
    """
    if context.source_level not in (None, "national") or identity.is_placed(name):
        return False
    around = squash(
        "".join(t for _, t in page.titles) + "".join(line.text for line in page.frame)
    )
    if not any(site in around for site in lookup("kinds")["state_sites"]):
        return False
    return f"国家{name}" in squash("".join(line.text for line in page.lines))


def _agency_name(
    page: Page, title: titles.Title | None, context: PageContext
) -> tuple[str, str]:
    if title and title.agency and identity.is_name(title.agency):
        return title.agency, f"title ({title.where})"
    for where, text in _names(page, context):
        name = titles.clean(text)
        if name and identity.is_name(name):
            return name, where
    if title and len(title.agency) >= 3:
        return title.agency, f"title ({title.where}), no known kind of name"
    return "", "neither title, card, meta, preamble nor signature name an authority"


def _names(page: Page, context: PageContext) -> Iterator[tuple[str, str]]:
    lines = [line.text for line in page.lines]
    head = squash("".join(lines)[:1500])
    if "agency" in page.card:
        yield "info card", page.card["agency"]
    for match in QUOTED.finditer(head):
        if quoted := titles.parse(match[1]):
            yield "title quoted in the preamble", quoted.agency
    if signature := dates.signed(lines):
        yield "signature block", signature[1]
    if compiled := COMPILED.search(head):
        yield "preamble (compiled by)", compiled["name"]
    for match in ACTED.finditer(head):
        # Only a name that says where: 全局, 各部门 and 办公室 are nobody's names.
        if identity.is_placed(match["name"]):
            yield "first sentences", match["name"]
    if "contentsource" in page.meta:
        yield "meta ContentSource", page.meta["contentsource"]
    yield from _around(page, context)


def _around(page: Page, context: PageContext) -> Iterator[tuple[str, str]]:
    """Departments that columns, site and host name.

    A government's portal carries the reports of all its departments: that it stands
    on the page says nothing about who wrote the report.
    """
    found = [("breadcrumb", name) for name in reversed(breadcrumb(page))]
    found += [
        (f"meta {label}", page.meta[label.lower()])
        for label in ("ColumnName", "SiteName", "Author")
        if label.lower() in page.meta
    ]
    label = (urlsplit(context.url).hostname or "").removeprefix("www.").split(".")[0]
    if label in lookup("hosts"):
        found.append((f"host ({label})", lookup("hosts")[label]))
    if context.source_name:
        found.append(("portal", context.source_name))
    for where, text in found:
        name = titles.clean(PORTAL_WORDS.sub("", squash(text)))
        if identity.is_name(name) and not identity.is_government(name):
            yield where, name


def breadcrumb(page: Page) -> list[str]:
    """The parts of the line that says where a page stands: 首页 > … > 财政局."""
    for line in page.frame:
        text = unicodedata.normalize("NFKC", line.text).strip()
        parts = [p.strip() for p in CRUMB.split(text) if p.strip()]
        if len(parts) >= 3 and (PLACED.search(text) or parts[0].endswith("首页")):
            return [PLACED.sub("", part) for part in parts]
    return []


def year_of(page: Page, title: titles.Title | None) -> tuple[int | None, str]:
    """The year the figures describe, and where it stands."""
    if title and title.year:
        return title.year, f"title ({title.where})"
    lines = [line.text for line in page.lines]
    head = squash("".join(lines)[:2000])
    if match := PERIOD.search(head):
        return int(match[1]), "period of the figures in the preamble"
    for match in QUOTED.finditer(head):
        if (quoted := titles.parse(match[1])) and quoted.year:
            return quoted.year, "title quoted in the preamble"
    if signature := dates.signed(lines):
        return int(signature[0][:4]) - 1, "year before the signature"
    return None, "neither title, preamble nor signature name a year"
