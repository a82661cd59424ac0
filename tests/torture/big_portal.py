"""A portal as large as one likes: full reports, prose, notices, dead links, a move."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.crawler.wire import Reply, page
from tests.pipelines import printed_form

COLUMN = "/zfxxgk/zfxxgknb/"
PER_LIST = 100
YEARS = range(2008, 2026)
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
#: Pages below 1 kB would be stored anew each time instead of as a revisit.
FILLING = "<!-- " + "页面框架 " * 120 + "-->"
FORM = printed_form.keys()
FORM_YEAR = 2020  # the one whose report carries the form's 198 cells


def agencies() -> Iterator[str]:
    """Names of towns of one county, all different."""
    for stem in STEMS:
        for branch in BRANCHES:
            yield f"临澜县{stem}{branch}镇人民政府"


def report(agency: str, year: int, seed: int) -> bytes:
    """A report of about 1.5 kB; that of one year has the three tables."""
    number = random.Random(seed)
    if year == FORM_YEAR:
        values = {
            key: str(number.randrange(1000)) if number.random() > 0.1 else ""
            for key in FORM
        }
        tables = [
            printed_form.table(made(values))
            for made in (
                printed_form.proactive,
                printed_form.requests,
                printed_form.review,
            )
        ]
        return page(printed_form.page(tables, agency=agency))
    title = f"{agency}{year}年政府信息公开工作年度报告"
    said = "".join(
        f"<p>{heading}</p><p>本年度主动公开信息{number.randrange(900)}条。</p>"
        for heading in printed_form.CHAPTERS
    )
    return page(
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f"<h1>{title}</h1><p>发布日期：{year + 1}-01-20</p>{said}{FILLING}"
        "</body></html>"
    )


def big_portal(pages: int) -> dict[str, Reply]:
    """``pages`` documents behind a home page, a column and list pages of a hundred."""
    replies: dict[str, Reply] = {
        "/robots.txt": page(
            "User-agent: *\nDisallow: /admin/\n# " + "x" * 1100, kind="text/plain"
        ),
        "/": page(f'<a href="/zfxxgk/">政府信息公开</a>{FILLING}'),
        "/zfxxgk/": page(f'<a href="zfxxgknb/">政府信息公开年报</a>{FILLING}'),
    }
    lines = []
    wanted = ((agency, year) for agency in agencies() for year in YEARS)
    for number, (agency, year) in zip(range(pages), wanted, strict=False):
        path = f"t{year + 1}0120_{number}.html"
        title = f"{agency}{year}年政府信息公开工作年度报告"
        lines.append(f'<li><a href="{path}">{title}</a><span>{year + 1}-01-20</span>')
        if number % 97 == 50:
            continue  # a dead link
        content = report(agency, year, number)
        if number % 101 == 60:
            moved = f"/old/{number}.html"
            replies[moved] = content
            content = page(FILLING, "301 Moved Permanently", Location=moved)
        replies[COLUMN + path] = content
    total = -(-len(lines) // PER_LIST)
    for at in range(total):
        part = "".join(lines[at * PER_LIST : (at + 1) * PER_LIST])
        name = f"index_{at}.html" if at else ""
        pager = f'<script>createPageHTML({total}, {at}, "index", "html")</script>'
        replies[COLUMN + name] = page(f"<ul>{part}</ul>{pager}{FILLING}")
    return replies
