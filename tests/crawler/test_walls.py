"""Walls are recognised by status, by their scripts and by what small pages say."""

from __future__ import annotations

import pytest

from archive.http import parse_response
from crawler.walls import wall


def answer(status: int, body: bytes | str = b"", *headers: str):
    data = body.encode() if isinstance(body, str) else body
    head = "\r\n".join([f"HTTP/1.1 {status} X", *headers, "", ""])
    return parse_response(head.encode() + data)


@pytest.mark.parametrize("status", [403, 412, 429, 521])
def test_statuses_of_walls_are_named_in_the_reason(status):
    assert wall(answer(status)).startswith(f"HTTP {status}: ")


@pytest.mark.parametrize("status", [200, 301, 404, 500, 503])
def test_other_statuses_are_no_walls(status):
    assert wall(answer(status, "<p>page</p>")) is None


CHALLENGE = (
    '<html><head><meta http-equiv="Content-Type" content="text/html"><script>'
    "{}</script></head><body onload='go()'></body></html>"
)


@pytest.mark.parametrize(
    ("status", "script"),
    [
        (200, "var $_ts=window['$_ts'];if(!$_ts)$_ts={};"),
        (202, "$_ts['abc']=1;" + "x" * 25_000),
        (400, "document.cookie='FSSBBIl1UgzbN7N80S=1'"),
        (200, "document.cookie='__jsluid_h='+go()"),
        (503, "document.cookie='__jsl_clearance=' + a"),
        (200, "var arg1='0123';setCookie('acw_sc__v2',arg2)"),
    ],
)
def test_pages_that_are_a_challenge_script_are_walls_at_any_status(status, script):
    assert wall(answer(status, CHALLENGE.format(script))) == "browser challenge script"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<p>您的访问过于频繁，请稍后再试</p>", "rate limit page"),
        ("<p>操作过于频繁，请 30 秒后再试</p>", "rate limit page"),
        ("<p>请输入验证码继续访问</p>", "captcha page"),
        ("<p>拖动滑块完成拼图</p>", "captcha page"),
        ("<title>安全验证</title><div id=a></div>", "security check page"),
        ("<title>访问异常</title>您的IP地址为 1.2.3.4", "access refused by"),
        ("<noscript>请开启JavaScript并刷新该页</noscript>", "browser challenge page"),
        ("<p>请开启 JavaScript 并刷新该页</p>", "browser challenge page"),
        ("<p>Checking your browser before accessing</p>", "browser challenge page"),
        ("<p>您的访问<b>过于</b>频繁</p>", "rate limit page"),
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_small_pages_that_say_so_are_walls_in_either_encoding(body, reason, charset):
    found = wall(answer(200, body.encode(charset)))
    assert (found or "").startswith(reason or "")
    assert (found is None) is (reason is None)


REPORT = (
    "<html><head><title>临澜县2023年政府信息公开工作年度报告</title></head><body>"
    "<h1>临澜县2023年政府信息公开工作年度报告</h1><p>{}</p></body></html>"
)
PROSE = "全年主动公开政府信息一千二百条，收到依申请公开二十六件，均按期办结。" * 12


@pytest.mark.parametrize(
    "mention",
    [
        "网站登录增加短信验证码，用户须输入验证码后方可提交申请。",
        "落实网站安全验证制度，完善人机验证和访问异常监测。",
        "针对依申请公开平台操作过于频繁的问题，优化了流程。",
        "本页需要脚本，请开启JavaScript。",
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_report_that_mentions_the_words_of_walls_is_a_report(mention, charset):
    page = REPORT.format(mention + PROSE)
    assert len(page.encode()) < 3000
    assert wall(answer(200, page.encode(charset))) is None


def test_a_portal_page_with_a_login_form_is_a_page():
    links = "".join(f'<li><a href="{n}.html">政府信息公开</a></li>' for n in range(60))
    form = (
        "<form><input name=u><input name=v placeholder=请输入验证码>请输入验证码</form>"
    )
    assert wall(answer(200, f"<title>首页</title>{form}<ul>{links}</ul>")) is None


def test_a_full_page_that_carries_the_script_of_a_guard_is_a_page():
    script = "<script>document.cookie='__jsluid_s=1'</script>"
    assert wall(answer(200, script + REPORT.format(PROSE))) is None


def test_a_cookie_of_an_accelerator_alone_is_no_wall():
    header = "Set-Cookie: __jsluid_s=0123456789abcdef; max-age=31536000; path=/"
    assert wall(answer(200, "<p>年报</p>", header)) is None


def test_a_report_as_a_file_is_not_searched():
    assert wall(answer(200, b"%PDF-1.4\n" + b"\0" * 400_000)) is None


def test_a_redirect_is_never_a_wall():
    assert wall(answer(302, "安全验证")) is None
