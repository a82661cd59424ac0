"""The list page of a portal as a fixture, and the test that waits for a person.

The test is written to fail: what the list should give is to be read in the page by
somebody, not copied from what the adapter made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive.errors import StorageError, UsageError
from archive.records import Source

TEST = '''\
"""{name}: its list of annual reports, as it was on {day}."""

from __future__ import annotations

from pathlib import Path

from crawler.probe import list_links

PAGE = Path(__file__).with_name("{page}")
URL = "{url}"
CHARSET = {charset}  # as the server said
#: (address, date beside it) of every report, in the order of the page.
REPORTS: list[tuple[str, str | None]] = [
    # Read the page in a browser and write them down; then this test is right.
]
#: Addresses of its further pages.
NEXT_PAGES: list[str] = []


def test_the_list_of_{slug}_names_its_reports():
    family, links = list_links(PAGE.read_bytes(), URL, charset=CHARSET)
    assert REPORTS, "write down what the page shows (REPORTS), then run this again"
    assert [(link.url, link.date) for link in links.reports] == REPORTS
    assert [link.url for link in links.next_pages] == NEXT_PAGES
    assert family == "{family}"
'''


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list page as received, decoded from its content coding only."""

    url: str
    body: bytes
    charset: str | None
    family: str


def paths(folder: Path, source_id: str) -> tuple[Path, Path]:
    """Where the page and the test of a portal lie."""
    slug = source_id.replace("-", "_")
    return folder / f"{slug}_list.html", folder / f"test_{slug}.py"


def write(folder: Path, source: Source, page: ListPage, day: str) -> tuple[Path, Path]:
    """Write page and test into ``folder``; existing ones are never overwritten."""
    at, test = paths(folder, source.source_id)
    for path in (at, test):
        if path.exists():
            raise UsageError(f"{path} exists already; give another --fixtures folder")
    text = TEST.format(
        name=source.name,
        day=day,
        page=at.name,
        url=page.url,
        charset=f'"{page.charset}"' if page.charset else None,
        slug=source.source_id.replace("-", "_"),
        family=page.family,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        at.write_bytes(page.body)
        test.write_text(text, "utf-8")
    except OSError as error:
        raise StorageError(f"cannot write into {folder}: {error.strerror}") from error
    return at, test
