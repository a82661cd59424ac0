"""Archived bytes over HTTP: verified, inert, resumable."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import zipfile
from typing import Any

import pytest
from bs4 import BeautifulSoup

from archive import withholding
from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.publish import publish
from archive.serve import make_app
from tests.archive.site.conftest import HOSTILE, NOW


@pytest.fixture
def page(sample: Any) -> str:
    return f"/originals/{sample.sha256('990683-gov-2020')}"


async def test_an_original_is_the_captured_payload(site: Any, page: str) -> None:
    response = await site.get(page)
    assert response.status_code == 200
    assert hashlib.sha256(response.content).hexdigest() == page.rpartition("/")[2]
    assert "属于国家秘密的，不予公开。" in response.content.decode("gb18030")
    assert response.headers["content-length"] == str(len(response.content))


async def test_an_original_is_a_download_that_nothing_can_run_in(
    site: Any, page: str
) -> None:
    headers = (await site.get(page)).headers
    assert headers["content-type"] == "text/html; charset=gb18030"
    assert headers["content-disposition"] == (
        'attachment; filename="990683-gov-2020.html"; '
        "filename*=UTF-8''%E7%94%B2%E5%B7%9E%E5%B8%82%E4%BA%BA%E6%B0%91%E6%94%BF"
        "%E5%BA%9C2020%E5%B9%B4%E6%94%BF%E5%BA%9C%E4%BF%A1%E6%81%AF%E5%85%AC%E5%BC"
        "%80%E5%B7%A5%E4%BD%9C%E5%B9%B4%E5%BA%A6%E6%8A%A5%E5%91%8A.html"
    )
    policy = headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    # Not for ever: an original may be withheld, and caches are to hear of it.
    assert headers["cache-control"] == "public, max-age=86400"


async def test_inline_view_is_for_types_of_the_short_list_only(
    site: Any, sample: Any
) -> None:
    async def sent(report_id: str) -> tuple[str, str]:
        path = f"/originals/{sample.sha256(report_id)}?view=inline"
        headers = (await site.get(path)).headers
        assert headers["content-security-policy"].startswith("sandbox;")
        return headers["content-type"], headers["content-disposition"].split(";")[0]

    assert await sent("990683-gov-2020") == ("text/html; charset=gb18030", "inline")
    assert await sent("990683-gov-2022") == ("text/plain; charset=utf-8", "inline")
    # SVG can carry scripts, Word files macros.
    assert await sent("990683-dept-0badc0de-2020") == (
        "application/octet-stream",
        "attachment",
    )
    assert await sent("990683-office-2020") == ("application/msword", "attachment")


async def test_a_hostile_title_gives_a_harmless_file_name(
    site: Any, sample: Any
) -> None:
    path = f"/originals/{sample.sha256('990683-dept-0badc0de-2020')}"
    name = (await site.get(path)).headers["content-disposition"]
    assert name == (
        'attachment; filename="990683-dept-0badc0de-2020.bin"; '
        "filename*=UTF-8''script%20alert%28%27x%27%29%20script%20%26%20b%20%E5%B1%80.bin"
    )


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=5-", 5, None), ("bytes=-7", -7, None)],
)
async def test_a_range_gives_that_part(
    site: Any, page: str, asked: str, first: int, last: int | None
) -> None:
    whole = (await site.get(page)).content
    response = await site.get(page, headers={"range": asked})
    size, start = len(whole), first % len(whole)
    end = size - 1 if last is None else last
    assert response.status_code == 206
    assert response.content == whole[start : end + 1]
    assert response.headers["content-range"] == f"bytes {start}-{end}/{size}"


async def test_a_range_beyond_the_end_is_416(site: Any, page: str) -> None:
    size = len((await site.get(page)).content)
    response = await site.get(page, headers={"range": "bytes=999999-"})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{size}"
    assert response.content == b""


async def test_a_range_of_other_bytes_gives_everything(site: Any, page: str) -> None:
    asked = {"range": "bytes=0-9", "if-range": '"something else"'}
    assert (await site.get(page, headers=asked)).status_code == 200


async def test_a_known_digest_is_not_sent_again(site: Any, page: str) -> None:
    etag = (await site.get(page)).headers["etag"]
    assert etag == f'"{page.rpartition("/")[2]}"'
    response = await site.get(page, headers={"if-none-match": f'W/"x", {etag}'})
    assert (response.status_code, response.content) == (304, b"")


async def test_head_has_the_headers_and_no_body(site: Any, page: str) -> None:
    whole = await site.get(page)
    response = await site.head(page)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(whole.content))
    assert response.headers["etag"] == whole.headers["etag"]


async def test_writing_is_refused(site: Any, page: str) -> None:
    assert (await site.delete(page)).status_code == 405


async def test_an_unknown_digest_is_404_with_a_hint(site: Any) -> None:
    response = await site.get(f"/originals/{'0' * 64}")
    assert response.status_code == 404
    assert "没有摘要为" in response.text
    assert (await site.get("/originals/../catalog.db")).status_code == 404
    assert (await site.get("/originals/abc")).status_code == 404


async def test_a_damaged_record_is_named_and_its_bytes_are_not_sent(
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
    url = f"/originals/{capture.sha256}"
    response = await app.client.get(url, headers={"range": "bytes=0-9"})
    assert response.status_code == 500
    assert capture.warc_file in response.text
    assert capture.capture_id in response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    other = await app.client.get(f"/originals/{sample.sha256('990683-gov-2022')}")
    assert other.status_code == 200
    path.unlink()
    response = await app.client.get(url)
    assert response.status_code == 500
    assert str(tmp_path) not in response.text  # where it lies is nobody's business


async def test_language_changes_no_byte_of_an_original(site: Any, page: str) -> None:
    response = await site.get(f"{page}?view=inline&_lang=en")
    assert response.status_code == 200
    assert hashlib.sha256(response.content).hexdigest() == page.rpartition("/")[2]


async def test_a_weak_tag_does_not_make_a_range(site: Any, page: str) -> None:
    etag = (await site.get(page)).headers["etag"]
    asked = {"range": "bytes=0-9", "if-range": f"W/{etag}"}
    assert (await site.get(page, headers=asked)).status_code == 200
    part = await site.get(page, headers=asked | {"if-range": etag})
    assert (part.status_code, len(part.content)) == (206, 10)


async def test_a_range_is_sent_from_memory_once_the_whole_was_verified(
    sample: Any, tmp_path: Any
) -> None:
    copy = tmp_path / "data"
    shutil.copytree(sample.data.root, copy)
    app = make_app(copy)
    await app.invoke_startup()
    url = f"/originals/{sample.sha256('990683-gov-2022')}"
    whole = (await app.client.get(url)).content
    for path in (copy / "warc").iterdir():
        path.unlink()
    part = await app.client.get(url, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])


# ----------------------------------------------------------------------------- withheld


@pytest.fixture
async def withheld(sample: Any, tmp_path: Any) -> Any:
    """A client of the sample with one original withheld, and its digest."""
    copy = DataDir(tmp_path / "data")
    shutil.copytree(sample.data.root, copy.root)
    sha256 = sample.sha256("990683-gov-2020")
    with Catalog(copy.catalog, clock=lambda: NOW) as catalog:
        withholding.decide(catalog, sha256, HOSTILE)
        publish(copy, catalog, clock=lambda: NOW)
    app = make_app(copy)
    await app.invoke_startup()
    return app.client, sha256


@pytest.mark.parametrize(
    "headers", [{}, {"range": "bytes=0-9"}, {"if-none-match": "*"}]
)
async def test_a_withheld_original_is_451_with_date_and_reason(
    withheld: Any, headers: dict[str, str]
) -> None:
    client, sha256 = withheld
    for query in ("", "?view=inline", "?_lang=en"):
        response = await client.get(f"/originals/{sha256}{query}", headers=headers)
        assert response.status_code == 451
        page = BeautifulSoup(response.text, "lxml")
        assert HOSTILE in page.main.get_text()
        assert "2026-01-31" in page.main.get_text()
        assert page.main.find(["script", "b", "iframe"]) is None
        assert response.headers["cache-control"] == "no-store"


async def test_the_other_originals_are_still_there(withheld: Any, sample: Any) -> None:
    client, _ = withheld
    found = await client.get(f"/originals/{sample.sha256('990683-gov-2022')}")
    assert found.status_code == 200


async def test_pages_say_that_an_original_is_withheld(
    withheld: Any, sample: Any
) -> None:
    client, sha256 = withheld
    capture = sample.captures["990683-gov-2020"].capture_id
    for path in (f"/capture/{capture}", "/report/990683-gov-2020"):
        page = BeautifulSoup((await client.get(path)).text, "lxml")
        assert "原件自 2026-01-31 起停止提供" in page.main.get_text(), path
        assert page.find("iframe") is None
        assert page.select(f'.nb-button[href*="{sha256}"]') == []


async def test_the_zip_and_the_wacz_leave_a_withheld_original_out(
    withheld: Any,
) -> None:
    client, _ = withheld
    response = await client.get("/originals.zip?agency=990683-gov")
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    lines = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode()[1:])))
    assert [(line["report_id"], line["file"]) for line in lines] == [
        ("990683-gov-2020", ""),
        (
            "990683-gov-2022",
            "990683-gov-2022/甲州市人民政府2022年政府信息公开工作年度报告.txt",
        ),
    ]
    assert lines[0]["status"].startswith("withheld 2026-01-31: <script>")
    assert (await client.get("/report/990683-gov-2020.wacz")).status_code == 451
    assert (await client.get("/report/990683-gov-2022.wacz")).status_code == 200
