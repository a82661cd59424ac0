"""Families whose lists are numbered backwards, drawn by scripts or kept elsewhere."""

from __future__ import annotations

import json

import pytest

from archive.http import parse_response
from crawler.cms import Page, PageLinks, adapter, fingerprint
from crawler.urls import other_forms
from crawler.visit import filename
from crawler.walls import wall

SITE = "http://www.linlan.gov.cn"
HOSTS = frozenset({"www.linlan.gov.cn"})
TITLE = "临澜县2023年政府信息公开工作年度报告"
REPORT_COLUMN = '<meta name="ColumnType" content="政府信息公开年报">'


def read(family: str, text: str, path: str, role: str = "list", post=None) -> PageLinks:
    return adapter(family).read(Page(text, SITE + path, role, HOSTS, post))


def paths(links) -> list[str]:
    return [link.url.removeprefix(SITE) for link in links]


# ------------------------------------------------------------------------------- ucap


def test_ucap_counts_from_one_and_names_all_pages_up_to_the_last():
    text = (
        '<a href="index_2.html">2</a><a class="last" href="index_5.html">尾页</a>'
        '<a href="../other/index_9.html">其他</a>'
    )
    assert paths(read("ucap", text, "/nb/index.html").next_pages) == [
        f"/nb/index_{n}.html" for n in (2, 3, 4, 5)
    ]
    assert paths(read("ucap", text, "/nb/").next_pages)[0] == "/nb/index_2.html"
    assert paths(read("ucap", text, "/nb/index_4.html").next_pages) == [
        "/nb/index_5.html"
    ]
    assert read("ucap", text, "/nb/index_5.html").next_pages == ()


def test_ucap_keeps_the_suffix_of_its_pager():
    text = '<a href="/nb/list_3.shtml">3</a>'
    assert paths(read("ucap", text, "/nb/list.shtml").next_pages) == [
        "/nb/list_2.shtml",
        "/nb/list_3.shtml",
    ]


# ------------------------------------------------------------------------------- boda

PAGER = (
    '<span class="p_no"><a href="zfxxgknb/10.htm">2</a></span>'
    '<span class="p_no"><a href="zfxxgknb/9.htm">3</a></span>'
    '<span class="p_last p_fun"><a href="zfxxgknb/1.htm">尾页</a></span>'
)


def test_boda_counts_down_from_the_highest_number():
    assert paths(read("boda", PAGER, "/zwgk/zfxxgknb.htm").next_pages) == [
        f"/zwgk/zfxxgknb/{n}.htm" for n in range(10, 0, -1)
    ]
    assert paths(read("boda", "", "/zwgk/zfxxgknb/3.htm").next_pages) == [
        "/zwgk/zfxxgknb/2.htm",
        "/zwgk/zfxxgknb/1.htm",
    ]
    assert read("boda", "", "/zwgk/zfxxgknb/1.htm").next_pages == ()
    assert read("boda", "<p>one page</p>", "/zwgk/zfxxgknb.htm").next_pages == ()


def test_boda_s_column_files_are_lists_and_its_info_files_articles():
    text = (
        f'{REPORT_COLUMN}<ul><li><a href="zfxxgknb/bm.htm">县政府部门</a></li>'
        '<li><a href="zfxxgknb/2024n.htm">2024年</a></li></ul>'
        '<ul><li><a href="/zwgk.htm">政务公开</a></li>'
        '<li><a href="/news.htm">新闻</a></li></ul>'
        f'<li><a href="/info/1050/64208.htm">{TITLE}</a><span>2024-01-18</span></li>'
    )
    links = read("boda", text, "/zwgk/zfxxgknb.htm")
    assert paths(links.lists) == ["/zwgk/zfxxgknb/bm.htm", "/zwgk/zfxxgknb/2024n.htm"]
    assert [(link.url, link.date) for link in links.reports] == [
        (f"{SITE}/info/1050/64208.htm", "2024-01-18")
    ]


def test_both_addresses_of_an_article_of_boda_are_one():
    program = "/content.jsp?urltype=news.NewsContentUrl&wbnewsid=64208&wbtreeid=1050"
    file = "/info/1050/64208.htm"
    assert SITE + file in other_forms(SITE + program)
    assert SITE + program in other_forms(SITE + file)
    text = f'<a href="{file}">{TITLE}</a><a href="{program}">{TITLE}</a>'
    assert paths(read("boda", text, "/nb.htm").reports) == [file]
    assert paths(
        read("boda", f'<a href="{program}">{TITLE}</a>', "/nb.htm").reports
    ) == [program]


