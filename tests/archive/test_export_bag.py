"""A bag is BagIt 1.0: the library of the Library of Congress finds it valid."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.export import Selection, jobs
from tests.archive.site.conftest import R2020, R_WORD

bagit = pytest.importorskip("bagit", reason="bagit is not installed")


@pytest.fixture
def bag(sample, tmp_path) -> Path:
    jobs.bagit(sample.data, tmp_path / "bag", Selection(), False)
    return tmp_path / "bag"


def info(bag: Path) -> dict[str, str]:
    text = (bag / "bag-info.txt").read_text("utf-8")
    return dict(line.split(": ", 1) for line in text.splitlines())


def test_a_bag_validates_with_both_digests(bag):
    opened = bagit.Bag(str(bag))
    opened.validate()
    assert opened.version_info == (1, 0)
    assert sorted(opened.algorithms) == ["sha256", "sha512"]
    assert info(bag)["External-Description"].endswith(": all reports")


@pytest.mark.parametrize(
    "name", ["data/csv/cells.csv", "manifest.json", "bag-info.txt"]
)
def test_one_changed_byte_makes_it_invalid(bag, name):
    content = bytearray((bag / name).read_bytes())
    content[len(content) // 2] ^= 1
    (bag / name).write_bytes(content)
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(bag)).validate()


def test_a_file_too_many_makes_it_invalid(bag):
    (bag / "data" / "more.txt").write_text("x")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(bag)).validate()


def test_the_whole_collection_is_in_it_as_it_stands(bag, sample):
    kept = {p.name: p.read_bytes() for p in (bag / "data" / "warc").iterdir()}
    assert kept == {p.name: p.read_bytes() for p in sample.data.warc.glob("*.gz")}
    database = (bag / "data" / "nianbao.db").read_bytes()
    assert database == sample.data.published.read_bytes()
    assert (bag / "data" / "csv" / "datapackage.json").is_file()
    said = json.loads((bag / "manifest.json").read_text("utf-8"))
    assert {entry["path"] for entry in said["files"]} == {
        p.relative_to(bag).as_posix() for p in (bag / "data").rglob("*") if p.is_file()
    }


def test_a_filtered_bag_holds_the_records_of_its_reports(sample, tmp_path, nianbao):
    jobs.bagit(sample.data, tmp_path / "bag", Selection(2022), False)
    bagit.Bag(str(tmp_path / "bag")).validate()
    path = tmp_path / "bag" / "data" / "warc" / "nianbao-selection.warc.gz"
    with path.open("rb") as stream:
        found = [(r.rec_type, r.rec_headers.get_header("WARC-Target-URI"))
                 for r in ArchiveIterator(stream)]  # fmt: skip
    url = "http://portal.example.gov.cn/1.html"
    assert found == [("warcinfo", None), ("response", url), ("request", url)]
    assert not (tmp_path / "bag" / "data" / "nianbao.db").exists()


def test_a_filtered_bag_can_be_taken_in_elsewhere(sample, tmp_path, nianbao):
    jobs.bagit(sample.data, tmp_path / "bag", Selection(2020, "990683"), False)
    other = tmp_path / "other"
    warc = tmp_path / "bag" / "data" / "warc" / "nianbao-selection.warc.gz"
    nianbao("ingest", warc, "--data", other, code=None)
    with sqlite3.connect(other / "catalog.db") as db:
        taken = {row[0] for row in db.execute("SELECT sha256 FROM captures")}
    assert {sample.sha256(R2020), sample.sha256(R_WORD)} <= taken


def test_a_bag_with_withheld_originals_says_so(withheld, tmp_path, capsys):
    jobs.bagit(withheld, tmp_path / "whole", Selection(), False)
    assert info(tmp_path / "whole")["Access-Note"].startswith(
        "1 originals in data/warc"
    )
    assert "1 originals are withheld" in capsys.readouterr().err
    jobs.bagit(withheld, tmp_path / "part", Selection(2020), False)
    assert "Access-Note" not in info(tmp_path / "part")
    assert capsys.readouterr().err == ""


def test_a_filtered_bag_holds_no_withheld_record(withheld, tmp_path):
    jobs.bagit(withheld, tmp_path / "bag", Selection(2020), False)
    path = tmp_path / "bag" / "data" / "warc" / "nianbao-selection.warc.gz"
    with path.open("rb") as stream:
        urls = {r.rec_headers.get_header("WARC-Target-URI")
                for r in ArchiveIterator(stream)}  # fmt: skip
    assert "http://portal.example.gov.cn/0.html" in urls
    assert "http://portal.example.gov.cn/3.html" not in urls  # the Word file
