"""What a crawl learnt of a portal's columns and hosts survives in the WARCs alone."""

from __future__ import annotations

from dataclasses import replace

from archive import ledger
from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.reindex import rebuild
from tests.crawler.dry import SOURCE, DryPortal
from tests.crawler.test_rediscovery import DAYS, OLD, pages


def test_columns_and_hosts_are_there_again_after_a_reindex(tmp_path):
    portal = DryPortal(tmp_path, pages(OLD))
    portal.source = replace(SOURCE, hosts=("122.137.242.24:8080",))
    ledger.keep(portal.catalog, portal.warc, clock=lambda: portal.now)
    portal.run(DAYS[0])
    sql = "SELECT * FROM report_columns"
    before = portal.catalog.rows(sql)
    assert len(before) == 1
    portal.catalog.close()
    rebuild(DataDir(tmp_path))
    with Catalog(tmp_path / "catalog.db") as catalog:
        assert catalog.rows(sql) == before
        row = catalog.one("SELECT hosts, column_url FROM sources")
    assert row == {
        "hosts": '["122.137.242.24:8080", "linlan.gov.cn"]',
        "column_url": before[0]["url"],
    }
