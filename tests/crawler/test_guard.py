"""Addresses that are not public are never connected to, however they are spelled."""

from __future__ import annotations

import pytest

from archive.errors import UsageError
from crawler.guard import parse_networks, refusal
from tests.crawler.crawls import portal
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


SPELLINGS = {
    "dotted": "127.0.0.1",
    "decimal": "2130706433",
    "hexadecimal": "0x7f000001",
    "octal": "0177.0.0.1",
    "short": "127.1",
    "zero": "0",
    "name": "localhost",
    "six": "[::1]",
    "mapped": "[::ffff:127.0.0.1]",
    "fullwidth": "１２７.０.０.１",
}


def test_no_spelling_of_loopback_gets_a_connection(run_crawl):
    with Wire({"/": page("<p>secret</p>")}) as wire:
        sources = [
            portal(f"http://{host}:{wire.port}/", name, group=name)
            for name, host in SPELLINGS.items()
        ]
        result = run_crawl(*sources, allow_net=())
        assert wire.requests == []
    states = {n: f["state"] for n, f in result.summary["figures"].items()}
    assert states == dict.fromkeys(SPELLINGS, "unreachable")
    (line,) = (a for a in result.summary["attention"] if a.startswith("dotted "))
    assert "address 127.0.0.1 is not public (allow its range with --allow-net)" in line


def test_a_redirect_inwards_is_not_followed(run_crawl):
    inside = Wire({"/": page("<p>secret</p>")}, address="127.0.0.2")
    away = page("", "302 Found", Location=inside.home)
    with inside, Wire({"/": away}) as wire:
        source = portal(wire.home, hosts=[inside.host])
        result = run_crawl(source, allow_net=["127.0.0.1/32"])
        assert inside.requests == []
    rows = result.rows("SELECT url, state, reason FROM frontier WHERE url LIKE '%.2:%'")
    assert [(state, "not public" in reason) for _, state, reason in rows] == [
        ("failed", True)
    ]