DOWNLOAD = (
    "/system/_content/download.jsp?owner=1404874179"
    "&urltype=news.DownloadAttachUrl&wbfileid=9607F8947E5547D2CA3A541D32E985A6"
)


def test_a_file_of_boda_has_its_name_from_the_answer():
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
        "Content-Disposition: attachment; filename*=UTF-8''%E5%B9%B4%E6%8A%A5.docx\r\n"
        "Content-Length: 2\r\n\r\nPK"
    )
    assert filename(SITE + DOWNLOAD, parse_response(head.encode())) == "年报.docx"
    links = read("boda", f'<a href="{DOWNLOAD}">附件</a>', "/info/1/2.htm", "report")
    assert paths(links.attachments) == [DOWNLOAD]


def test_a_captcha_before_a_file_of_boda_is_recorded_as_one():
    body = (
        "<html><head><title>附件下载</title></head><body><form method=post>"
        '请输入验证码下载附件<input name="codeValue"><img src="createimage.jsp">'
        "<input type=submit value=下载></form></body></html>"
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}"
    assert wall(parse_response(f"{head}\r\n\r\n".encode() + body)) == "captcha page"


# ----------------------------------------------------------------------------- gkmlpt

CONFIG = (
    "<script>window._CONFIG = {{ DOMAIN: 'x', SID: '755001', TREE: {} }};</script>"
    '<div id="app"></div>'
)
TREE = [
    {"id": 10, "name": "政府信息公开指南", "children": []},
    {"id": 11, "name": "政府信息公开年报", "children": [{"id": 12, "name": "2023年"}]},
]


def api(number: int, page: int = 1, above: str = "") -> str:
    return f"{above}/gkmlpt/api/all/{number}?page={page}&sid=755001"


def test_gkmlpt_takes_site_and_columns_from_the_page_s_own_settings():
    text = CONFIG.format(json.dumps(TREE, ensure_ascii=False))
    assert paths(read("gkmlpt", text, "/szfj/gkmlpt/index", "column").lists) == [
        api(11, above="/szfj"),
        api(12, above="/szfj"),
    ]
    links = read("gkmlpt", text, "/gkmlpt/annualreport")
    assert paths(links.next_pages) == [api(11), api(12)]


def test_where_the_tree_cannot_be_read_the_page_s_own_link_names_the_column():
    text = (
        CONFIG.format("[{id: broken") + '<a href="/gkmlpt/annualreport#2629">年报</a>'
    )
    assert paths(read("gkmlpt", text, "/gkmlpt/annualreport").next_pages) == [api(2629)]


def test_without_the_number_of_the_site_nothing_is_asked():
    text = "<script>window._CONFIG = { TREE: [] };</script>"
    links = read("gkmlpt", text, "/gkmlpt/annualreport")
    assert (links.next_pages, links.lists) == ((), ())


def test_the_articles_of_an_answer_of_gkmlpt_have_the_day_in_china():
    row = {
        "title": TITLE,
        "url": f"{SITE}/gkmlpt/content/8/8766/post_8766914.html",
        "post_url": "http://www.gd.gov.cn/x/post_8766914.html",
        "create_time": 1705507200,  # 2024-01-17T16:00:00Z
    }
    other = {"title": TITLE, "url": "http://elsewhere.cn/1.html", "created_at": "x"}
    text = json.dumps({"total": 250, "articles": [row, other, None] + [{}] * 97})
    links = read("gkmlpt", text, api(11))
    assert [(link.url, link.date) for link in links.reports] == [
        (row["url"], "2024-01-18")
    ]
    assert links.foreign == 1
    assert paths(links.next_pages) == [api(11, 2), api(11, 3)]
    assert read("gkmlpt", text, api(11, 2)).next_pages == ()


# ----------------------------------------------------------------------------- lonsun


def test_lonsun_turns_pages_by_path_and_by_parameter():
    text = '<a href="/OpennessContent/showList/1/7/page_4.html">尾页</a>'
    path = "/OpennessContent/showList/1/7/page_{}.html"
    assert paths(read("lonsun", text, path.format(2)).next_pages) == [
        path.format(3),
        path.format(4),
    ]
    script = "<script>Ls.pagination({elem: '#p', pageIndex: 1, pageCount: 3});</script>"
    assert paths(read("lonsun", script, "/content/column/7").next_pages) == [
        "/content/column/7?pageIndex=2",
        "/content/column/7?pageIndex=3",
    ]
    catalog = "/public/column/66?action=list&catId=5&type=4"
    assert paths(read("lonsun", script, catalog).next_pages) == [
        "/public/column/66?action=list&catId=5&pageIndex=2&type=4",
        "/public/column/66?action=list&catId=5&pageIndex=3&type=4",
    ]


