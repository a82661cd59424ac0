"""Which reports are expected, and what is said of those that are not here."""

from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from archive.catalog import Catalog
from archive.cli import coverage as command
from archive.coverage import Facts, judge, read, summary
from archive.coverage.expected import Life, life
from archive.coverage.facts import Authority, Found, Link, Portal, Vanished
from archive.datadir import DataDir
from archive.frontier import Found as Seen
from archive.frontier import Frontier
from archive.publish import publish
from archive.records import Agency, Capture, Document, Report, Source

TODAY = date(2026, 2, 15)
NOW = datetime(2026, 2, 15, 8, tzinfo=UTC)
GOV = Authority("990101-gov", "云川市人民政府", "government", "county", "990101")
HEALTH = Authority(
    "990101-dept-1", "云川市卫生健康局", "department", "county", "990101",
    "990101-gov", "health", county="云川市",
)  # fmt: skip
FAMILY = Authority(
    "990101-dept-2", "云川市人口和计划生育局", "department", "county", "990101",
    "990101-gov", "health", county="云川市",
)  # fmt: skip


def portal(
    state: str = "ok", last_ok_at: str | None = "2026-02-10T01:00:00Z"
) -> Portal:
    return Portal(
        "p", "云川市人民政府", "990101", "county", "http://p.gov.cn/", state,
        last_ok_at, "http://p.gov.cn/nb/", None,
    )  # fmt: skip


def found(who: Authority, year: int, status: str = "extracted", late: int | None = -3):
    report_id = f"{who.agency_id}-{year}"
    return Found(who.agency_id, year, report_id, status, late, None, f"http://p/{year}")


def facts(*reports: Found, portals=(), authorities=(GOV, HEALTH, FAMILY), **more):
    return Facts(
        {a.agency_id: a for a in authorities},
        reports,
        {p.source_id: p for p in portals},
        {r.agency_id: frozenset(p.source_id for p in portals) for r in reports},
        **more,
    )


def rows(known: Facts, today: date = TODAY):
    return [(e.report_year, e.state, e.basis, e.reason) for e in judge(known, today)]


def test_an_archive_of_files_names_only_the_years_between_two_reports():
    known = facts(found(HEALTH, 2019), found(HEALTH, 2021, late=5))
    assert rows(known) == [
        (2019, "found", "report", None),
        (2020, "missing", "years", "never_found"),
        (2021, "late", "report", None),
    ]


def test_after_the_last_report_years_are_missing_where_the_portal_was_looked_at():
    known = facts(found(HEALTH, 2022), portals=[portal()])
    of_health = [e for e in judge(known, TODAY) if e.agency_id == HEALTH.agency_id]
    assert [(e.report_year, e.state, e.basis, e.due_on) for e in of_health] == [
        (2022, "found", "report", "2023-01-31"),
        (2023, "missing", "since", "2024-01-31"),
        (2024, "missing", "since", "2025-01-31"),
        (2025, "missing", "since", "2026-01-31"),
    ]
    assert of_health[-1].url == "http://p.gov.cn/nb/"
    assert (of_health[-1].note, of_health[-1].note_zh) == (
        "not found on 云川市人民政府, last looked at 2026-02-10",
        "云川市人民政府 上没有找到，最近一次查看在 2026-02-10",
    )


def test_a_year_nobody_looked_for_since_its_date_has_no_row():
    known = facts(
        found(HEALTH, 2023), portals=[portal(last_ok_at="2025-12-31T00:00:00Z")],
        authorities=[HEALTH],
    )  # fmt: skip
    assert rows(known) == [
        (2023, "found", "report", None),
        (2024, "missing", "since", "never_found"),
    ]


def test_the_last_year_is_not_due_on_its_legal_date_and_due_the_day_after():
    known = facts(found(HEALTH, 2024), portals=[portal()], authorities=[HEALTH])
    assert rows(known, date(2026, 1, 31))[-1] == (2025, "not_due", "since", None)
    assert rows(known, date(2026, 2, 1))[-1] == (
        2025, "missing", "since", "never_found",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "reason"),
    [("blocked", "wall"), ("robots", "robots"), ("unreachable", "unreachable")],
)
def test_a_portal_that_shuts_us_out_makes_years_blocked(state, reason):
    known = facts(found(HEALTH, 2024), portals=[portal(state)], authorities=[HEALTH])
    assert rows(known)[-1] == (2025, "blocked", "since", reason)


def test_the_government_of_a_portal_must_report_since_2019():
    known = facts(portals=[portal()])
    assert {e.agency_id for e in judge(known, TODAY)} == {"990101-gov"}
    assert rows(known) == [
        *[
            (year, "missing", "registry", "never_found")
            for year in (2019, 2020, 2021, 2022, 2023, 2024)
        ],
        (2025, "not_due", "registry", None),
    ]


def test_a_portal_without_report_column_is_missing_for_that_reason():
    empty = Portal(
        "p", "云川市人民政府", "990101", "county", "http://p.gov.cn/", "empty",
        "2026-02-10T01:00:00Z", None, None,
    )  # fmt: skip
    assert rows(facts(portals=[empty]))[0] == (2019, "missing", "registry", "no_column")


