"""What a visit to a URL means: pure judgement on an answer.

``judge`` says whether the answer is what was asked for; ``discover`` which URLs follow
from it. Neither does I/O.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from w3lib.html import get_meta_refresh

from archive.frontier import Found, FrontierRow
from archive.http import HttpResponse
from archive.records import Capture, PageContext, Source
from crawler import posting
from crawler.cms import Link, Page, adapter, fingerprint, refined
from crawler.cms.base import PageLinks, effective_role
from crawler.cms.fingerprint import GENERIC
from crawler.filenames import offered_name, shown_name
from crawler.missing import says_missing
from crawler.urls import canonical, host_of, is_home, is_trap, other_forms
from pipelines.charset import decode, wide

#: Larger pages are kept but not parsed: 30 MB of HTML cost 2.3 GB of tree.
MAX_PARSED = 5 * 1024 * 1024
#: Larger pages are never mere excuses.
MAX_EXCUSE = 60_000
MAX_LINK_TEXT = 300
#: A meta refresh slower than this is a page that reloads itself, not a redirect.
MAX_REFRESH_SECONDS = 5
REDIRECTS = (301, 302, 303, 307, 308)
TEXTUAL = ("html", "xml", "text", "json", "javascript")
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Answer:
    """One response to one URL: its capture row and the parsed bytes."""

    capture: Capture
    response: HttpResponse
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a page leads to, and what it is.

    ``problem`` says why the page leads nowhere although it should. ``skipped`` counts
    links beyond the depth limit or into traps, ``foreign`` those to other hosts.
    """

    found: tuple[Found, ...] = ()
    family: str = GENERIC
    is_document: bool = False
    problem: str | None = None
    skipped: int = 0
    foreign: int = 0
    target: str | None = None  # where the answer sends the reader
    is_list: bool = False  # the page is the report column or a part of it


def judge(answer: Answer) -> str | None:
    """Why an answer is a failure, None when it is what was asked for.

    It begins with the outcome: ``blocked``, ``not_found``, ``truncated`` or ``error``.
    """
    capture = answer.capture
    if capture.outcome in ("blocked", "truncated", "error"):
        detail = capture.reason or f"HTTP {capture.http_status}"
        return f"{capture.outcome}: {detail}"
    if capture.outcome == "not_found":
        soft = capture.reason if capture.http_status == 200 else None
        return f"not_found: {soft or f'HTTP {capture.http_status}'}"
    return None


def nothing(answer: Answer) -> str | None:
    """Why an answer of 200 is of no use although nothing is wrong with it."""
    empty = answer.response.status == 200 and not answer.response.payload
    return "error: HTTP 200 without a body" if empty else None


def soft_404(response: HttpResponse) -> str | None:
    """Why a page of status 200 is none, None when it may be one."""
    if response.status != 200 or len(response.payload) > MAX_EXCUSE:
        return None
    wording = says_missing(text_of(response))
    return f"the page says {wording}" if wording else None


def text_of(response: HttpResponse) -> str | None:
    """The text of a page, None when it is no text or too large to be parsed."""
    declared = response.media_type or "text/html"
    if len(response.payload) > MAX_PARSED or _is_binary(response.payload):
        return None
    if not any(kind in declared for kind in TEXTUAL):
        return None
    return decode(response.payload, response.charset).text


def _is_binary(data: bytes) -> bool:
    return b"\0" in data[:1024] and not data.startswith(WIDE_MARKS) and not wide(data)


def request_of(url: str) -> tuple[str, str | None, str | None]:
    """What a URL of the frontier asks for: (URL, body, media type of the body).

    Body and media type are None for a GET.

    >>> request_of("http://a.cn/l?page=2")
    ('http://a.cn/l?page=2', None, None)
    """
    posted = posting.decode(url)
    if posted is None:
        return url, None, None
    return posted.url, posted.body, posted.content_type


def redirect_target(
    row: FrontierRow, response: HttpResponse, text: str | None
) -> str | None:
    """Where an answer sends the reader, by status or by meta refresh."""
    location = response.header("location")
    if response.status in REDIRECTS and location:
        target = canonical(location, row.url)
        return posting.follow(row.url, response.status, target) if target else None
    if text and "refresh" in text[:4096].lower():
        seconds, url = get_meta_refresh(text[:4096], row.url)
        if url and seconds is not None and seconds <= MAX_REFRESH_SECONDS:
            target = canonical(url, row.url)
            return target if target != row.url else None
    return None


