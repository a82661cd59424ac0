"""What the adapters make of single pages: cases that the contract's portals lack."""

from __future__ import annotations

import json

import pytest

from archive.frontier import FrontierRow
from archive.http import parse_response
from crawler import posting
from crawler.cms import Link, Page, adapter, refined
from crawler.cms.base import FORM, is_report_column
from crawler.visit import discover, request_of

SITE = "http://www.linlan.gov.cn"
HOSTS = frozenset({"www.linlan.gov.cn"})


def page(text: str, path: str = "/nb/", role: str = "list", post: str | None = None):
    return Page(text, SITE + path, role, HOSTS, post)


def pages_after(family: str, text: str, path: str = "/nb/") -> list[str]:
    """Addresses of the further pages, bodies after a blank."""
    links = adapter(family).read(page(text, path)).next_pages
    return [
        link.url.removeprefix(SITE) + (f" {link.post}" if link.post else "")
        for link in links
    ]


# ------------------------------------------------------------------------------ pagers


def test_a_drop_down_list_of_pages_is_followed_only_when_it_leads_somewhere():
    options = '<option value="index.html">1</option><option value="index_2.html">2'
    leading = f'<select onchange="location=this.value">{options}</select>'
    assert pages_after("generic", leading) == ["/nb/index_2.html"]
    assert pages_after("generic", f"<select>{options}</select>") == []


def test_a_drop_down_list_of_other_places_is_no_pager():
    text = (
        '<select onchange="window.open(this.value)">'
        '<option value="http://www.linlan.gov.cn/jyj/">教育局</option>'
        '<option value="2">第2页</option></select>'
    )
    assert pages_after("generic", text) == []


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (
            "var totalPage = 3; location.href = 'index_' + n + '.html';",
            ["/nb/index_2.html", "/nb/index_3.html"],
        ),
        (
            "var pageCount='3'; location.href = \"index_\" + (n-1) + '.html';",
            ["/nb/index_1.html", "/nb/index_2.html"],
        ),
        (
            "laypage({pages: 2, jump: function(e){location.href='?page=' + e.curr}});",
            ["/nb/?page=2"],
        ),
        # the number of pages without an address, and an address without a number
        ("var totalPage = 3;", []),
        ("location.href = 'index_' + n + '.html';", []),
        # a number of something else, and an address of something else
        ("var totalPage = 41 / 15; location.href = 'index_' + n + '.html';", []),
        ("var totalPage = 3; img.src = '/images/banner_' + n + '.jpg';", []),
        ("var totalPage = 3; location.href = '?id=' + n;", []),
    ],
)
def test_a_script_counts_pages_when_it_names_their_number_and_address(script, found):
    assert pages_after("generic", f"<script>{script}</script>") == found


# -------------------------------------------------------------------------------- trs


@pytest.mark.parametrize(
    ("call", "path", "found"),
    [
        ("3, 0, 'index', 'shtml'", "", ["index_1.shtml", "index_2.shtml"]),
        ("3, 1, 'index', 'shtml'", "", ["index_2.shtml", "index_3.shtml"]),
        ("3, 1, 'index', 'shtml'", "index_1.shtml", ["index_2.shtml"]),
        ("'page_div',3, 1,'l','shtml',31", "l.shtml", ["l_2.shtml", "l_3.shtml"]),
        ("'page_div',3, 3,'l','shtml',31", "l_3.shtml", []),
        ("1, 0, 'index', 'html'", "", []),
    ],
)
def test_both_scripts_of_trs_are_counted_as_they_count(call, path, found):
    text, found = (
        f"<script>createPageHTML({call});</script>",
        [f"/nb/{n}" for n in found],
    )
    assert pages_after("trs", text, f"/nb/{path}") == found
    assert pages_after("haiyun", text, f"/nb/{path}") == found


# ----------------------------------------------------------------------------- hanweb

RECORDS = (
    '<datastore><recordset><record><![CDATA[<a href="/art/2024/1/18/art_7_1.html">'
    "临澜县2023年政府信息公开工作年度报告</a>]]></record></recordset></datastore>"
)


