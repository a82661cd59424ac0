"""Keys are those every replay tool computes, or its index would find nothing."""

import pytest

from archive.urlkey import urlkey


@pytest.mark.parametrize(
    "url, key",
    [
        ("http://www.a.gov.cn/Col/1.html?b=2&a=1#x", "cn,gov,a)/col/1.html?a=1&b=2"),
        ("https://a.gov.cn:443/", "cn,gov,a)/"),
        ("http://a.gov.cn", "cn,gov,a)/"),
        ("http://a.gov.cn./x/", "cn,gov,a)/x"),
        ("http://www2.a.gov.cn/a/../b//c", "cn,gov,a)/b/c"),
        ("http://127.0.0.1:18081/x?", "1,0,0,127:18081)/x"),
        ("http://user:pw@a.gov.cn/", "cn,gov,a)/"),
        (
            "http://a.gov.cn/中文.html?k=年",
            "cn,gov,a)/%e4%b8%ad%e6%96%87.html?k=%e5%b9%b4",
        ),
        ("http://a.gov.cn/%E5%B9%B4+x%20y", "cn,gov,a)/%e5%b9%b4+x%20y"),
        ("http://a.gov.cn/x?k=%D6%D0", "cn,gov,a)/x?k=%d6%d0"),
        ("http://a.gov.cn/x?b&a&a=2&A=1", "cn,gov,a)/x?a&a=1&a=2&b"),
        ("http://a.gov.cn/%25e5?x=%2525", "cn,gov,a)/%e5?x=%25"),
        ("http://中国.cn/x", "cn,xn--fiqs8s)/x"),
        (
            "http://a.gov.cn/x?y=1&jsessionid=0123456789ABCDEF0123456789ABCDEF",
            "cn,gov,a)/x?&y=1",
        ),
        (
            "http://a.gov.cn/(S(bskspqrtq4dnuxogj5sxyyb5))/x.aspx",
            "cn,gov,a)/x.aspx",
        ),
        ("file:///报告.html", "file:/%e6%8a%a5%e5%91%8a.html"),
        ("urn:uuid:1", "urn:uuid:1"),
    ],
)
def test_key_is_the_one_pywb_looks_up(url, key):
    assert urlkey(url) == key
