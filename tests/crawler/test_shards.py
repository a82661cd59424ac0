"""Portals are divided by politeness group, the same way everywhere and always."""

from pathlib import Path

import pytest

from archive.errors import UsageError
from archive.records import Source
from crawler.session import CrawlSession
from crawler.shards import (
    Shard,
    group_folder,
    group_of,
    group_tag,
    groups,
    parse_shard,
    stable_hash,
)


def source(name: str, home: str, group: str | None = None) -> Source:
    return Source(name, name, "370683", "county", home, group=group)


HUNDRED = [source(f"p{n}", f"https://www.p{n}.gov.cn/") for n in range(100)]
SHARED = [
    source("a", "https://www.a.gov.cn/", "platform"),
    source("b", "https://b.gov.cn/"),
    source("c", "https://c.gov.cn/", "platform"),
    source("d", "http://www.b.gov.cn/zwgk/"),
]


def test_every_portal_is_in_exactly_one_shard():
    parts = [Shard(n, 7).portion(HUNDRED) for n in range(1, 8)]
    assert sorted(s.source_id for p in parts for s in p) == sorted(
        s.source_id for s in HUNDRED
    )
    assert max(map(len, parts)) < 30


def test_portals_that_share_a_group_or_a_host_are_never_divided():
    assert {g: [s.source_id for s in m] for g, m in groups(SHARED).items()} == {
        "platform": ["a", "c"],
        "b.gov.cn": ["b", "d"],
    }
    for of in range(1, 40):
        found = [
            n
            for n in range(1, of + 1)
            for group in [{s.source_id for s in Shard(n, of).portion(SHARED)}]
            if group & {"a", "c"} and not group >= {"a", "c"}
        ]
        assert found == []


def test_a_portal_stays_in_its_shard_whatever_else_the_registry_holds():
    alone = [s.source_id for s in Shard(2, 5).portion(HUNDRED[40:60])]
    whole = [s.source_id for s in Shard(2, 5).portion(reversed(HUNDRED))]
    assert set(alone) == set(whole) & {f"p{n}" for n in range(40, 60)}


def test_the_hash_of_a_group_is_the_same_on_every_machine():
    assert stable_hash("shandong-jiyuehua") == 3006716608813089507
    assert Shard(4, 16).takes(source("a", "http://a.cn/", "shandong-jiyuehua"))


@pytest.mark.parametrize("one", SHARED)
def test_the_group_is_the_slot_of_the_crawl(one):
    session = CrawlSession.__new__(CrawlSession)
    session.sources = {one.source_id: one}
    assert session.slot(one.source_id) == group_of(one)


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", "-1/4", "1/4 "])
def test_a_shard_that_is_none_is_told_how_one_is_written(text):
    with pytest.raises(UsageError, match="expected I/N with I from 1 to N"):
        parse_shard(text)


def test_folders_and_tags_tell_the_shard_or_group():
    shard = parse_shard("2/16")
    assert shard.folder(Path("data")) == Path("data/shards/2-of-16")
    assert shard.tag == "s2of16."
    folder = group_folder(Path("data"), "x.gov.cn:8080")
    assert folder.name == f"group-x-gov-cn-8080-{group_tag('x.gov.cn:8080')[1:-1]}"
    assert "/" not in group_folder(Path("data"), "../../etc").name
