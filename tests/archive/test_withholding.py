"""An original can be taken off the site; the decision outlives the catalogue."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pytest

from archive import withholding
from archive.catalog import Catalog
from archive.errors import UsageError
from archive.migrations import migrations
from tests.archive.small_archive import Small, build


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return build(tmp_path / "data")


def digest(small: Small, key: str) -> str:
    found = small.captures[key].sha256
    assert found is not None
    return found


def test_an_original_is_withheld_by_the_beginning_of_its_digest(small):
    sha256 = digest(small, "page")
    with Catalog(small.data.catalog) as catalog:
        done = withholding.decide(
            catalog, sha256[:12].upper(), " 含个人\n电话 ", decided_by="甲"
        )
        assert (done.sha256, done.decision, done.reason, done.decided_by) == (
            sha256,
            "withheld",
            "含个人 电话",
            "甲",
        )
        assert withholding.withheld(catalog) == {sha256}


def test_a_decision_is_lifted_and_stays_listed(small):
    sha256 = digest(small, "page")
    with Catalog(small.data.catalog) as catalog:
        withholding.decide(catalog, sha256, "含个人电话")
        withholding.decide(catalog, sha256, "已遮盖", lift=True)
        assert withholding.withheld(catalog) == frozenset()
        (listed,) = withholding.listing(catalog)
        assert (listed.decision, listed.reason) == ("lifted", "已遮盖")


@pytest.mark.parametrize(
    ("given", "reason", "lift", "message"),
    [
        ("abc", "why", False, "at least 12 characters of it, found 'abc'"),
        ("../../etc/passwd", "why", False, "expected the SHA-256 of an original"),
        ("0" * 64, "why", False, "nothing captured has it"),
        ("page", " \n ", False, "say why"),
        ("page", "why", True, "there is nothing to lift"),
    ],
)
def test_what_cannot_be_decided_is_said(small, given, reason, lift, message):
    given = digest(small, "page") if given == "page" else given
    with (
        Catalog(small.data.catalog) as catalog,
        pytest.raises(UsageError, match=message),
    ):
        withholding.decide(catalog, given, reason, lift=lift)


def test_an_older_catalogue_gets_the_table_and_the_column(tmp_path):
    path = tmp_path / "catalog.db"
    with Catalog(path) as catalog:
        columns = list(catalog.db.table("documents").columns_dict)
        catalog.db.execute("DROP TABLE withholdings")
        catalog.db.execute("ALTER TABLE documents DROP COLUMN withheld")
        table = next(t for t in catalog.db.table_names() if "migrations" in t)
        catalog.db.execute(f"DELETE FROM {table} WHERE name = 'm013_withholdings'")
        catalog.db.conn.commit()
    with Catalog(path) as catalog:
        assert list(catalog.db.table("documents").columns_dict) == columns
        assert withholding.listing(catalog) == []
        assert not migrations.pending(catalog.db)


def test_the_command_decides_lists_and_says_what_comes_next(small, nianbao):
    data = ("--data", small.data.root)
    sha256 = digest(small, "page")
    done = nianbao("withhold", sha256, "--reason", "含个人电话", "--by", "甲", *data)
    assert f"{sha256} withheld on " in done.stdout
    assert "by 甲: 含个人电话 (`nianbao publish` puts it into effect)" in done.stdout
    done = nianbao("withhold", *data)
    assert done.stdout.splitlines()[-1] == "1 withheld, 0 lifted"
    nianbao("withhold", sha256, "--lift", "--reason", "已遮盖", *data)
    done = nianbao("withhold", *data)
    assert done.stdout.splitlines()[-1] == "0 withheld, 1 lifted"
    done = nianbao("withhold", "0" * 64, "--reason", "x", *data, code=2)
    assert "nothing captured has it" in done.stderr


def test_a_decision_survives_in_the_ledger_without_the_catalogue(small, nianbao):
    data = ("--data", small.data.root)
    first, second = digest(small, "page"), digest(small, "coded")
    nianbao("withhold", first, "--reason", "含个人电话", *data)
    nianbao("withhold", second, "--reason", "误收", *data)
    nianbao("withhold", second, "--reason", "无误", "--lift", *data)
    for path in small.data.root.glob("catalog.db*"):
        path.unlink()
    nianbao("reindex", *data, code=None)
    with Catalog(small.data.catalog) as catalog:
        assert {w.sha256: (w.decision, w.reason) for w in withholding.listing(catalog)}[
            first
        ] == ("withheld", "含个人电话")
        assert withholding.withheld(catalog) == {first}


def test_the_record_stays_in_the_warc(small, nianbao):
    before = small.content()
    data = ("--data", small.data.root)
    nianbao("withhold", digest(small, "page"), "--reason", "含个人电话", *data)
    assert small.content() == before
    nianbao("fixity", *data)


def test_publication_marks_the_document(small, nianbao):
    sha256 = digest(small, "page")
    with Catalog(small.data.catalog) as catalog, catalog.atomic():
        catalog.upsert(
            "documents",
            {
                "sha256": sha256,
                "media_type": "text/html",
                "form": "html",
                "bytes": 1,
                "first_captured_at": "2026-01-31T08:00:00.000000Z",
            },
        )
    data = ("--data", small.data.root)

    def published() -> list[tuple[str, str | None]]:
        nianbao("publish", *data)
        connection = sqlite3.connect(small.data.published)
        found = connection.execute("SELECT sha256, withheld FROM documents").fetchall()
        columns = [r[1] for r in connection.execute("PRAGMA table_info(withholdings)")]
        connection.close()
        assert columns == ["sha256", "decision", "reason", "decided_at"]
        return found

    nianbao("withhold", sha256, "--reason", "含个人电话", "--by", "甲", *data)
    assert published() == [(sha256, "含个人电话")]
    nianbao("withhold", sha256, "--lift", "--reason", "已遮盖", *data)
    assert published() == [(sha256, None)]


def test_an_export_of_a_selection_leaves_it_out(small, tmp_path, nianbao):
    capture = small.captures["page"]
    with Catalog(small.data.catalog) as catalog, catalog.atomic():
        catalog.upsert(
            "agencies", {"agency_id": "a", "name": "甲", "kind": "government"}
        )
        catalog.upsert(
            "documents",
            {
                "sha256": capture.sha256,
                "media_type": "text/html",
                "form": "html",
                "bytes": 1,
                "first_captured_at": capture.captured_at,
            },
        )
        catalog.upsert(
            "reports",
            {
                "report_id": "r",
                "agency_id": "a",
                "report_year": 2024,
                "title": "年度报告",
                "template": "gk2021",
                "scope": "own_organ",
                "status": "extracted",
                "source_url": capture.url,
                "sha256": capture.sha256,
                "version_no": 1,
                "n_versions": 1,
            },
        )
        catalog.put_report_document("r", 1, str(capture.sha256), "main", capture.url)
    data = ("--data", small.data.root)
    dest = tmp_path / "r.wacz"
    nianbao("export", "wacz", dest, "--report", "r", *data)
    index = zipfile.ZipFile(dest).read("indexes/index.cdxj")
    assert index.count(b"\n") == 1
    nianbao("withhold", capture.sha256, "--reason", "含个人电话", *data)
    dest.unlink()
    nianbao("export", "wacz", dest, "--report", "r", *data)
    archive = zipfile.ZipFile(dest)
    assert archive.read("indexes/index.cdxj") == b""
    assert archive.read("pages/pages.jsonl").count(b"\n") == 1
