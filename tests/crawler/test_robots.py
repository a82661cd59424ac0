"""robots.txt: what is allowed, what is refused, and how slowly."""

from __future__ import annotations

import time

import pytest

from tests.crawler.crawls import crawl_in_child, portal
from tests.crawler.wire import Wire, page

#: name → (answer on /robots.txt, state of the source, whether the home page is asked)
CASES = {
    "missing": (page("", "404 Not Found"), "empty", True),
    "refused": (page("User-agent: *\nDisallow: /", "403 Forbidden"), "empty", True),
    "broken": (page("", "503 Service Unavailable"), "unreachable", False),
    "busy": (page("", "429 Too Many Requests"), "unreachable", False),
    "all": (page("User-agent: *\nDisallow: /"), "robots", False),
    "us": (page("User-agent: nianbao\nDisallow: /"), "robots", False),
    "others": (page("User-agent: other\nDisallow: /"), "empty", True),
    "moved": (page("", "302 Found", Location="/robots2.txt"), "robots", False),
    "commented": (page("# Disallow: /\nUser-agent: *\nAllow: /"), "empty", True),
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """One crawl of portals that differ in robots.txt only."""
    wires = {
        name: Wire(
            {
                "/robots.txt": robots,
                "/robots2.txt": page("User-agent: *\nDisallow: /"),
                "/": page("<p>home</p>"),
            }
        ).__enter__()
        for name, (robots, _, _) in CASES.items()
    }
    data = tmp_path_factory.mktemp("robots") / "data"
    result = crawl_in_child(data, [portal(w.home, name) for name, w in wires.items()])
    for wire in wires.values():
        wire.__exit__()
    return result, wires


@pytest.mark.parametrize("name", CASES)
def test_robots_txt_is_taken_as_rfc_9309_says(cases, name):
    result, wires = cases
    _, state, asked = CASES[name]
    assert result.counts(name)["state"] == state
    assert ("/" in wires[name].paths()) is asked


def test_an_unavailable_robots_txt_is_given_as_the_reason(cases):
    rows = cases[0].rows("SELECT reason FROM frontier WHERE source_id = 'broken'")
    assert rows == [("unreachable: robots.txt: HTTP 503",)]


def test_every_robots_txt_is_archived(cases):
    rows = cases[0].rows(
        "SELECT count(DISTINCT source_id) FROM captures WHERE url LIKE '%/robots.txt'"
    )
    assert rows == [(len(CASES),)]


def test_a_crawl_delay_is_kept_between_requests(run_crawl):
    replies = {
        "/robots.txt": page("User-agent: *\nCrawl-delay: 1\n"),
        "/": page('<a href="/zfxxgk/">政府信息公开</a>'),
        "/zfxxgk/": page("<p>leer</p>"),
    }
    with Wire(replies) as wire:
        start = time.monotonic()
        run_crawl(portal(wire.home))
        assert len(wire.requests) == 3
    # two pauses of a second, each up to half shorter by jitter
    assert time.monotonic() - start > 1.0
