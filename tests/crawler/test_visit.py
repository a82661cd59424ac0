"""What an answer means and where it leads, without any network."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.frontier import Found, FrontierRow
from archive.http import parse_response
from archive.records import Capture
from crawler.visit import MAX_PARSED, Answer, discover, filename, judge, text_of

HOSTS = frozenset({"a.cn"})
PAGES = Path(__file__).parent / "pages"


def row(role: str = "report", depth: int = 3, url: str = "http://a.cn/nb/1.html"):
    return FrontierRow(
        "s", url, role, 50, depth, "http://a.cn/nb/", "年报", "2024-01-18", 0
    )


def response(head: str = "", body: bytes = b"", status: str = "200 OK"):
    return parse_response(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)


def capture(outcome: str, status: int | None = 200, reason: str | None = None):
    return Capture(
        "urn:uuid:1", "http://a.cn/", "2026-01-31T08:00:00Z", status, outcome, "0" * 64,
        "f", 0, 1, "run", reason=reason,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("got", "reason"),
    [
        (capture("ok"), None),
        (capture("revisit"), None),
        (capture("not_found", 404), "not_found: HTTP 404"),
        (capture("blocked", 412, "browser challenge"), "blocked: browser challenge"),
        (capture("truncated", 200, "cut"), "truncated: cut"),
        (capture("error", 500), "error: HTTP 500"),
    ],
)
def test_an_answer_is_judged_by_the_outcome_of_its_capture(got, reason):
    assert judge(Answer(got, response())) == reason


def test_a_redirect_becomes_a_link_that_inherits_what_is_known_of_the_page():
    seen = discover(
        row(), response("Location: ../b/2.html\r\n", status="301 M"), hosts=HOSTS
    )
    assert seen.found == (
        Found(
            "http://a.cn/b/2.html", "report", "年报", "2024-01-18", "http://a.cn/nb/", 3
        ),
    )
    assert not seen.is_document


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("http://b.cn/", "error: redirects to another host, b.cn"),
        ("/nb/1.html;jsessionid=1", "error: redirects to itself"),
        ("/", "not_found: redirects to the home page"),
        ("/x/y/x/y/x/y/", "error: redirects into a trap"),
        ("ftp://a.cn/1", "error: redirect without a usable address"),
    ],
)
def test_a_redirect_that_leads_nowhere_says_why(target, problem):
    answer = response(f"Location: {target}\r\n", status="302 Found")
    seen = discover(row(), answer, hosts=HOSTS, home="http://a.cn/")
    assert (seen.problem, seen.found) == (problem, ())


def test_a_quick_meta_refresh_is_a_redirect_and_a_slow_one_is_not():
    quick = b'<meta http-equiv="refresh" content="0; url=/zfxxgk/">'
    seen = discover(row("home", 0, "http://a.cn/"), response("", quick), hosts=HOSTS)
    assert [f.url for f in seen.found] == ["http://a.cn/zfxxgk/"]
    slow = quick.replace(b"0;", b"300;")
    assert discover(row("home", 0), response("", slow), hosts=HOSTS).found == ()


def test_pages_of_one_list_are_as_deep_as_the_first_and_its_items_deeper():
    script = '<script>createPageHTML(2,0,"index","html")</script>'
    body = f'<a href="1.html">2023年公开年报</a>{script}'.encode()
    seen = discover(row("list", 2, "http://a.cn/nb/"), response("", body), hosts=HOSTS)
    assert [(f.url, f.role, f.depth, f.via) for f in seen.found] == [
        ("http://a.cn/nb/index_1.html", "list", 2, "http://a.cn/nb/"),
        ("http://a.cn/nb/1.html", "report", 3, "http://a.cn/nb/"),
    ]


def test_links_beyond_the_depth_limit_are_counted_and_left():
    body = '<a href="1.html">2023年公开年报</a>'.encode()
    start = row("list", 8, "http://a.cn/nb/")
    seen = discover(start, response("", body), hosts=HOSTS, max_depth=8)
    assert (seen.found, seen.skipped) == ((), 1)


def test_an_attachment_inherits_the_date_of_the_report_it_belongs_to():
    body = '<a href="1.pdf">附件</a>'.encode()
    (found,) = discover(row(), response("", body), hosts=HOSTS).found
    assert (found.role, found.link_text, found.list_date) == (
        "attachment",
        "附件",
        "2024-01-18",
    )


def test_an_article_that_was_linked_as_a_column_is_a_document():
    body = b'<meta name="ArticleTitle" content="x">'
    seen = discover(row("list", 2), response("", body), hosts=HOSTS)
    assert seen.is_document


def test_binary_and_oversized_bodies_are_documents_without_links():
    pdf = response("Content-Type: application/pdf\r\n", b"%PDF-1.4 <a href='/x'>")
    assert text_of(pdf) is None
    assert discover(row(), pdf, hosts=HOSTS).is_document
    assert text_of(response("", b"<p>" * (MAX_PARSED // 3 + 1))) is None


def test_a_gbk_page_without_any_declaration_is_read_right():
    page = (PAGES / "platform.html").read_text("utf-8").encode("gbk")
    seen = discover(row("home", 0, "http://a.cn/"), response("", page), hosts=HOSTS)
    assert [(f.url, f.link_text) for f in seen.found] == [
        ("http://a.cn/zfxxgk/zfxxgknb_57/", "【 政府信息公开年报 】"),
        ("http://a.cn/zfxxgk/fdzdgknr/", "法定主动公开内容"),
    ]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("", "1.html"),
        ('Content-Disposition: attachment; filename="nb.pdf"\r\n', "nb.pdf"),
        (
            "Content-Disposition: attachment; filename=x.pdf;"
            " filename*=UTF-8''%E5%B9%B4%E6%8A%A5.pdf\r\n",
            "年报.pdf",
        ),
        ("Content-Disposition: attachment; filename*=nonsense''%E5\r\n", "%E5"),
    ],
)
def test_the_offered_file_name_goes_before_that_of_the_address(head, name):
    assert filename("http://a.cn/nb/1.html", response(head)) == name


def test_a_gbk_file_name_sent_raw_is_read_right():
    head = 'Content-Disposition: attachment; filename="年报公开.doc"\r\n'
    raw = f"HTTP/1.1 200 OK\r\n{head}\r\n".encode("gbk")
    assert filename("http://a.cn/", parse_response(raw)) == "年报公开.doc"
