"""The registry is read strictly: every mistake names file, entry and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import SourceError
from archive.records import Source
from crawler.source import load_registry, load_sources

GOOD = """\
- id: linlan
  name: 临澜县人民政府
  adcode: "990101"
  level: county
  home: HTTP://www.Linlan.gov.cn
  seeds: ["http://www.linlan.gov.cn/zfxxgk/zfxxgknb/#top"]
  hosts: [xxgk.linlan.gov.cn]
  delay_seconds: 3
  group: yunchuan
  note: invented
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "portals.yml"
    path.write_text(text, "utf-8")
    return path


def test_a_complete_entry_becomes_a_source_with_canonical_addresses(tmp_path):
    assert load_sources([write(tmp_path, GOOD)]) == [
        Source(
            source_id="linlan",
            name="临澜县人民政府",
            adcode="990101",
            level="county",
            home="http://www.linlan.gov.cn/",
            seeds=("http://www.linlan.gov.cn/zfxxgk/zfxxgknb/",),
            hosts=("xxgk.linlan.gov.cn",),
            delay_seconds=3.0,
            group="yunchuan",
            note="invented",
        )
    ]


def test_only_the_keys_up_to_home_are_required(tmp_path):
    text = "\n".join(GOOD.splitlines()[:5])
    (source,) = load_sources([write(tmp_path, text)])
    assert (source.seeds, source.hosts, source.delay_seconds) == ((), (), 2.0)


BAD = {
    "unknown key": (("group:", "grupe:"), "entry 1 (linlan): unknown key 'grupe'"),
    "missing key": (("  level: county\n", ""), "key 'level' is missing"),
    "bad level": (("level: county", "level: shire"), "level: expected one of national"),
    "adcode as number": (
        ('"990101"', "990101"),
        "adcode: expected a division code of 6",
    ),
    "adcode too short": (("990101", "9901"), "adcode: expected a division code of 6"),
    "home without scheme": (("HTTP://www", "www"), "home: expected an http or https"),
    "home by ftp": (("HTTP:", "ftp:"), "home: expected an http or https address"),
    "seed that is none": (('"http://www.linlan', '"www.linlan'), "seeds: expected an"),
    "seeds not a list": (("[xxgk.linlan.gov.cn]", "xxgk"), "hosts: expected a list"),
    "host with a path": (("[xxgk.", "[http://xxgk."), "hosts: expected a host name"),
    "negative delay": (("delay_seconds: 3", "delay_seconds: -1"), "seconds from 0 to"),
    "delay as text": (("delay_seconds: 3", "delay_seconds: slow"), "found 'slow'"),
    "slug with blanks": (("id: linlan", "id: lin lan"), "id: expected a slug of small"),
    "a key twice": (("  note:", "  name: x\n  note:"), "key 'name' is there twice"),
    "empty name": (("临澜县人民政府", '""'), "name: expected a text"),
    "no mapping": ((GOOD, "- linlan\n"), "entry 1: expected a mapping"),
    "no list": ((GOOD, "id: linlan\n"), "expected a list of portals"),
    "no yaml": ((GOOD, "- {id: [}\n"), "cannot be read as YAML"),
}


@pytest.mark.parametrize("mistake", BAD)
def test_a_mistake_is_an_error_that_names_file_and_key(mistake, tmp_path):
    (old, new), message = BAD[mistake]
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(SourceError) as error:
        load_sources([path])
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)


def test_an_id_used_twice_names_both_files(tmp_path):
    (tmp_path / "a").mkdir()
    paths = [write(tmp_path, GOOD), write(tmp_path / "a", GOOD)]
    with pytest.raises(SourceError, match=f"is used already in {paths[0]}"):
        load_sources(paths)


def test_a_missing_file_is_a_source_error(tmp_path):
    with pytest.raises(SourceError, match=r"nowhere\.yml: cannot be read"):
        load_sources([tmp_path / "nowhere.yml"])


def test_the_registry_that_comes_along_is_in_order_and_untried():
    sources = load_registry()
    assert {"laizhou", "chongqing-kaizhou", "kunming-rsj"} <= {
        s.source_id for s in sources
    }
    assert all(s.note.startswith("untried; evidence: ") for s in sources)
