"""The 60 payloads of ``test_xss``, in every field, on the pages of a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from archive.catalog import Catalog
from tests.archive.site.test_xss import ALL, build, payloads
from tests.browser.conftest import served
from tests.browser.surfing import Surfer, window
from tests.serving import serve

NOBODY = "http://127.0.0.1:1"
PAGES = [
    "/", "/coverage", "/checks", "/sources", "/dictionary", "/charts", f"/report/{ALL}",
    f"/report/{ALL}?_lang=en", f"/compare?a={ALL}&b=990683-x1-2020",
    "/search?q=公开", "/agency/990683-all", "/nianbao", "/nianbao/reports",
    "/nianbao/captures", "/nianbao/checks", "/nianbao/cells?state=text",
    "/nianbao/latest_reports", "/nianbao/keyword_in_context?q=公开",
    "/feeds/new.atom", "/nianbao/reports.json?_shape=objects", "/checks.json",
]  # fmt: skip
#: Where words of a visitor come back: every address gets some of the payloads.
ASKED = [
    "/search?q={}", "/checks?rule={}", "/coverage?province={}", "/report/{}",
    "/compare?a={}", "/nianbao/reports?_search={}", "/nianbao/reports?title={}",
    "/nianbao?sql=select+{}", "/nianbao/reports_of_year?year={}", "/?_lang={}",
    "/nianbao/refusals_grown?year=2020&province={}",
]  # fmt: skip
HANDLERS = """() => [...document.querySelectorAll('*')].flatMap(e => [...e.attributes]
  .filter(a => a.name.startsWith('on') || /^[\\s\\x01]*(java|vb)script:/i.test(a.value)
    && ['href', 'src', 'action', 'formaction', 'data'].includes(a.name))
  .map(a => e.outerHTML.slice(0, 120)))"""


@pytest.fixture(scope="module")
def hostile(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("hostile") / "data", NOBODY).root


@pytest.fixture(scope="module")
def tab(chromium: Any, hostile: Path) -> Iterator[Surfer]:
    with served(hostile) as address, window(chromium, address) as opened:
        yield opened


def ran(tab: Surfer, path: str) -> list[str]:
    """What of a page ran, asked for something elsewhere or waits for a click."""
    seen = tab.open(path)
    found = [f for f in seen.faults() if "status of" not in f]
    if tab.page.title() == "PWNED":
        found.append(f"{path}: the title was changed")
    if tab.page.evaluate("document.contentType") == "text/html":
        found += [f"{path}: {html}" for html in tab.page.evaluate(HANDLERS)]
    return found


def test_payloads_run_on_a_page_that_does_not_escape(chromium: Any) -> None:
    """The trap: most of them, one after another, are noticed."""
    pages = {
        f"/{n}": ("text/html; charset=utf-8", f"<body><p>{words}</p>".encode())
        for n, words in enumerate(payloads(NOBODY))
    }
    with serve(pages) as address, window(chromium, address) as opened:
        noticed = [path for path in list(pages)[:31] if ran(opened, path)]
    assert len(noticed) >= 25


@pytest.mark.parametrize("path", PAGES)
def test_no_payload_runs_on_a_page(tab: Surfer, path: str) -> None:
    assert ran(tab, path) == []
    assert tab.seen.status == 200


def test_no_payload_runs_on_the_page_of_a_capture_or_an_original(
    tab: Surfer, hostile: Path
) -> None:
    with Catalog(hostile / "catalog.db") as catalog:
        rows = catalog.rows("SELECT capture_id, sha256 FROM captures")
        found = [(row["capture_id"], row["sha256"]) for row in rows]
    for capture_id, sha256 in found[::7]:
        assert ran(tab, f"/capture/{quote(capture_id, safe='')}") == []
        tab.open(f"/originals/{sha256}?view=inline")
        assert tab.page.title() != "PWNED"
        assert tab.seen.said == []


@pytest.mark.parametrize("path", ASKED)
def test_no_payload_runs_that_stands_in_an_address(tab: Surfer, path: str) -> None:
    for payload in payloads(NOBODY)[ASKED.index(path) :: len(ASKED)]:
        assert ran(tab, path.format(quote(payload, safe=""))) == [], payload
