"""Addresses that are not public are never connected to, however they are spelled."""

from __future__ import annotations

import pytest

from archive.errors import UsageError
from archive.records import Source
from crawler.guard import named_hosts, parse_networks, port_refusal, refusal
from crawler.settings import DOWNLOAD_HANDLERS
from crawler.urls import canonical, host_of
from tests.crawler.crawls import crawl_in_child, portal
from tests.crawler.tuned import crawl_tuned
from tests.crawler.wire import Wire, page

NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public_are_refused_by_name(address):
    assert refusal(address) == (
        f"address {address} is not public (allow its range with --allow-net)"
    )


@pytest.mark.parametrize("address", ["1.1.1.1", "202.108.33.60", "2400:3200::1"])
def test_public_addresses_pass(address):
    assert refusal(address) is None


def test_only_the_range_that_was_named_is_allowed():
    allowed = parse_networks(["127.0.0.0/8"])
    assert refusal("127.0.0.1", allowed) is None
    assert refusal("::ffff:127.0.0.1", allowed) is None
    assert refusal("10.0.0.1", allowed) is not None


def test_a_range_that_is_none_is_a_usage_error_that_shows_it():
    with pytest.raises(UsageError, match="found 'localhost'"):
        parse_networks(["localhost"])


#: Spellings of 127.0.0.2, or of other places inside, that must get no connection.
HOSTS = {
    "dotted": "127.0.0.2",
    "decimal": "2130706434",
    "decimal-padded": "02130706434",
    "hexadecimal": "0x7f000002",
    "hexadecimal-upper": "0X7F000002",
    "hexadecimal-long": "0x000000007f000002",
    "hexadecimal-parts": "0x7f.0x0.0x0.0x2",
    "octal": "0177.0.0.2",
    "octal-all": "0177.0000.0000.0002",
    "octal-one": "017700000002",
    "octal-padded": "00000177.0.0.2",
    "short-two": "127.2",
    "short-three": "127.0.2",
    "short-hex": "0x7f.2",
    "short-mixed": "0177.0x2",
    "trailing-dot": "127.0.0.2.",
    "any": "0.0.0.0",
    "any-short": "0",
    "any-hex": "0x0",
    "name": "localhost",
    "name-upper": "LOCALHOST",
    "name-dot": "localhost.",
    "name-fullwidth": "ｌocalhost",
    "name-six": "ip6-localhost",
    "fullwidth": "１２７.０.０.２",
    "fullwidth-dots": "127。0。0。2",
    "circled": "①②⑦.0.0.②",
    "escaped": "%31%32%37.0.0.2",
    "escaped-dots": "127%2e0%2e0%2e2",
    "six": "[::1]",
    "six-long": "[0:0:0:0:0:0:0:1]",
    "six-any": "[::]",
    "six-zone": "[fe80::1%25lo]",
    "mapped": "[::ffff:127.0.0.2]",
    "mapped-hex": "[::ffff:7f00:2]",
    "mapped-long": "[0:0:0:0:0:ffff:7f00:0002]",
    "compatible": "[::127.0.0.2]",
    "translated": "[64:ff9b::7f00:2]",
    "six-to-four": "[2002:7f00:2::]",
    "unique-local": "[fd00::1]",
    "user-trick": "www.gov.cn@127.0.0.2",
    "backslash": "127.0.0.2\\\\www.gov.cn",
    "metadata": "169.254.169.254",
    "metadata-decimal": "2852039166",
    "private-ten": "10.0.0.1",
    "private-one-nine-two": "192.168.0.1",
    "private-one-seven-two": "172.16.0.1",
    "carrier": "100.64.0.1",
    "broadcast": "255.255.255.255",
    "multicast": "224.0.0.1",
}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """Portals at all spellings, redirects to all, and robots.txt that leads inwards.

    127.0.0.1 is allowed; the listener inside is on all other loopback addresses.
    """
    inside = Wire({"/": page("<p>secret</p>")}, address="127.0.0.2")
    local = Wire({"/": page("<p>secret</p>")}, address="127.0.0.3")
    with inside, local, Wire({"/": page("<p>home</p>")}) as wire:
        ends = {n: f"{h}:{inside.port}" for n, h in HOSTS.items()}
        urls = {n: f"http://{end}/{n}.html" for n, end in ends.items()}
        wire.replies["/nb/"] = page(
            "".join(f'<a href="/to/{n}.html">2023年公开年报</a>' for n in ends)
        )
        for name, url in urls.items():
            location = url.encode("utf-8").decode("latin-1")
            wire.replies[f"/to/{name}.html"] = page("", "302 Found", Location=location)
        wire.replies["/robots.txt"] = page("", "404 Not Found")
        lured = Wire({"/robots.txt": page("", "302 No", Location=f"{local.home}r")})
        with lured:
            homes = [
                portal(canonical(url) or url, name, group=name)
                for name, url in urls.items()
            ]
            hosts = sorted({host_of(canonical(url) or url) for url in urls.values()})
            sources = [
                *homes,
                portal(wire.home, seeds=[f"{wire.home}nb/"], hosts=hosts),
                portal(lured.home, "lured", hosts=[local.host]),
            ]
            result = crawl_in_child(
                tmp_path_factory.mktemp("guard") / "data",
                sources,
                allow_net=["127.0.0.1/32"],
            )
        asked = wire.paths()
    return result, inside.requests + local.requests, asked


def test_there_are_more_than_forty_spellings():
    assert len(HOSTS) >= 40


def test_no_spelling_of_an_inner_address_gets_a_connection(attacked):
    result, requests, _ = attacked
    assert requests == []
    states = {n: result.counts(n)["state"] for n in HOSTS}
    assert states == dict.fromkeys(HOSTS, "unreachable")


