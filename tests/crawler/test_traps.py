"""Sites that never end cost little, and hide no real page."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlsplit

import pytest

from archive.frontier import Found, Frontier, FrontierRow
from crawler.traps import MAX_NAMERS, MAX_PAGES, Growth
from crawler.urls import canonical, is_trap, other_forms
from tests.crawler.dry import HOME, DryPortal, Page, listing

COLUMN = "/zfxxgk/zfxxgknb/"
TITLE = "临澜县{}年政府信息公开工作年度报告"
REAL = {f"{COLUMN}20{year}01/t20{year}0120_1.html": 2000 + year for year in (18, 19)}
MOST = 200


def token(path: str, number: int = 0) -> str:
    return hashlib.sha256(f"{path} {number}".encode()).hexdigest()[:12]


def links(*items: tuple[str, str]) -> Page:
    found = "".join(f'<a href="{path}">{text}</a>' for path, text in items)
    filler = token("".join(path for path, _ in items))
    return Page(f"<html><body>{found}<p>{filler}</p></body></html>")


def calendar(path: str) -> Page:
    """A calendar below the report column: a year ahead, a year back, twelve months."""
    if not path.startswith(f"{COLUMN}rl/"):
        return Page("<p>404</p>", 404)
    year = int(path.split("/")[4])
    around = [(f"{COLUMN}rl/{y}/", f"{y}年") for y in (year - 1, year + 1)]
    months = [(f"{COLUMN}rl/{year}/{m}/", f"{m}月") for m in range(1, 13)]
    return links(*around, *months)


def paging(path: str) -> Page:
    """A list whose next page there always is."""
    number = int(dict(parse_qsl(urlsplit(path).query)).get("page", "0"))
    return links((f"{COLUMN}rl/2020/list.jsp?page={number + 1}", "下一页"))


def sessions(path: str) -> Page:
    """Every link carries a token made for this answer."""
    years = (2016, 2017, 2018)
    return links(*((f"{COLUMN}rl/n{y}/?u={token(path, y)}", f"{y}年") for y in years))


def deeper(path: str) -> Page:
    """Every folder has three more."""
    return links(*((f"{path}{token(path, n)}/", f"201{n}年") for n in range(3)))


def repeating(path: str) -> Page:
    """A relative link that leads into itself."""
    return links((f"{path}more/", "2016年"), (f"{path}other/", "2017年"))


def facets(path: str) -> Page:
    """Any combination of four filters with six values each."""
    query = dict(parse_qsl(urlsplit(path).query))
    found = []
    for name in ("year", "kind", "dept", "sort"):
        for value in range(6):
            chosen = sorted((query | {name: str(value)}).items())
            text = "&".join(f"{k}={v}" for k, v in chosen)
            found.append((f"{COLUMN}rl/list.jsp?{text}", f"201{value}年"))
    return links(*found)


def maze(path: str) -> Page:
    """A soft 404 full of links to more of its kind."""
    more = "".join(
        f'<a href="{COLUMN}{token(path, n)}/">201{n}年</a>' for n in range(5)
    )
    return Page(f"<title>页面不存在</title><p>您是否要找：{more}</p>")


@pytest.mark.parametrize(
    "trap", [calendar, paging, sessions, deeper, repeating, facets, maze]
)
def test_a_trap_costs_at_most_two_hundred_requests_and_the_reports_are_found(
    tmp_path, trap
):
    portal = DryPortal(tmp_path, otherwise=trap)
    items = [(p, TITLE.format(year)) for p, year in REAL.items()]
    entry = f'<a href="{COLUMN}rl/2020/">2020年</a>'
    if trap is paging:
        entry = f'<a href="{COLUMN}rl/2020/list.jsp?page=1">2020年</a>'
    portal.pages = {
        "/": Page('<a href="/zfxxgk/">政府信息公开</a>'),
        "/zfxxgk/": Page(f'<a href="{COLUMN}">政府信息公开年报</a>'),
        COLUMN: listing(*items, more=entry),
        **{p: Page(f"<h1>{TITLE.format(year)}</h1>") for p, year in REAL.items()},
    }
    for day in ("25", "26"):
        portal.run(f"2021-01-{day}T10:00:00+08:00", limit=1000)
        asked = [p for p, _ in portal.asked]
        assert {"/", "/zfxxgk/", COLUMN} < set(asked)
        assert len(asked) - len(REAL) - 3 <= MOST
    assert portal.rows(
        "SELECT url FROM frontier WHERE role = 'report' AND state = 'done'"
    ) == [(p,) for p in REAL]
    portal.catalog.close()


def row(url: str, role: str = "list") -> FrontierRow:
    return FrontierRow("s", url, role, 80, 2, None, None, None, 0)


def test_a_large_portal_is_no_trap():
    growth, home = Growth(), row(f"{HOME}nb/")
    columns = [Found(f"{HOME}nb/list.jsp?dept={n}", "list") for n in range(900)]
    assert all(growth.admit(c, home, productive=False) for c in columns)
    for column in columns[:100]:
        for page in range(2, 9):
            found = Found(f"{column.url}&page={page}", "list", pager=True)
            assert growth.admit(found, row(column.url), productive=True)
    reports = [Found(f"{HOME}nb/show.jsp?id={n}", "report") for n in range(5000)]
    assert all(growth.admit(r, home, productive=True) for r in reports)


def test_what_is_limited_is_growth():
    growth, page = Growth(), f"{HOME}nb/list.jsp?page="
    admitted = sum(
        growth.admit(
            Found(f"{page}{n + 1}", "list", pager=True),
            row(f"{page}{n}"),
            productive=True,
        )
        for n in range(1000)
    )
    assert admitted == MAX_PAGES
    admitted = sum(
        growth.admit(
            Found(f"{HOME}l.jsp?d={n}", "list"), row(f"{HOME}{n}/"), productive=False
        )
        for n in range(1000)
    )
    assert admitted == MAX_NAMERS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.cn/l?b=2&a=1", "http://a.cn/l?a=1&b=2"),
        ("http://a.cn/1.html?isMobile=true", "http://a.cn/1.html"),
        ("http://a.cn/1.html?utm_source=wx&_t=1700000000", "http://a.cn/1.html"),
        ("http://a.cn/1.jsp;jsessionid=0AF1?id=2", "http://a.cn/1.jsp?id=2"),
        ("http://a.cn/l?id=1&sid=9f86d081884c7d659a2feaa0", "http://a.cn/l?id=1"),
    ],
)
def test_two_spellings_of_an_address_are_one(one, other):
    assert canonical(one) == canonical(other) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.cn/l?id=1&id=2", "http://a.cn/l?id=2&id=1"),
        ("http://a.cn/l?sid=12", "http://a.cn/l?sid=13"),
        ("http://a.cn/l?from=2019-01-01", "http://a.cn/l"),
        ("http://a.cn/A.html", "http://a.cn/a.html"),
    ],
)
def test_two_pages_are_not_one(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "other",
    [
        "https://www.a.gov.cn/post_12.html",
        "http://a.gov.cn/post_12.html",
        "http://www.a.gov.cn/mpost_12.html",
    ],
)
def test_another_form_of_a_known_page_is_not_asked_for(tmp_path, other):
    portal = DryPortal(tmp_path)
    portal.catalog.put_source(portal.source)
    frontier = Frontier(portal.catalog)
    url = "http://www.a.gov.cn/post_12.html"
    assert frontier.add("testing", [Found(url, "report")]) == 1
    link = Found(other, "report", forms=other_forms(other))
    assert frontier.add("testing", [link]) == 0
    # a form that is dead stands in the way of none
    known = frontier.next("testing")
    assert known is not None
    frontier.failed(known, "not_found: HTTP 404")
    assert frontier.add("testing", [link]) == 1
    portal.catalog.close()


def test_a_segment_may_stand_twice_in_a_path_and_not_three_times():
    assert not is_trap("http://a.cn/nb/x/nb/1.html")
    assert is_trap("http://a.cn/nb/x/nb/x/nb/1.html")
