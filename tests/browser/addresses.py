"""Addresses of every kind of page of a published database, found in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

#: Invented reports without an original have no frame to show.
REAL = (
    "reports.sha256 IN (SELECT sha256 FROM captures"
    " WHERE warc_file <> 'synthetic.warc.gz')"
)
#: One page each of the kinds that need an identifier: (kind, path, SQL for it).
DRAWN = [
    ("report 2021, failing", "/report/{}",
     "SELECT report_id FROM report_index JOIN reports USING (report_id)"
     " WHERE report_index.checks_failed > 0 AND reports.template = 'gk2021'"
     f" AND {REAL} ORDER BY report_id LIMIT 1"),
    ("report 2019", "/report/{}",
     f"SELECT report_id FROM reports WHERE template = 'gk2019' AND {REAL}"
     " ORDER BY report_id LIMIT 1"),
    ("report with versions", "/report/{}",
     "SELECT report_id FROM reports WHERE n_versions > 1 LIMIT 1"),
    ("earlier version", "/report/{}?version=1",
     "SELECT report_id FROM reports WHERE n_versions > 1 LIMIT 1"),
    ("report in prose", "/report/{}",
     "SELECT report_id FROM reports WHERE template = 'free2008' LIMIT 1"),
    ("report with files", "/report/{}",
     "SELECT report_id FROM report_documents GROUP BY 1"
     " ORDER BY count(*) DESC, report_id LIMIT 1"),
    ("report of a PDF", "/report/{}",
     "SELECT report_id FROM report_documents JOIN documents USING (sha256)"
     " WHERE form = 'pdf' LIMIT 1"),
    ("authority with series", "/agency/{}",
     "SELECT agency_id FROM reports GROUP BY 1"
     " ORDER BY count(*) DESC, agency_id LIMIT 1"),
    ("authority with gaps", "/agency/{}",
     "SELECT agency_id FROM coverage WHERE state = 'missing' GROUP BY 1"
     " ORDER BY count(*) DESC, agency_id LIMIT 1"),
    ("capture", "/capture/{}",
     "SELECT capture_id FROM captures WHERE outcome = 'ok' ORDER BY url LIMIT 1"),
    ("capture, not found", "/capture/{}",
     "SELECT capture_id FROM captures WHERE outcome = 'not_found' LIMIT 1"),
    ("capture, revisit", "/capture/{}",
     "SELECT capture_id FROM captures WHERE outcome = 'revisit' LIMIT 1"),
    ("damaged original", "/originals/{}",
     "SELECT sha256 FROM captures WHERE warc_file = 'synthetic.warc.gz' LIMIT 1"),
    ("row", "/nianbao/reports/{}", "SELECT report_id FROM reports LIMIT 1"),
]  # fmt: skip
PLAIN = [
    "/", "/coverage", "/coverage?level=county", "/checks", "/checks?verdict=UNCERTAIN",
    "/sources", "/dictionary", "/charts", "/search", "/search?q=公开",
    "/search?q=行政复议 -国家", "/search?q=没有这样的词句", "/compare",
    "/nianbao", "/nianbao/alarms", "/nianbao/reports?_size=9",
    "/nianbao/report_index?level__exact=county&_sort=new_received&_size=9",
    "/nianbao/cells?state=blank&_size=9", "/nianbao/requests_2021?_size=5",
    "/nianbao/refusals_by_ground", "/nianbao/keyword_in_context?q=申请",
    "/nianbao/refusals_grown?year=2021&province=山东省&level=county",
    "/nianbao?sql=select+report_id,report_year+from+reports+limit+3",
    "/nianbao?sql=select+nonsense", "/report/nobody-2020", "/nowhere",
]  # fmt: skip
#: Pages that say so when something is not there, cannot be asked or is damaged.
MISSED = {"/report/nobody-2020": 404, "/nowhere": 404, "/nianbao?sql=": 400,
          "/originals/": 500}  # fmt: skip


def addresses(database: Path) -> list[str]:
    """Paths of at least one page of every kind, those of the database drawn from it."""
    uri = f"{database.resolve().as_uri()}?immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        found = []
        for kind, path, sql in DRAWN:
            row = connection.execute(sql).fetchone()
            assert row, f"the database has no {kind}"
            found.append(path.format(quote(row[0], safe="")))
        pair = connection.execute(
            "SELECT report_id FROM reports WHERE agency_id = (SELECT agency_id"
            " FROM reports GROUP BY 1 ORDER BY count(*) DESC, agency_id LIMIT 1)"
            " ORDER BY report_year LIMIT 2"
        ).fetchall()
    found.append(f"/compare?a={pair[0][0]}&b={pair[1][0]}")
    return [*PLAIN, *dict.fromkeys(found)]


def expected(path: str) -> int:
    """The status that the page should have."""
    found = (code for start, code in MISSED.items() if path.startswith(start))
    asked = path.startswith("/nianbao?sql=") and "nonsense" not in path
    return 200 if asked else next(found, 200)


def in_english(path: str) -> str:
    """The same page in English."""
    return f"{path}{'&' if '?' in path else '?'}_lang=en"
