"""A damaged record costs an export nothing while another holds the same payload."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.catalog import Catalog
from archive.console import Outcome
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, UsageError
from archive.export import Selection, jobs, wacz
from archive.publish import publish
from archive.records import Capture
from archive.warc import WarcStore
from tests.archive.site.conftest import NOW, PAGE, PORTAL, R2020, exchange

Export = Callable[[DataDir, Path, Selection, bool], Outcome]
PLACE = f"{PORTAL}/0.html"
#: Every format that holds records or what is in them, and where it goes.
FORMATS: list[tuple[Export, str]] = [
    (jobs.originals, "x.zip"),
    (jobs.originals, "originals"),
    (jobs.wacz, "x.wacz"),
    (jobs.bagit, "bag"),
]
SELECTIONS = [Selection(), Selection(report_id=R2020)]


def damage(data: DataDir, capture: Capture) -> None:
    path = data.warc / capture.warc_file
    held = bytearray(path.read_bytes())
    held[capture.warc_offset + capture.warc_length // 2] ^= 0xFF
    path.write_bytes(held)


@pytest.fixture
def twice(copied, sample) -> tuple[DataDir, Capture, Capture]:
    """An archive whose report of 2020 lies in two records, the first one damaged."""
    first = sample.captures[R2020]
    damage(copied, first)
    with Catalog(copied.catalog, clock=lambda: NOW) as catalog:
        run_id = catalog.start_run("crawl")
        with WarcStore(
            copied.warc, run_id=run_id, seen=catalog.holder, clock=lambda: NOW
        ) as store:
            second = store.append(exchange(PLACE, PAGE, "text/html"))
            store.sync()
            catalog.add_capture(second)
        catalog.finish_run(run_id, "complete", {})
        publish(copied, catalog, clock=lambda: NOW)
    assert (second.outcome, second.sha256) == ("ok", first.sha256)
    return copied, first, second


def payloads(path: Path) -> list[bytes]:
    """What the responses from the place hold in an export of records."""
    if path.is_dir():
        files = [p.read_bytes() for p in (path / "data" / "warc").iterdir()]
    else:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.startswith("archive/")]
            files = [archive.read(name) for name in names]
    return [
        record.content_stream().read()
        for content in files
        for record in ArchiveIterator(io.BytesIO(content))
        if record.rec_type == "response"
        and record.rec_headers.get_header("WARC-Target-URI") == PLACE
    ]


@pytest.mark.parametrize("selection", SELECTIONS, ids=["all", "one"])
@pytest.mark.parametrize(("export", "name"), FORMATS)
def test_an_export_takes_the_copy_that_is_whole(
    twice, tmp_path, export, name, selection
):
    data, _, _ = twice
    outcome = export(data, tmp_path / name, selection, False)
    assert (outcome.exit_code, outcome.attention) == (0, ())


@pytest.mark.parametrize("selection", SELECTIONS, ids=["all", "one"])
@pytest.mark.parametrize(("export", "name"), FORMATS)
def test_an_original_that_is_damaged_everywhere_is_listed_and_the_rest_exported(
    twice, tmp_path, export, name, selection
):
    data, first, second = twice
    damage(data, second)
    outcome = export(data, tmp_path / name, selection, False)
    assert outcome.exit_code == ArchiveDamaged.exit_code == 5
    (line,) = outcome.attention
    assert f"{first.sha256} damaged: " in line
    assert f"{first.warc_file} at offset {first.warc_offset}: " in line
    assert f"{second.warc_file} at offset {second.warc_offset}: " in line
    assert (tmp_path / name).exists()
    with pytest.raises(UsageError, match="originals were damaged when it was made"):
        export(data, tmp_path / name, selection, False)


@pytest.mark.parametrize("name", ["x.wacz", "bag"])
def test_the_damaged_record_is_left_out_of_a_selection(twice, tmp_path, name, capsys):
    data, first, _ = twice
    export = jobs.wacz if name == "x.wacz" else jobs.bagit
    export(data, tmp_path / name, Selection(report_id=R2020), False)
    assert payloads(tmp_path / name) == [PAGE]
    told = capsys.readouterr().err
    assert "damaged, another copy is taken: " in told
    assert f"{first.warc_file} at offset {first.warc_offset}" in told


def test_the_index_and_the_pages_of_a_wacz_name_the_whole_copy(twice, tmp_path):
    data, _, second = twice
    jobs.wacz(data, tmp_path / "x.wacz", Selection(report_id=R2020), False)
    with zipfile.ZipFile(tmp_path / "x.wacz") as archive:
        content = archive.read("archive/selection.warc.gz")
        (line,) = archive.read("indexes/index.cdxj").decode().splitlines()
        _, page = map(json.loads, archive.read("pages/pages.jsonl").splitlines())
    at = int(json.loads(line.split(" ", 2)[2])["offset"])
    record = next(iter(ArchiveIterator(io.BytesIO(content[at:]))))
    found = record.rec_headers.get_header("WARC-Record-ID")
    assert found == f"<{second.capture_id}>"
    assert (page["url"], page["ts"]) == (PLACE, second.captured_at)


def test_a_wacz_sent_piece_by_piece_takes_the_whole_copy_too(twice):
    data, _, second = twice
    with Catalog(data.catalog) as catalog:
        pieces = wacz.stream(data.warc, catalog, Selection(report_id=R2020))
    sent = io.BytesIO(b"".join(pieces))
    with zipfile.ZipFile(sent) as archive:
        assert PAGE[:9] in gzip.decompress(_body(archive.read(archive.namelist()[0])))
    damage(data, second)
    with Catalog(data.catalog) as catalog:
        pieces = wacz.stream(data.warc, catalog, Selection(report_id=R2020))
    with pytest.raises(ArchiveDamaged, match="at offset"):
        b"".join(pieces)


def _body(warc: bytes) -> bytes:
    """The body of the only response, as it was sent."""
    for record in ArchiveIterator(io.BytesIO(warc)):
        if record.rec_type == "response":
            return record.raw_stream.read()
    raise AssertionError("no response")


def test_a_zip_of_originals_has_the_bytes_and_its_manifest_says_what_it_lacks(
    twice, tmp_path
):
    data, _, second = twice
    jobs.originals(data, tmp_path / "a.zip", Selection(report_id=R2020), False)
    damage(data, second)
    jobs.originals(data, tmp_path / "b.zip", Selection(report_id=R2020), False)
    found = {}
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            text = archive.read("manifest.csv").decode("utf-8-sig")
            (line, *_) = csv.DictReader(io.StringIO(text))
            held = archive.read(line["file"]) if line["file"] else None
            found[name] = (line["status"].partition(":")[0], held)
    assert found == {"a.zip": ("ok", PAGE), "b.zip": ("damaged", None)}


def test_a_file_that_is_not_there_costs_its_originals_and_they_are_listed(
    copied, sample, tmp_path
):
    capture = sample.captures[R2020]
    (copied.warc / capture.warc_file).unlink()
    outcome = jobs.bagit(copied, tmp_path / "bag", Selection(), False)
    assert outcome.exit_code == 5
    assert sorted(line.partition(" ")[0] for line in outcome.attention) == sorted(
        {str(c.sha256) for c in sample.captures.values()}
    )
    assert not list((tmp_path / "bag" / "data" / "warc").iterdir())