def test_the_pages_of_another_list_of_lonsun_do_not_count():
    text = '<a href="/content/column/8?pageIndex=9">9</a>'
    assert read("lonsun", text, "/content/column/7").next_pages == ()


# ----------------------------------------------------------------------------- epoint

SERVICE = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
LIST = "/dynamic/zwgk/govInfoPub.html?categorynum=003002&deptcode=11320300"
INFO = (
    '<script>var siteInfo = {"projectName":"/EWB-FRONT","siteGuid":"7eb5f7f1"}</script>'
)


def asked(number: int, size: int = 15) -> str:
    return json.dumps(
        {
            "deptcode": "11320300",
            "categorynum": "003002",
            "siteGuid": "7eb5f7f1",
            "pageIndex": number,
            "pageSize": size,
        }
    )


def answer(count: int, total: int | None) -> str:
    rows = [
        {"title": "临澜…", "realtitle": TITLE, "infourl": f"/a/20240118/{n:032}.html",
         "infodate": "2024-01-18"}
        for n in range(count)
    ]  # fmt: skip
    return json.dumps({"custom": {"data": rows, "total": total}})


def test_epoint_asks_at_once_where_the_page_says_who_it_is():
    (link,) = read("epoint", INFO, LIST).next_pages
    assert (link.url, link.content_type) == (SITE + SERVICE, "application/json")
    assert json.loads(link.post or "") == json.loads(asked(1))


def test_epoint_asks_the_site_s_script_on_behalf_of_the_column_otherwise():
    script = '<script src="/js/webBuilderCommon.js?v=3"></script>'
    text = f"{script}<script>var pageSize = 20;</script>"
    (link,) = read("epoint", text, LIST).next_pages
    assert link.url == (
        f"{SITE}/js/webBuilderCommon.js"
        "?categorynum=003002&deptcode=11320300&pageSize=20"
    )
    script = 'var siteInfo={"siteGuid":"7eb5f7f1", "projectName" : "/EWB-FRONT"};'
    (post,) = read("epoint", script, link.url.removeprefix(SITE)).next_pages
    assert json.loads(post.post or "") == json.loads(asked(1, 20))


def test_a_page_of_epoint_without_a_column_asks_nothing():
    assert read("epoint", INFO, "/dynamic/zwgk/govInfoPub.html").next_pages == ()


@pytest.mark.parametrize(
    ("index", "count", "total", "further"),
    [
        (1, 15, 40, [2, 3]),
        (0, 15, 40, [1, 2]),
        (2, 15, 40, []),
        (1, 7, 7, []),
        (1, 15, None, [2]),
        (5, 15, None, [6]),
        (5, 14, None, []),
        (1, 0, 40, []),
    ],
)
def test_the_first_answer_of_epoint_names_all_further_requests(
    index, count, total, further
):
    links = read("epoint", answer(count, total), SERVICE, post=asked(index))
    assert [json.loads(n.post or "")["pageIndex"] for n in links.next_pages] == further
    assert len(links.reports) == count
    assert {(r.text, r.date) for r in links.reports} <= {(TITLE, "2024-01-18")}


# ---------------------------------------------------------------------------- truecms

PROXY = "/TrueCMS/messageController/getMessage.do"
WANTED = "callback=cb&columnId=94c8c1ea&endrecord={}&perpage=10&startrecord={}"


def records(count: int, total: str = "") -> str:
    xml = "".join(
        f'<record><![CDATA[<li><a href="/zf/content/{n:08}.html" title="{TITLE}">临澜…'
        "</a><span>2024-01-18</span></li>]]></record>"
        for n in range(count)
    )
    return f"cb({json.dumps({'result': f'<datastore>{total}{xml}</datastore>'})});"


def test_truecms_takes_column_and_size_from_the_page_s_pager():
    text = (
        f"<script>x({{columnId:'94c8c1ea', perPage:'10', proxyUrl:'{PROXY}'}})</script>"
    )
    assert paths(read("truecms", text, "/zf/nb/nb.html").next_pages) == [
        f"{PROXY}?{WANTED.format(10, 1)}"
    ]


def test_truecms_counts_records_to_the_last():
    path = f"{PROXY}?{WANTED.format(10, 1)}"
    links = read("truecms", records(10, "<totalrecord>23</totalrecord>"), path)
    assert paths(links.next_pages) == [
        f"{PROXY}?{WANTED.format(20, 11)}",
        f"{PROXY}?{WANTED.format(30, 21)}",
    ]
    assert [(r.text, r.date) for r in links.reports] == [(TITLE, "2024-01-18")] * 10


