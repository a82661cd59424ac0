"""A report column that moved is found again; one that is gone is an alarm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.health import SourceCounts, health, troubles
from tests.crawler.dry import HOME, NOTHING, SOURCE, DryPortal, Page, listing, report

OLD, NEW = "/zfxxgk/zfxxgknb/", "/zwgk/xxgknb/"
TITLE = "临澜县{}2020年政府信息公开工作年度报告"
EMPTY = Page("<html><body><h1>栏目</h1><p>正在建设</p></body></html>")
DAYS = tuple(f"2026-03-{day:02}T02:00:00+00:00" for day in range(1, 6))
BASE = HOME[:-1]


def column(folder: str) -> dict[str, Page]:
    """A report column of two reports."""
    return {
        folder: listing(
            (f"{folder}1.html", TITLE.format("教育局")),
            (f"{folder}2.html", TITLE.format("财政局")),
        ),
        f"{folder}1.html": report("临澜县教育局"),
        f"{folder}2.html": report("临澜县财政局"),
    }


def pages(*columns: str) -> dict[str, Page]:
    """Home, platform and report columns."""
    links = "".join(f'<a href="{c}">政府信息公开年报</a>' for c in columns)
    found = {
        "/": Page('<a href="/zfxxgk/">政府信息公开</a><a href="/news/">新闻</a>'),
        "/zfxxgk/": Page(links),
    }
    for folder in columns:
        found |= column(folder)
    return found


@pytest.fixture
def portal(tmp_path):
    return DryPortal(tmp_path, pages(OLD))


def columns(portal) -> dict[str, tuple]:
    """path → (works, reason, path it moved to)"""
    return {
        row["url"].removeprefix(BASE): (
            row["first_ok_at"] is not None and row["failed_at"] is None,
            row["reason"],
            row["moved_to"] and row["moved_to"].removeprefix(BASE),
        )
        for row in portal.catalog.rows("SELECT * FROM report_columns")
    }


def state(portal) -> tuple[str, str | None]:
    (row,) = portal.catalog.rows("SELECT state, column_url FROM sources")
    return row["state"], row["column_url"] and row["column_url"].removeprefix(BASE)


def lines(counts: SourceCounts) -> list[str]:
    return list(troubles("linlan", counts))


def test_the_column_found_from_home_is_stored_with_its_dates(portal):
    assert lines(portal.run(DAYS[0])) == []
    portal.run(DAYS[1])  # nothing but 304
    assert state(portal) == ("ok", OLD)
    assert portal.catalog.rows("SELECT * FROM report_columns") == [
        {
            "source_id": "testing",
            "url": f"{BASE}{OLD}",
            "via": f"{HOME}zfxxgk/",
            "first_ok_at": "2026-03-01T02:00:00.000000Z",
            "last_ok_at": "2026-03-02T02:00:00.000000Z",
            "failed_at": None,
            "reason": None,
            "moved_to": None,
            "updated_at": "2026-03-02T02:00:00.000000Z",
        }
    ]


GONE = {
    "404": (NOTHING, "not_found: HTTP 404"),
    "soft 404": (
        Page("<title>您访问的页面不存在</title>"),
        "not_found: the page says 页面不存在",
    ),
    "redirect to home": (
        Page("", 302, "/"),
        "not_found: redirects to the home page",
    ),
    "redirect to another host": (
        Page("", 301, "http://www.elsewhere.gov.cn/"),
        "error: redirects to another host, www.elsewhere.gov.cn",
    ),
    "empty": (EMPTY, "empty: it names no report"),
}


@pytest.mark.parametrize("how", GONE)
def test_a_column_that_moved_is_found_again_in_the_run_in_which_it_fails(how, portal):
    portal.run(DAYS[0])
    answer, reason = GONE[how]
    portal.pages = pages(NEW) | {OLD: answer}
    counts = portal.run(DAYS[1])
    assert state(portal) == ("moved", NEW)
    assert columns(portal) == {OLD: (False, reason, NEW), NEW: (True, None, None)}
    assert not any("column" in line for line in lines(counts))
    portal.run(DAYS[2])
    assert state(portal) == ("ok", NEW)
    assert columns(portal) == {OLD: (False, reason, NEW), NEW: (True, None, None)}


@pytest.mark.parametrize("how", GONE)
def test_a_column_that_is_gone_is_an_alarm_that_names_source_and_column(how, portal):
    portal.run(DAYS[0])
    answer, reason = GONE[how]
    portal.pages |= {OLD: answer}
    counts = portal.run(DAYS[1])
    assert state(portal) == ("empty", OLD)
    assert lines(counts)[0] == (
        f"linlan yielded no link to a report: {BASE}{OLD}: {reason}"
    )
    assert columns(portal) == {OLD: (False, reason, None)}
    again = portal.run(DAYS[2])
    assert (again.state, lines(again)[0]) == ("empty", lines(counts)[0])


def test_a_column_that_comes_back_works_again(portal):
    portal.run(DAYS[0])
    portal.pages |= {OLD: NOTHING}
    portal.run(DAYS[1])
    portal.pages |= column(OLD)
    assert lines(portal.run(DAYS[2])) == []
    assert (state(portal), columns(portal)) == (("ok", OLD), {OLD: (True, None, None)})


def test_a_seed_that_is_dead_stays_moved_until_the_entry_is_changed(portal):
    portal.source = replace(SOURCE, seeds=(f"{HOME}old/nb/",))
    for day in DAYS[:2]:
        portal.run(day)
        assert state(portal) == ("moved", OLD)
        assert columns(portal) == {
            OLD: (True, None, None),
            "/old/nb/": (False, "not_found: HTTP 404", OLD),
        }
    portal.source = SOURCE
    portal.run(DAYS[2])
    assert state(portal) == ("ok", OLD)


def test_one_of_two_columns_that_is_lost_is_told_once(portal):
    portal.pages = pages(OLD, NEW)
    portal.run(DAYS[0])
    portal.pages |= {NEW: NOTHING}
    counts = portal.run(DAYS[1])
    assert state(portal) == ("ok", OLD)
    assert lines(counts) == [
        "linlan: a report column fails and none is in its place: "
        f"{BASE}{NEW}: not_found: HTTP 404"
    ]
    assert lines(portal.run(DAYS[2])) == []


def test_a_column_of_sub_columns_works_when_one_of_them_names_a_report(portal):
    portal.pages[OLD] = Page('<a href="2019n/">2019年</a><a href="2020n/">2020年</a>')
    portal.pages[f"{OLD}2019n/"] = EMPTY
    portal.pages[f"{OLD}2020n/"] = listing((f"{OLD}1.html", TITLE.format("教育局")))
    for day in DAYS[:2]:
        portal.run(day)
        assert state(portal) == ("ok", OLD)
        assert columns(portal) == {OLD: (True, None, None)}


def test_a_moved_column_with_the_sub_columns_of_old_works(portal):
    portal.pages[OLD] = Page(f'<a href="{OLD}2020n/">2020年</a>')
    portal.pages[f"{OLD}2020n/"] = listing((f"{OLD}1.html", TITLE.format("教育局")))
    portal.run(DAYS[0])
    kept = portal.pages[f"{OLD}2020n/"]
    portal.pages = column(OLD) | pages(NEW) | {OLD: NOTHING, f"{OLD}2020n/": kept}
    portal.pages[NEW] = Page(f'<a href="{OLD}2020n/">2020年政府信息公开年报</a>')
    portal.run(DAYS[1])
    assert state(portal) == ("moved", NEW)


def test_a_column_behind_a_wall_is_blocked_and_not_moved(portal):
    portal.run(DAYS[0])
    portal.pages[OLD] = Page("<script>$_ts=window['$_ts']</script>", 412)
    counts = portal.run(DAYS[1])
    assert counts.state == "blocked"
    assert columns(portal) == {OLD: (True, None, None)}  # it may well be there


def test_one_of_two_columns_that_does_not_answer_for_once_is_no_alarm(portal):
    portal.pages = pages(OLD, NEW)
    portal.run(DAYS[0])
    portal.pages |= {NEW: Page("", 0)}
    counts = portal.run(DAYS[1])
    assert (state(portal), lines(counts)) == (("ok", OLD), [])
    assert columns(portal)[NEW] == (True, None, None)


def test_a_run_that_is_cut_short_concludes_nothing_about_what_it_did_not_see(portal):
    portal.run(DAYS[0])
    portal.pages |= {OLD: NOTHING}
    portal.run(DAYS[1], limit=1)
    assert columns(portal) == {OLD: (True, None, None)}


def test_a_dead_home_page_is_an_alarm_although_known_pages_answer(portal):
    portal.run(DAYS[0])
    portal.pages["/"] = NOTHING
    counts = portal.run(DAYS[1])
    assert state(portal) == ("ok", OLD)
    assert lines(counts) == [
        "linlan: the home page fails, only known pages answer: not_found: HTTP 404"
    ]


def test_a_portal_that_is_dead_is_unreachable_and_says_why(portal):
    portal.run(DAYS[0])
    portal.pages = {}
    counts = portal.run(DAYS[1])
    assert state(portal) == ("unreachable", OLD)
    assert lines(counts)[0] == "linlan could not be reached: not_found: HTTP 404"


def test_a_home_page_of_another_region_is_told(portal):
    portal.pages["/"] = Page(
        '<meta name="SiteIDCode" content="3706830012">'
        '<a href="/zfxxgk/">政府信息公开</a>'
    )
    assert lines(portal.run(DAYS[0])) == [
        "linlan: the home page may not be the portal's own: quarantined: SiteIDCode"
        " 3706830012 is of another region than 990101"
    ]


def test_a_report_of_another_site_on_a_page_of_the_portal_is_quarantined(portal):
    page = portal.pages[f"{OLD}1.html"].body
    alien = '<head><meta name="SiteDomain" content="www.taizhou.gov.cn">'
    portal.pages[f"{OLD}1.html"] = Page(page.replace("<head>", alien, 1))
    portal.run(DAYS[0])
    rows = portal.catalog.rows("SELECT status FROM reports ORDER BY status")
    assert [row["status"] for row in rows] == ["extracted", "quarantined"]


def test_without_knowledge_of_columns_health_follows_the_counts():
    assert health(SourceCounts(answered=1), {("report", "done"): 1}) == "ok"
    assert lines(SourceCounts(state="moved")) == []
