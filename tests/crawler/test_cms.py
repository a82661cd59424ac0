"""From a page to the links worth following: invented pages, read one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.cms import Page, PageLinks, adapter, fingerprint
from crawler.cms.generic import GenericAdapter
from crawler.cms.page import find_date
from crawler.cms.trs import Count, page_count

PAGES = Path(__file__).parent / "pages"
SITE = "http://www.linlan.gov.cn"
HOSTS = frozenset({"www.linlan.gov.cn", "linlan.gov.cn"})


def read(name: str, path: str, role: str) -> PageLinks:
    """The links of a page, by the adapter its fingerprint asks for."""
    text = (PAGES / name).read_text("utf-8")
    family, _ = fingerprint(text, SITE + path)
    return adapter(family).read(Page(text, SITE + path, role, HOSTS))


def paths(links) -> list[str]:
    return [link.url.removeprefix(SITE) for link in links]


def test_from_the_platform_only_the_way_in_and_plain_titles_are_followed():
    links = read("platform.html", "/zfxxgk/", "column")
    assert paths(links.columns) == ["/zfxxgk/fdzdgknr/"]
    assert paths(links.lists) == ["/zfxxgk/zfxxgknb_57/"]
    assert paths(links.reports) == ["/zfxxgk/zfxxgknb_57/202401/t20240118_31.html"]
    assert (links.next_pages, links.attachments) == ((), ())


def test_links_to_other_hosts_are_counted_and_not_followed():
    assert read("platform.html", "/zfxxgk/", "column").foreign == 2


def test_from_the_home_page_reports_in_the_news_are_left_to_the_report_column():
    links = read("platform.html", "/", "home")
    assert links.reports == ()
    assert paths(links.lists) == ["/zfxxgk/zfxxgknb_57/"]


def test_a_trs_list_gives_items_sub_columns_and_the_pages_its_script_counts():
    links = read("trs_list.html", "/zfxxgk/zfxxgknb/bm/", "list")
    assert paths(links.lists) == [
        "/zfxxgk/zfxxgknb/",
        "/zfxxgk/zfxxgknb/2023n/",
        "/zfxxgk/zfxxgknb/2022n/",
        "/zfxxgk/zfxxgknb/bm/ywsj/",
    ]
    assert [
        (p, link.text, link.date)
        for p, link in zip(paths(links.reports), links.reports, strict=True)
    ] == [
        (
            "/zfxxgk/zfxxgknb/bm/202401/t20240118_31.html",
            "临澜县财政局2023年政府信息公开工作年度报告",
            "2024-01-18",
        ),
        (
            "/zfxxgk/zfxxgknb/bm/202401/t20240110_30.html",
            "关于做好2023年政府信息公开工作年度报告编制和发布工作的通知",
            "2024-01-10",
        ),
        (
            "/zfxxgk/zfxxgknb/bm/202301/P020230117.pdf",
            "2022年年度报告（PDF）",
            "2023-01-17",
        ),
    ]
    assert paths(links.next_pages) == [
        "/zfxxgk/zfxxgknb/bm/index_1.html",
        "/zfxxgk/zfxxgknb/bm/index_2.html",
    ]


def test_a_hanweb_list_is_read_out_of_its_records_and_the_proxy_has_the_rest():
    links = read("hanweb_list.html", "/col/col1001/index.html", "list")
    assert [
        (p, link.date)
        for p, link in zip(paths(links.reports), links.reports, strict=True)
    ] == [
        ("/art/2024/1/18/art_1001_31.html", "2024-01-18"),
        ("/art/2023/1/17/art_1001_21.html", "2023-01-17"),
    ]
    assert paths(links.lists) == ["/col/col1002/index.html"]
    common = (
        "/module/jpage/dataproxy.jsp?appid=1&columnid=1001&path=%2F&unitid=81&webid=7"
    )
    assert paths(links.next_pages) == [
        f"{common}&startrecord=3&endrecord=4&perpage=1",
        f"{common}&startrecord=5&endrecord=5&perpage=1",
    ]


def test_an_answer_of_the_data_proxy_is_a_list():
    proxy = "/module/web/jpage/dataproxy.jsp?columnid=1001&page=2"
    links = read("hanweb_proxy.xml", proxy, "list")
    assert paths(links.reports) == ["/art/2020/1/18/art_1001_3.html"]


def test_an_unknown_site_turns_pages_by_number_and_by_word():
    links = read("generic_list.html", "/nb/bm.aspx", "list")
    assert paths(links.next_pages) == ["/nb/bm.aspx?page=2", "/nb/bm.aspx?page=3"]
    assert [link.date for link in links.reports] == ["2022-01-12", "2022-01-11"]


def test_what_was_linked_as_a_report_and_lists_several_is_read_as_a_list_too():
    links = read("generic_list.html", "/nb/bm.aspx", "report")
    assert paths(links.reports) == ["/nb/show.aspx?id=7", "/nb/show.aspx?id=6"]


def test_a_report_leads_to_its_attachments_and_to_nothing_else():
    links = read("report.html", "/zfxxgk/zfxxgknb/202401/t20240118_31.html", "report")
    assert paths(links.attachments) == [
        "/zfxxgk/zfxxgknb/202401/P020240118.docx",
        "/module/download/downfile.jsp?classid=0&filename=9.pdf",
    ]
    others = (links.columns, links.lists, links.reports, links.next_pages)
    assert others == ((), (), (), ())


def test_a_neighbour_of_the_report_column_does_not_open_its_sub_columns():
    text = '<a href="a/">财政</a><a href="1.html">某局2023年政府信息公开年报</a>'
    page = Page(text, f"{SITE}/xxgk/other/", "list", HOSTS)
    links = GenericAdapter().read(page)
    assert (paths(links.lists), paths(links.reports)) == ([], ["/xxgk/other/1.html"])


@pytest.mark.parametrize(
    ("name", "path", "family"),
    [
        ("trs_list.html", "/zfxxgk/zfxxgknb/bm/", "trs"),
        ("hanweb_list.html", "/col/col1001/index.html", "hanweb"),
        ("hanweb_proxy.xml", "/module/web/jpage/dataproxy.jsp?page=2", "hanweb"),
        ("generic_list.html", "/nb/bm.aspx", "generic"),
        ("platform.html", "/zfxxgk/", "trs"),
    ],
)
def test_a_system_is_recognised_by_its_signs(name, path, family):
    text = (PAGES / name).read_text("utf-8")
    assert fingerprint(text, SITE + path)[0] == family


def test_the_signs_are_shown_as_evidence():
    found = fingerprint('<script>createPageHTML(2, 0, "index", "html")</script>', SITE)
    assert found == ("trs", ("createPageHTML(",))


@pytest.mark.parametrize(
    ("script", "counted"),
    [
        ("createPageHTML(12, 0, 'index', 'shtml');", Count(12, 0, "index", "shtml")),
        (
            'createPageHTML("page_div",3, 1,"list","htm",45);',
            Count(3, 1, "list", "htm"),
        ),
        ("var countPage = 1;", Count(1)),
        ("<p>nothing here</p>", None),
    ],
)
def test_the_page_count_is_read_from_either_script(script, counted):
    assert page_count(script) == counted


def test_an_empty_or_broken_page_has_no_links():
    for text in ("", "<", "<!-- -->", "\ufeff", '<a href="http://[::1">x</a>'):
        assert adapter("generic").read(Page(text, f"{SITE}/", "list")) == PageLinks()


def test_a_date_is_read_only_when_there_is_exactly_one():
    assert find_date("[2024.1.8]") == "2024-01-08"
    assert find_date("2024-13-40") is None
    assert find_date("2024-01-08 2024-01-09") is None


def test_the_real_list_of_a_trs_portal_gives_its_four_reports_and_page_two(corpus):
    text = (corpus / "real" / "ordos_egb_xxgknb_list.html").read_text("utf-8")
    url = "http://egb.ordos.gov.cn/xxgk/xxgknb/"
    family, _ = fingerprint(text, url)
    links = adapter(family).read(
        Page(text, url, "list", frozenset({"egb.ordos.gov.cn"}))
    )
    assert family == "trs"
    assert [(link.text, link.date) for link in links.reports] == [
        ("鄂尔多斯市2019年政府信息公开工作年度报告", "2020-09-03"),
        ("鄂尔多斯市人民政府办公室2019年政府信息公开工作年度报告", "2020-03-11"),
        ("鄂尔多斯市2018年政府信息公开年度报告", "2019-05-30"),
        ("内蒙古自治区2018年政府信息公开工作年度报告", "2019-05-30"),
    ]
    assert [link.url for link in links.next_pages] == [f"{url}index_1.html"]


def test_from_a_later_page_of_a_trs_list_only_the_next_one_is_named():
    text = '<script>createPageHTML(9, 3, "index", "html");</script>'
    page = Page(text, f"{SITE}/nb/index_3.html", "list", HOSTS)
    assert paths(adapter("trs").read(page).next_pages) == ["/nb/index_4.html"]
    last = Page(text, f"{SITE}/nb/index_8.html", "list", HOSTS)
    assert adapter("trs").read(last).next_pages == ()


@pytest.mark.parametrize(
    "link",
    [
        "<a href='javascript:void(0)' onclick=\"window.open('/nb/1.html')\">{}</a>",
        "<a href=\"javascript:window.open('1.html','_blank');\">{}</a>",
        "<a href='#' onclick=\"location.href='./1.html';return false\">{}</a>",
        '<a onclick="openUrl(&quot;/nb/1.html&quot;)">{}</a>',
    ],
)
def test_links_that_a_script_opens_are_links(link):
    text = f"<ul>{link.format('临澜县2023年政府信息公开工作年度报告')}</ul>"
    links = GenericAdapter().read(Page(text, f"{SITE}/nb/", "list", HOSTS))
    assert paths(links.reports) == ["/nb/1.html"]


def test_scripts_that_put_an_address_together_are_no_links():
    text = "<a href=\"javascript:show('/nb/'+id+'.html')\">2023年政府信息公开年报</a>"
    links = GenericAdapter().read(Page(text, f"{SITE}/nb/", "list", HOSTS))
    assert (links.reports, links.lists) == ((), ())


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("<a href='/att/get?uuid=9f'>临澜县2023年年度报告.pdf</a>", "/att/get?uuid=9f"),
        ("<a href='/att/9f31.do'>附件：</a>", "/att/9f31.do"),
        ("<a href='/att/9f31.do'>点击下载附件</a>", "/att/9f31.do"),
        ("<embed src='/pdf/show?id=9' type='application/pdf'>", "/pdf/show?id=9"),
        ("<a href='/bsfw/download/'>下载附件</a>", None),
        ("<a href='/list.do?id=9'>下载专区</a>", None),
        ("<iframe src='/weather?city=9'></iframe>", None),
    ],
)
def test_a_file_without_a_suffix_is_told_by_what_is_said_of_it(link, found):
    links = GenericAdapter().read(Page(link, f"{SITE}/nb/1.html", "report", HOSTS))
    assert paths(links.attachments) == ([found] if found else [])


def test_the_pages_that_links_call_are_counted_where_the_script_does_not_say():
    text = (
        "<script>function goPage(n){location.href='list.do?col=9&pageNo='+n}</script>"
        "<a href='javascript:goPage(2)'>2</a><a onclick='goPage(3)' href='#'>末页</a>"
    )
    links = GenericAdapter().read(Page(text, f"{SITE}/nb/list.do?col=9", "list", HOSTS))
    assert paths(links.next_pages) == [
        "/nb/list.do?col=9&pageNo=2",
        "/nb/list.do?col=9&pageNo=3",
    ]


def test_numbered_links_turn_one_parameter_of_a_list_and_no_other():
    text = "".join(
        f"<a href='/nb/list.do?{query}'>{label}</a>"
        for query, label in (("col=9&i=2", "2"), ("col=9&i=3", "3"), ("col=8&i=4", "4"))
    )
    links = GenericAdapter().read(Page(text, f"{SITE}/nb/list.do?col=9", "list", HOSTS))
    assert paths(links.next_pages) == ["/nb/list.do?col=9&i=2", "/nb/list.do?col=9&i=3"]
