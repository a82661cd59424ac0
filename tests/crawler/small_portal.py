"""A small portal with a gap, a redirect and a decoy, and how to look at its crawl."""

from __future__ import annotations

from typing import Any

from tests.crawler.crawls import Crawled
from tests.crawler.wire import Reply, page

ROBOTS = page("User-agent: *\nDisallow: /admin/\n", kind="text/plain")
TITLE = "临澜县{}年政府信息公开工作年度报告"
COLUMN = "/zfxxgk/zfxxgknb/"


def article(title: str, more: str = "") -> bytes:
    """A page with the meta tags of an article."""
    return page(
        f'<html><head><meta name="ArticleTitle" content="{title}">'
        f'<meta name="PubDate" content="2024-01-18"></head><body><h1>{title}</h1>'
        f"<p>本报告由临澜县人民政府办公室编制。</p>{more}</body></html>"
    )


def item(path: str, title: str, date: str) -> str:
    return f'<li><a href="{path}">{title}</a><span>{date}</span></li>'


def small_portal() -> dict[str, Reply]:
    """Home, platform, report column of two pages; decoys, a gap and a redirect."""
    first = "".join(
        [
            item("202401/t20240118_31.html", TITLE.format(2023), "2024-01-18"),
            item("202401/t20240110_30.html", "关于年度报告编制的通知", "2024-01-10"),
            item("202301/t20230117_21.html", TITLE.format(2022), "2023-01-17"),
            item("202201/t20220117_11.html", TITLE.format(2021), "2022-01-17"),
        ]
    )
    second = item("202101/t20210117_1.html", TITLE.format(2020), "2021-01-17")
    pager = '<script>createPageHTML(2, {}, "index", "html")</script>'
    return {
        "/robots.txt": ROBOTS,
        "/": page(
            '<a href="/zfxxgk/">政府信息公开</a><a href="/admin/">政务公开</a>'
            '<a href="/news/1.html">县领导调研</a>'
        ),
        "/admin/": page("secret"),
        "/news/1.html": article("县领导调研"),
        "/zfxxgk/": page('<a href="zfxxgknb/">政府信息公开年报</a>'),
        COLUMN: page(f"<ul>{first}</ul>{pager.format(0)}"),
        f"{COLUMN}index_1.html": page(f"<ul>{second}</ul>{pager.format(1)}"),
        f"{COLUMN}202401/t20240118_31.html": article(
            TITLE.format(2023), '<a href="P031.pdf">附件</a>'
        ),
        f"{COLUMN}202401/P031.pdf": page(b"%PDF-1.4\n%%EOF", kind="application/pdf"),
        f"{COLUMN}202401/t20240110_30.html": article("关于年度报告编制的通知"),
        # 2022 is a dead link, 2021 has moved
        f"{COLUMN}202201/t20220117_11.html": page(
            "", "301 Moved Permanently", Location="/old/11.html"
        ),
        "/old/11.html": article(TITLE.format(2021)),
        f"{COLUMN}202101/t20210117_1.html": article(TITLE.format(2020)),
    }


ALL_DOCUMENTS = {
    f"{COLUMN}202401/t20240118_31.html",
    f"{COLUMN}202401/P031.pdf",
    f"{COLUMN}202401/t20240110_30.html",
    "/old/11.html",
    f"{COLUMN}202101/t20210117_1.html",
}


def by_path(result: Crawled, sql: str) -> dict[str, tuple[Any, ...]]:
    """Rows keyed by the path of their first column."""
    return {"/" + u.split("/", 3)[3]: tuple(rest) for u, *rest in result.rows(sql)}
