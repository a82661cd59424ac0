"""Originals to take away: whole, named as people name them, listed, within limits."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import subprocess
import zipfile
from typing import Any

import pytest
from bs4 import BeautifulSoup

from archive.export import Selection
from archive.export import wacz as wacz_export
from archive.serve import make_app
from archive.site import bundles
from tests.archive.replay import pywb, pywb_replay, read_index, warcio_replay, wayback

TITLE_2020 = "甲州市人民政府2020年政府信息公开工作年度报告"


def opened(response: Any) -> zipfile.ZipFile:
    assert response.status_code == 200, response.text
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert archive.testzip() is None
    return archive


def manifest(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("manifest.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


async def test_the_originals_of_an_authority_come_with_a_manifest(
    site: Any, sample: Any
) -> None:
    response = await site.get("/originals.zip?agency=990683-gov")
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == (
        'attachment; filename="990683-gov-originals.zip"; '
        "filename*=UTF-8''990683-gov-originals.zip"
    )
    archive = opened(response)
    assert archive.namelist() == [
        f"990683-gov-2020/{TITLE_2020}.html",
        "990683-gov-2022/甲州市人民政府2022年政府信息公开工作年度报告.txt",
        "manifest.csv",
    ]
    first, second = manifest(archive)
    assert first == {
        "file": f"990683-gov-2020/{TITLE_2020}.html",
        "sha256": sample.sha256("990683-gov-2020"),
        "status": "ok",
        "url": "http://portal.example.gov.cn/0.html",
        "captured_at": "2026-01-31T08:00:00.000000Z",
        "report_id": "990683-gov-2020",
        "agency": "甲州市人民政府",
        "report_year": "2020",
        "version_no": "1",
        "role": "main",
        "media_type": "text/html",
        "bytes": str(len(archive.read(first["file"]))),
    }
    for line in (first, second):
        content = archive.read(line["file"])
        assert hashlib.sha256(content).hexdigest() == line["sha256"]


async def test_names_are_marked_as_utf_8_and_dated_by_their_capture(site: Any) -> None:
    archive = opened(await site.get("/originals.zip?agency=990683-gov"))
    for info in archive.infolist()[:-1]:
        assert info.flag_bits & 0x800
        assert info.date_time == (2026, 1, 31, 8, 0, 0)


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
async def test_unzip_lists_the_chinese_names(site: Any, tmp_path: Any) -> None:
    response = await site.get("/originals.zip?agency=990683-gov")
    (tmp_path / "a.zip").write_bytes(response.content)
    listed = subprocess.run(
        ["unzip", "-l", tmp_path / "a.zip"],
        capture_output=True,
        check=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert f"990683-gov-2020/{TITLE_2020}.html" in listed.stdout.decode()


@pytest.mark.parametrize(
    ("query", "reports"),
    [
        ("report=990683-gov-2022", ["990683-gov-2022"]),
        ("agency=990683-gov&year=2020", ["990683-gov-2020"]),
        ("q=国家秘密", ["990683-gov-2020"]),
        ("q=收到申请&year=2022", ["990683-gov-2022"]),
        ("query=originals_of_agency&agency_id=990683-gov", None),
        (
            "sql=select report_id from reports where report_year = :y"
            " and status = 'extracted'&y=2022",
            ["990683-gov-2022"],
        ),
        (
            "sql=select sha256, report_id from reports where template = 'gk2021'",
            ["990683-gov-2022"],
        ),
    ],
)
async def test_a_selection_is_what_its_query_gives(
    site: Any, query: str, reports: list[str] | None
) -> None:
    archive = opened(await site.get("/originals.zip", params=_params(query)))
    found = [line["report_id"] for line in manifest(archive)]
    assert found == (reports or ["990683-gov-2020", "990683-gov-2022"])


def _params(query: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in query.split("&"))


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("", 400, "没有说明要哪些原件"),
        ("agency=nope", 404, "没有符合条件的原件"),
        ("query=nope", 404, "没有名为“nope”的现成查询"),
        ("sql=select 1", 400, "没有 report_id 或 sha256 列"),
        ("sql=delete from reports", 400, "Statement must be a SELECT"),
        ("sql=select report_id from nowhere", 400, "no such table: nowhere"),
        (
            "sql=with recursive n(i) as (select 1 union all select i+1 from n)"
            " select i as report_id from n where i < 0",
            400,
            "time limit",
        ),
        (
            "sql=with recursive n(i) as (select 1 union all select i+1 from n"
            " limit 501) select i as report_id from n",
            413,
            "一次最多 500 份",
        ),
    ],
)
async def test_a_bundle_that_is_not_made_says_why(
    site: Any, query: str, status: int, message: str
) -> None:
    params = _params(query) if query else {}
    response = await site.get("/originals.zip", params=params)
    page = BeautifulSoup(response.text, "lxml")
    assert response.status_code == status
    assert message in page.find(class_="nb-notice").text
    english = await site.get("/originals.zip", params=params | {"_lang": "en"})
    assert BeautifulSoup(english.text, "lxml").h1.text == "Not packed"


async def test_too_many_bytes_are_refused_before_anything_is_read(
    site: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(bundles, "MAX_BYTES", 2**20)
    monkeypatch.setattr(
        bundles, "rows", lambda *a: [{"sha256": "a" * 64, "bytes": 5 * 2**20}]
    )
    with pytest.raises(bundles.Refused) as refused:
        bundles.collect(None, [], [])  # type: ignore[arg-type]
    assert refused.value.status == 413
    assert refused.value.values == {"limit": 1, "found": 5}


async def test_a_damaged_original_is_named_and_the_others_are_there(
    sample: Any, tmp_path: Any
) -> None:
    copy = tmp_path / "data"
    shutil.copytree(sample.data.root, copy)
    capture = sample.captures["990683-gov-2020"]
    path = copy / "warc" / capture.warc_file
    data = bytearray(path.read_bytes())
    data[capture.warc_offset + capture.warc_length // 2] ^= 0x40
    path.write_bytes(data)
    app = make_app(copy)
    await app.invoke_startup()
    archive = opened(await app.client.get("/originals.zip?agency=990683-gov"))
    damaged, whole = manifest(archive)
    assert damaged["file"] == ""
    assert damaged["status"].startswith(f"damaged: {capture.capture_id}: ")
    assert whole["status"] == "ok"
    assert whole["file"] in archive.namelist()


def test_originals_of_one_name_are_told_apart() -> None:
    holding = bundles.Holding("a" * 64, "text/html", None, "报告", "r", ())
    assert bundles._free("r", holding, set()) == "r/报告.html"
    assert bundles._free("r", holding, {"r/报告.html"}) == "r/报告 (2).html"
    assert bundles._free("../../x", holding, set()) == "-..-x/报告.html"
    assert bundles._free("..", holding, set()) == "report/报告.html"


async def test_head_tells_type_and_name_and_sends_nothing(site: Any) -> None:
    response = await site.head("/originals.zip?agency=990683-gov")
    assert (response.status_code, response.content) == (200, b"")
    assert "content-length" not in response.headers


# --------------------------------------------------------------------------------- WACZ


async def test_the_wacz_of_a_report_is_that_of_the_export(
    site: Any, sample: Any, tmp_path: Any
) -> None:
    response = await site.get("/report/990683-gov-2020.wacz")
    assert response.headers["content-disposition"].startswith(
        'attachment; filename="990683-gov-2020.wacz";'
    )
    archive = opened(response)
    with bundles_catalog(sample) as catalog:
        made = wacz_export.write(
            sample.data, catalog, tmp_path, Selection(report_id="990683-gov-2020")
        )
    exported = zipfile.ZipFile(made.path)
    assert archive.namelist() == exported.namelist()
    warc = "archive/selection.warc.gz"
    own, other = archive.read(warc), exported.read(warc)
    # But for the warcinfo, which bears the time at which it was made.
    capture = sample.captures["990683-gov-2020"]
    record = (sample.data.warc / capture.warc_file).read_bytes()
    assert record[capture.warc_offset :][: capture.warc_length] in own
    assert own[-200:] == other[-200:]
    assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}


def bundles_catalog(sample: Any) -> Any:
    from archive.catalog import Catalog

    return Catalog(sample.data.catalog)


async def test_warcio_replays_the_wacz_by_its_index(site: Any, tmp_path: Any) -> None:
    archive = opened(await site.get("/report/990683-gov-2020.wacz"))
    archive.extractall(tmp_path)
    (line,) = read_index(tmp_path / "indexes" / "index.cdxj")
    status, body = warcio_replay(tmp_path / "archive", [line], line)
    assert (status, "属于国家秘密的" in body.decode("gb18030")) == (200, True)


async def test_pywb_replays_the_wacz(site: Any, tmp_path: Any) -> None:
    command = wayback()
    archive = opened(await site.get("/report/990683-gov-2020.wacz"))
    archive.extractall(tmp_path)
    index = tmp_path / "indexes" / "index.cdxj"
    (line,) = read_index(index)
    with pywb(command, tmp_path, index, tmp_path / "archive") as port:
        status, body = pywb_replay(port, line)
    assert (status, "属于国家秘密的" in body.decode("gb18030")) == (200, True)


async def test_the_wacz_of_an_unknown_report_is_404(site: Any) -> None:
    assert (await site.get("/report/nope.wacz")).status_code == 404
