"""robots.txt: what is allowed, what is refused, and how slowly."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from scrapy.robotstxt import ProtegoRobotParser

from crawler.robots import rules_in
from tests.crawler.crawls import crawl_in_child, portal
from tests.crawler.tuned import crawl_tuned
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


def test_a_robots_txt_of_two_megabytes_is_read_up_to_its_limit_in_whole_lines():
    line = b"Disallow: /secret/\n"
    body = b"User-agent: *\n" + line * (2_000_000 // len(line))
    read = rules_in(body)
    assert len(read) <= 512 * 1024
    assert read.splitlines()[-1] == b"Disallow: /secret/"


def test_paths_in_gbk_are_compared_by_their_bytes():
    rules = ProtegoRobotParser(
        rules_in("User-agent: *\nDisallow: /政府/\n# 注释".encode("gbk")), None
    )
    assert not rules.allowed("http://a.cn/%D5%FE%B8%AE/1.html", "nianbao")
    assert rules.allowed("http://a.cn/%E6%94%BF%E5%BA%9C/1.html", "nianbao")


def test_a_robots_txt_that_does_not_come_leaves_the_portal_alone_and_pending(tmp_path):
    def never(connection):
        time.sleep(3)

    with Wire({"/robots.txt": never, "/": page("<p>home</p>")}) as wire:
        source = portal(wire.home, seeds=[f"{wire.home}nb/"])
        result = crawl_tuned(
            tmp_path / "data",
            [source],
            settings={"DOWNLOAD_TIMEOUT": 1, "RETRY_TIMES": 0},
        )
        assert wire.paths() == ["/robots.txt"]
    assert result.counts()["state"] == "unreachable"
    states = result.rows("SELECT state, count(*) FROM frontier GROUP BY state")
    assert dict(states) == {"failed": 1, "pending": 1}


def test_a_crawl_delay_is_applied_within_a_tenth(run_crawl):
    paths = [f"/{n}.html" for n in range(3)]
    moments = []

    def timed(body: bytes):
        def reply(connection):
            moments.append(time.monotonic())
            connection.sendall(body)

        return reply

    links = page("".join(f'<a href="{p}">2023年公开年报</a>' for p in paths))
    replies = {p: timed(page("<p>here</p>")) for p in paths}
    replies["/robots.txt"] = page("User-agent: *\nCrawl-delay: 1.5\n")
    with Wire(replies | {"/": page("<p>home</p>"), "/nb/": links}) as wire:
        run_crawl(portal(wire.home, seeds=[f"{wire.home}nb/"]))
    gaps = [b - a for a, b in pairwise(moments)]
    assert len(gaps) == 2
    # one gap may be short where the answer before it was late on a busy machine
    assert sum(gaps) >= 2 * 1.35, gaps
    assert min(gaps) <= 1.75, gaps


RULES = page("User-agent: *\nDisallow: /secret/", ETag='"r1"')
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "r1"\r\n\r\n'


def test_robots_txt_is_asked_for_conditionally_and_every_fourth_time_in_full(run_crawl):
    def robots(connection):
        asked = b'If-None-Match: "r1"' in wire.requests[-1]
        connection.sendall(NOT_MODIFIED if asked else RULES)

    column = page('<a href="/secret/1.html">某县2023年公开年报</a>')
    replies = {"/robots.txt": robots, "/": page("<p>home</p>"), "/nb/": column}
    with Wire(replies) as wire:
        source = portal(wire.home, seeds=[f"{wire.home}nb/"])
        for _ in range(5):
            result = run_crawl(source)
            assert "/secret/1.html" not in wire.paths()
    asked = [r for r in wire.requests if b"/robots.txt" in r.split(b"\r\n")[0]]
    assert [b"If-None-Match" in r for r in asked] == [False, True, True, True, False]
    assert result.rows(
        "SELECT http_status, outcome, count(DISTINCT sha256), count(*) FROM captures"
        " WHERE url LIKE '%/robots.txt' GROUP BY 1, 2"
    ) == [(200, "ok", 1, 2), (304, "revisit", 1, 3)]
    assert result.rows(
        "SELECT DISTINCT reason FROM frontier WHERE url LIKE '%/secret/%'"
    ) == [("robots",)]


def test_a_304_for_robots_txt_that_nobody_asked_for_allows_nothing_by_itself(run_crawl):
    with Wire({"/robots.txt": NOT_MODIFIED, "/": page("<p>home</p>")}) as wire:
        result = run_crawl(portal(wire.home))
    assert result.rows("SELECT outcome FROM captures WHERE http_status = 304") == [
        ("error",)
    ]


def test_a_version_behind_our_name_changes_nothing():
    text = b"User-agent: *\nDisallow: /\n\nUser-agent: Nianbao/1.0 # us\nAllow: /nb/"
    parser = ProtegoRobotParser(rules_in(text), spider=None)
    assert parser.allowed("http://a.gov.cn/nb/1.html", "nianbao")
    assert not parser.allowed("http://a.gov.cn/nb/1.html", "other")
