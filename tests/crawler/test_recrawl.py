"""A portal over the years: what is asked again, what is a version, what is gone."""

from __future__ import annotations

import gzip

import pytest

from tests.crawler.dry import DryPortal, Page, listing, report

COLUMN = "/zfxxgk/zfxxgknb/"
OFFICES = ("教育局", "财政局", "民政局", "水利局")
TITLE = "临澜县{}2020年政府信息公开工作年度报告"
#: Times of day in China: an office hour, and the middle of the night.
MORNING, NIGHT = "T10:00:00+08:00", "T02:00:00+08:00"


def path(number: int) -> str:
    return f"{COLUMN}202101/t20210120_{number}.html"


def office(number: int) -> str:
    return f"临澜县{OFFICES[number]}"


@pytest.fixture
def portal(tmp_path):
    """Home, platform, report column and the reports of four offices."""
    items = [(path(n), TITLE.format(name)) for n, name in enumerate(OFFICES)]
    found = DryPortal(
        tmp_path,
        {
            "/": Page('<a href="/zfxxgk/">政府信息公开</a>'),
            "/zfxxgk/": Page(f'<a href="{COLUMN}">政府信息公开年报</a>'),
            COLUMN: listing(*items),
        },
    )
    for number in range(4):
        found.put(path(number), report(office(number)))
    yield found
    found.catalog.close()


NAVIGATION = ["/", COLUMN, "/zfxxgk/"]
REPORTS = [path(n) for n in range(4)]


def test_a_refresh_of_an_unchanged_portal_is_conditional_and_adds_nothing(portal):
    first = portal.run("2021-01-25" + MORNING)
    assert (first.reports, first.new) == (4, 4)
    assert sorted(portal.asked) == sorted((p, False) for p in NAVIGATION + REPORTS)
    documents = portal.rows("SELECT * FROM documents ORDER BY sha256")
    versions = portal.versions()
    second = portal.run("2021-01-25" + NIGHT.replace("02", "22"), refresh=True)
    assert sorted(portal.asked) == sorted((p, True) for p in NAVIGATION + REPORTS)
    assert (second.new, second.unchanged, second.failed) == (0, 4, 0)
    assert portal.rows("SELECT * FROM documents ORDER BY sha256") == documents
    assert portal.versions() == versions
    assert portal.rows(
        "SELECT http_status, outcome, count(*) FROM captures GROUP BY 1, 2"
    ) == [(200, "ok", 7), (304, "revisit", 7)]


