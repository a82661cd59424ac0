"""Adding a portal: is it one, its entry, its fixture, and what is to be done next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from archive.clock import iso, utc_now
from archive.console import Outcome
from archive.errors import SourceError, StorageError
from archive.records import Source
from crawler.clones import doubt
from crawler.probe import list_links, plain
from crawler.probing import Look
from crawler.registry import fixtures as fixture
from crawler.registry.entry import to_yaml
from crawler.source import load_text
from pipelines.clones import host_of, host_problem


def doubt_of(entry: Source, found: Look) -> str | None:
    """What speaks against the home page, judged with the entry that was made of it.

    The host is judged as that of a stranger: the entry itself would vouch for it.
    """

    home = found.probed.home
    if reason := host_problem(host_of(home)):
        return reason
    if found.probed.doubt:
        return found.probed.doubt
    meta = {"siteidcode": found.probed.site_code}
    finding = doubt(home, meta, entry)
    return finding.reason if finding else None


def append_entry(path: Path, entry: Source) -> None:
    """Write an entry to the end of a registry file, whose text is kept as it is."""

    try:
        text = path.read_text("utf-8") if path.exists() else ""
        whole = (text.rstrip("\n") + "\n" if text.strip() else text) + to_yaml(entry)
        load_text(whole, str(path))
        draft = path.with_name(path.name + ".new")
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(whole, "utf-8")
        draft.replace(path)
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: cannot be read as UTF-8: {error}") from error
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error


def added(entry: Source, found: Look, sources_file: Path, fixtures: Path) -> Outcome:
    """What was written, and what to do next."""

    probed = replace(found.probed, source_id=entry.source_id, doubt=None)
    lines = [
        probed.line(),
        f"entry {entry.source_id!r} ({entry.name}, {entry.adcode}, {entry.level}) "
        f"written to {sources_file}",
    ]
    attention: tuple[str, ...] = ()
    if found.page is None:
        attention = (
            f"{entry.source_id}: no list page: {probed.trouble}. Find the report "
            f"column in a browser and write its address into {sources_file} as "
            "seeds: [URL]",
        )
    else:
        page = found.page
        family, links = list_links(page.payload, found.page_url, charset=page.charset)
        kept = fixture.ListPage(found.page_url, page.payload, page.charset, family)
        at, test = fixture.write(fixtures, entry, kept, iso(utc_now())[:10])
        lines += [
            f"the {family} adapter reads {len(links.reports)} reports, "
            f"{len(links.lists)} sub-columns and {len(links.next_pages)} further pages",
            f"{at}: the list page as received",
            f"{test}: fails until you write down what the page shows",
            "next: 1. open the page, fill in REPORTS and NEXT_PAGES of the test, run "
            f"pytest {test}",
            "      2. if it still fails, the adapter misreads the page: "
            "docs/add-a-cms-family.md",
            f"      3. nianbao crawl --sources {sources_file} {entry.source_id}",
        ]
    return Outcome(
        f"{entry.source_id} added to {sources_file}",
        {"added": plain(probed), "file": str(sources_file)},
        attention,
        details=tuple(lines),
    )
