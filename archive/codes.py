"""Fixed vocabularies of the published database, in one place.

They are used for CHECK constraints, for the data dictionary and by the site.
"""

TEMPLATES = ("free2008", "stat2014", "gk2019", "gk2021")
TABLE_CODES = ("proactive", "requests", "review_litigation", "statistics", "extra")
STATES = ("number", "zero", "blank", "dash", "text", "missing")
METHODS = ("read", "aligned", "recovered", "ocr")
VERDICTS = ("PASS", "FAIL", "UNCERTAIN", "NOT_ASSESSABLE")
SEVERITIES = ("fail", "odd", "note")
ORIGINS = ("report", "reading", "unclear")
BASES = ("official", "definitional", "heuristic")
FORMS = (
    "html",
    "pdf",
    "scan",
    "doc",
    "docx",
    "wps",
    "ofd",
    "xls",
    "xlsx",
    "text",
    "image",
)
AGGREGATE_STATES = ("agrees", "coverage", "exceeds", "unknown")
ROLES = ("main", "attachment", "duplicate")
REPORT_STATUS = ("extracted", "partial", "unreadable", "quarantined")
#: What made a version. Other events of a page make none: a new frame, another address.
VERSION_CHANGES = ("first", "figures", "text", "figures_and_text", "attachment")
CHANGE_KINDS = ("cell", "chapter", "title", "template", "status", "attachment")
HISTORY_EVENTS = (
    "published",
    "captured",
    "corrected",
    "attachment",
    "vanished",
    "returned",
    "moved",
    "merged",
)
PAGE_EVENTS = ("vanished", "returned", "moved")
DECISIONS = ("confirmed", "misread", "explained", "ignored", "reopened")
WITHHOLDINGS = ("withheld", "lifted")
SCOPES = ("government_aggregate", "own_organ")
COVERAGE_STATES = ("found", "late", "missing", "unreadable", "blocked", "not_due")
COVERAGE_BASES = ("report", "years", "since", "column", "registry")
COVERAGE_REASONS = (
    "never_found",
    "not_found",
    "no_column",
    "wall",
    "robots",
    "unreachable",
    "not_read",
    "vanished",
)
SIMILAR_KINDS = ("previous_year", "other_agency")
COMPARABLE = ("same", "roughly", "part", "no")
SOURCE_STATES = (
    "ok",
    "empty",
    "moved",
    "blocked",
    "robots",
    "unreachable",
    "untried",
)
OUTCOMES = (
    "ok",
    "truncated",
    "blocked",
    "not_found",
    "robots",
    "error",
    "revisit",
)
TOMBSTONE_STATES = ("suspect", "gone", "returned", "live")
MOVED_BY = ("content", "report")
FIXITY_OBJECTS = ("file", "record", "database")
FIXITY_OUTCOMES = ("pass", "fail")
LEVELS = ("national", "province", "city", "county", "township")
AGENCY_KINDS = (
    "government",
    "government_office",
    "department",
    "township",
    "street",
    "vertical",
    "zone",
    "other",
)
NAME_RELATIONS = ("printed", "full", "former")
TRIAGE_KINDS = (
    "report",
    "circular",
    "explainer",
    "website_report",
    "law_report",
    "list",
    "other",
)
