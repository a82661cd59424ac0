"""What is new trouble, what is known, what is over."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from archive import alarmfeed, alarms, hook, ledger, troubles
from archive.alarms import Trouble
from archive.catalog import Catalog
from archive.columns import Column, Columns
from archive.datadir import DataDir
from archive.errors import UsageError
from archive.frontier import Found, Frontier
from archive.records import Source
from archive.reindex import rebuild

DOWN = Trouble("unreachable", "laizhou", "laizhou 莱州 could not be reached: timeout")
WALL = Trouble("wall", "yantai", "yantai 烟台: 3 pages are behind a wall: blocked")
LAIZHOU = Source("laizhou", "莱州", "370683", "county", "https://www.laizhou.gov.cn/")
TODAY = date(2026, 5, 1)


class Days:
    """A clock that a test winds on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def days():
    return Days()


@pytest.fixture
def catalog(tmp_path, days):
    with Catalog(tmp_path / "catalog.db", clock=days) as found:
        yield found


def test_trouble_is_raised_once_and_alarms_for_as_long_as_it_lasts(catalog, days):
    first = alarms.settle(catalog, [DOWN], run_id="run-1")
    days.now = datetime(2026, 5, 2, 2, tzinfo=UTC)
    second = alarms.settle(catalog, [DOWN, WALL], run_id="run-2")
    assert [one.kind for one in first.raised] == ["unreachable"]
    assert [one.kind for one in second.raised] == ["wall"]
    assert [(o.kind, o.raised_at[:10], o.run_id) for o in second.open] == [
        ("unreachable", "2026-05-01", "run-1"),
        ("wall", "2026-05-02", "run-2"),
    ]


def test_what_is_acknowledged_alarms_no_more_until_it_comes_back(catalog, days):
    (raised,) = alarms.settle(catalog, [DOWN]).raised
    (known,) = alarms.acknowledge(catalog, [raised.alarm_id[:5]], by="王", note="搬迁")
    assert (known.state, known.note) == ("acknowledged", "搬迁")
    assert alarms.settle(catalog, [DOWN]).open == ()
    over = alarms.settle(catalog, [])
    assert [one.state for one in over.resolved] == ["over"]
    days.now = datetime(2026, 6, 1, tzinfo=UTC)
    again = alarms.settle(catalog, [DOWN])
    assert [(o.raised_at[:10], o.acknowledged_at) for o in again.open] == [
        ("2026-06-01", None)
    ]


def test_what_was_not_looked_at_is_as_it_was(catalog):
    alarms.settle(catalog, [DOWN, WALL])
    settled = alarms.settle(catalog, [], judged=lambda kind, subject: kind == "wall")
    assert [one.kind for one in settled.lasting] == ["unreachable"]


def test_a_night_without_news_leaves_the_rows_as_they_were(catalog, days):
    alarms.settle(catalog, [DOWN])
    before = catalog.rows("SELECT * FROM alarms")
    days.now = datetime(2026, 5, 9, tzinfo=UTC)
    alarms.settle(catalog, [DOWN])
    assert catalog.rows("SELECT * FROM alarms") == before


def test_an_id_that_names_none_or_too_little_acknowledges_nothing(catalog):
    (raised,) = alarms.settle(catalog, [DOWN]).raised
    for wrong in ("ffffffff", raised.alarm_id[:3], ""):
        with pytest.raises(UsageError, match="expected the id of one alarm"):
            alarms.acknowledge(catalog, [raised.alarm_id, wrong])
    assert alarms.lasting(catalog)[0].state == "open"


def test_an_acknowledgement_is_told_by_the_warc_files_alone(tmp_path):
    data = DataDir(tmp_path).prepare()
    with Catalog(data.catalog) as catalog:
        ledger.keep(catalog, data.warc)
        run_id = catalog.start_run("update")
        with catalog.atomic():
            (raised,) = alarms.settle(catalog, [DOWN], run_id=run_id).raised
            alarms.acknowledge(catalog, None, by="王", note="搬迁中")
            catalog.finish_run(run_id, "complete", {})
        before = alarms.listing(catalog)
    data.catalog.unlink()
    rebuild(data)
    with Catalog(data.catalog) as catalog:
        assert alarms.listing(catalog) == before
    assert before[0].alarm_id == raised.alarm_id


