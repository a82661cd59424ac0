"""The nouns of the archive, as frozen dataclasses.

Times are UTC ISO 8601 strings with a trailing ``Z`` (``2026-01-31T08:00:00.123456Z``),
dates are ISO strings (``2026-01-31``): text sorts, compares and stores without a codec.
Vocabularies are those of the published database and are listed beside each field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# --------------------------------------------------------------------------- provenance


@dataclass(frozen=True, slots=True)
class Source:
    """A portal of the registry: what ``crawler/sources/*.yml`` says about it."""

    source_id: str
    name: str
    adcode: str
    level: str  # national | province | city | county | township
    home: str
    seeds: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    delay_seconds: float = 2.0
    group: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back, byte for byte, before anything is decoded.

    ``response`` is the status line, headers and body as they arrived on the wire
    (transfer coding included); for a connection that broke it is the exact prefix.
    """

    url: str
    started_at: str
    request: bytes
    response: bytes
    ip: str | None = None
    tls_verified: bool | None = None  # None: plain HTTP
    truncated: str | None = None  # WARC-Truncated: disconnect | length | time
    fidelity: str = "exact"  # exact | normalized (rebuilt from a parsed response)
    asked: str | None = None  # address with method and body, where it was no GET


@dataclass(frozen=True, slots=True)
class WarcLocation:
    """Where a record lies: file name inside ``warc/``, byte offset and length."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Capture:
    """One response (or local file) at one time: a WARC record and its catalogue row.

    ``sha256`` is the hex digest of the payload: the body without transfer coding and
    content coding. It is the key of the document, the same however the body travelled.
    """

    capture_id: str  # the WARC-Record-ID without its angle brackets: urn:uuid:…
    url: str
    captured_at: str
    http_status: int | None
    outcome: str  # ok | truncated | blocked | not_found | robots | error | revisit
    sha256: str | None
    warc_file: str
    warc_offset: int
    warc_length: int
    run_id: str
    source_id: str | None = None
    media_type: str | None = None  # as declared; documents.media_type is as sniffed
    bytes: int = 0  # length of the decoded payload
    ip: str | None = None
    tls_verified: bool | None = None
    fidelity: str = "exact"
    reason: str | None = None  # why the outcome is not ok


@dataclass(frozen=True, slots=True)
class Document:
    """One bitstream, however often and wherever it was captured."""

    sha256: str
    media_type: str  # sniffed from the bytes
    form: str  # html | pdf | scan | doc | docx | wps | ofd | xls | xlsx | text | image
    bytes: int
    charset: str | None
    filename: str | None
    first_captured_at: str


@dataclass(frozen=True, slots=True)
class PageContext:
    """What is known about a document from outside it: the page's surroundings.

    The crawler fills what the list page and the registry say; ``ingest`` leaves most
    of it empty. Extraction must work without any of it.
    """

    url: str
    captured_at: str
    source_id: str | None = None
    source_name: str | None = None
    source_adcode: str | None = None
    source_level: str | None = None
    charset: str | None = None  # from the HTTP header
    filename: str | None = None
    link_text: str | None = None
    list_url: str | None = None
    list_date: str | None = None  # date printed beside the link
    page_title: str | None = None  # of the page that offers the file
    #: Hosts that the registry names; None: nobody looked, and the host is not judged.
    named_hosts: tuple[str, ...] | None = None


# ------------------------------------------------------------------------------ reading


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a standard table, as printed and as understood.

    ``raw`` is the exact text between the delimiters. ``value`` is a number only in the
    states number and zero: a blank is not a zero, a dash is not a blank.
    """

    table_code: str  # proactive | requests | review_litigation | statistics | extra
    row_code: str
    col_code: str
    raw: str
    value: float | None
    unit: str | None  # count | wan_cny | cny | yi_cny | None
    state: str  # number | zero | blank | dash | text | missing
    method: str = "read"  # read | aligned | recovered | ocr
    locator: str = ""
    label: str | None = None  # printed label; set for extra rows

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.table_code, self.row_code, self.col_code)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of a report: 0 is what stands before the first heading.

    ``text`` is the whole body, tables included, in reading order; ``prose`` is the
    same without the tables and is what the checks on prose look at.
    """

    chapter_no: int
    heading: str | None  # the heading line as printed, '' and None: no heading
    text: str
    prose: str = ""


@dataclass(frozen=True, slots=True)
class Leftover:
    """Material that fitted nowhere, or a place of the form that nothing fitted."""

    kind: str  # unmatched_row | unmatched_spec | ignored_table | text
    table_code: str | None
    locator: str
    text: str


@dataclass(frozen=True, slots=True)
class AgencyName:
    """A name of an authority: years in which it was used, as far as they are known."""

    name: str
    relation: str  # printed | full | former
    valid_from: int | None
    valid_to: int | None
    basis: str


@dataclass(frozen=True, slots=True)
class Agency:
    """The authority record behind a name."""

    agency_id: str
    name: str
    kind: str  # government | government_office | department | township | street | …
    level: str | None  # national | province | city | county | township
    adcode: str | None
    province: str | None = None
    city: str | None = None
    county: str | None = None
    parent_id: str | None = None
    uscc: str | None = None  # unified social credit code, where seen and valid
    family: str | None = None  # line of work that joins bodies over reforms
    names: tuple[AgencyName, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict of one rule on one report: a finding, never an exception."""

    rule_id: str
    scope: str  # row code, column code, row/col, or ''
    severity: str  # fail | odd | note
    verdict: str  # PASS | FAIL | UNCERTAIN | NOT_ASSESSABLE
    expected: str | None
    actual: str | None
    message: str
    fingerprint: str = ""
    origin: str | None = None  # report | reading | unclear: whose error it would be
    suspects: str | None = None  # JSON: least sets of cells whose change would mend it
    place: str | None = None  # of quoted words: chapter:start-end in chapters.text
    message_en: str | None = None  # the message in English, of FAIL and UNCERTAIN only


@dataclass(frozen=True, slots=True)
class Rule:
    """One consistency rule: domain data, shown beside its findings."""

    rule_id: str
    basis: str  # official | definitional | heuristic
    severity: str  # fail | odd | note
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One cell of a form generation: its codes, labels and unit."""

    template: str
    table_code: str
    row_code: str
    col_code: str
    label_zh: str
    label_en: str
    unit: str | None
    position: int
    row_label_zh: str = ""
    col_label_zh: str = ""
    row_group_zh: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One report as read from one main document."""

    report_id: str
    agency: Agency
    report_year: int
    scope: str  # government_aggregate | own_organ
    title: str
    template: str  # free2008 | stat2014 | gk2019 | gk2021
    status: str  # extracted | partial | unreadable | quarantined
    chapters: tuple[Chapter, ...] = ()
    cells: tuple[Cell, ...] = ()
    checks: tuple[Check, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    published_on: str | None = None
    published_on_source: str | None = None
    signed_on: str | None = None
    due_on: str | None = None
    days_late: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a page is, and why that was concluded."""

    kind: str  # report | circular | explainer | … (codes.TRIAGE_KINDS)
    reason: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one reading of one document gave. ``report`` is None when it is none.

    A document that holds several reports is read as the first of them; ``parts`` are
    the others, each a reading of its own of the same bytes.
    """

    sha256: str
    form: str
    media_type: str
    charset: str | None
    verdict: Verdict
    report: Report | None
    extractor: str  # name and version of the reader, e.g. html/1
    template_version: str
    error: str | None = None  # reason when the document could not be read
    trace: Mapping[str, Any] = field(default_factory=dict)  # what `explain` prints
    parts: tuple[Extraction, ...] = ()
    files: tuple[str, ...] = ()  # addresses of the files that a page offers
