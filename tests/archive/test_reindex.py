"""The catalogue is made again from the WARC files alone."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from archive import ledger
from archive.catalog import Catalog
from archive.frontier import Found, Frontier
from archive.records import Capture
from archive.reindex import rebuild
from archive.warc import IMPORTED, WarcStore
from tests.archive.small_archive import Small, build, exchange


@pytest.fixture
def small(tmp_path) -> Small:
    return build(tmp_path / "data")


def rows(small: Small, sql: str) -> list[dict]:
    with Catalog(small.data.catalog) as catalog:
        return catalog.rows(sql)


def test_every_column_of_every_capture_comes_back(small):
    """Also what no byte of the response says: portal, outcome, reason, trust."""
    sql = "SELECT * FROM captures ORDER BY warc_offset"
    before = rows(small, sql)
    result = rebuild(small.data)
    after = rows(small, sql)
    # the local file was given no validators by hand
    before[-1]["etag"] = None
    assert after == before
    assert result.captures == 8
    assert (after[6]["outcome"], after[6]["reason"]) == (
        "blocked",
        "页面写着 访问过于频繁",
    )
    assert (after[0]["tls_verified"], after[0]["source_id"]) == (0, "laizhou")


def test_the_old_catalogue_is_kept_beside(small):
    before = small.data.catalog.read_bytes()
    result = rebuild(small.data)
    assert result.kept_as and result.kept_as.startswith("catalog.db.before-")
    assert (small.data.root / result.kept_as).read_bytes() == before
    left = sorted(p.name for p in small.data.root.glob("catalog.db*"))
    assert left == ["catalog.db", result.kept_as]


def test_no_catalogue_is_needed(small):
    before = rows(small, "SELECT capture_id FROM captures ORDER BY 1")
    small.data.catalog.unlink()
    result = rebuild(small.data)
    assert result.kept_as is None
    assert rows(small, "SELECT capture_id FROM captures ORDER BY 1") == before


def test_a_run_without_ledger_is_said_and_its_captures_are_candidates(small):
    result = rebuild(small.data)
    assert result.problems == [
        f"run {small.run_id} left no ledger: its captures are taken for candidates"
    ]
    # of eight captures: not moved, gone, cut or blocked; once per content and address
    assert [r["url"] for r in rows(small, "SELECT url FROM triage ORDER BY url")] == [
        "file:///报告.txt",
        "https://a.example/again",
        "https://a.example/coded",
        "https://a.example/page",
    ]
    (source,) = rows(small, "SELECT * FROM sources")
    assert (source["source_id"], source["home"]) == ("laizhou", "https://a.example/")


def test_the_ledger_gives_back_portals_links_and_runs(small):
    with Catalog(small.data.catalog) as catalog:
        ledger.keep(catalog, small.data.warc)
        frontier = Frontier(catalog)
        frontier.add(
            "laizhou",
            [
                Found(
                    "https://a.example/page",
                    "report",
                    "莱州市2024年年度报告",
                    "2025-01-20",
                    "https://a.example/list",
                    3,
                )
            ],
        )
        row = frontier.next("laizhou")
        assert row is not None
        frontier.done(row, small.captures["page"].capture_id)
        catalog.finish_run(small.run_id, "complete", {"reports": 1})
    tables = ("frontier", "sources", "runs")
    before = {t: rows(small, f"SELECT * FROM {t}") for t in tables}
    small.data.catalog.unlink()
    assert rebuild(small.data).problems == []
    after = {t: rows(small, f"SELECT * FROM {t}") for t in tables}
    after["runs"] = [r for r in after["runs"] if r["command"] != "reindex"]
    assert after == before
    assert after["frontier"][0]["list_date"] == "2025-01-20"
    assert after["runs"][0]["ledger_file"].endswith("-ledger00001.warc.gz")


def test_a_run_that_brought_nothing_leaves_no_ledger(small):
    with Catalog(small.data.catalog) as catalog:
        ledger.keep(catalog, small.data.warc)
        run_id = catalog.start_run("check")
        catalog.finish_run(run_id, "complete", {})
    assert [p.name for p in small.data.warc.iterdir()] == [small.file.name]


def test_decisions_of_people_survive_in_the_ledger_and_in_the_old_catalogue(small):
    def decide(fingerprint: str) -> None:
        with catalog.atomic():
            catalog.upsert(
                "check_reviews",
                {
                    "fingerprint": fingerprint,
                    "decision": "confirmed",
                    "note": "电话核实",
                    "reviewed_at": "2030-01-01T00:00:00.000000Z",
                },
            )

    with Catalog(small.data.catalog) as catalog:
        ledger.keep(catalog, small.data.warc)
        decide("one")
        catalog.finish_run(small.run_id, "complete", {})
        decide("two")
    result = rebuild(small.data)
    assert result.carried["check_reviews"] == 1
    found = rows(small, "SELECT fingerprint, note FROM check_reviews ORDER BY 1")
    assert found == [
        {"fingerprint": "one", "note": "电话核实"},
        {"fingerprint": "two", "note": "电话核实"},
    ]
    small.data.catalog.unlink()
    rebuild(small.data)
    assert len(rows(small, "SELECT * FROM check_reviews")) == 1


def test_an_unreadable_old_catalogue_is_said_and_put_aside(small):
    small.data.catalog.write_bytes(b"no database at all" * 500)
    result = rebuild(small.data)
    assert any("the old catalogue" in problem for problem in result.problems)
    assert result.captures == 8


def test_damaged_records_are_named_and_the_others_taken(small):
    wall = small.captures["wall"]
    with small.file.open("r+b") as stream:
        stream.seek(wall.warc_offset + 100)
        stream.write(b"\xff\x00\xff")
    result = rebuild(small.data)
    assert result.captures == 7
    assert result.problems[0].startswith(
        f"{small.file.name} at offset {wall.warc_offset}: not readable"
    )


def test_a_revisit_of_a_lost_record_stays_a_revisit(small):
    page = small.captures["page"]
    with small.file.open("r+b") as stream:
        stream.seek(page.warc_offset + 100)
        stream.write(b"\xff\x00\xff")
    result = rebuild(small.data)
    again = small.captures["again"]
    assert any(page.capture_id in p and "revisit" in p for p in result.problems)
    (row,) = rows(small, "SELECT * FROM captures WHERE outcome = 'revisit'")
    assert (row["capture_id"], row["sha256"]) == (again.capture_id, None)


def test_fields_of_ours_in_records_of_others_are_not_believed(small):
    """Who plants a ledger or a portal in a WARC that is taken in gains nothing."""
    sent = exchange("http://evil.example/", "200 OK", b"hello")
    with WarcStore(small.data.warc, run_id="x-1", series=IMPORTED) as store:
        capture = store.append(sent, source_id="laizhou", outcome="blocked")
        review = {
            "fingerprint": "f",
            "decision": "confirmed",
            "reviewed_at": "2026-01-31T08:00:00.000000Z",
        }
        store.append_metadata(
            {"table": "check_reviews", "rows": [review]},
            {ledger.FIELD: "check_reviews"},
        )
    rebuild(small.data)
    (row,) = rows(
        small, f"SELECT * FROM captures WHERE capture_id = '{capture.capture_id}'"
    )
    assert (row["source_id"], row["outcome"], row["run_id"]) == (None, "ok", "x-1")
    assert rows(small, "SELECT * FROM check_reviews") == []


def test_the_command_names_what_it_did(small, nianbao):
    done = nianbao("reindex", "--data", small.data.root, "--json", code=1)
    printed = json.loads(done.stdout)
    assert (printed["captures"], printed["files"]) == (8, 1)
    assert printed["kept_as"].startswith("catalog.db.before-")


def test_without_warc_files_nothing_is_touched(tmp_path, nianbao):
    done = nianbao("reindex", "--data", tmp_path, code=2)
    assert "there are no WARC files" in done.stderr


def test_a_capture_is_what_its_record_says(small):
    """The writer's capture and the one made from its record are the same."""
    rebuild(small.data)
    with Catalog(small.data.catalog) as catalog:
        for capture in small.captures.values():
            found = catalog.capture(capture.capture_id)
            assert isinstance(found, Capture)
            assert asdict(found) == asdict(capture)
