"""Names of attachments are shown, made harmless, and never become paths."""

from __future__ import annotations

import pytest

from archive.http import parse_response
from crawler.filenames import offered_name, shown_name
from crawler.visit import filename
from tests.crawler.crawls import portal
from tests.crawler.wire import Wire, page


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("2023年报.pdf", "2023年报.pdf"),
        ("../../../../tmp/pwned.pdf", "pwned.pdf"),
        ("..", None),
        ("/etc/passwd", "passwd"),
        (r"C:\x\年报.doc", "年报.doc"),
        (r"..\..\年报.doc", "年报.doc"),
        ("年报\0.pdf\0.exe", "年报.pdf.exe"),
        ("年报\r\nX-Evil: 1", "年报X-Evil: 1"),
        ("gnp.\u202efdp.exe", "gnp.fdp.exe"),
        ("\u2066年报\u2069\u200b.pdf", "年报.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("COM1.pdf", "_COM1.pdf"),
        ("console.pdf", "console.pdf"),
        ("   年  报 .pdf . ", "年 报 .pdf"),
        ("", None),
        ("\ud800.pdf", "pdf"),
    ],
)
def test_a_name_is_shown_without_folders_and_trickery(raw, shown):
    assert shown_name(raw) == shown


def test_a_name_of_300_characters_is_cut_and_keeps_its_extension():
    assert shown_name("报" * 300 + ".docx") == "报" * 115 + ".docx"


def header(value: bytes) -> str:
    raw = b"HTTP/1.1 200 OK\r\nContent-Disposition: " + value + b"\r\n\r\n"
    found = parse_response(raw).header("content-disposition")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b'attachment; filename="a.pdf"', "a.pdf"),
        (b"attachment; filename=a.pdf", "a.pdf"),
        ('attachment; filename="2023年报.doc"'.encode("gbk"), "2023年报.doc"),
        ('attachment; filename="2023年报.doc"'.encode(), "2023年报.doc"),
        ("attachment; filename=年报.doc; size=1".encode("gbk"), "年报.doc"),
        (b"attachment; filename=%E5%B9%B4%E6%8A%A5.doc", "年报.doc"),
        (b"attachment; filename=%C4%EA%B1%A8.doc", "年报.doc"),
        (b"attachment; filename*=UTF-8''%E5%B9%B4%E6%8A%A5.doc", "年报.doc"),
        (b"attachment; filename*=GBK''%C4%EA%B1%A8.doc", "年报.doc"),
        (b"attachment; filename=x.doc; filename*=UTF-8''%E5%B9%B4.doc", "年.doc"),
        (b"attachment; filename*=x-none''%E5%B9%B4.doc", "年.doc"),
        (b'attachment; filename="a;b\\"c.pdf"', 'a;b"c.pdf'),
        (b"inline", None),
        (b"", None),
    ],
)
def test_the_offered_name_is_read_in_whatever_encoding_it_was_sent(value, name):
    assert offered_name(header(value)) == name


def test_without_an_offered_name_the_last_part_of_the_address_is_shown():
    response = parse_response(b"HTTP/1.1 200 OK\r\n\r\n")
    url = "http://a.cn/x/%E5%B9%B4%E6%8A%A5.pdf?id=1"
    assert filename(url, response) == "年报.pdf"
    assert filename("http://a.cn/%2e%2e%2f%2e%2e%2fx", response) == "x"
    assert filename("http://a.cn/", response) is None


def test_no_file_is_written_under_a_name_that_a_server_gave(run_crawl, tmp_path):
    names = ["../../pwned", r"..\..\pwned", "/tmp/pwned-by-name", "pwned\0.pdf", "CON"]
    replies = {
        f"/{n}.pdf": page(
            b"%PDF-1.4\n%%EOF",
            kind="application/pdf",
            Content_Disposition=f'attachment; filename="{name}"',
        )
        for n, name in enumerate(names)
    }
    links = "".join(f'<a href="{p}">2023年公开年报附件</a>' for p in replies)
    with Wire({"/nb/": page(links), **replies}) as wire:
        result = run_crawl(portal(wire.home, seeds=[f"{wire.home}nb/"]))
    assert result.rows(
        "SELECT count(*) FROM captures WHERE url LIKE '%.pdf' AND outcome = 'ok'"
    ) == [(5,)]
    written = {p.name for p in tmp_path.rglob("*") if p.is_file()}
    assert not [name for name in written if "pwned" in name or name == "CON"]
