"""WARC and WACZ files of other writers become part of the collection."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import archive.cli
from archive.catalog import Catalog
from archive.warcforeign import records
from archive.warcscan import members
from crawler.sample.portals import build, expected
from crawler.sample.server import SamplePortals
from pipelines import cli

REPORT = next(e for e in expected() if e.portal == "sample-generic")
PAGE = build()["sample-generic"].answer(REPORT.path).body
URL = f"http://example.gov.cn{REPORT.path}"
DATE = "2024-05-06T07:08:09Z"
OK = [("Content-Type", "text/html; charset=utf-8")]


def writer(stream, *, compress: bool = True, version: str = "1.0") -> WARCWriter:
    return WARCWriter(stream, gzip=compress, warc_version=version)


def respond(
    warc: WARCWriter,
    url: str,
    body: bytes,
    headers=OK,
    status: str = "200 OK",
    **fields: str,
) -> Any:
    """A response as warcio writes it."""
    record = warc.create_warc_record(
        url,
        "response",
        payload=io.BytesIO(body),
        http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": DATE} | fields,
    )
    warc.write_record(record)
    return record


def revisit(warc: WARCWriter, url: str, of) -> None:
    refers = of.rec_headers
    record = warc.create_revisit_record(
        url,
        refers.get_header("WARC-Payload-Digest"),
        refers.get_header("WARC-Target-URI"),
        refers.get_header("WARC-Date"),
        http_headers=StatusAndHeaders("200 OK", OK, protocol="HTTP/1.1"),
    )
    warc.write_record(record)


def typical(compress: bool = True) -> bytes:
    """warcinfo, a report, its revisit elsewhere, a stylesheet, a page that is gone."""
    stream = io.BytesIO()
    warc = writer(stream, compress=compress)
    warc.write_record(warc.create_warcinfo_record("x.warc", {"software": "other/1"}))
    first = respond(warc, URL, PAGE)
    revisit(warc, URL + "?again", first)
    respond(
        warc, "http://example.gov.cn/a.css", b"b {}", [("Content-Type", "text/css")]
    )
    respond(warc, "http://example.gov.cn/no", b"gone", status="404 Not Found")
    return stream.getvalue()


class Taking:
    """Runs commands on an archive in this process and looks at what came of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def run(self, command: click.Command, *arguments: str, code: int = 0) -> dict:
        given = ["--data", str(self.data), "--json", *arguments]
        done = CliRunner().invoke(command, given)
        assert done.exit_code == code, (done.output, done.exception)
        return json.loads(done.stdout)

    def __call__(self, name: str, content: bytes, code: int = 0) -> dict:
        """Ingest a file of that name and content; returns what was printed."""
        (self.folder / name).write_bytes(content)
        return self.run(cli.ingest, str(self.folder / name), code=code)

    def rows(self, sql: str) -> list[dict]:
        with Catalog(self.data / "catalog.db") as catalog:
            return catalog.rows(sql)


@pytest.fixture
def taken(tmp_path) -> Taking:
    return Taking(tmp_path)


def originals(content: bytes) -> list[bytes]:
    """The uncompressed records of a file of one gzip member per record."""
    stream, found = io.BytesIO(content), []
    whole = gzip.decompress(content)
    at = 0
    for record in ArchiveIterator(stream):
        record.content_stream().read()
    while (end := whole.find(b"\r\n\r\nWARC/1", at)) >= 0:
        found.append(whole[at : end + 4])
        at = end + 4
    return [*found, whole[at:]]


def test_captures_of_warcio_become_ours_with_their_ids_and_dates(taken):
    content = typical()
    printed = taken("x.warc.gz", content)
    assert (printed["reports"], printed["new_captures"], printed["problems"]) == (
        1,
        4,
        0,
    )
    found = taken.rows(
        "SELECT url, captured_at, http_status, outcome, source_id FROM captures"
        " ORDER BY url"
    )
    day = "2024-05-06T07:08:09.000000Z"
    assert [tuple(row.values())[:4] for row in found if "again" not in row["url"]] == [
        ("http://example.gov.cn/a.css", day, 200, "ok"),
        ("http://example.gov.cn/no", day, 404, "not_found"),
        (URL, day, 200, "ok"),
    ]
    ids = {r.rec_headers.get_header("WARC-Record-ID") for r in records_of(content)}
    ours = {f"<{r['capture_id']}>" for r in taken.rows("SELECT * FROM captures")}
    assert ours < ids


def records_of(content: bytes):
    for record in ArchiveIterator(io.BytesIO(content)):
        record.content_stream().read()
        yield record