def test_nothing_is_expected_of_a_portal_never_tried():
    assert rows(facts(portals=[portal("untried", None)])) == []


def test_a_column_with_a_year_of_most_members_expects_it_of_all():
    offices = [
        Authority(f"990101-dept-{n}", f"云川市第{n}局", "department", "county",
                  "990101", "990101-gov")
        for n in range(1, 6)
    ]  # fmt: skip
    reports = [found(o, 2021) for o in offices[:3]] + [found(o, 2022) for o in offices]
    known = facts(*reports, portals=[portal()], authorities=offices)
    entries = [e for e in judge(known, TODAY) if e.report_year == 2021]
    assert [(e.state, e.basis, e.column_found, e.column_known) for e in entries] == [
        ("found", "report", None, None),
        ("found", "report", None, None),
        ("found", "report", None, None),
        ("missing", "column", 3, 5),
        ("missing", "column", 3, 5),
    ]


def test_a_body_whose_line_of_work_another_took_over_is_expected_no_longer():
    known = facts(
        found(FAMILY, 2012), found(HEALTH, 2014), found(HEALTH, 2015),
        portals=[portal()], authorities=[HEALTH, FAMILY],
    )  # fmt: skip
    entries = [e for e in judge(known, TODAY) if e.agency_id == FAMILY.agency_id]
    assert [(e.report_year, e.state) for e in entries] == [
        (2012, "found"),
        (2013, "missing"),
    ]


def test_a_merged_county_is_expected_until_the_year_before_and_the_new_one_from_then():
    assert life("370684") == Life(None, 2019)  # 蓬莱市, into 蓬莱区 in 2020
    assert life("370614") == Life(2020, None)
    assert life("370812") == Life(None, None)  # 兖州区, 兖州市 before: the same
    assert life("990101") == Life()
    old = Authority("370684-gov", "蓬莱市人民政府", "government", "county", "370684")
    known = facts(found(old, 2018), portals=[portal()], authorities=[old])
    entries = [e for e in judge(known, TODAY) if e.agency_id == old.agency_id]
    assert [e.report_year for e in entries] == [2018, 2019]


def test_a_report_that_left_the_portal_later_is_still_found():
    gone = Vanished("990101-dept-1-2024", "2025-08-01T00:00:00Z", "urn:uuid:9")
    known = facts(found(HEALTH, 2024), vanished={gone.report_id: gone})
    (entry,) = judge(known, TODAY)
    assert (entry.state, entry.reason, entry.capture_id, entry.note) == (
        "found",
        "vanished",
        "urn:uuid:9",
        "left the portal by 2025-08-01, kept here",
    )
    assert entry.note_zh == "到 2025-08-01 已从门户上消失，此处仍有保存"


def test_an_unreadable_report_is_unreadable_unless_another_of_the_year_was_read():
    both = [found(HEALTH, 2024, "unreadable", None), found(HEALTH, 2024)]
    assert rows(facts(both[0])) == [(2024, "unreadable", "report", "not_read")]
    assert rows(facts(*both)) == [(2024, "found", "report", None)]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (("云川市卫生健康局2025年度报告", "not_found: HTTP 404"),
         ("missing", "not_found")),
        (("卫生健康局2025年政府信息公开年报", "blocked: captcha"),
         ("blocked", "wall")),
        (("云川市卫生健康局2025年度报告", "error: timeout"),
         ("blocked", "unreachable")),
    ],
)  # fmt: skip
def test_a_failing_link_that_names_authority_and_year_is_the_evidence(link, expected):
    made = Link("p", "http://p/x.html", link[0], None, link[1], "urn:uuid:3")
    known = facts(
        found(HEALTH, 2024), portals=[portal()], authorities=[HEALTH], links=[made]
    )
    entry = judge(known, TODAY)[-1]
    assert (entry.state, entry.reason) == expected
    assert (entry.url, entry.capture_id) == ("http://p/x.html", "urn:uuid:3")


def test_a_link_that_waits_to_be_asked_for_is_no_gap():
    made = Link("p", "http://p/x.html", "云川市卫生健康局2025年报", None, None)
    known = facts(
        found(HEALTH, 2024), portals=[portal()], authorities=[HEALTH], links=[made]
    )
    assert rows(known) == [(2024, "found", "report", None)]


def test_a_bare_title_belongs_to_the_authority_of_its_list_or_the_government():
    bare = "2025年政府信息公开工作年度报告"
    own = Link("p", "http://p/1", bare, "http://p/jkj/", "not_found: HTTP 404")
    main = Link("p", "http://p/2", bare, "http://p/nb/", "not_found: HTTP 404")
    other = Link("p", "http://p/3", f"某某局{bare}", "http://p/nb/", "not_found: x")
    known = facts(
        found(HEALTH, 2024), found(GOV, 2024), portals=[portal()],
        authorities=[HEALTH, GOV], links=[own, main, other],
        lists={("p", "http://p/jkj/"): frozenset({HEALTH.agency_id})},
    )  # fmt: skip
    entries = judge(known, date(2026, 4, 2))
    assert [(e.agency_id, e.url) for e in entries if e.report_year == 2025] == [
        (HEALTH.agency_id, "http://p/1"),
        (GOV.agency_id, "http://p/2"),
    ]


