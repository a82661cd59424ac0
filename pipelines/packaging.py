"""How reports are packed: several in one document, and files that a page offers.

Streets share a page, an authority puts all its years on one, a PDF binds the reports of
many organs. Each is a report of its own: figures are never put together from two. A
stub holds no report but leads to one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from pipelines.chapters import heading
from pipelines.dates import META_NAMES, TIMED, VISIBLE
from pipelines.extract.page import Page
from pipelines.extract.viewers import viewed
from pipelines.grid import Block, Grid, Line
from pipelines.kinds import is_name
from pipelines.normalise import squash
from pipelines.tabulate.vocabulary import is_form
from pipelines.titles import LONGEST, parse

SUFFIXES = (".pdf", ".doc", ".docx", ".wps", ".ofd", ".xls", ".xlsx", ".zip", ".rar")
DOWNLOADS = (
    "download.jsp",
    "downfile",
    "/download/",
    "downloadattach",
    "virtual_attach_file",
)
#: Chapters behind which a title may open another report where no table stands.
FEWEST_CHAPTERS = 3
#: Fields of the card that date the page.
CARD_DATES = ("published", "written")
#: Where the title of a part was read, as `explain` says it.
WHERE = "title in the document"


@dataclass(frozen=True, slots=True)
class Opening:
    """A title that opens a report: the first and last block that print it.

    ``text`` is the title, with what the one before it says for both of them.
    """

    first: int
    last: int
    text: str
    agency: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Piece:
    """One report of a document: where it begins, and whether the page's date is its."""

    page: Page
    locator: str  # '' for the whole document
    dated: bool


def is_file(address: str) -> bool:
    """Whether an address is that of a file to download."""
    path = address.lower().split("?")[0].split("#")[0]
    return path.endswith(SUFFIXES) or any(d in address.lower() for d in DOWNLOADS)


def files_of(page: Page, url: str) -> tuple[str, ...]:
    """Addresses of the files that a page offers, absolute, each once."""
    found: dict[str, None] = {}
    for link in page.links:
        address = viewed(link.href, url) or link.href.strip()
        if is_file(address):
            try:
                found[urljoin(url, address).partition("#")[0]] = None
            except ValueError:  # no address: [1].pdf behind //
                continue
    return tuple(found)


def pieces(page: Page) -> list[Piece]:
    """The reports of a document as pages of their own; one piece: it holds one.

    What stands before the first title is the frame of all of them. The date of a page
    with reports of several years is that of the newest.
    """
    found = openings(page.blocks)
    if len(found) < 2:
        return [Piece(page, "", True)]
    ends = [*(opening.first for opening in found[1:]), len(page.blocks)]
    before = tuple(b for b in page.blocks[: found[0].first] if isinstance(b, Line))
    newest = max(opening.year or 0 for opening in found)
    card = page.card
    if len({opening.agency for opening in found}) > 1:  # it is that of one of them
        card = {k: v for k, v in card.items() if k in CARD_DATES}
    dated = replace(page, frame=(*page.frame, *before), card=card)
    undated = replace(
        page,
        frame=tuple(line for line in dated.frame if not _dates(line.text)),
        meta={k: v for k, v in page.meta.items() if k not in META_NAMES},
        card={k: v for k, v in card.items() if k not in CARD_DATES},
    )
    made = []
    for opening, end in zip(found, ends, strict=True):
        is_newest = (opening.year or newest) == newest
        part = replace(
            dated if is_newest else undated,
            blocks=page.blocks[opening.first : end],
            titles=((WHERE, opening.text),),
        )
        made.append(Piece(part, page.blocks[opening.first].locator, is_newest))
    return made


def _dates(text: str) -> bool:
    return bool(VISIBLE.search(text) or TIMED.search(text))


def openings(blocks: Sequence[Block]) -> list[Opening]:
    """The titles that open reports.

    After the first, a title counts behind a table of the form or some chapters, when
    chapters begin anew below it, and when it is not that of the report before.
    """
    found: list[Opening] = []
    tables = headings = 0
    for i, block in enumerate(blocks):
        if isinstance(block, Grid):
            tables += is_form(block)
            continue
        if heading(block.text):
            headings += 1
            continue
        opening = _opening(blocks, i, found[-1] if found else None)
        if opening is None:
            continue
        if not found or (
            (opening.agency, opening.year) != (found[-1].agency, found[-1].year)
            and (tables or headings >= FEWEST_CHAPTERS)
            and _begins(blocks[opening.last + 1 :])
        ):
            found.append(opening)
            tables = headings = 0
    return found


def _opening(
    blocks: Sequence[Block], at: int, before: Opening | None
) -> Opening | None:
    """The title that ends at a block, with the lines of its name before it."""
    text = _short(blocks[at])
    if "公开" not in text and "报告" not in text:
        return None
    title, first, last = parse(text, WHERE), at, at
    if title is None and (more := _short_at(blocks, at + 1)) and len(more) <= 12:
        title, last = parse(text + more, WHERE), at + 1
    if title is None:
        return None
    if not title.agency:
        above = next((i for i in range(at - 1, -1, -1) if _short(blocks[i])), None)
        name = _short(blocks[above]) if above is not None else ""
        joined = parse(name + text, WHERE) if is_name(name) else None
        if joined and joined.agency and above is not None:
            title, first = joined, above
    if not title.agency and not title.year:
        return None
    agency = title.agency or (before.agency if before else "")
    year = title.year or (before.year if before else None)
    printed = title.text
    if agency and year and not (title.agency and title.year):
        printed = f"{agency}{year}年政府信息公开工作年度报告"
    return Opening(first, last, printed, agency, year)


def _short(block: Block) -> str:
    """A line that may be (part of) a title, without white space; '' for no such."""
    if isinstance(block, Grid) or len(block.text) > 4 * LONGEST:
        return ""
    text = squash(block.text)
    return text if len(text) <= LONGEST else ""


def _short_at(blocks: Sequence[Block], at: int) -> str:
    return _short(blocks[at]) if at < len(blocks) else ""


def _begins(rest: Sequence[Block]) -> bool:
    """Whether a report begins here: a first chapter, and tables or chapters behind."""
    numbers: list[int] = []
    for hit in _evidence(rest):
        if hit is None:  # a table
            return not numbers or numbers[0] <= 2
        if numbers and hit <= numbers[-1] and hit == 1:
            break  # the next report
        numbers.append(hit)
        if numbers[0] > 2:
            return False
    return len(numbers) >= FEWEST_CHAPTERS


def _evidence(blocks: Sequence[Block]) -> Iterator[int | None]:
    """The number of each chapter heading, None for a table of the form."""
    for block in blocks:
        if isinstance(block, Grid):
            if is_form(block):
                yield None
        elif hit := heading(block.text):
            yield hit.chapter_no or hit.numeral