# --------------------------------------------------------- what the catalogue shows


def enter(catalog: Catalog, state: str, *links: Found) -> Frontier:
    catalog.put_source(LAIZHOU, state=state)
    frontier = Frontier(catalog)
    frontier.add("laizhou", [Found(LAIZHOU.home, "home"), *links])
    return frontier


def test_an_alarm_of_older_software_is_told_in_chinese_from_the_next_run_on(catalog):
    alarms.settle(catalog, [Trouble("robots", "laizhou", "closed")])
    alarms.settle(catalog, [Trouble("robots", "laizhou", "closed", "不允许访问")])
    (one,) = alarms.listing(catalog)
    assert (one.message, one.message_zh) == ("closed", "不允许访问")


def test_trouble_is_told_in_chinese_too(catalog):
    enter(catalog, "robots")
    (trouble,) = troubles.find(catalog, TODAY)
    assert trouble.message_zh == "laizhou 莱州 的 robots.txt 不允许访问"


def fail(frontier: Frontier, reason: str) -> None:
    row = frontier.next("laizhou")
    assert row is not None
    frontier.failed(row, reason)


def found(catalog: Catalog) -> list[tuple[str, str, str]]:
    return [(t.kind, t.subject, t.message) for t in troubles.find(catalog, TODAY)]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("unreachable", "could not be reached"),
        ("blocked", "is behind a wall"),
        ("robots", "is closed by robots.txt"),
        ("empty", "yielded no link to a report"),
    ],
)
def test_a_portal_in_trouble_is_named_with_its_reason(catalog, state, said):
    fail(enter(catalog, state), "because")
    assert found(catalog) == [(state, "laizhou", f"laizhou 莱州 {said}: because")]


def test_a_portal_that_is_well_or_was_never_tried_is_no_trouble(catalog):
    enter(catalog, "ok")
    catalog.put_source(Source("b", "乙", "370600", "city", "https://b.gov.cn/"))
    assert found(catalog) == []


def test_a_home_page_that_fails_is_trouble_though_known_pages_answer(catalog):
    fail(enter(catalog, "ok"), "not_found: HTTP 404")
    assert found(catalog) == [
        (
            "home_fails",
            "laizhou",
            "laizhou 莱州: the home page fails, only known pages answer: "
            "not_found: HTTP 404",
        )
    ]


def test_a_column_that_moved_is_told_apart_from_one_that_is_lost(catalog):
    enter(catalog, "moved")
    at = "2026-05-01T00:00:00.000000Z"
    for url, moved_to in (("https://a/1/", "https://a/3/"), ("https://a/2/", None)):
        Columns(catalog).put(
            Column(
                "laizhou",
                url,
                failed_at=at,
                reason="not_found: HTTP 404",
                moved_to=moved_to,
                updated_at=at,
            )
        )
    assert [(kind, subject) for kind, subject, _ in found(catalog)] == [
        ("column_moved", "laizhou https://a/1/"),
        ("column_lost", "laizhou https://a/2/"),
    ]


def test_pages_behind_a_wall_are_one_alarm_of_their_portal(catalog):
    pages = [Found(f"https://www.laizhou.gov.cn/{n}", "report") for n in (1, 2)]
    frontier = enter(catalog, "ok", *pages)
    row = frontier.next("laizhou")
    frontier.done(row, None)
    fail(frontier, "blocked: HTTP 412")
    fail(frontier, "blocked: HTTP 412")
    assert found(catalog) == [
        (
            "wall",
            "laizhou",
            "laizhou 莱州: 2 pages are behind a wall: blocked: HTTP 412",
        )
    ]