def test_the_classic_proxy_is_asked_by_post_with_what_the_page_posts():
    script = (
        "<script>$('#81').jpage({totalRecord:3,perPage:1,"
        "proxyUrl:'/module/jpage/dataproxy.jsp',"
        "ajaxParam:{'col':'1','columnid':'7','webname':'临澜县','permissiontype':'0'}"
        "});</script>"
    )
    body = "col=1&columnid=7&webname=%E4%B8%B4%E6%BE%9C%E5%8E%BF&permissiontype=0"
    assert pages_after("hanweb", RECORDS + script, "/col/col7/index.html") == [
        f"/module/jpage/dataproxy.jsp?startrecord=2&endrecord=2&perpage=1 {body}",
        f"/module/jpage/dataproxy.jsp?startrecord=3&endrecord=3&perpage=1 {body}",
    ]


def test_an_answer_of_the_proxy_names_no_further_pages():
    assert pages_after("hanweb", RECORDS, "/module/jpage/dataproxy.jsp") == []


# ------------------------------------------------------------------------------ xxgk


def test_a_subject_that_the_page_loads_itself_is_asked_by_post():
    text = (
        "<script>loadDynamic('/module/xxgk/search.jsp?infotypeId=&vc_title=&area=1133',"
        "'div4','A0107','0','0','2237','','');</script>"
    )
    links = adapter("hanweb_xxgk").read(page(text, "/col/col1/index.html"))
    assert [(link.url, link.post) for link in links.next_pages] == [
        (
            f"{SITE}/module/xxgk/search.jsp",
            "area=1133&infotypeId=A0107&vc_title=&divid=div4&jdid=2237",
        )
    ]


REPORT = "/module/xxgk/xxgkAnnualReport.jsp"


def test_a_page_made_for_a_year_is_a_report_and_offers_the_other_years_and_organs():
    text = (
        '<select id="fbtime"><option value="2024">2024年</option>'
        '<option value="2023">2023年</option><option value="">请选择</option></select>'
        f'<a href="{REPORT}?fbtime=2022&area=1133">2022年</a>'
        f'<a href="{REPORT}?area=1144&fbtime=2024">县水务局</a>'
    )
    links = adapter("hanweb_xxgk").read(page(text, f"{REPORT}?area=1133&fbtime=2024"))
    assert links.is_document
    assert [link.url.removeprefix(SITE) for link in links.reports] == [
        f"{REPORT}?area=1133&fbtime=2023",
        f"{REPORT}?area=1133&fbtime=2022",
    ]
    assert [link.url.removeprefix(SITE) for link in links.lists] == [
        f"{REPORT}?area=1144&fbtime=2024"
    ]


def test_only_the_report_column_of_a_tree_is_opened():
    tree = (
        "<a onclick=\"funclick('A01','机构职能');\">机构职能</a>"
        "<a onclick=\"funclick('A07','年报');\">政府信息公开工作年报</a>"
        "<a onclick=\"funclick('A09','统计年报');\">统计年鉴</a>"
    )
    path = "/module/xxgk/tree.jsp?area=1133&divid=div4"
    links = adapter("hanweb_xxgk").read(page(tree, path, "column"))
    assert [(link.url, link.post) for link in links.lists] == [
        (f"{SITE}/module/xxgk/search.jsp", "divid=div4&infotypeId=A07&area=1133")
    ]


# ------------------------------------------------------------------------------ jpaas

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


def answer(html: str) -> str:
    return json.dumps({"success": True, "data": {"html": html}})


def test_the_counts_of_the_pager_are_read_as_attributes_too():
    html = '<ul></ul><div class="pagination" rows="24" count="49" pageNo="1"></div>'
    links = adapter("jpaas").read(page(answer(html), f"{UNIT}?pageId=x&webId=3"))
    assert [link.url.partition("paramJson=")[2] for link in links.next_pages] == [
        "%7B%22pageNo%22%3A2%2C%22pageSize%22%3A24%7D",
        "%7B%22pageNo%22%3A3%2C%22pageSize%22%3A24%7D",
    ]


@pytest.mark.parametrize(
    "text", ["{}", '{"data": null}', '{"data": {"html": null}}', "[]", '{"data": 1}']
)
def test_an_answer_without_a_list_has_no_links(text):
    links = adapter("jpaas").read(page(text, f"{UNIT}?pageId=x"))
    assert (links.reports, links.next_pages) == ((), ())


def test_a_unit_without_a_page_is_not_asked_for():
    text = f"<script url=\"{UNIT}\" queryData=\"{{'webId':'3'}}\"></script>"
    assert pages_after("jpaas", text) == []


