"""A WACZ holds whole records, an index that finds them, and digests of everything."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.catalog import Catalog
from archive.cdxj import write_index
from archive.errors import StorageError, UsageError
from archive.export import Selection
from archive.export.wacz import write
from tests.archive.replay import read_index
from tests.archive.small_archive import Small, build

SENT = "2026-01-31T08:00:00.000000Z"


@pytest.fixture
def small(tmp_path) -> Small:
    """The small archive with two reports: one captured twice, one a local file."""
    made = build(tmp_path / "data")
    with Catalog(made.data.catalog) as catalog, catalog.atomic():
        for number, (key, adcode) in enumerate(
            (("again", "370683"), ("coded", "520111")), 1
        ):
            capture = made.captures[key]
            agency = {"agency_id": f"a{number}", "name": f"机关{number}"}
            catalog.upsert(
                "agencies", agency | {"kind": "government", "adcode": adcode}
            )
            catalog.upsert(
                "documents",
                {
                    "sha256": capture.sha256,
                    "media_type": "text/html",
                    "form": "html",
                    "bytes": capture.bytes,
                    "first_captured_at": capture.captured_at,
                },
            )
            report = {"report_id": f"r{number}", "agency_id": f"a{number}"}
            report |= {"title": "年度报告", "template": "gk2021", "status": "extracted"}
            report |= {"scope": "own_organ", "sha256": capture.sha256}
            report |= {"source_url": capture.url, "version_no": 1, "n_versions": 1}
            catalog.upsert("reports", report | {"report_year": 2023 + number})
            catalog.put_report_document(
                f"r{number}", 1, str(capture.sha256), "main", capture.url
            )
    return made


def exported(small: Small, dest: Path, *selection) -> zipfile.ZipFile:
    with Catalog(small.data.catalog) as catalog:
        made = write(small.data, catalog, dest, Selection(*selection))
    return zipfile.ZipFile(made.path)


def index_of(archive: zipfile.ZipFile, folder: Path):
    path = folder / "index.cdxj"
    path.write_bytes(archive.read("indexes/index.cdxj"))
    return read_index(path)


def test_every_member_has_its_digest_and_nothing_is_compressed_twice(small, tmp_path):
    archive = exported(small, tmp_path / "x.wacz", None, "", "r1")
    assert archive.namelist() == [
        "archive/selection.warc.gz",
        "indexes/index.cdxj",
        "pages/pages.jsonl",
        "datapackage.json",
        "datapackage-digest.json",
    ]
    assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
    text = archive.read("datapackage.json")
    package = json.loads(text)
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    for resource in package["resources"]:
        content = archive.read(resource["path"])
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert json.loads(archive.read("datapackage-digest.json")) == {
        "path": "datapackage.json",
        "hash": f"sha256:{hashlib.sha256(text).hexdigest()}",
    }


def test_a_report_comes_with_the_record_its_revisit_refers_to(small, tmp_path):
    archive = exported(small, tmp_path / "x.wacz", None, "", "r1")
    lines = index_of(archive, tmp_path)
    assert [(li.fields["url"], li.fields["mime"], li.timestamp) for li in lines] == [
        ("https://a.example/again", "warc/revisit", "20260131080000"),
        ("https://a.example/page", "text/html", "20260131080000"),
    ]
    warc = archive.read("archive/selection.warc.gz")
    kinds = [r.rec_type for r in ArchiveIterator(io.BytesIO(warc))]
    assert kinds == ["warcinfo", "response", "request", "revisit", "request"]
    for line in lines:
        stream = io.BytesIO(warc)
        stream.seek(int(line.fields["offset"]))
        record = next(iter(ArchiveIterator(stream)))
        assert record.rec_headers.get_header("WARC-Target-URI") == line.fields["url"]


def test_pages_are_the_main_documents_of_the_reports(small, tmp_path):
    archive = exported(small, tmp_path / "x.wacz", 2024)
    head, *pages = map(json.loads, archive.read("pages/pages.jsonl").splitlines())
    assert head["format"] == "json-pages-1.0"
    assert pages == [
        {
            "id": "r1",
            "url": "https://a.example/again",
            "ts": SENT,
            "title": "机关1 2024 年度报告",
        }
    ]


@pytest.mark.parametrize(
    "selection, urls",
    [
        ((2025, "", None), ["coded"]),
        ((None, "37", None), ["again", "page"]),
        ((None, "520111", None), ["coded"]),
        ((2024, "370683", "r1"), ["again", "page"]),
    ],
)
def test_only_the_selected_reports_are_exported(small, tmp_path, selection, urls):
    archive = exported(small, tmp_path / "x.wacz", *selection)
    lines = index_of(archive, tmp_path)
    assert [li.fields["url"].rpartition("/")[2] for li in lines] == urls


def test_without_a_filter_the_files_are_exported_as_they_are(small, tmp_path):
    archive = exported(small, tmp_path / "x.wacz")
    assert archive.read(f"archive/{small.file.name}") == small.content()
    assert len(index_of(archive, tmp_path)) == 8


def test_no_report_is_a_clear_error_and_leaves_no_file(small, tmp_path):
    with pytest.raises(UsageError, match="no report has year 1999, division any"):
        exported(small, tmp_path / "x.wacz", 1999)
    assert not list(tmp_path.glob("*.wacz*"))


def test_an_unwritable_place_is_a_storage_error(small, tmp_path):
    with pytest.raises(StorageError, match="cannot write"):
        exported(small, tmp_path / "no" / "x.wacz")


def test_a_folder_gets_a_file_named_after_the_selection(small, tmp_path):
    exported(small, tmp_path, 2024, "37")
    assert (tmp_path / "nianbao-37-2024.wacz").is_file()


def test_the_index_of_the_store_names_every_capture_sorted(small, tmp_path):
    assert write_index(small.data.warc, tmp_path / "i.cdxj") == 8
    lines = read_index(tmp_path / "i.cdxj")
    assert [line.key for line in lines] == sorted(line.key for line in lines)
    by_url = {line.fields["url"]: line.fields for line in lines}
    page = small.captures["page"]
    assert by_url["https://a.example/page"] == {
        "url": "https://a.example/page",
        "mime": "text/html",
        "status": "200",
        "digest": by_url["https://a.example/again"]["digest"],
        "length": str(page.warc_length),
        "offset": str(page.warc_offset),
        "filename": small.file.name,
    }
    assert by_url["https://a.example/old"]["status"] == "301"
    assert "status" not in by_url["file:///报告.txt"]


def test_the_commands_write_and_say_what(small, tmp_path, nianbao):
    data = ("--data", small.data.root)
    done = nianbao("export", "wacz", tmp_path / "r.wacz", "--report", "r2", *data)
    assert "r.wacz: 1 records, 1 pages" in done.stdout
    done = nianbao("export", "cdxj", tmp_path / "i.cdxj", *data)
    assert "i.cdxj: 8 lines" in done.stdout
    nianbao("export", "wacz", tmp_path / "r.wacz", "--year", "1999", *data, code=2)