def fixity(catalog: Catalog, run_id: str, records: int, *damaged: int) -> None:
    catalog.db.table("runs").insert(
        {"run_id": run_id, "started_at": run_id, "command": "fixity"}
    )
    event = {"run_id": run_id, "checked_at": run_id, "file": "a.warc.gz"}
    outcome = "fail" if damaged else "pass"
    catalog.db.table("fixity_events").insert(
        event | {"object": "file", "outcome": outcome, "records": records}
    )
    for offset in damaged:
        catalog.db.table("fixity_events").insert(
            event
            | {
                "object": "record",
                "warc_offset": offset,
                "outcome": "fail",
                "detail": "CRC",
            }
        )


def test_damage_alarms_until_the_whole_file_was_read_and_found_well(catalog):
    fixity(catalog, "2026-1", 9, 100, 200)
    assert found(catalog) == [
        ("fixity", "a.warc.gz:100", "damaged: a.warc.gz:100: CRC"),
        ("fixity", "a.warc.gz:200", "damaged: a.warc.gz:200: CRC"),
    ]
    fixity(catalog, "2026-2", 3)  # a sample of other records
    assert len(found(catalog)) == 2
    fixity(catalog, "2026-3", 9)
    assert found(catalog) == []
    fixity(catalog, "2026-4", 2, 300)
    assert [subject for _, subject, _ in found(catalog)] == ["a.warc.gz:300"]


def test_status_tells_of_trouble_that_no_update_has_looked_at(tmp_path, nianbao):
    with Catalog(DataDir(tmp_path).prepare().catalog) as catalog:
        fixity(catalog, "2026-1", 9, 100)
    done = nianbao("status", "--data", tmp_path, code=1)
    assert "! damaged: a.warc.gz:100: CRC (since " in done.stdout
    assert done.stdout.endswith("; 1 alarms open, 0 acknowledged\n")
    nianbao("status", "--data", tmp_path, "--ack", "--all")
    done = nianbao("status", "--data", tmp_path)
    assert "known: damaged: a.warc.gz:100: CRC (since " in done.stdout


def put_reports(catalog: Catalog, year: int, count: int) -> None:
    catalog.db.table("agencies").insert(
        {"agency_id": "a", "name": "莱州", "kind": "government"}, ignore=True
    )
    for number in range(count):
        name = f"{year}-{number}"
        url = f"https://www.laizhou.gov.cn/{name}"
        Frontier(catalog).add("laizhou", [Found(url, "report")])
        catalog.db.table("documents").insert(
            {
                "sha256": name,
                "media_type": "text/html",
                "form": "html",
                "bytes": 1,
                "first_captured_at": "2026-01-01T00:00:00.000000Z",
            }
        )
        catalog.db.table("reports").insert(
            {
                "report_id": name,
                "agency_id": "a",
                "report_year": year,
                "title": name,
                "template": "gk2021",
                "scope": "own_organ",
                "status": "extracted",
                "source_url": url,
                "sha256": name,
                "version_no": 1,
                "n_versions": 1,
            }
        )
        catalog.db.table("report_documents").insert(
            {
                "report_id": name,
                "version_no": 1,
                "sha256": name,
                "role": "main",
                "url": url,
            }
        )


def test_far_fewer_reports_than_last_year_are_trouble_once_all_should_be_there(
    catalog,
):
    enter(catalog, "ok")
    put_reports(catalog, 2024, 5)
    put_reports(catalog, 2025, 2)
    assert found(catalog) == []  # not read to its end yet
    catalog.db.execute("UPDATE frontier SET state = 'done'")
    assert found(catalog) == [
        (
            "fewer",
            "laizhou 2025",
            "laizhou 莱州: 2 reports of 2025, 5 of the year before",
        )
    ]
    assert troubles.find(catalog, date(2026, 4, 14)) == ()
    put_reports(catalog, 2025 + 1, 1)
    catalog.db.execute("UPDATE reports SET report_year = 2025")
    catalog.db.execute("UPDATE frontier SET state = 'done'")
    assert found(catalog) == []


