"""A correction that is taken back is a version of its own, and stays one."""

from archive.datadir import DataDir
from archive.reindex import rebuild
from archive.warc import WarcStore
from pipelines.reference import open_archive
from pipelines.rereading import reread, select
from tests.crawler.dry import DryPortal, Page, listing, report

COLUMN = "/zfxxgk/zfxxgknb/"
PAGE = f"{COLUMN}202101/t20210120_0.html"
TITLE = "临澜县教育局2020年政府信息公开工作年度报告"


def versions(catalog):
    return [
        (v["version_no"], v["change"], v["first_captured_at"][:10])
        for v in catalog.rows("SELECT * FROM report_versions ORDER BY version_no")
    ]


def test_back_and_forth_is_four_versions_and_again_after_a_reindex(tmp_path):
    portal = DryPortal(
        tmp_path,
        {
            "/": Page('<a href="/zfxxgk/">政府信息公开</a>'),
            "/zfxxgk/": Page(f'<a href="{COLUMN}">政府信息公开年报</a>'),
            COLUMN: listing((PAGE, TITLE)),
        },
    )
    first, corrected = (report("临澜县教育局", granted=n) for n in ("16", "17"))
    for day, shown in enumerate((first, corrected, first, first, corrected), 1):
        portal.put(PAGE, shown)
        portal.run(f"2021-03-0{day}T10:00:00+08:00", refresh=True)
    expected = [
        (1, "first", "2021-03-01"),
        (2, "figures", "2021-03-02"),
        (3, "figures", "2021-03-03"),
        (4, "figures", "2021-03-05"),
    ]
    assert versions(portal.catalog) == expected
    (row,) = portal.catalog.rows("SELECT version_no, n_versions FROM reports")
    assert row == {"version_no": 4, "n_versions": 4}
    portal.catalog.close()
    data = DataDir(tmp_path)
    rebuild(data)
    with open_archive(data) as catalog:
        reread(catalog, WarcStore(data.warc), select(catalog, everything=True))
        assert versions(catalog) == expected
        reread(catalog, WarcStore(data.warc), select(catalog, everything=True))
        assert versions(catalog) == expected
