"""Families by the shape of an address alone, on real addresses."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from crawler.cms import fingerprint

#: Addresses of public reports and lists, by the family that their shape tells.
TOLD = {
    "trs": [
        "http://www.zhongxian.gov.cn/zwgk_156/zfxxgknb/xzfbgs/202601/t20260129_15366254.html",
        "http://www.yongding.gov.cn/xxgk/zfxxgkzl/szfxxgk/zfxxgknb/tnull_1353447.htm",
        "http://rongan.gov.cn/xxgk/fdzdgknr/bmxxgknb/t19700101_3584822.shtml",
        "https://www.bjmy.gov.cn/zwgk/zfxxgk/zfxxgknb/gknb2017/201802/t20180223_195744",
        "https://ylbzj.cq.gov.cn/zwgk_535/zfxxgknb/202301/t20230131_11549147_wap.html",
    ],
    "haiyun": [
        "http://hnsn.gov.cn/hnsn/xxgknb/202602/920a903f62be436c9c4d75cdc71e6c6d.shtml",
        "http://jxxf.gov.cn/xfxxxgk/c101181/202401/49916335ce4244459155efad352ff8f3.shtml",
        "http://guangdong.chinatax.gov.cn/gdswzz/gzbysw_xxgknb/2022-01/24/content_e22611b27efe49d8834cd1646b8ef472.shtml",
        "http://www.hrbdl.gov.cn/hebdlq/c112289c/202602/c01_1108994.shtml",
        "http://www.csrc.gov.cn/csrc/c100028/common_zfxxgknb.shtml",
        "https://rsj.shaoyang.gov.cn/syrsj/gknb/rlist.shtml",
    ],
    "hanweb": [
        "http://www.hzsc.gov.cn/art/2021/1/25/art_1229232619_3937963.html",
        "http://www.nbjb.gov.cn/col/col1229214366/index.html",
    ],
    "hanweb_xxgk": [
        "http://www.lishui.gov.cn/module/xxgk/xxgkAnnualReport.jsp?fbtime=2017&area=113325000026455663",
    ],
    "jpaas": [
        "https://www.lxs.gov.cn/lxs/zwgk/xxgkndbg/2025/szfgbm/art/2026/art_ba75d0b327444432a66193ca56b2a7ad.html",
        "http://www.xinghua.gov.cn/zwgk/zfxxgk/zfxxgknb/2023/xzjdb/art/2024/art_22c00a3d582647c1abfe598741370116.html",
    ],
    "ucap": [
        "https://www.lg.gov.cn/xxgk/xxgknb/qzfgzbm/content/post_11956962.html",
    ],
    "gkmlpt": [
        "http://www.yuexiu.gov.cn/gzyxbyj/gkmlpt/content/8/8766/post_8766914.html",
    ],
    "boda": [
        "https://www.maiji.gov.cn/info/19402/590272.htm",
    ],
    "lonsun": [
        "https://www.ahshitai.gov.cn/Xxgknb/show/5403.html",
        "https://www.ahtlyaq.gov.cn/openness/OpennessAnnualReport/year/6/2022.html",
    ],
    "eportal": [
        "http://changtu.gov.cn/changtu/zwgk/zfxxgk/zfxxgknb99/2022n52/xzzfxxgkgzndbg/2024013110470592735/index.html",
    ],
}  # fmt: skip

#: How many addresses of the list are told by their shape.
COUNTS = {
    "trs": 42,
    "hanweb": 15,
    "haiyun": 15,
    "hanweb_xxgk": 8,
    "ucap": 6,
    "lonsun": 5,
    "boda": 3,
    "gkmlpt": 1,
}

#: Why the others are not: shape → (reason, how many).
NOT_TOLD = {
    r"/\d+/index\.html$": ("an article in a folder of its number: several systems", 4),
    r"/(?:index\.html)?$|^[^?]*/xxgk-xxgknb$": ("a folder, as every system has", 14),
    r"/(?:xxgk-show-|Content-)\d+\.html$": ("a small system's own", 5),
    r"/\d{19}\.html$": ("a number drawn from the clock: several systems", 5),
    r"/channel_[0-9a-f]{24}/doc_[0-9a-f]{24}\.html$": ("site, channel, doc", 2),
    r"/[0-9a-f]{24}\.html$": ("24 hexadecimal digits: several systems", 2),
    r"/20\d{6}/(?:[0-9a-f]{32}|\d+)\.html$": ("date and id: several systems", 3),
    r"/html//?[\w/-]+/\d+\.html$": ("a static folder html/", 5),
    r"\.(?:jhtml|aspx|php)(?:\?|$)|/index\.php/": ("a program of its own", 6),
    r"/article_\w+\.html$": ("article_ and time or hash: one region's own", 2),
    r"/c/20\d\d-\d\d-\d\d/\d+\.shtml$": ("a small system's own, by date", 1),
    r"/news/show/\d{17}\.html$": ("a small system's own, by time", 1),
    r"/n\d+/c\d+/content\.html$": ("numbered folders, content.html", 1),
    r"/col/\d{13}/20\d\d/\d\d/\d\d/\d{13}\.html$": ("times as numbers", 1),
    r"/[0-9a-f-]{32,36}/20\d{4}/": ("a column named by a hash: several systems", 2),
    r"/\d+(?:/\d+)*\.html?$": ("nothing but numbers", 5),
}


@pytest.mark.parametrize(
    ("family", "url"), [(family, url) for family, urls in TOLD.items() for url in urls]
)
def test_the_shape_of_an_address_tells_the_family(family, url):
    assert fingerprint("", url)[0] == family


@pytest.fixture(scope="module")
def government(corpus: Path) -> list[str]:
    """The addresses of governments in the list of real ones."""
    with (corpus / "urls.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row["url"] for row in rows if row["class"] == "gov"]


def test_every_real_address_is_told_or_left_for_a_reason(government):
    found = Counter(fingerprint("", url)[0] for url in government)
    rest = found.pop("generic")
    assert len(government) == 154
    assert found == COUNTS
    assert rest == 154 - sum(COUNTS.values())


def test_the_reasons_cover_every_address_that_is_not_told(government):
    left = [url for url in government if fingerprint("", url)[0] == "generic"]
    counts = {}
    for shape, (reason, _) in NOT_TOLD.items():
        hits = [url for url in left if re.search(shape, url)]
        left = [url for url in left if url not in hits]
        counts[reason] = len(hits)
    assert left == []
    assert counts == dict(NOT_TOLD.values())
