"""A POST stands in the frontier as an address, and nothing of it is lost on the way."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.frontier import Found, FrontierRow
from crawler import posting
from crawler.posting import FORM, Posted, decode, encode, follow, list_key, parameters
from crawler.revisit import conditions, confirms
from crawler.traps import MAX_PAGES, MAX_QUERIES, Growth
from crawler.urls import canonical, is_trap, other_forms

JSON = "application/json"
SERVICE = "http://www.linlan.gov.cn/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
PAGE = "http://www.linlan.gov.cn/dynamic/zwgk/govInfoPub.html?categorynum=003"


def row(url: str, **more) -> FrontierRow:
    return FrontierRow("a", url, "list", 80, 2, None, None, None, 0, **more)


def asking(category: int, page: int) -> str:
    """The address of a page of the list of a column."""
    asked = {"categorynum": category, "pageIndex": page, "siteGuid": "7eb5f7f1-9041"}
    return encode(SERVICE, json.dumps(asked), JSON)


@settings(max_examples=200, deadline=None)
@given(
    body=st.text(st.characters(exclude_categories=["Cs"]), max_size=400),
    content_type=st.sampled_from([FORM, JSON, "text/xml; charset=utf-8"]),
    query=st.sampled_from(["", "?id=7", "?a=1&b=%E5%B9%B4"]),
)
@example(body="", content_type=FORM, query="")
@example(body="key=1%262&key=+&__wb_method=GET", content_type=FORM, query="?__x=1")
def test_what_is_encoded_comes_back_as_it_was_and_its_address_is_canonical(
    body, content_type, query
):
    url = f"http://www.linlan.gov.cn/list.do{query}"
    address = encode(url, body, content_type)
    assert decode(address) == Posted(url, body, content_type)
    shape = canonical(address)
    assert shape and decode(shape) == Posted(url, body, content_type)
    assert canonical(shape) == shape


def test_the_address_is_the_one_web_archives_write():
    assert encode("http://a.cn/l?id=7#x", "page=2") == (
        "http://a.cn/l?id=7&__wb_method=POST&__wb_post_data=cGFnZT0y"
    )
    assert encode("http://a.cn/l", '{"p":2}', JSON) == (
        "http://a.cn/l?__wb_method=POST&__wb_post_data=eyJwIjoyfQ%3D%3D"
        "&__wb_post_type=application/json"
    )


def test_the_order_of_the_parameters_is_of_no_account():
    turned = "http://a.cn/l?__wb_post_data=cGFnZT0y&id=7&__wb_method=POST"
    assert decode(turned) == Posted("http://a.cn/l?id=7", "page=2", FORM)


def test_a_body_of_more_than_four_kilobytes_is_refused():
    assert decode(encode("http://a.cn/l", "x" * 4096))
    with pytest.raises(
        ValueError, match="expected a body of 4096 bytes or less, found 4098"
    ):
        encode("http://a.cn/l", "年" * 1366)


def test_an_address_with_a_body_gets_no_second_one():
    with pytest.raises(ValueError, match="found one that has a body"):
        encode(encode("http://a.cn/l", "p=1"), "p=2")


@pytest.mark.parametrize(
    "url",
    [
        "http://a.cn/l?id=7",
        "http://a.cn/l?__wb_method=PUT&__wb_post_data=cGFnZT0y",
        "http://a.cn/l?__wb_method=POST&__wb_post_data=%FF",
        "http://a.cn/l?__wb_method=POST&__wb_post_data=gTU=",
        "http://a.cn/__wb_method=POST",
    ],
)
def test_what_only_looks_like_an_encoded_post_is_an_ordinary_address(url):
    assert decode(url) is None
    assert posting.real_url(url) == url


def test_all_that_a_post_asks_for_is_seen_whatever_its_body_is():
    form = encode("http://a.cn/l?a=1", "b=2&c=%E5%B9%B4&d=")
    assert parameters(form) == (("a", "1"), ("b", "2"), ("c", "年"), ("d", ""))
    nested = encode("http://a.cn/l", '{"p": {"n": 2, "all": [true, null]}}', JSON)
    assert parameters(nested) == (("n", "2"), ("all", "True"), ("all", ""))
    assert parameters(encode("http://a.cn/l", "<q/>", "text/xml")) == (
        ("__wb_post_data", "<q/>"),
    )


def test_pages_of_one_list_have_one_key_and_those_of_another_have_another():
    assert list_key(asking(3, 1)) == list_key(asking(3, 9)) != list_key(asking(4, 1))
    rows = "startrecord={}&endrecord={}&perpage=15&columnid=7"
    first, second = (encode("http://a.cn/p", rows.format(n, n + 14)) for n in (1, 16))
    assert list_key(first) == list_key(second) == "http://a.cn/p columnid=7"


def test_a_redirect_keeps_the_body_only_where_its_status_says_so():
    url, target = encode("http://a.cn/1", "p=1"), "http://a.cn/2"
    assert [follow(url, status, target) for status in (301, 302, 303)] == [target] * 3
    assert follow(url, 307, target) == follow(url, 308, target)
    assert decode(follow(url, 308, target)) == Posted(target, "p=1", FORM)
    assert follow("http://a.cn/1", 307, target) == target


def test_a_post_is_never_conditional():
    known = {"good_capture_id": "urn:uuid:1", "etag": '"1"', "last_modified": "x"}
    assert conditions(row("http://a.cn/l", **known))
    asked = row(encode("http://a.cn/l", "p=1"), **known)
    assert conditions(asked) == {}
    assert not confirms(asked, 304)


def test_a_long_body_is_no_trap():
    address = encode("http://a.cn/l", "x" * 4000)
    assert len(address) > 5000
    assert not is_trap(address)
    assert is_trap(encode("http://a.cn/l?" + "x" * 3000, "p=1"))


def test_a_post_is_known_by_its_other_hosts_too():
    url = encode("http://www.a.gov.cn/l", "p=1")
    assert encode("https://a.gov.cn/l", "p=1") in other_forms(url)


def test_the_lists_of_three_hundred_columns_are_no_explosion_of_parameters():
    growth = Growth()
    for column in range(300):
        page = row(f"{PAGE}{column}")
        link = Found(asking(column, 1), "list", pager=True)
        assert growth.admit(link, page, productive=False)
        for further in range(2, 6):
            link = Found(asking(column, further), "list", pager=True)
            assert growth.admit(link, row(asking(column, 1)), productive=False)


def test_a_list_that_never_ends_ends_all_the_same():
    growth, admitted = Growth(), 0
    for page in range(1, 400):
        link = Found(asking(7, page + 1), "list", pager=True)
        admitted += growth.admit(link, row(asking(7, page)), productive=True)
    assert admitted == MAX_PAGES


def test_endpoints_that_are_asked_with_get_are_counted_list_by_list_too():
    growth = Growth()
    ask = "http://a.cn/getMessage.do?columnId=94c8c1ea-{:04}&startrecord=1&perpage=15"
    for column in range(MAX_QUERIES + 50):
        link = Found(ask.format(column), "list", pager=True)
        page = row(f"http://a.cn/zf/bm{column}/bm{column}.html")
        assert growth.admit(link, page, productive=False)
