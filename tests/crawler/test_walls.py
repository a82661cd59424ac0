"""Walls are recognised by status and by what small pages say."""

from __future__ import annotations

import pytest

from archive.http import parse_response
from crawler.walls import wall


def answer(status: int, body: bytes = b""):
    return parse_response(f"HTTP/1.1 {status} X\r\n\r\n".encode() + body)


@pytest.mark.parametrize("status", [403, 412, 429, 521])
def test_statuses_of_walls_are_named_in_the_reason(status):
    assert wall(answer(status)).startswith(f"HTTP {status}: ")


@pytest.mark.parametrize("status", [200, 301, 404, 500, 503])
def test_other_statuses_are_no_walls(status):
    assert wall(answer(status, b"<p>page</p>")) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<p>您的访问过于频繁，请稍后再试</p>".encode(), "rate limit page"),
        ("<p>您的访问过于频繁</p>".encode("gb18030"), "rate limit page"),
        ("<p>请输入验证码继续</p>".encode(), "captcha page"),
        (b"<script>var $_ts=window['$_ts'];</script>", "browser challenge script"),
    ],
)
def test_small_pages_with_a_marker_are_walls_in_either_encoding(body, reason):
    assert wall(answer(200, body)) == reason


def test_a_long_page_that_mentions_a_captcha_is_a_page():
    assert wall(answer(200, "请输入验证码".encode() + b" " * 40_000)) is None


def test_a_redirect_is_never_a_wall():
    assert wall(answer(302, "安全验证".encode())) is None