def test_a_document_that_could_not_be_read_is_unreadable():
    title = "云川市卫生健康局2025年报"
    made = Link("p", "http://p/x.pdf", title, None, "scan", "c", True)
    known = facts(
        found(HEALTH, 2024), portals=[portal()], authorities=[HEALTH], links=[made]
    )
    assert rows(known)[-1] == (2025, "unreadable", "since", "not_read")


# -------------------------------------------------------------- from a catalogue, whole


@pytest.fixture
def data(tmp_path) -> DataDir:
    made = DataDir(tmp_path).prepare()
    with Catalog(made.catalog, clock=lambda: NOW) as catalog:
        run = catalog.start_run("crawl")
        source = Source("p", "云川市人民政府", "990101", "county", "http://p.gov.cn/")
        catalog.put_source(source, state="ok", last_ok_at="2026-02-10T01:00:00Z")
        health = Agency(
            HEALTH.agency_id, HEALTH.name, "department", "county", "990101",
            parent_id="990101-gov", county="云川市",
        )  # fmt: skip
        url = "http://p.gov.cn/1.html"
        catalog.put_document(Document("aa", "text/html", "html", 9, None, None, "2026"))
        catalog.add_capture(
            Capture("urn:uuid:1", url, "2026", 200, "ok", "aa", "w", 0, 9, run, "p")
        )
        report = Report(
            f"{HEALTH.agency_id}-2023", health, 2023, "own_organ", "t", "gk2021",
            "extracted", published_on="2024-01-15", due_on="2024-01-31", days_late=-16,
        )  # fmt: skip
        catalog.put_report(report, 1, 1, "aa", url)
        catalog.put_version(report, 1, "aa", "2026", "first")
        catalog.put_report_document(report.report_id, 1, "aa", "main", url)
        frontier = Frontier(catalog, clock=lambda: NOW)
        title = "云川市卫生健康局2024年政府信息公开工作年度报告"
        frontier.add("p", [Seen("http://p.gov.cn/2.html", "report", title)])
        with catalog.atomic():
            catalog.db.execute(
                "UPDATE frontier SET state = 'failed', reason = 'not_found: HTTP 404'"
            )
    return made


def test_the_catalogue_tells_the_same_and_publication_writes_it(data):
    with Catalog(data.catalog) as catalog:
        entries = judge(read(catalog.db.conn), TODAY)
        publish(data, catalog, clock=lambda: NOW)
    import sqlite3

    with sqlite3.connect(data.published) as db:
        stored = db.execute(
            "SELECT agency_id, report_year, state, basis, reason, url FROM coverage"
        ).fetchall()
        gov = db.execute("SELECT name, kind FROM agencies WHERE agency_id LIKE '%gov'")
        assert gov.fetchall() == [("云川市人民政府", "government")]
    health = HEALTH.agency_id
    page = "http://p.gov.cn/"
    assert stored == [
        (health, 2023, "found", "report", None, f"{page}1.html"),
        (health, 2024, "missing", "since", "not_found", f"{page}2.html"),
        (health, 2025, "missing", "since", "never_found", page),
        *[
            ("990101-gov", year, "missing", "registry", "never_found", page)
            for year in range(2019, 2025)
        ],
        ("990101-gov", 2025, "not_due", "registry", None, None),
    ]
    assert stored == [
        (e.agency_id, e.report_year, e.state, e.basis, e.reason, e.url) for e in entries
    ]


def test_years_state_their_denominator_and_leave_out_what_is_not_due(data):
    with Catalog(data.catalog) as catalog:
        known = read(catalog.db.conn)
    entries = judge(known, TODAY)
    last = summary.years(entries)[-1]
    assert (last.report_year, last.here, last.due, last.percent) == (2025, 0, 1, 0.0)
    only = summary.chosen(entries, known.authorities, 2023)
    assert [(e.agency_id, e.state) for e in only] == [
        (HEALTH.agency_id, "found"),
        ("990101-gov", "missing"),
    ]
    assert summary.chosen(entries, known.authorities, adcode="37") == []


def test_the_command_prints_years_and_what_is_missing(data, monkeypatch):
    monkeypatch.setattr("archive.clock.utc_now", lambda: NOW)
    done = CliRunner().invoke(command, ["--data", str(data.root), "--year", "2024"])
    assert done.exit_code == 0
    assert "here/expected" in done.output
    assert "0/2" in done.output
    link = "2024  missing     云川市卫生健康局: link fails: not_found: HTTP 404"
    assert link in done.output
    assert done.output.splitlines()[-1] == (
        "0 of 2 expected reports are here, of 2 authorities, as of 2026-02-15"
    )