# ------------------------------------------------------------------ feed and hook


def test_the_feed_holds_what_lasts_and_what_is_over_with_ids_that_stay(
    catalog, tmp_path
):
    path = tmp_path / "public" / "alarms.atom"
    alarms.settle(catalog, [DOWN, Trouble("unreadable", "u", "坏\x00<b>&")])
    assert alarmfeed.write(path, alarms.listing(catalog)) is True
    assert alarmfeed.write(path, alarms.listing(catalog)) is False
    ids = entries(path, "id")
    alarms.settle(catalog, [DOWN])
    alarmfeed.write(path, alarms.listing(catalog))
    assert entries(path, "id") == ids
    assert entries(path, "title") == [
        "laizhou 莱州 could not be reached: timeout",
        "over: 坏<b>&",
    ]
    assert [p.name for p in path.parent.iterdir()] == ["alarms.atom"]


def test_feed_and_entries_have_what_rfc_4287_demands(catalog):
    alarms.settle(catalog, [DOWN])
    root = ET.fromstring(alarmfeed.render(alarms.listing(catalog)))
    atom = f"{{{alarmfeed.ATOM}}}"
    (entry,) = root.iter(f"{atom}entry")
    assert root.findtext(f"{atom}author/{atom}name") == "nianbao"
    for node in (root, entry):
        assert node.findtext(f"{atom}id", "").startswith("urn:uuid:")
        assert node.findtext(f"{atom}updated") == "2026-05-01T02:00:00.000000Z"
        assert node.findtext(f"{atom}title")
    assert entry.findtext(f"{atom}content") == (
        f"{DOWN.message} (since 2026-05-01) [{DOWN.alarm_id}]"
    )
    empty = ET.fromstring(alarmfeed.render([]))
    assert empty.findtext(f"{atom}updated") == "1970-01-01T00:00:00Z"


def test_the_feed_is_there_in_chinese_with_the_same_ids(catalog):
    trouble = Trouble("robots", "laizhou", "closed by robots.txt", "不允许访问")
    alarms.settle(catalog, [trouble, DOWN])
    atom = f"{{{alarmfeed.ATOM}}}"
    told = {}
    for lang in ("en", "zh"):
        root = ET.fromstring(alarmfeed.render(alarms.listing(catalog), lang))
        told[lang] = {
            entry.findtext(f"{atom}id"): entry.findtext(f"{atom}title")
            for entry in root.iter(f"{atom}entry")
        }
    assert list(told["en"]) == list(told["zh"])
    assert sorted(told["en"].values()) == ["closed by robots.txt", DOWN.message]
    assert sorted(told["zh"].values()) == [
        "需要处理：" + DOWN.message,
        "需要处理：不允许访问",
    ]


def entries(path: Path, tag: str) -> list[str | None]:
    atom = f"{{{alarmfeed.ATOM}}}"
    root = ET.parse(path).getroot()
    return [e.findtext(atom + tag) for e in root.iter(f"{atom}entry")]


def test_a_hook_gets_the_text_and_the_variables(tmp_path):
    out = tmp_path / "out"
    words = hook.parse(f"sh -c 'cat > {out}; echo \"$NIANBAO_RUN_ID\" >> {out}'")
    assert hook.call(words, "两条\n", {"NIANBAO_RUN_ID": "r1"}) is None
    assert out.read_text("utf-8") == "两条\nr1\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("sh -c 'echo nobody there >&2; exit 2'", "sh: exit code 2: nobody there"),
        ("/no/such/hook", "/no/such/hook: No such file or directory"),
        ("sh -c 'sleep 60 & wait'", "sh: not done after 0.3 seconds, ended"),
    ],
)
def test_a_hook_that_fails_or_hangs_says_so(command, said):
    assert hook.call(hook.parse(command), "text", {}, patience=0.3) == said


def test_a_hook_that_does_not_read_is_no_failure():
    assert hook.call(["true"], "x" * 1_000_000, {}) is None
