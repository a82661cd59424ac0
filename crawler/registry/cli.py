"""``nianbao sources``: the registry of portals, listed, looked at, added to."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archive import console
from archive.console import Outcome, data_option, reporting
from archive.datadir import DataDir
from archive.errors import UsageError
from archive.records import Source

ALLOW_NET_VARIABLE = "NIANBAO_ALLOW_NET"
#: Where `sources add` writes when nothing else is said.
ADDED = "portals.yml"
FIXTURES = Path("tests/crawler/portals")

sources_option = click.option(
    "--sources",
    "sources_file",
    type=click.Path(path_type=Path),
    help="Registry file to use instead of crawler/sources/.",
)
allow_option = click.option(
    "--allow-net", multiple=True, metavar="CIDR", help="Address range to allow."
)


def allowed_nets(given: tuple[str, ...]) -> tuple[str, ...]:
    """Address ranges of ``--allow-net`` and ``$NIANBAO_ALLOW_NET``."""
    named = os.environ.get(ALLOW_NET_VARIABLE, "").split(",")
    return given + tuple(n.strip() for n in named if n.strip())


@click.group()
def sources() -> None:
    """The registry of portals."""


# --------------------------------------------------------------------------- list


@sources.command("list")
@data_option
@sources_option
@reporting
def list_command(data: DataDir, sources_file: Path | None) -> Outcome:
    """List the portals of the registry with what the archive knows of them."""
    from archive.catalog import Catalog
    from crawler.registry.listing import HEADINGS, listed, shown, table
    from crawler.source import load_registry

    known: dict[str, dict[str, Any]] = {}
    if data.catalog.exists():
        with Catalog(data.catalog) as catalog:
            known = {r["source_id"]: r for r in catalog.status()["sources"]}
    rows = [listed(s, known.get(s.source_id, {})) for s in load_registry(sources_file)]
    tried = sum(row["state"] != "untried" for row in rows)
    return Outcome(
        f"{len(rows)} sources, {tried} of them tried",
        {"sources": rows},
        details=tuple(table([HEADINGS, *(shown(row) for row in rows)])),
    )


# -------------------------------------------------------------------------- check


@sources.command("check")
@data_option
@click.argument("named", nargs=-1, metavar="[SOURCE_ID|FILE]...")
@sources_option
@click.option("--all", "everything", is_flag=True, help="Every source.")
@click.option("--offline", is_flag=True, help="Only read the entries; ask nobody.")
@allow_option
@reporting
def check_command(
    data: DataDir,
    named: tuple[str, ...],
    sources_file: Path | None,
    everything: bool,
    offline: bool,
    allow_net: tuple[str, ...],
) -> Outcome:
    """Look at portals: family, report column, robots.txt, TLS, whose site it is.

    Asks each for robots.txt, its home page and, where that does not name the report
    column, one page behind it. What comes is kept in the archive like any capture.
    """
    from crawler.probe import plain
    from crawler.registry.looking import look

    chosen = chosen_sources(named, sources_file, everything)
    if offline:
        return Outcome(f"{len(chosen)} sources are in order", {"checked": []})
    looks = look(data, chosen, allowed_nets(allow_net), "sources check")
    lines = tuple(found.probed.line() for found in looks)
    bad = [found.probed for found in looks if found.probed.needs_person]
    return Outcome(
        f"{len(looks)} sources looked at, {len(looks) - len(bad)} in order",
        {"checked": [plain(found.probed) for found in looks]},
        tuple(f"{p.source_id} needs a person: {p.doubt or p.trouble}" for p in bad),
        details=lines,
    )


def chosen_sources(
    named: tuple[str, ...], sources_file: Path | None, everything: bool
) -> list[Source]:
    """The sources that the arguments name: ids, or files with all that is in them."""
    from crawler.source import choose, load_registry, load_sources

    files = [Path(name) for name in named if name.endswith((".yml", ".yaml"))]
    ids = [name for name in named if Path(name) not in files]
    if not named and not everything and sources_file is None:
        raise UsageError("name sources or registry files to check, or say --all")
    found = load_sources(files)
    if ids:
        found += choose(load_registry(sources_file), ids)
    elif everything or (sources_file is not None and not files):
        found = load_registry(sources_file)
    if not found:
        raise UsageError("the registry names no source")
    return list({source.source_id: source for source in found}.values())


# ---------------------------------------------------------------------------- add


@sources.command("add")
@data_option
@click.argument("url")
@click.option(
    "--sources",
    "sources_file",
    type=click.Path(path_type=Path),
    default=Path(ADDED),
    show_default=True,
    help="Registry file to write the entry to; made when it is not there.",
)
@click.option(
    "--fixtures",
    type=click.Path(path_type=Path),
    default=FIXTURES,
    show_default=True,
    help="Folder for the list page and its test.",
)
@click.option("--id", "source_id", help="Slug of the entry; else from the host.")
@click.option("--name", help="Whose portal it is; else from SiteName or the title.")
@click.option("--adcode", help="Division code; else from SiteIDCode and the name.")
@click.option("--level", help="national, province, city, county or township.")
@click.option(
    "--accept",
    metavar="REASON",
    help="Take the portal although something speaks against it; kept in the note.",
)
@allow_option
@reporting
def add_command(
    data: DataDir,
    url: str,
    sources_file: Path,
    fixtures: Path,
    source_id: str | None,
    name: str | None,
    adcode: str | None,
    level: str | None,
    accept: str | None,
    allow_net: tuple[str, ...],
) -> Outcome:
    """Look at a portal, write its entry, keep its list page as a fixture with a test.

    URL is the home page. What it does not say beyond doubt is to be given by option.
    """
    from crawler.registry.adding import added, append_entry, doubt_of
    from crawler.registry.entry import Claims, entry_for, slug_of
    from crawler.registry.looking import look, put
    from crawler.source import CHECKS, load_registry
    from crawler.urls import canonical
    from pipelines.reference import open_archive

    home = canonical(url)
    if home is None:
        raise UsageError(f"expected an http or https address, found {url!r}")
    for key, value in (("id", source_id), ("adcode", adcode), ("level", level)):
        if value is not None and (expected := CHECKS[key](value)):
            raise UsageError(f"--{key}: expected {expected}, found {value!r}")
    registered = load_registry()
    if sources_file.exists():
        registered += load_registry(sources_file)
    double = next((s.source_id for s in registered if s.home == home), None)
    if double:
        raise UsageError(f"{home} is in the registry already, as {double!r}")
    slug = source_id or slug_of(home)
    if slug in {s.source_id for s in registered}:
        raise UsageError(f"id {slug!r} is in the registry already; give --id")
    note = "looked at by `sources add`; not in the registry"
    draft = Source(slug, name or slug, adcode or "", level or "county", home, note=note)
    (found,) = look(
        data,
        [draft],
        allowed_nets(allow_net),
        "sources add",
        lists=True,
        registered=False,
    )
    probed = found.probed
    if not probed.home:
        return Outcome(
            f"nothing was added: {home} {probed.state}",
            attention=(f"{home}: {probed.trouble}",),
        )
    if probed.home.rstrip("/") != home.rstrip("/"):
        console.note(f"{home} leads to {probed.home}")
    claims = Claims(home, probed.site_name, probed.site_code)
    entry = entry_for(
        claims,
        source_id=slug,
        name=name,
        adcode=adcode,
        level=level,
        accepted=accept,
    )
    doubt = doubt_of(entry, found)
    if doubt and not accept:
        return Outcome(
            f"nothing was added: {home} may not be a portal",
            attention=(
                f"{home}: {doubt}. If it is the portal all the same, say why with "
                "--accept REASON",
            ),
        )
    append_entry(sources_file, entry)
    with data.lock(), open_archive(data) as catalog:
        put(catalog, replace(found, source=entry))
    return added(entry, found, sources_file, fixtures)