def test_records_are_copied_byte_for_byte_after_a_note_of_their_origin(taken):
    content = typical()
    taken("x.warc.gz", content)
    (path,) = taken.data.glob("warc/*-import*.warc.gz")
    pieces = list(records(path))
    head, origin, *copies = pieces
    assert head.record.kind == "warcinfo"
    assert json.loads(origin.record.block) == {
        "taken_from": "x.warc.gz",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert [piece.raw for piece in copies] == originals(content)


def test_a_revisit_has_the_payload_of_the_record_it_refers_to(taken):
    taken("x.warc.gz", typical())
    sql = "SELECT sha256, outcome FROM captures WHERE url LIKE '%.htm%' ORDER BY url"
    assert [(r["sha256"], r["outcome"]) for r in taken.rows(sql)] == [
        (hashlib.sha256(PAGE).hexdigest(), "ok"),
        (hashlib.sha256(PAGE).hexdigest(), "revisit"),
    ]


def test_pages_go_the_common_way_and_accessories_do_not(taken):
    taken("x.warc.gz", typical())
    (report,) = taken.rows("SELECT * FROM reports JOIN agencies USING (agency_id)")
    assert (report["name"], report["report_year"]) == (REPORT.agency, REPORT.year)
    judged = taken.rows("SELECT url, kind FROM triage ORDER BY url")
    assert [(r["url"], r["kind"]) for r in judged] == [
        (URL, "report"),
        (URL + "?again", "report"),
    ]


def test_the_same_file_is_taken_in_once(taken):
    content = typical()
    taken("x.warc.gz", content)
    before = {p.name: p.stat().st_size for p in (taken.data / "warc").iterdir()}
    printed = taken("again.warc.gz", content)
    assert (printed["new_captures"], printed["new_reports"]) == (0, 0)
    after = {p.name: p.stat().st_size for p in (taken.data / "warc").iterdir()}
    assert after == before


def test_a_longer_file_brings_only_what_is_new(taken):
    content, extra = typical(), io.BytesIO()
    respond(writer(extra), "http://example.gov.cn/new", b"<p>new</p>" * 9)
    taken("x.warc.gz", content)
    printed = taken("y.warc.gz", content + extra.getvalue())
    assert printed["new_captures"] == 1


@pytest.mark.parametrize("shape", ["plain", "one member", "a member per record"])
def test_plain_and_oddly_compressed_files_are_read(taken, shape):
    plain = typical(compress=False)
    content = {"plain": plain, "one member": gzip.compress(plain)}.get(shape, typical())
    name = "x.warc" if shape == "plain" else "x.warc.gz"
    printed = taken(name, content)
    assert (printed["new_captures"], printed["reports"]) == (4, 1)


def test_of_a_torn_file_in_one_gzip_member_the_whole_records_are_taken(taken):
    content = gzip.compress(typical(compress=False))
    printed = taken("x.warc.gz", content[:-60], code=1)
    assert printed["new_captures"] >= 2
    assert "the file ends inside the record" in printed["attention"][0]


@pytest.mark.parametrize("compress", [True, False])
def test_of_a_torn_file_the_whole_records_are_taken(taken, compress):
    content = typical(compress)
    name = "x.warc.gz" if compress else "x.warc"
    printed = taken(name, content[:-40], code=1)
    assert printed["new_captures"] == 3
    (problem,) = printed["attention"]
    assert problem.startswith(f"{name} at offset ")


def test_a_damaged_record_is_named_and_the_others_taken(taken):
    content = bytearray(typical())
    second, third = [member.offset for member in members(bytes(content))][1:3]
    content[(second + third) // 2] ^= 0x10
    printed = taken("x.warc.gz", bytes(content), code=1)
    # the revisit of the damaged record comes too, without its payload
    assert printed["new_captures"] == 3
    assert printed["attention"][0].startswith(f"x.warc.gz at offset {second}: ")
    (row,) = taken.rows("SELECT * FROM captures WHERE outcome = 'revisit'")
    assert (row["sha256"], row["reason"]) == (None, "the record revisited is not here")


def test_a_record_with_a_wrong_block_digest_is_not_taken(taken):
    plain = typical(compress=False).replace(b"b {}", b"b {;")
    printed = taken("x.warc", plain, code=1)
    assert printed["new_captures"] == 3
    assert "block digest is sha1:" in printed["attention"][0]


def with_payload_digest(digest: str) -> bytes:
    """A report with another payload digest than warcio writes."""
    stream = io.BytesIO()
    respond(writer(stream, compress=False), URL, PAGE)
    field = b"WARC-Payload-Digest: " + digest.encode()
    return re.sub(rb"WARC-Payload-Digest: \S+", field, stream.getvalue())


def test_digests_in_hexadecimal_sha256_are_verified_too(taken):
    """As Browsertrix writes them."""
    digest = f"sha256:{hashlib.sha256(PAGE).hexdigest()}"
    assert taken("x.warc", with_payload_digest(digest))["reports"] == 1
    (row,) = taken.rows("SELECT * FROM captures")
    assert row["reason"] is None


def test_a_payload_digest_of_its_own_kind_is_noted_and_no_damage(taken):
    """As Heritrix writes for chunked responses; the block digest is right."""
    content = with_payload_digest("sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert taken("x.warc", content)["reports"] == 1
    (row,) = taken.rows("SELECT * FROM captures")
    assert row["reason"].startswith("payload digest of its maker disagrees")
    assert taken.run(archive.cli.fixity)["damaged"] == 0


def test_what_others_claim_in_fields_of_ours_is_not_believed(taken):
    stream = io.BytesIO()
    claims = {"WARC-Nianbao-Source": "laizhou", "WARC-Nianbao-Outcome": "blocked"}
    respond(writer(stream), URL, PAGE, **claims)
    taken("x.warc.gz", stream.getvalue())
    (row,) = taken.rows("SELECT * FROM captures")
    assert (row["source_id"], row["outcome"]) == (None, "ok")


def wacz(content: bytes, declared: str | None = None) -> bytes:
    out = io.BytesIO()
    digest = declared or f"sha256:{hashlib.sha256(content).hexdigest()}"
    resource = {"path": "archive/data.warc.gz", "hash": digest, "name": "data.warc.gz"}
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.warc.gz", content)
        archive.writestr("datapackage.json", json.dumps({"resources": [resource]}))
    return out.getvalue()


def test_a_wacz_is_taken_in_like_its_warc_files(taken):
    printed = taken("x.wacz", wacz(typical()))
    assert (printed["new_captures"], printed["reports"], printed["problems"]) == (
        4,
        1,
        0,
    )


def test_a_wacz_whose_digest_disagrees_is_named_and_taken_as_far_as_whole(taken):
    printed = taken("x.wacz", wacz(typical(), "sha256:00"), code=1)
    assert printed["new_captures"] == 4
    assert "datapackage.json says sha256:00" in printed["attention"][0]


@pytest.mark.parametrize("name", ["x.wacz", "x.warc.gz", "x.warc"])
def test_rubbish_is_named_and_changes_nothing(taken, name):
    printed = taken(name, b"this is no archive at all", code=1)
    assert (printed["new_captures"], printed["problems"]) == (0, 1)
    assert printed["attention"][0].startswith("x.wa")


def test_what_was_taken_in_survives_a_reindex(taken):
    taken("x.warc.gz", typical())
    sql = "SELECT * FROM captures ORDER BY capture_id"
    cells = "SELECT * FROM cells ORDER BY 1, 2, 3, 4, 5"
    before, values = taken.rows(sql), taken.rows(cells)
    taken.run(archive.cli.reindex)
    taken.run(cli.extract, "--all")
    assert taken.rows(sql) == before
    assert taken.rows(cells) == values
    assert taken.run(archive.cli.fixity)["damaged"] == 0


@pytest.fixture(scope="module")
def made_by_wget(tmp_path_factory) -> Path:
    """A sample portal as wget mirrors it into a WARC file."""
    wget = shutil.which("wget")
    if wget is None:
        pytest.skip("wget is not installed")
    folder = tmp_path_factory.mktemp("wget")
    with SamplePortals() as portals:
        home = next(s.home for s in portals.sources if s.source_id == "sample-generic")
        subprocess.run(
            [
                wget,
                "-q",
                "-r",
                "-l",
                "6",
                "-e",
                "robots=off",
                "--warc-file=portal",
                home,
            ],
            cwd=folder,
            check=False,  # a dead link makes it 8
            timeout=60,
        )
    return folder / "portal.warc.gz"


def test_a_crawl_of_wget_gives_the_reports_of_its_portal(made_by_wget, taken):
    whole = gzip.decompress(made_by_wget.read_bytes())
    host = re.search(rb"WARC-Target-URI: <?http://([\d.:]+)/", whole)[1].decode()
    refused = taken("portal.warc.gz", made_by_wget.read_bytes(), code=1)
    assert (refused["reports"], refused["problems"]) == (0, 13)
    assert "an address by number and no source names it" in refused["attention"][0]
    vouched = taken.run(cli.ingest, str(made_by_wget), "--host", host)
    assert (vouched["new_reports"], vouched["problems"]) == (13, 0)
    found = taken.rows(
        "SELECT name, report_year FROM reports JOIN agencies USING (agency_id)"
    )
    wanted = {(e.agency, e.year) for e in expected() if e.portal == "sample-generic"}
    assert {(r["name"], r["report_year"]) for r in found} == wanted
