"""The sample portals as they are served, and what an archive should find in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archive.records import Source
from crawler.sample import prose
from crawler.sample.data import Portal, load_portals
from crawler.sample.figures import Key, generation, printed
from crawler.sample.generic import GenericSkin
from crawler.sample.hanweb import HanwebSkin
from crawler.sample.site import Site
from crawler.sample.skin import Skin
from crawler.sample.trs import TrsSkin

SKINS: Mapping[str, type[Skin]] = {
    skin.folder: skin for skin in (TrsSkin, HanwebSkin, GenericSkin)
}
HOST = "127.0.0.1"
DELAY_SECONDS = 0.05


@dataclass(frozen=True)
class ExpectedReport:
    """What the archive should hold of one report, told by the YAML alone.

    ``cells`` are printed values without surrounding space; a local row counts as one
    cell that holds its whole text. ``failures`` are the rules the report breaks on
    purpose, rule → scopes; it breaks no others.
    """

    portal: str
    agency: str
    kind: str
    scope: str
    year: int
    template: str
    title: str
    path: str
    other_paths: tuple[str, ...]  # the same bytes at further addresses
    attachments: tuple[str, ...]
    published_on: str
    signed_on: str
    cells: Mapping[Key, str]
    failures: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Decoy:
    """A page in a report column that is no annual report."""

    portal: str
    kind: str  # a triage verdict, or dead: the page is gone
    title: str
    path: str


def addresses(ports: Mapping[str, int] | None = None) -> dict[str, str]:
    """Portal id → base address; without ``ports`` the ports the YAML names."""
    return {
        portal.id: f"http://{HOST}:{(ports or {}).get(portal.id, portal.port)}"
        for portal in load_portals()
    }


def sources(bases: Mapping[str, str]) -> list[Source]:
    """The portals as entries of a source registry."""
    return [
        Source(
            source_id=portal.id,
            name=portal.name,
            adcode=portal.adcode,
            level=portal.level,
            home=f"{bases[portal.id]}/",
            delay_seconds=DELAY_SECONDS,
            note="sample portal, invented",
        )
        for portal in load_portals()
    ]


def build(bases: Mapping[str, str] | None = None) -> dict[str, Site]:
    """Every portal's pages; the same addresses give the same bytes."""
    bases = bases or addresses()
    return {p.id: _skin(p, bases).build() for p in load_portals()}


def _skin(portal: Portal, bases: Mapping[str, str]) -> Skin:
    return SKINS[portal.skin](portal, bases)


def expected() -> list[ExpectedReport]:
    """All reports of all portals, by portal, agency and year."""
    found = []
    for portal in load_portals():
        skin = _skin(portal, addresses())
        for entry in skin.reports:
            agency, report = entry.agency, entry.report
            assert agency and report
            path, *others = (skin.address(entry, column) for column in entry.columns)
            found.append(
                ExpectedReport(
                    portal=portal.id,
                    agency=agency.name,
                    kind=agency.kind,
                    scope=agency.scope,
                    year=report.year,
                    template=generation(report.year),
                    title=prose.title(agency, report),
                    path=path,
                    other_paths=tuple(others),
                    attachments=(skin.text_path(path),) if report.text_copy else (),
                    published_on=report.published,
                    signed_on=report.signed,
                    cells={key: text.strip() for key, text in printed(report).items()}
                    | {("extra", r, "value"): text for r, text in report.extra.items()},
                    failures=report.fails,
                )
            )
    return found


def decoys() -> list[Decoy]:
    """The pages in the report columns that are no annual reports."""
    return [decoy for decoy in _articles() if decoy.kind != "dead"]


def dead_links() -> list[Decoy]:
    """The links in the report columns that lead nowhere."""
    return [decoy for decoy in _articles() if decoy.kind == "dead"]


def _articles() -> list[Decoy]:
    found = []
    for portal in load_portals():
        skin = _skin(portal, addresses())
        for entry in skin.entries:
            if entry.article:
                path = skin.address(entry, entry.columns[0])
                found.append(Decoy(portal.id, entry.article.kind, entry.title, path))
    return found
