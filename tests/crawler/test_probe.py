"""``nianbao sources``: portals are looked at, listed and added, on loopback."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.catalog import Catalog
from archive.errors import UsageError
from archive.http import HttpResponse
from crawler.probe import Probed, column_found, family_of
from crawler.registry.cli import sources
from crawler.registry.entry import to_yaml
from crawler.sample.server import SamplePortals
from crawler.source import load_registry
from tests.crawler.crawls import ROOT
from tests.crawler.small_portal import ROBOTS, TITLE, item, small_portal
from tests.crawler.wire import Wire, page
from tests.families.model import model
from tests.families.registry import known
from tests.families.serving import Server
from tests.forking import forker

LOOPBACK = {"NIANBAO_ALLOW_NET": "127.0.0.0/8"}
WAY_IN = '<a href="/zfxxgk/">政府信息公开</a>'


def rows(data: Path, sql: str) -> list[dict]:
    with Catalog(data / "catalog.db") as catalog:
        return catalog.rows(sql)


def entry(source_id: str, home: str, adcode: str = "990101") -> str:
    return (
        f"- {{id: {source_id}, name: 临澜县人民政府, adcode: '{adcode}',"
        f" level: county, home: '{home}', delay_seconds: 0}}\n"
    )


@pytest.fixture(scope="module")
def sampled(tmp_path_factory, nianbao):
    """The sample portals, checked once: (data directory, registry, what was said)."""
    folder = tmp_path_factory.mktemp("sample")
    data, registry = folder / "data", folder / "portals.yml"
    with SamplePortals() as portals:
        registry.write_text("".join(map(to_yaml, portals.sources)), "utf-8")
        done = nianbao("sources", "check", registry, "--data", data, **LOOPBACK)
        homes = {s.source_id: s.home for s in portals.sources}
    return data, registry, done.stdout, homes


def test_a_check_prints_one_line_each_with_family_column_and_state(sampled):
    *lines, summary = sampled[2].splitlines()
    assert summary == "3 sources looked at, 3 in order"
    homes = sampled[3]
    expected = {
        "sample-trs": ("trs (", "zfxxgk/zfxxgknb/", "zfxxgk/", "9901000001"),
        "sample-hanweb": (
            "hanweb (",
            "col/col1001/index.html",
            "col/col1000/index.html",
            "9902210003",
        ),
        "sample-generic": ("generic (", "xxgk/zfxxgknb/", "xxgk/", "9903220002"),
    }
    for line, (name, wanted) in zip(lines, expected.items(), strict=True):
        family, column, via, code = wanted
        home = homes[name]
        parts = line.split(" · ")
        assert parts[0] == f"{name}: ok"
        assert parts[1].startswith(family)
        assert parts[2:] == [
            f"report column {home}{column} (one step, by {home}{via})",
            "robots.txt: allowed",
            "no TLS",
            f"SiteIDCode {code} agrees",
        ]


def test_every_family_is_known_by_its_first_pages_and_its_column_is_found(
    tmp_path, nianbao
):
    registry = tmp_path / "portals.yml"
    with ExitStack() as stack:
        homes = {
            name: stack.enter_context(Server(family, model())).home
            for name, family in known().items()
        }
        lines = [entry(n.replace("_", "-"), h, "990221") for n, h in homes.items()]
        registry.write_text("".join(lines), "utf-8")
        done = nianbao(
            "sources", "check", registry, "--data", tmp_path / "data", **LOOPBACK
        )
    *lines, summary = done.stdout.splitlines()
    assert summary == "13 sources looked at, 13 in order"
    for line, (name, home) in zip(lines, homes.items(), strict=True):
        assert line.startswith(f"{name.replace('_', '-')}: ok · {name} (")
        assert f" · report column {home}" in line


def test_a_check_asks_for_three_pages_and_keeps_them_like_any_capture(sampled):
    data = sampled[0]
    asked = rows(data, "SELECT source_id, count(*) AS n FROM captures GROUP BY 1")
    assert {row["source_id"]: row["n"] for row in asked} == {
        "sample-trs": 3, "sample-hanweb": 3, "sample-generic": 3,
    }  # fmt: skip
    assert rows(data, "SELECT * FROM frontier") == []
    assert rows(data, "SELECT * FROM triage") == []
    (run,) = rows(data, "SELECT command, outcome FROM runs")
    assert run == {"command": "sources check", "outcome": "complete"}


def test_what_was_only_looked_at_is_still_untried(sampled, nianbao):
    data, registry, _, homes = sampled
    args = ("sources", "list", "--data", data, "--sources", registry)
    listed = json.loads(nianbao(*args, "--json").stdout)["sources"]
    assert [
        (r["id"], r["family"], r["state"], r["reports"], r["column"]) for r in listed
    ] == [
        ("sample-trs", "trs", "untried", 0, homes["sample-trs"] + "zfxxgk/zfxxgknb/"),
        (
            "sample-hanweb",
            "hanweb",
            "untried",
            0,
            homes["sample-hanweb"] + "col/col1001/index.html",
        ),
        (
            "sample-generic",
            None,
            "untried",
            0,
            homes["sample-generic"] + "xxgk/zfxxgknb/",
        ),
    ]
    head, first, *_, last = nianbao(*args).stdout.splitlines()
    assert head.split() == [
        "id", "name", "level", "family", "state", "last", "ok", "reports",
    ]  # fmt: skip
    assert first.split()[:5] == [
        "sample-trs", "云川市人民政府", "city", "trs", "untried",
    ]  # fmt: skip
    assert last == "3 sources, 0 of them tried"


def test_a_check_tells_each_trouble_in_its_line_and_exits_1(tmp_path, nianbao):
    closed = page("User-agent: *\nDisallow: /\n", kind="text/plain")
    wall = page("<script>$_ts=window['$_ts'];</script>", "412 Precondition Failed")
    portals = {
        "closed": {"/robots.txt": closed, "/": page(WAY_IN)},
        "walled": {"/robots.txt": ROBOTS, "/": wall},
        "dead": {"/robots.txt": ROBOTS},
        "barren": {"/": page("<a href='/news/'>新闻</a>")},
        "dead-end": {"/": page(WAY_IN), "/zfxxgk/": page("<p>建设中</p>")},
        "stranger": {
            "/": page(
                '<meta name="SiteIDCode" content="3706830012">'
                '<a href="/nb/">政府信息公开年报</a>'
            ),
        },
        "away": {"/": page("", "301 Moved", Location="http://www.elsewhere.gov.cn/")},
    }
    wires = {name: Wire(replies) for name, replies in portals.items()}
    registry = tmp_path / "portals.yml"
    registry.write_text("".join(entry(n, w.home) for n, w in wires.items()), "utf-8")
    for wire in wires.values():
        wire.__enter__()
    try:
        done = nianbao(
            "sources", "check", "--sources", registry, "--data", tmp_path / "data",
            "--json", code=1, **LOOPBACK,
        )  # fmt: skip
    finally:
        for wire in wires.values():
            wire.__exit__()
    checked = {p["source_id"]: p for p in json.loads(done.stdout)["checked"]}
    homes = {name: wire.home for name, wire in wires.items()}
    assert {n: (p["state"], p["trouble"], p["robots"]) for n, p in checked.items()} == {
        "closed": (
            "robots",
            "robots: robots.txt forbids the home page",
            "forbidden",
        ),
        "walled": ("blocked", checked["walled"]["trouble"], "allowed"),
        "dead": ("unreachable", "not_found: HTTP 404", "allowed"),
        "barren": ("empty", "no link leads to one", "none"),
        "dead-end": (
            "empty",
            f"none behind {homes['dead-end']}zfxxgk/",
            "none",
        ),
        "stranger": ("ok", None, "none"),
        "away": (
            "unreachable",
            "error: redirects to another host, www.elsewhere.gov.cn",
            "none",
        ),
    }
    assert checked["walled"]["trouble"].startswith("blocked: ")
    assert checked["stranger"]["column"] == f"{homes['stranger']}nb/"
    said = json.loads(done.stdout)
    assert said["summary"] == "7 sources looked at, 0 in order"
    assert (
        "stranger needs a person: quarantined: SiteIDCode 3706830012 is of another"
        " region than 990101"
    ) in said["attention"]
    states = rows(tmp_path / "data", "SELECT source_id, state FROM sources")
    assert {r["source_id"]: r["state"] for r in states} == {
        "closed": "robots", "walled": "blocked", "dead": "unreachable",
        "barren": "empty", "dead-end": "empty", "stranger": "untried",
        "away": "unreachable",
    }  # fmt: skip


def test_loopback_is_refused_without_allow_net(tmp_path, nianbao):
    registry = tmp_path / "portals.yml"
    with Wire({"/": page(WAY_IN)}) as wire:
        registry.write_text(entry("linlan", wire.home), "utf-8")
        done = nianbao(
            "sources", "check", registry, "--data", tmp_path / "data", code=1
        )
        assert wire.requests == []
    assert "linlan: unreachable" in done.stdout
    assert "is not public (allow its range with --allow-net)" in done.stdout


def test_entries_are_read_without_asking_anybody(tmp_path):
    registry = tmp_path / "portals.yml"
    check = ["check", "--data", str(tmp_path / "data")]
    offline = [*check, str(registry), "--offline"]
    registry.write_text(entry("linlan", "http://www.linlan.gov.cn/"), "utf-8")
    assert CliRunner().invoke(sources, offline).stdout == "1 sources are in order\n"
    registry.write_text(entry("linlan", "ftp://www.linlan.gov.cn/"), "utf-8")
    error = CliRunner().invoke(sources, offline).exception
    assert "home: expected an http or https address" in str(error)
    error = CliRunner().invoke(sources, check).exception
    assert str(error) == "name sources or registry files to check, or say --all"
    assert not (tmp_path / "data").exists()


# ----------------------------------------------------------------------------- add


def add(nianbao, folder: Path, url: str, *more: str, code: int = 0):
    return nianbao(
        "sources", "add", url, "--data", folder / "data",
        "--sources", folder / "mine.yml", "--fixtures", folder / "fixtures",
        *more, code=code, **LOOPBACK,
    )  # fmt: skip


def run_test(folder: Path) -> subprocess.CompletedProcess[str]:
    return forker.run(
        ["-m", "pytest", "-q", "-p", "no:cacheprovider",
         "--rootdir", str(folder), str(folder)],
        cwd=ROOT, env=dict(os.environ), timeout=60,
    )  # fmt: skip


def test_adding_a_portal_writes_entry_fixture_and_a_test_that_fails(tmp_path, nianbao):
    replies = small_portal()
    head = (
        '<meta name="SiteName" content="莱州市政府门户网站">'
        '<meta name="SiteIDCode" content="3706830012">'
    )
    replies["/"] = page(f"<html><head>{head}</head><body>{WAY_IN}</body></html>")
    (tmp_path / "mine.yml").write_text("# mine\n" + entry("a", "http://a.gov.cn/"))
    with Wire(replies) as wire:
        refused = add(nianbao, tmp_path, wire.home, code=1)
        assert "is an address by number and no source names it" in refused.stdout
        assert len(load_registry(tmp_path / "mine.yml")) == 1
        done = add(
            nianbao, tmp_path, wire.home, "--accept", "a rehearsal", "--id", "lz-new"
        )
        assert wire.paths()[-4:] == [
            "/robots.txt", "/", "/zfxxgk/", "/zfxxgk/zfxxgknb/",
        ]  # fmt: skip
        twice = add(nianbao, tmp_path, wire.home, code=2)
        assert f"{wire.home} is in the registry already, as 'lz-new'" in twice.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == f"lz-new added to {tmp_path / 'mine.yml'}"
    assert "the trs adapter reads 4 reports, 0 sub-columns and 1 further pages" in lines
    text = (tmp_path / "mine.yml").read_text("utf-8")
    assert text.startswith("# mine\n")
    source = load_registry(tmp_path / "mine.yml")[1]
    assert (source.source_id, source.name, source.adcode, source.level) == (
        "lz-new", "莱州市人民政府", "370683", "county",
    )  # fmt: skip
    assert source.note == "untried; accepted by hand: a rehearsal"
    fixtures = tmp_path / "fixtures"
    assert (fixtures / "lz_new_list.html").read_bytes() == replies[
        "/zfxxgk/zfxxgknb/"
    ].partition(b"\r\n\r\n")[2]
    failed = run_test(fixtures)
    assert failed.returncode == 1
    assert "write down what the page shows (REPORTS)" in failed.stdout
    column = f"{wire.home}zfxxgk/zfxxgknb/"
    reports = [
        (f"{column}202401/t20240118_31.html", "2024-01-18"),
        (f"{column}202401/t20240110_30.html", "2024-01-10"),
        (f"{column}202301/t20230117_21.html", "2023-01-17"),
        (f"{column}202201/t20220117_11.html", "2022-01-17"),
    ]
    test = fixtures / "test_lz_new.py"
    filled = test.read_text("utf-8").replace(
        "NEXT_PAGES: list[str] = []",
        f"NEXT_PAGES: list[str] = [{column + 'index_1.html'!r}]",
    )
    start, end = filled.index("REPORTS: "), filled.index("#: Addresses")
    test.write_text(f"{filled[:start]}REPORTS = {reports!r}\n{filled[end:]}", "utf-8")
    assert run_test(fixtures).returncode == 0


def test_adding_asks_for_what_the_page_does_not_say(tmp_path, nianbao):
    with Wire({"/": page("<title>朝阳区人民政府</title>" + WAY_IN)}) as wire:
        done = add(nianbao, tmp_path, wire.home, "--accept", "x", code=2)
    assert "may be of 110105 (北京市朝阳区) or 220104" in done.stderr
    assert not (tmp_path / "mine.yml").exists()


def test_a_portal_without_a_column_is_added_and_a_person_is_asked(tmp_path, nianbao):
    with Wire({"/": page("<title>莱州市人民政府</title>")}) as wire:
        done = add(nianbao, tmp_path, wire.home, "--accept", "x", "--id", "lz", code=1)
    assert "! lz: no list page: no link leads to one. Find the report column" in (
        done.stdout
    )
    assert load_registry(tmp_path / "mine.yml")[0].adcode == "370683"
    assert not (tmp_path / "fixtures").exists()


def test_a_portal_that_does_not_answer_is_not_added(tmp_path, nianbao):
    with Wire({"/robots.txt": ROBOTS}) as wire:
        done = add(nianbao, tmp_path, wire.home, code=1)
    assert f"nothing was added: {wire.home} unreachable" in done.stdout
    assert not (tmp_path / "mine.yml").exists()


@pytest.mark.parametrize(
    ("url", "more", "said"),
    [
        ("www.a.gov.cn", (), "expected an http or https address, found 'www.a.gov.cn'"),
        ("http://a.gov.cn/", ("--level", "shire"), "--level: expected one of national"),
        ("http://a.gov.cn/", ("--adcode", "37"), "--adcode: expected a division code"),
        (load_registry()[0].home, (), "is in the registry already, as "),
    ],
)
def test_bad_arguments_of_add_are_refused_before_anybody_is_asked(
    url, more, said, tmp_path
):
    data = str(tmp_path / "data")
    done = CliRunner().invoke(sources, ["add", url, "--data", data, *more])
    assert isinstance(done.exception, UsageError)
    assert said in str(done.exception)
    assert not (tmp_path / "data").exists()


def test_a_column_elsewhere_than_known_has_moved():
    seen, old, new = Probed("linlan"), "http://a.gov.cn/nb/", "http://a.gov.cn/gknb/"
    moved = column_found(seen, new, None, known=old)
    assert (moved.state, moved.column, moved.needs_person) == ("moved", new, False)
    assert f"report column {new} (on the home page), was {old}" in moved.line()
    assert column_found(seen, old, None, known=old).state == "ok"


def test_a_page_without_signs_is_known_by_the_shape_of_its_links():
    text = item("/art/2024/1/18/art_1_2.html", TITLE.format(2023), "") * 3
    other = item("/art/2023/1/18/art_1_1.html", TITLE.format(2022), "")

    def answer(body: str) -> HttpResponse:
        return HttpResponse(200, "OK", (), b"", body.encode(), body.encode())

    url = "http://www.linlan.gov.cn/"
    plain = '<a href="/about.html">x</a>'
    assert family_of(answer(plain), url) == ("generic", ())
    family, signs = family_of(answer(plain + text + other), url)
    assert family == "hanweb"
    assert len(signs) >= 1