def discover(
    row: FrontierRow,
    response: HttpResponse,
    *,
    hosts: frozenset[str],
    family: str = GENERIC,
    home: str = "",
    max_depth: int = 8,
) -> Discovery:
    """The URLs a good answer leads to. ``family`` is what the portal was known as."""
    text = text_of(response)
    target = redirect_target(row, response, text)
    if target is not None:
        return _redirected(row, target, hosts, home)
    if response.status in REDIRECTS:
        return Discovery(problem="error: redirect without a usable address")
    if text is None or row.role == "attachment":
        return Discovery(
            family=family, is_document=row.role in ("report", "attachment")
        )
    seen, _ = fingerprint(text, posting.real_url(row.url))
    family = refined(family, seen)
    url, post, _ = request_of(row.url)
    page = Page(text, url, row.role, hosts, post)
    links = adapter(family).read(page)
    found, skipped = _to_frontier(row, links, max_depth)
    article = row.role == "list" and page.is_article
    document = row.role == "report" or article or links.is_document
    return Discovery(
        found,
        family,
        document,
        None,
        skipped,
        links.foreign,
        is_list=row.role == "list" or effective_role(page) == "list",
    )


def _redirected(
    row: FrontierRow, target: str, hosts: frozenset[str], home: str
) -> Discovery:
    def nowhere(problem: str, foreign: int = 0, skipped: int = 0) -> Discovery:
        return Discovery(
            problem=problem, target=target, foreign=foreign, skipped=skipped
        )

    if target == row.url:
        return nowhere("error: redirects to itself")
    if host_of(target) not in hosts:
        return nowhere(
            f"error: redirects to another host, {host_of(target)}", foreign=1
        )
    expected = row.role in ("report", "attachment", "list") or row.first_ok_at
    if row.role != "home" and expected and is_home(target, home):
        return nowhere("not_found: redirects to the home page")
    if is_trap(target):
        return nowhere("error: redirects into a trap", skipped=1)
    found = Found(
        target, row.role, row.link_text, row.list_date, row.via or row.url, row.depth,
        barren=row.barren,
    )  # fmt: skip
    return Discovery((found,), target=target)


def _to_frontier(
    row: FrontierRow, links: PageLinks, max_depth: int
) -> tuple[tuple[Found, ...], int]:
    deeper: tuple[Iterable[Link], ...] = (
        links.lists,
        links.columns,
        links.reports,
        links.attachments,
    )
    # the pages of one list lie side by side, however many there are
    wanted = [(link, row.depth, True) for link in links.next_pages]
    wanted += [(link, row.depth + 1, False) for group in deeper for link in group]
    found, skipped = [], 0
    for link, depth, pager in wanted:
        url = _address(link)
        if url is None or depth > max_depth or is_trap(url):
            skipped += 1
            continue
        date = link.date or (row.list_date if link.role == "attachment" else None)
        text = link.text[:MAX_LINK_TEXT] or None
        forms = other_forms(url)
        found.append(
            Found(url, link.role, text, date, row.url, depth, pager=pager, forms=forms)
        )
    return tuple(found), skipped


def _address(link: Link) -> str | None:
    """A link as the frontier knows it; None when its body is too large for that."""
    if link.post is not None:
        try:
            return posting.encode(link.url, link.post, link.content_type)
        except ValueError:
            return None
    # what an adapter put together may have its keys in another order
    return (canonical(link.url) or link.url) if "?" in link.url else link.url


def filename(url: str, response: HttpResponse) -> str | None:
    """The name a file is offered under: Content-Disposition, else the URL's last part.

    The name is shown, never used as a path.
    """
    offered = offered_name(response.header("content-disposition") or "")
    return shown_name(offered or unquote(urlsplit(url).path.rpartition("/")[2]))


def context_of(
    url: str, row: FrontierRow | None, source: Source | None, answer: Answer
) -> PageContext:
    """What the pipelines are told about a document: its surroundings."""
    return PageContext(
        url=url,
        captured_at=answer.capture.captured_at,
        source_id=source.source_id if source else None,
        source_name=source.name if source else None,
        source_adcode=source.adcode if source else None,
        source_level=source.level if source else None,
        charset=answer.response.charset,
        filename=filename(url, answer.response),
        link_text=row.link_text if row else None,
        list_url=row.via if row else None,
        list_date=row.list_date if row else None,
    )
