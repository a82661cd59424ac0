"""Pages that show a file in a frame lead to the file."""

import pytest

from crawler.cms import Page, adapter

ARTICLE = "http://a.gov.cn/info/1/2.htm"
META = '<meta name="ArticleTitle" content="某局2022年政府信息公开工作年度报告">'


@pytest.mark.parametrize(
    ("body", "file"),
    [
        (
            '<iframe src="/uiFramework/js/pdfjs/web/viewer.html?file=/f/a.pdf">',
            "http://a.gov.cn/f/a.pdf",
        ),
        (
            '<iframe src="../../js/pdfjs/web/viewer.html?file=../../../f/a.pdf#p1">',
            "http://a.gov.cn/f/a.pdf",
        ),
        (
            '<script>showVsbpdfIframe("/virtual_attach_file.vsb?afc=U1&e=.pdf",'
            '"100%","600","0","","3f");</script>',
            "http://a.gov.cn/virtual_attach_file.vsb?afc=U1&e=.pdf",
        ),
        ('<embed src="a.pdf">', "http://a.gov.cn/info/1/a.pdf"),
        ('<object data="a.pdf"></object>', "http://a.gov.cn/info/1/a.pdf"),
    ],
)
def test_the_file_that_a_page_shows_is_its_attachment(body, file):
    html = f"<html><head>{META}</head><body><p>年度报告</p>{body}</body></html>"
    links = adapter("generic").read(Page(html, ARTICLE, "report"))
    assert [link.url for link in links.attachments] == [file]


def test_a_frame_that_shows_no_file_is_none():
    html = f"<html><head>{META}</head><body><iframe src='/map.html?file='></iframe>"
    assert adapter("generic").read(Page(html, ARTICLE, "report")).attachments == ()