def test_truecms_goes_on_from_a_full_page_where_no_total_is_said():
    path = f"{PROXY}?{WANTED.format(20, 11)}"
    assert paths(read("truecms", records(10), path).next_pages) == [
        f"{PROXY}?{WANTED.format(30, 21)}"
    ]
    assert read("truecms", records(9), path).next_pages == ()
    assert read("truecms", 'cb({"result": ""});', path).next_pages == ()


# ---------------------------------------------------------------------------- eportal


def test_eportal_s_pages_stand_in_script_calls():
    target = "/eportal/ui?pageId=302272&amp;currentPage=2&amp;moduleId=b600eb6d"
    text = (
        '<a tagname="[HOMEPAGE]">首页</a>'
        f"<a onclick=\"queryArticleByCondition(this,'{target}')\" "
        f'tagname="{target}">下一页</a><div totalpage="4"></div>'
    )
    page = "/eportal/ui?currentPage={}&moduleId=b600eb6d&pageId=302272"
    assert paths(read("eportal", text, "/eportal/ui?pageId=302272").next_pages) == [
        page.format(n) for n in (2, 3, 4)
    ]
    assert paths(read("eportal", text, page.format(3)).next_pages) == [page.format(4)]


def test_eportal_s_static_pages_are_named_by_their_module():
    text = (
        "<a onclick=\"queryArticleByCondition(this,'/nb/17081-2.html')\">下一页</a>"
        '<a tagname="/nb/17081-3.html">尾页</a>'
    )
    assert paths(read("eportal", text, "/nb/index.html").next_pages) == [
        "/nb/17081-2.html",
        "/nb/17081-3.html",
    ]
    assert read("eportal", text, "/nb/17081-3.html").next_pages == ()


def test_an_article_of_eportal_is_no_column_although_its_address_is_alike():
    text = (
        f'{REPORT_COLUMN}<a href="/eportal/ui?pageId=7&articleKey=9">{TITLE}</a>'
        '<ul><li><a href="/eportal/ui?pageId=8">县政府部门</a></li>'
        '<li><a href="/eportal/ui?pageId=9">乡镇（街道）</a></li></ul>'
        f'<a href="/nb/2024013110470592735/index.html">{TITLE}</a>'
    )
    links = read("eportal", text, "/eportal/ui?pageId=7")
    assert paths(links.reports) == [
        "/eportal/ui?articleKey=9&pageId=7",
        "/nb/2024013110470592735/index.html",
    ]
    assert paths(links.lists) == ["/eportal/ui?pageId=8", "/eportal/ui?pageId=9"]


# ------------------------------------------------------------------------ recognition


@pytest.mark.parametrize(
    ("url", "family"),
    [
        ("http://www.lg.gov.cn/xxgk/xxgknb/content/post_11956962.html", "ucap"),
        ("http://www.yuexiu.gov.cn/gkmlpt/content/8/8766/post_8766914.html", "gkmlpt"),
        ("https://www.maiji.gov.cn/info/19402/590272.htm", "boda"),
        ("https://www.ahshitai.gov.cn/Xxgknb/show/5403.html", "lonsun"),
        ("https://czj.xuancheng.gov.cn/XxgkAnnualReport/show/5291.html", "lonsun"),
        ("https://sthjj.huainan.gov.cn/public/content/1258554141", "lonsun"),
        ("http://changtu.gov.cn/nb/2024013110470592735/index.html", "eportal"),
        ("http://www.a.gov.cn/eportal/ui?pageId=302272", "eportal"),
        (f"{SITE}/content/de6588b5-a4be-4710-b984-ba532c78f472.html", "truecms"),
        (f"{SITE}{PROXY}?{WANTED}", "truecms"),
        (f"{SITE}{SERVICE}", "epoint"),
        (f"{SITE}{LIST}", "epoint"),
    ],
)
def test_an_address_alone_tells_its_family(url, family):
    assert fingerprint("", url)[0] == family


@pytest.mark.parametrize("family", ["gkmlpt", "epoint", "truecms"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "[1]",
        "{}",
        "{",
        "cb(",
        '{"custom": 1}',
        '{"custom": {"data": [{"infourl": 7}], "total": "x"}}',
        '{"articles": "x"}',
        '{"articles": [{"url": 1}]}',
        '{"result": 3}',
    ],
)
def test_an_answer_that_is_none_has_no_links(family, text):
    assert (
        read(family, text, f"{PROXY}?{WANTED.format(10, 1)}", post="{") == PageLinks()
    )
