"""A host that asks for a pause gets it, and one that keeps failing is left alone."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from statistics import median

import pytest

from archive.errors import UsageError
from archive.records import Source
from crawler.backoff import Breaker, back_off, retry_after
from crawler.hours import CHINA, parse_hours
from crawler.politeness import slot_key
from tests.crawler.crawls import crawl_in_child, portal
from tests.crawler.tuned import crawl_tuned
from tests.crawler.wire import NOT_FOUND, Reply, Wire, page

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


class Clocked(Wire):
    """Keeps the time of every request; ``script`` has answers used up in order."""

    def __init__(self, script: dict[str, list[bytes]], **rest: Reply) -> None:
        super().__init__({})
        self.script = {path: list(all_) for path, all_ in script.items()}
        self.times: list[tuple[str, float]] = []
        self._lock = threading.Lock()

    def _answer(self, connection: socket.socket) -> bool:
        got = b""
        while b"\r\n\r\n" not in got:
            part = connection.recv(65536)
            if not part:
                return False
            got += part
        path = got.split(b" ")[1].decode()
        with self._lock:
            self.requests.append(got)
            self.times.append((path, time.monotonic()))
            answers = self.script.get(path, [NOT_FOUND])
            reply = answers.pop(0) if len(answers) > 1 else answers[0]
        connection.sendall(reply)
        return True

    def gaps(self) -> list[float]:
        """Seconds between one request and the next."""
        moments = [moment for _, moment in self.times]
        return [b - a for a, b in pairwise(moments)]


def column(*paths: str) -> bytes:
    return page("".join(f'<a href="{p}">某县2023年公开年报</a>' for p in paths))


# -------------------------------------------------------------------------- pure


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 90 ", 90.0),
        ("99999999", 3600.0),
        ("Sat, 31 Jan 2026 08:02:00 GMT", 120.0),
        ("Sat, 31 Jan 2026 16:02:00 +0800", 120.0),
        ("Sun, 01 Feb 2026 08:00:00 GMT", 3600.0),
        ("Sat, 31 Jan 2026 07:00:00 GMT", 0.0),
        ("1.5", None),
        ("later", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_and_capped_at_an_hour(
    value, seconds
):
    assert retry_after(value, NOW) == seconds


def test_pauses_double_with_every_failure_up_to_an_hour():
    assert [back_off(2, n) for n in (1, 2, 3)] == [4, 8, 16]
    assert back_off(2, 500) == 3600
    assert back_off(0, 3) == 0


def test_the_breaker_opens_at_five_failures_in_a_row_and_not_before():
    breaker = Breaker()
    for _ in range(4):
        breaker.failed("a.cn", "HTTP 500")
    breaker.answered("a.cn")
    for _ in range(4):
        breaker.failed("a.cn", "HTTP 500")
    assert breaker.reason("a.cn") is None
    breaker.failed("a.cn", "HTTP 502")
    assert breaker.reason("a.cn") == "5 failures in a row, the last: HTTP 502"
    assert breaker.reason("b.cn") is None


@pytest.mark.parametrize(
    ("span", "at", "seconds"),
    [
        ("22:00-06:30", "21:59", 60),
        ("22:00-06:30", "22:00", 0),
        ("22:00-06:30", "00:00", 0),
        ("22:00-06:30", "06:29", 0),
        ("22:00-06:30", "06:30", 15.5 * 3600),
        ("09:00-17:00", "08:00", 3600),
        ("09:00-17:00", "17:00", 16 * 3600),
        ("00:00-24:00", "12:00", 0),
    ],
)
def test_hours_are_those_of_china_and_may_go_over_midnight(span, at, seconds):
    hour, minute = map(int, at.split(":"))
    moment = datetime(2026, 1, 31, hour, minute, tzinfo=CHINA).astimezone(UTC)
    assert parse_hours(span).seconds_until_open(moment) == seconds


@pytest.mark.parametrize("span", ["22-6", "25:00-01:00", "01:60-02:00", "night"])
def test_hours_that_are_none_are_a_usage_error(span):
    with pytest.raises(UsageError, match="expected hours of China time"):
        parse_hours(span)


def test_a_slot_is_the_group_or_else_the_host_that_is_really_asked():
    source = Source("a", "甲", "990101", "county", "http://www.a.gov.cn/")
    assert slot_key(source, "http://www.a.gov.cn/x") == "a.gov.cn"
    assert slot_key(source, "http://files.gov.cn/x") == "files.gov.cn"
    grouped = Source("a", "甲", "990101", "county", "http://a.gov.cn/", group="one")
    assert slot_key(grouped, "http://files.gov.cn/x") == "one"


# ------------------------------------------------------------------- on the wire


@pytest.fixture(scope="module")
def paused(tmp_path_factory):
    """One crawl of portals that ask for a pause in four ways."""
    ask = {"seconds": "2", "date": None, "busy": "1", "silent": None}
    in_five_seconds = format_datetime(
        datetime.now(UTC) + timedelta(seconds=5), usegmt=True
    )
    wires: dict[str, Clocked] = {}
    for name, value in ask.items():
        status = "503 Busy" if name in ("busy", "silent") else "429 Too Many Requests"
        if name == "date":
            more = {"Retry_After": in_five_seconds}
        else:
            more = {"Retry_After": value} if value else {}
        wires[name] = Clocked(
            {"/": [page("", status, **more), page("<p>home</p>")]}
        ).__enter__()
    started = time.monotonic()
    sources = [
        portal(w.home, n, delay_seconds=0.4 if n == "silent" else 0.0)
        for n, w in wires.items()
    ]
    result = crawl_in_child(tmp_path_factory.mktemp("pause") / "data", sources)
    for wire in wires.values():
        wire.__exit__()
    return result, wires, started


@pytest.mark.parametrize(("name", "seconds"), [("seconds", 2.0), ("busy", 1.0)])
def test_retry_after_in_seconds_is_waited_for_exactly(paused, name, seconds):
    (home, first), (again, second) = [t for t in paused[1][name].times if t[0] == "/"]
    assert home == again == "/"
    assert seconds <= second - first < seconds + 0.9


def test_retry_after_as_a_date_is_waited_for(paused):
    _, second = [moment for path, moment in paused[1]["date"].times if path == "/"]
    since_start = second - paused[2]
    # the date has whole seconds: it lies four to five seconds after the start
    assert 3.9 <= since_start < 9


def test_without_retry_after_the_pause_is_twice_the_delay(paused):
    first, second = [m for path, m in paused[1]["silent"].times if path == "/"]
    assert 0.8 <= second - first < 1.2


def test_the_answer_after_the_pause_counts_and_both_are_archived(paused):
    result = paused[0]
    rows = result.rows(
        "SELECT source_id, count(*) FROM captures WHERE url LIKE '%/' GROUP BY 1"
    )
    assert dict(rows) == {"seconds": 2, "date": 2, "busy": 2, "silent": 2}
    assert result.rows("SELECT DISTINCT state FROM frontier") == [("done",)]


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """One crawl of portals that break down at their sixth page or so."""
    many = [f"/{n}.html" for n in range(20)]
    kinds = {
        "errors": page("", "500 Internal Server Error"),
        "refusing": page("", "429 Too Many Requests"),
        "walls": page("<p>您的访问过于频繁，请稍后再试</p>"),
        "missing": NOT_FOUND,
    }
    wires = {}
    for name, answer in kinds.items():
        script = {"/": [column(*many)], "/nb/": [column(*many)]}
        script |= {path: [answer] for path in many}
        wires[name] = Clocked(script).__enter__()
    sources = [portal(w.home, n, seeds=[f"{w.home}nb/"]) for n, w in wires.items()]
    result = crawl_in_child(tmp_path_factory.mktemp("broken") / "data", sources)
    for wire in wires.values():
        wire.__exit__()
    return result, wires


@pytest.mark.parametrize(
    ("name", "state", "last"),
    [
        ("errors", "unreachable", "HTTP 500"),
        ("refusing", "blocked", "HTTP 429: too many requests"),
        ("walls", "blocked", "rate limit page"),
    ],
)
def test_five_failures_in_a_row_end_the_source_and_its_pages_stay_pending(
    broken, name, state, last
):
    result, wires = broken
    asked = [path for path in wires[name].paths() if path.endswith(".html")]
    assert len(asked) == 5 if name == "walls" else len(asked) in (5, 6)
    assert result.counts(name)["state"] == state
    pending = result.rows(
        "SELECT count(*) FROM frontier WHERE source_id = ? AND state = 'pending'", name
    )
    assert pending[0][0] >= 15
    (line,) = (a for a in result.summary["attention"] if a.startswith(f"{name} "))
    assert line.endswith(f": 5 failures in a row, the last: {last}")


def test_missing_pages_do_not_open_the_breaker(broken):
    asked = [path for path in broken[1]["missing"].paths() if path.endswith(".html")]
    assert len(asked) == 20


def test_a_side_host_that_fails_is_left_alone_and_the_portal_goes_on(run_crawl):
    names = [f"{n}.html" for n in range(12)]
    with Clocked({}) as side, Clocked({}) as wire:
        failing = [f"http://{side.host}/{name}" for name in names]
        side.script |= {f"/{name}": [page("", "500 No")] for name in names}
        wire.script["/nb/"] = [column(*failing, *(f"/own/{n}" for n in names))]
        wire.script |= {f"/own/{n}": [page("<p>here</p>")] for n in names}
        source = portal(wire.home, seeds=[f"{wire.home}nb/"], hosts=[side.host])
        result = run_crawl(source)
        asked = [path for path in side.paths() if path.endswith(".html")]
        assert len(asked) in (5, 6)
        assert len([p for p in wire.paths() if p.startswith("/own/")]) == 12
    rows = result.rows(
        "SELECT attempts, count(*) FROM frontier WHERE reason = 'resting' GROUP BY 1"
    )
    assert rows[0][0] == 0
    assert rows[0][1] >= 9


def test_two_portals_that_share_a_host_share_its_pace(run_crawl):
    with Clocked({}) as shared, Clocked({}) as one, Clocked({}) as two:
        for wire, letter in ((one, "a"), (two, "b")):
            files = [f"http://{shared.host}/{letter}{n}.pdf" for n in range(2)]
            wire.script["/nb/"] = [column(*files)]
        run_crawl(
            *(
                portal(
                    w.home,
                    n,
                    seeds=[f"{w.home}nb/"],
                    hosts=[shared.host],
                    delay_seconds=0.5,
                )
                for n, w in (("one", one), ("two", two))
            )
        )
        assert sorted(shared.paths()) == [
            "/a0.pdf",
            "/a1.pdf",
            "/b0.pdf",
            "/b1.pdf",
            "/robots.txt",
        ]
        assert min(shared.gaps()) >= 0.44


def test_delays_are_kept_within_a_tenth_and_not_all_alike(run_crawl):
    paths = [f"/{n}.html" for n in range(5)]
    with Clocked({}) as wire:
        wire.script = {"/nb/": [column(*paths)]}
        run_crawl(portal(wire.home, seeds=[f"{wire.home}nb/"], delay_seconds=0.5))
        gaps = wire.gaps()
    assert len(gaps) == 7
    assert min(gaps) >= 0.44, gaps
    assert median(gaps) <= 0.56, gaps
    assert max(gaps) - min(gaps) > 0.001


def test_outside_its_hours_a_crawl_asks_for_nothing(tmp_path):
    closed = datetime.now(CHINA) + timedelta(hours=6)
    span = f"{closed:%H}:00-{closed + timedelta(hours=1):%H}:00"
    with Wire({"/": page("<p>home</p>")}) as wire:
        crawl_tuned(
            tmp_path / "data",
            [portal(wire.home)],
            settings={"NIANBAO_HOURS": span},
            max_time=1,
        )
        assert wire.requests == []