def test_redirects_to_every_spelling_are_recorded_and_not_followed(attacked):
    result, requests, asked = attacked
    assert requests == []
    assert len([path for path in asked if path.startswith("/to/")]) == len(HOSTS)
    rows = result.rows(
        "SELECT count(*) FROM captures WHERE url LIKE '%/to/%' AND http_status = 302"
    )
    assert rows == [(len(HOSTS),)]
    assert result.rows(
        "SELECT count(*) FROM captures WHERE url NOT LIKE 'http://127.0.0.1:%'"
    ) == [(0,)]


def test_a_robots_txt_elsewhere_inside_is_not_asked_for(attacked):
    assert attacked[0].counts("lured")["state"] == "unreachable"


def test_the_reason_names_the_address_and_the_way_to_allow_it(attacked):
    lines = attacked[0].summary["attention"]
    (line,) = (a for a in lines if a.startswith("decimal "))
    assert "address 127.0.0.2 is not public (allow its range with --allow-net)" in line


REBINDING = """
import socket
answers = iter(["127.0.0.1"])
def resolve(name, real=socket.gethostbyname):
    if name == "rebinding.example":
        return next(answers, "127.0.0.2")
    return real(name)
socket.gethostbyname = resolve
"""


def test_a_name_whose_second_answer_lies_inside_gets_no_second_connection(tmp_path):
    inside = Wire({"/": page("<p>secret</p>")}, address="127.0.0.2")
    with inside, Wire({"/": page("<p>home</p>")}) as wire:
        home = f"http://rebinding.example:{inside.port}/"
        result = crawl_tuned(
            tmp_path / "data",
            [portal(home)],
            settings={"DNSCACHE_ENABLED": False},
            before=REBINDING,
            allow_net=["127.0.0.1/32"],
        )
        assert inside.requests == []
        assert wire.requests == []
    assert result.counts()["state"] == "unreachable"


def test_a_name_that_resolves_inward_gets_no_connection(tmp_path):
    with Wire({"/": page("<p>secret</p>")}) as wire:
        result = crawl_tuned(
            tmp_path / "data",
            [portal(f"http://rebinding.example:{wire.port}/")],
            before=REBINDING,
            allow_net=[],
        )
        assert wire.requests == []
    (line,) = result.summary["attention"]
    assert "address 127.0.0.1 is not public" in line


# ------------------------------------------------------------------ ports, schemes


@pytest.mark.parametrize("port", [21, 22, 25, 3306, 6379, 8080, 11211])
def test_ports_that_nobody_named_are_refused(port):
    assert port_refusal(f"http://a.cn:{port}/", ["a.cn"]) == (
        f"port {port} is not the web (name it in hosts: a.cn:{port})"
    )
    assert port_refusal(f"http://a.cn:{port}/", [f"a.cn:{port}"]) is None


def test_a_portal_may_use_the_ports_of_its_entry_and_those_of_the_web():
    source = Source(
        "a", "甲", "990101", "county", "http://a.cn:8080/", hosts=("b.cn:8443",)
    )
    named = named_hosts(source)
    urls = ["http://a.cn:8080/x", "https://b.cn:8443/", "http://c.cn/", "https://c.cn/"]
    assert [port_refusal(url, named) for url in urls] == [None] * 4
    assert port_refusal("http://b.cn:8080/", named) is not None


def test_a_robots_txt_on_another_port_is_not_asked_for(run_crawl):
    with Wire({"/r": page("User-agent: *")}) as other, Wire({}) as wire:
        wire.replies["/robots.txt"] = page("", "302 Found", Location=f"{other.home}r")
        result = run_crawl(portal(wire.home))
        assert other.requests == []
    assert result.counts()["state"] == "unreachable"
    (line,) = result.summary["attention"]
    assert f"port {other.port} is not the web" in line


STRANGE = [
    "file:///etc/hostname",
    "FILE:///etc/hostname",
    "data:text/html,<p>2023</p>",
    "ftp://127.0.0.1/x.pdf",
    "javascript:location='/leak.html'",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "s3://bucket/x",
    "dict://127.0.0.1:11211/stat",
    "mailto:a@example.cn",
    "blob:http://127.0.0.1/x",
    "view-source:http://127.0.0.1/x",
    "jar:http://127.0.0.1/x!/y",
]


def test_links_of_other_schemes_are_never_fetched(run_crawl):
    links = "".join(f'<a href="{u}">2023年政府信息公开年报</a>' for u in STRANGE)
    redirects = {
        f"/r{n}.html": page("", "302 Found", Location=url)
        for n, url in enumerate(STRANGE)
    }
    links += "".join(f'<a href="{p}">2023年政府信息公开年报</a>' for p in redirects)
    with Wire({"/nb/": page(links), **redirects}) as wire:
        result = run_crawl(portal(wire.home, seeds=[f"{wire.home}nb/"]))
        expected = {"/robots.txt", "/", "/nb/", *redirects}
        assert set(wire.paths()) == expected
    assert result.rows(
        "SELECT count(*) FROM frontier WHERE url NOT LIKE 'http://127%'"
    ) == [(0,)]
    assert result.rows(
        "SELECT DISTINCT state FROM frontier WHERE url LIKE '%/r_.html'"
    ) == [("failed",)]


@pytest.mark.parametrize("url", STRANGE)
def test_an_address_of_another_scheme_is_no_address(url):
    assert canonical(url, "http://a.cn/") is None


def test_handlers_of_other_schemes_are_switched_off():
    off = {name for name, handler in DOWNLOAD_HANDLERS.items() if handler is None}
    assert off == {"file", "data", "ftp", "s3"}