# ----------------------------------------------------------------------- the way in


def test_a_page_whose_trail_leads_through_the_report_column_belongs_to_it():
    trail = (
        '<div>您现在的位置：<a href="/">首页</a> &gt; '
        '<a href="/c1/list.shtml">政府信息公开年报</a> &gt; 部门</div>'
    )
    menu = '<ul><li><a href="/c1/list.shtml">政府信息公开年报</a></li></ul>'
    assert is_report_column(page(trail, "/c2/list.shtml"))
    assert not is_report_column(page(menu, "/c2/list.shtml"))


def test_kinds_of_organs_are_parts_of_the_column_in_a_menu_of_their_own():
    meta = '<meta name="ColumnType" content="信息公开年报">'
    parts = (
        '<ul><li><a href="/c2/">县政府</a></li><li><a href="/c3/">部门</a></li></ul>'
    )
    mixed = '<p><a href="/c4/">部门</a><a href="/c5/">县情</a></p>'
    links = adapter("generic").read(page(meta + parts + mixed, "/c1/list.shtml"))
    assert [link.url.removeprefix(SITE) for link in links.lists] == ["/c2/", "/c3/"]


# -------------------------------------------------------------------------- the seam


def row(url: str, role: str = "list") -> FrontierRow:
    return FrontierRow("testing", url, role, 0, 1, None, None, None, 0)


def response(body: str, kind: str):
    data = body.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}"
    return parse_response(f"{head}\r\n\r\n".encode() + data)


def test_a_link_with_a_body_becomes_an_address_that_says_so():
    url = posting.encode(f"{SITE}/module/jpage/dataproxy.jsp?startrecord=2", "col=1")
    assert request_of(url) == (
        f"{SITE}/module/jpage/dataproxy.jsp?startrecord=2",
        "col=1",
        FORM,
    )
    script = (
        "<script>$.jpage({totalRecord:2,perPage:1,ajaxParam:{'columnid':'7'},"
        "proxyUrl:'/module/jpage/dataproxy.jsp'});</script>"
    )
    seen = discover(
        row(f"{SITE}/col/col7/index.html"),
        response(RECORDS + script, "text/html"),
        hosts=HOSTS,
    )
    further = [found for found in seen.found if found.pager]
    assert [request_of(found.url) for found in further] == [
        (
            f"{SITE}/module/jpage/dataproxy.jsp?startrecord=2&endrecord=2&perpage=1",
            "columnid=7",
            FORM,
        )
    ]


def test_a_link_with_a_body_that_is_too_large_is_skipped():
    script = (
        "<script>$.jpage({totalRecord:2,perPage:1,ajaxParam:{'columnid':'"
        f"{'7' * 5000}'}},proxyUrl:'/module/jpage/dataproxy.jsp'}});</script>"
    )
    seen = discover(
        row(f"{SITE}/col/col7/index.html"),
        response(RECORDS + script, "text/html"),
        hosts=HOSTS,
    )
    assert (seen.skipped, [found for found in seen.found if found.pager]) == (1, [])


@pytest.mark.parametrize(
    "kind", ["application/json", "text/javascript; charset=utf-8", "text/html"]
)
def test_data_are_read_whatever_they_are_called(kind):
    html = f'<a href="/nb/art/2024/art_{"a" * 32}.html">2023年政府信息公开年报</a>'
    seen = discover(
        row(f"{SITE}{UNIT}?pageId=x"), response(answer(html), kind), hosts=HOSTS
    )
    assert [found.url for found in seen.found] == [
        f"{SITE}/nb/art/2024/art_{'a' * 32}.html"
    ]
    assert seen.family == "jpaas"


def test_data_that_nobody_reads_have_no_links():
    text = answer('<a href=\\"/nb/1.html\\">2023年政府信息公开年报</a>')
    assert adapter("generic").read(page(text)).reports == ()


def test_a_portal_stays_what_it_is_when_a_page_shows_less():
    assert refined("hanweb_xxgk", "hanweb") == "hanweb_xxgk"
    assert refined("jpaas", "generic") == "jpaas"
    assert refined("hanweb", "jpaas") == "jpaas"


def test_a_link_is_a_get_unless_it_has_a_body():
    link = Link(f"{SITE}/nb/", "list")
    assert (link.post, link.content_type) == (None, FORM)
