"""What every family of systems is held to, on one portal built in each one's manner."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from archive.catalog import Catalog
from archive.frontier import Found
from crawler import posting, visit
from crawler.cms import fingerprint
from crawler.urls import canonical
from tests.families.family import CARRYING, Family, Site
from tests.families.model import OWN, Model, elsewhere, model
from tests.families.registry import NAMES, known
from tests.families.serving import Server
from tests.families.walk import Walk, row_of, visited, walk

BASE = "http://www.linlan.gov.cn"
FAMILIES = known()
each_family = pytest.mark.parametrize("name", list(FAMILIES))


@cache
def built(name: str) -> tuple[Family, Site]:
    family = FAMILIES[name](model(), BASE)
    return family, family.build()


@cache
def walked(name: str) -> Walk:
    return walk(built(name)[1])


@cache
def read_reports(name: str) -> list[tuple[str, str, str, tuple[str, int], tuple]]:
    """(path, kind of page, kind of document, (agency, year), cells) by document."""
    found = []
    for one, extraction in walked(name).documents():
        report = extraction.report
        found.append(
            (
                urlsplit(one.row.url).path,
                one.answer.kind,
                extraction.verdict.kind,
                (report.agency.name, report.report_year) if report else ("", 0),
                tuple(
                    (c.table_code, c.row_code, c.col_code, c.raw) for c in report.cells
                )
                if report
                else (),
            )
        )
    return found


def test_every_family_has_its_site():
    assert list(FAMILIES) == list(NAMES)


@each_family
def test_home_list_and_article_are_recognised_as_this_family_and_no_other(name):
    family, site = built(name)
    assert len(family.telling) >= 3
    for target in family.telling:
        answer = site.answer(target)
        assert answer.status == 200, target
        found, evidence = fingerprint(answer.body.decode(), BASE + target)
        assert found == name, (target, evidence)
        assert bool(evidence) == (name != "generic")


@each_family
def test_every_report_is_found_from_the_home_page(name):
    assert {key for _, _, kind, key, _ in read_reports(name) if kind == "report"} == (
        model().expected()
    )


@each_family
def test_no_decoy_is_taken_for_a_report(name):
    taken = [path for path, page, kind, *_ in read_reports(name)
             if page == "decoy" and kind == "report"]  # fmt: skip
    assert taken == []


@each_family
def test_a_report_found_twice_is_one_version(name):
    versions: dict[tuple[str, int], set[tuple]] = {}
    for _, _, kind, key, cells in read_reports(name):
        if kind == "report":
            versions.setdefault(key, set()).add(tuple(sorted(cells)))
    assert {key: len(cells) for key, cells in versions.items() if len(cells) != 1} == {}


@each_family
def test_no_more_than_three_requests_for_a_page_that_carries_reports_or_lists(name):
    done = walked(name)
    carrying = done.of_kind(*CARRYING)
    assert done.requests() <= 3 * len(carrying)
    assert [v.row.url for v in done.visits if v.answer.status != 200] == []


@each_family
def test_the_pages_of_a_list_are_exactly_those_the_portal_has(name):
    family, site = built(name)
    pages = [_address(target) for target in family.list_pages(OWN)]
    assert len(pages) >= 2
    first, _, body = family.first_page(OWN).partition(" ")
    first = canonical(first, BASE) or ""
    first = posting.encode(first, body) if body else first
    queue, found = [Found(first, "list")], []
    while queue:
        one = visited(site, row_of(queue.pop(0)), name)
        for link in one.seen.found:
            address = _asked(link.url)
            if link.pager and address not in found and link.url != first:
                found.append(address)
                queue.append(link)
    assert sorted(found) == sorted(pages)


def _address(target: str) -> tuple[str, str]:
    """Target or ``target␠body`` in the form that is compared."""
    target, _, body = target.partition(" ")
    return canonical(target, BASE) or "", _body(body)


def _asked(url: str) -> tuple[str, str]:
    url, post, _ = visit.request_of(url)
    return canonical(url) or "", _body(post or "")


def _body(body: str) -> str:
    if body.startswith("{"):
        return json.dumps(json.loads(body), sort_keys=True)
    return repr(sorted(parse_qsl(body, keep_blank_values=True))) if body else ""


@each_family
def test_the_files_attached_to_reports_are_found(name):
    files = {urlsplit(v.row.url)[2:4] for v in walked(name).of_kind("attachment")}
    assert len(files) == 3


# ------------------------------------------------------------------------- real crawl

#: Invented places, one a family, so that no portal has another's reports.
PLACES = dict(zip(NAMES, "澜瀛渌滦潏灞瀍浐泖洎涢沔淦", strict=True))
QUERIES = {
    "cms": "SELECT cms FROM sources WHERE source_id = :source",
    "reports": "SELECT a.name, r.report_year FROM reports r"
    " JOIN agencies a USING (agency_id) WHERE instr(a.name, :place)",
    "versions": "SELECT v.report_id FROM report_versions v JOIN reports USING"
    " (report_id) JOIN agencies a USING (agency_id)"
    " WHERE v.version_no > 1 AND instr(a.name, :place)",
    "undone": "SELECT url, state FROM frontier WHERE source_id = :source"
    " AND state != 'done'",
}
PATIENCE = 300


def source_id(name: str) -> str:
    return name.replace("_", "-")


@cache
def portals() -> dict[str, Model]:
    """Family → what its portal publishes."""
    return {
        name: elsewhere(f"临{PLACES[name]}县", f"99{at:04}")
        for at, name in enumerate(FAMILIES, 221)
    }


@pytest.fixture(scope="module")
def crawled(
    tmp_path_factory: pytest.TempPathFactory, nianbao: Callable[..., Any]
) -> Iterator[Catalog]:
    """One ``nianbao crawl`` of all families' portals, served on loopback."""
    folder = tmp_path_factory.mktemp("families")
    with ExitStack() as stack:
        entries = [
            {
                "id": source_id(name),
                "name": content.portal.name,
                "adcode": content.adcode,
                "level": "county",
                "home": stack.enter_context(Server(FAMILIES[name], content)).home,
                "delay_seconds": 0.01,
            }
            for name, content in portals().items()
        ]
        sources = folder / "sources.yml"
        sources.write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")
        nianbao(
            "crawl", "--data", folder / "data", "--sources", sources,
            "--allow-net", "127.0.0.0/8", timeout=PATIENCE,
        )  # fmt: skip
    with Catalog(folder / "data" / "catalog.db") as catalog:
        yield catalog


@each_family
def test_a_real_crawl_archives_every_report_once(name, crawled):
    content = portals()[name]
    given = {"source": source_id(name), "place": content.portal.place}
    rows = {
        what: {tuple(row) for row in crawled.db.execute(sql, given).fetchall()}
        for what, sql in QUERIES.items()
    }
    assert rows == {
        "cms": {(name,)},
        "reports": content.expected(),
        "versions": set(),
        "undone": set(),
    }