def test_a_304_becomes_a_revisit_that_names_what_it_confirms(portal):
    portal.run("2021-01-25" + MORNING)
    portal.run("2021-01-26" + MORNING, refresh=True)
    (first, second) = portal.rows(
        "SELECT capture_id, sha256, bytes, captured_at FROM captures"
        " WHERE url LIKE '%_0.html' ORDER BY captured_at"
    )
    assert second[1:3] == first[1:3]
    record = portal.catalog.capture(second[0])
    assert record is not None
    with (portal.warc / record.warc_file).open("rb") as stream:
        stream.seek(record.warc_offset)
        text = gzip.decompress(stream.read(record.warc_length)).decode()
    head = dict(line.split(": ", 1) for line in text.splitlines()[1:] if ": " in line)
    assert head["WARC-Type"] == "revisit"
    assert head["WARC-Profile"] == (
        "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    )
    assert head["WARC-Refers-To"] == f"<{first[0]}>"
    assert head["WARC-Refers-To-Date"] == "2021-01-25T02:00:00.000000Z"
    assert "HTTP/1.1 304 X" in text


def test_every_fourth_visit_asks_for_the_whole_page(portal):
    days = ("25", "26", "27", "28", "29", "30")
    conditional = []
    for day in days:
        portal.run(f"2021-01-{day}" + MORNING)
        conditional.append(dict(portal.asked)[COLUMN])
    assert conditional == [False, True, True, True, False, True]


def test_a_known_report_is_asked_again_on_the_days_of_the_schedule_only(portal):
    asked = []
    for day in range(32):
        month, date = (1, day + 1) if day < 31 else (2, 1)
        portal.run(f"2021-{month:02}-{date:02}" + MORNING)
        asked += [day] if REPORTS[0] in dict(portal.asked) else []
        assert set(NAVIGATION) <= set(dict(portal.asked))
    assert asked == [0, 1, 3, 7, 30]


def test_a_corrected_report_is_exactly_version_two_by_its_figures(portal):
    portal.run("2021-01-25" + MORNING)
    portal.put(path(1), report(office(1), granted="17"))
    portal.run("2021-01-26" + MORNING)
    changes = [(number, change) for _, number, change in portal.versions()]
    assert changes.count((1, "first")) == 4
    assert changes.count((2, "figures")) == 1
    assert len(changes) == 5
    # what changed is looked at again sooner: half a day is rounded up to one
    assert portal.rows("SELECT next_due FROM frontier WHERE url LIKE '%_1.html'") == [
        ("2021-01-27T02:00:00.000000Z",)
    ]


def test_a_change_of_the_page_frame_is_a_document_and_no_version(portal):
    portal.run("2021-01-25" + MORNING)
    portal.put(path(1), report(office(1), frame="<div>访问量：1024</div>{}"))
    counts = portal.run("2021-01-26" + MORNING)
    assert counts.new == 0
    assert {number for _, number, _ in portal.versions()} == {1}
    assert portal.rows("SELECT count(*) FROM documents") == [(5,)]


def test_a_removed_report_is_suspect_then_gone_and_its_report_stays(portal):
    portal.run("2021-01-25" + MORNING)
    portal.put(path(2), None)
    seen = []
    for day in ("01-26", "01-27", "01-30", "02-06", "02-20", "03-22"):
        portal.run(f"2021-{day}" + MORNING)
        seen.append((portal.stone(path(2)), path(2) in dict(portal.asked)))
    # failures on 26, 27 and 30 January, 6 and 20 February; 6 and 20 February are a
    # Saturday each; the fifth comes 25 days after the first
    assert seen == [
        ("suspect", True),
        ("suspect", True),
        ("suspect", True),
        ("suspect", True),
        ("gone", True),
        ("gone", True),
    ]
    assert portal.rows(
        "SELECT suspect_since, gone_since, failures, working_failures, reason"
        " FROM tombstones"
    ) == [
        (
            "2021-01-26T02:00:00.000000Z",
            "2021-02-20T02:00:00.000000Z",
            6,
            3,
            "not_found: HTTP 404",
        )
    ]
    assert portal.rows("SELECT count(*) FROM reports") == [(4,)]
    good, error = portal.rows(
        "SELECT g.http_status, e.http_status FROM tombstones t"
        " JOIN captures g ON g.capture_id = t.good_capture_id"
        " JOIN captures e ON e.capture_id = t.error_capture_id"
    )[0]
    assert (good, error) == (200, 404)


def test_failures_at_night_alone_prove_nothing(portal):
    portal.run("2021-01-25" + MORNING)
    portal.put(path(2), None)
    for day in ("01-27", "01-29", "02-02", "02-10", "02-25", "03-30", "06-30"):
        portal.run(f"2021-{day}" + NIGHT)
    assert portal.stone(path(2)) == "suspect"


def test_a_report_that_comes_back_is_returned_and_no_version(portal):
    portal.run("2021-01-25" + MORNING)
    before = portal.pages[path(2)]
    portal.put(path(2), None)
    for day in ("01-26", "01-27", "02-01", "02-10"):
        portal.run(f"2021-{day}" + MORNING)
    assert portal.stone(path(2)) == "gone"
    portal.put(path(2), before)
    portal.run("2021-03-01" + MORNING)
    assert portal.stone(path(2)) == "returned"
    assert len(portal.versions()) == 4
    assert portal.rows("SELECT gone_since, returned_at FROM tombstones") == [
        ("2021-02-10T02:00:00.000000Z", "2021-03-01T02:00:00.000000Z")
    ]


def test_one_bad_day_leaves_a_live_page(portal):
    portal.run("2021-01-25" + MORNING)
    before = portal.pages[path(2)]
    portal.put(path(2), None)
    portal.run("2021-01-26" + MORNING)
    portal.put(path(2), before)
    portal.run("2021-01-27" + MORNING)
    assert portal.stone(path(2)) == "live"


@pytest.mark.parametrize("status", [404, 403, 500, 0])
def test_a_failure_of_the_whole_host_kills_none_of_its_reports(portal, status):
    portal.run("2021-01-25" + MORNING)
    portal.break_down(status)
    for day in ("01-26", "01-27", "02-01", "02-10", "03-01", "04-01", "07-01"):
        counts = portal.run(f"2021-{day}" + MORNING)
    assert portal.rows("SELECT count(*) FROM tombstones") == [(0,)]
    assert portal.rows("SELECT count(*) FROM reports") == [(4,)]
    assert counts.frozen == (6 if status in (404, 403) else 0)


def test_a_host_that_answers_nothing_at_all_kills_none_of_its_reports(portal):
    portal.run("2021-01-25" + MORNING)
    portal.pages = {}
    for day in ("01-26", "01-27", "02-01", "02-10", "03-01"):
        portal.run(f"2021-{day}" + MORNING)
    assert portal.rows("SELECT count(*) FROM tombstones") == [(0,)]


@pytest.mark.parametrize(
    ("instead", "reason"),
    [
        (
            Page("<p>对不起，您访问的页面不存在</p>"),
            "not_found: the page says 页面不存在",
        ),
        (Page("", 302, "/"), "not_found: redirects to the home page"),
        (
            Page("", 302, "https://www.linlan.gov.cn/index.html"),
            "not_found: redirects to the home page",
        ),
        (Page("<p>gone</p>", 410), "not_found: HTTP 410"),
        (Page("<p>无权访问</p>", 403), "blocked: HTTP 403: access refused"),
        (
            Page("<html><title>首页</title><p>欢迎</p></html>"),
            "not_found: the page holds no report any more",
        ),
    ],
)
def test_a_page_can_vanish_in_many_ways(portal, instead, reason):
    portal.run("2021-01-25" + MORNING)
    portal.put(path(2), instead)
    for day in ("26", "27"):
        portal.run(f"2021-01-{day}" + MORNING)
    assert portal.rows("SELECT url, state, failures, reason FROM tombstones") == [
        (path(2), "suspect", 2, reason)
    ]


def test_a_document_with_the_same_bytes_elsewhere_is_moved(portal):
    portal.run("2021-01-25" + MORNING)
    new = f"{COLUMN}202102/t20210201_9.html"
    portal.put(new, portal.pages[path(2)])
    portal.put(path(2), None)
    items = [(path(n), TITLE.format(OFFICES[n])) for n in (0, 1, 3)]
    portal.put(COLUMN, listing(*items, (new, TITLE.format(OFFICES[2]))))
    counts = portal.run("2021-01-26" + MORNING)
    assert counts.moved == 1
    assert portal.rows("SELECT url, moved_to, moved_by FROM tombstones") == [
        (path(2), new, "content")
    ]
    assert len(portal.versions()) == 4


def test_a_report_with_the_same_cells_in_a_new_frame_is_moved(portal):
    portal.run("2021-01-25" + MORNING)
    new = f"{COLUMN}202102/t20210201_9.html"
    portal.put(new, report(office(2), frame="<div>新版网站</div>{}"))
    portal.put(path(2), None)
    items = [(path(n), TITLE.format(OFFICES[n])) for n in (0, 1, 3)]
    portal.put(COLUMN, listing(*items, (new, TITLE.format(OFFICES[2]))))
    portal.run("2021-01-26" + MORNING)
    assert portal.rows("SELECT url, moved_to, moved_by FROM tombstones") == [
        (path(2), new, "report")
    ]
    assert len(portal.versions()) == 4


def test_redirects_are_kept_as_edges_and_followed(portal):
    portal.put("/old/9.html", report(office(2)))
    portal.put(path(2), Page("", 301, "/old/9.html"))
    portal.run("2021-01-25" + MORNING)
    portal.run("2021-01-26" + MORNING)
    assert portal.rows(
        "SELECT url, target, http_status, first_seen_at, last_seen_at FROM aliases"
    ) == [
        (
            path(2),
            "/old/9.html",
            301,
            "2021-01-25T02:00:00.000000Z",
            "2021-01-26T02:00:00.000000Z",
        )
    ]
    assert len(portal.versions()) == 4


def test_a_redirect_loop_is_named_and_every_hop_has_a_record(portal):
    portal.put(path(2), Page("", 302, "/b.html"))
    portal.put("/b.html", Page("", 302, path(2)))
    portal.run("2021-01-25" + MORNING)
    assert portal.rows(
        "SELECT url, state, reason FROM frontier WHERE reason <> ''"
    ) == [("/b.html", "failed", "error: redirect loop")]
    assert portal.rows("SELECT count(*) FROM captures WHERE http_status = 302") == [
        (2,)
    ]


def test_a_chain_of_redirects_ends_after_ten(portal):
    portal.put(path(2), Page("", 302, "/hop/a.html"))
    for here, there in zip("abcdefghijklmnopqrst", "bcdefghijklmnopqrstu", strict=True):
        portal.put(f"/hop/{here}.html", Page("", 302, f"/hop/{there}.html"))
    portal.run("2021-01-25" + MORNING)
    assert portal.rows("SELECT count(*) FROM captures WHERE http_status = 302") == [
        (11,)
    ]
    assert portal.rows("SELECT url, reason FROM frontier WHERE state = 'failed'") == [
        ("/hop/j.html", "error: more than 10 redirects")
    ]


def test_twelve_events_over_the_years_give_the_expected_rows(portal):
    """A6: published, corrected, framed anew, vanished, returned, moved, and more."""
    first = portal.pages[path(0)]
    # 1 published
    portal.run("2021-01-25" + MORNING)
    # 2 nothing happens
    portal.run("2021-02-26" + MORNING)
    # 3 the figures of the first report are corrected
    corrected = report(office(0), granted="17")
    portal.put(path(0), corrected)
    portal.run("2021-06-01" + MORNING, refresh=True)
    # 4 the frame of all pages changes
    for number in (1, 2, 3):
        portal.put(path(number), report(office(number), frame="<div>新版</div>{}"))
    portal.run("2022-01-10" + MORNING, refresh=True)
    # 5 the host is down
    working = dict(portal.pages)
    portal.break_down(503)
    portal.run("2022-03-01" + MORNING, refresh=True)
    portal.pages = dict(working)
    portal.run("2022-03-20" + MORNING, refresh=True)
    # 6 a report vanishes
    portal.put(path(1), None)
    for day in ("2022-04-06", "2022-04-12", "2022-04-20", "2022-05-11"):
        portal.run(day + MORNING, refresh=True)
    assert portal.stone(path(1)) == "gone"
    # 7 it returns
    portal.put(path(1), working[path(1)])
    portal.run("2022-11-01" + MORNING)
    assert portal.stone(path(1)) == "returned"
    # 8 the correction is taken back
    portal.put(path(0), first)
    portal.run("2023-01-20" + MORNING, refresh=True)
    # 9 a report moves
    moved = f"{COLUMN}202301/t20230120_9.html"
    portal.put(moved, portal.pages[path(2)])
    portal.put(path(2), None)
    items = [(p, TITLE.format("某局")) for p in (path(0), path(1), path(3), moved)]
    portal.put(COLUMN, listing(*items))
    for day in ("2023-02-01", "2023-02-08", "2023-03-01", "2023-03-15"):
        portal.run(day + MORNING, refresh=True)
    # 10 the figures change once more
    portal.put(path(3), report(office(3), handled_total="4"))
    portal.run("2024-01-24" + MORNING, refresh=True)
    # 11 the portal is migrated: nothing stands where it stood
    portal.break_down(404)
    for day in ("2025-03-03", "2025-03-12", "2025-04-01", "2025-05-01"):
        portal.run(day + MORNING, refresh=True)
    # 12 and comes back
    portal.pages = dict(working)
    portal.run("2025-06-03" + MORNING, refresh=True)

    by_office = portal.rows(
        "SELECT substr(r.title, 4, 3), v.version_no, v.change FROM report_versions v"
        " JOIN reports r USING (report_id) ORDER BY r.source_url, v.version_no"
    )
    assert by_office == [
        ("教育局", 1, "first"),
        ("教育局", 2, "figures"),
        ("教育局", 3, "figures"),  # 8: as in 1
        ("教育局", 4, "figures"),  # 12: as in 3
        ("财政局", 1, "first"),
        ("民政局", 1, "first"),
        ("水利局", 1, "first"),
        ("水利局", 2, "figures"),
        ("水利局", 3, "figures"),  # 12: as before 10
    ]
    assert portal.rows(
        "SELECT url, state, moved_to, moved_by FROM tombstones ORDER BY url"
    ) == [
        (path(1), "returned", None, None),
        (path(2), "returned", None, None),
        (moved, "suspect", path(2), "content"),
    ]
    assert portal.rows("SELECT count(*) FROM reports") == [(4,)]
