"""What became of each report, in the order of time: table ``report_history``.

Put together when the catalogue is published, from what was noted at the time: versions,
pages that vanished, returned or moved, redirects, and the end of authorities whose
division was merged into another.
"""

from __future__ import annotations

import sqlite3

#: The version that was current at a time ``{at}``.
_CURRENT = (
    "(SELECT max(v.version_no) FROM main.report_versions v"
    " WHERE v.report_id = {report} AND v.first_captured_at <= {at})"
)

#: A page that was found elsewhere before it was given up has moved, and not vanished.
#: Each gives report_id, at, event, version_no, url, capture_id, detail.
SOURCES = {
    "publication, as printed": """
        SELECT report_id, published_on, 'published', NULL, source_url, NULL,
          published_on_source
        FROM main.reports WHERE published_on IS NOT NULL""",
    "versions": """
        SELECT v.report_id, v.first_captured_at,
          CASE v.change WHEN 'first' THEN 'captured' WHEN 'attachment' THEN 'attachment'
            ELSE 'corrected' END,
          v.version_no, coalesce(c.url, d.url), max(c.capture_id),
          nullif(nullif(v.change, 'first'), 'attachment')
        FROM main.report_versions v
        LEFT JOIN main.report_documents d ON d.report_id = v.report_id
          AND d.version_no = v.version_no
          AND d.role = CASE v.change WHEN 'attachment' THEN 'attachment' ELSE 'main' END
        LEFT JOIN main.captures c ON c.sha256 = d.sha256
          AND c.captured_at = v.first_captured_at
        GROUP BY v.report_id, v.version_no""",
    "pages": f"""
        SELECT DISTINCT d.report_id, e.at, e.event,
          {_CURRENT.format(report="d.report_id", at="e.at")},
          e.url, c.capture_id, e.detail
        FROM main.tombstone_events e
        JOIN main.report_documents d ON d.url = e.url
        LEFT JOIN main.captures c ON c.capture_id = e.capture_id
        WHERE NOT (e.event = 'vanished' AND 'moved' IS (
          SELECT b.event FROM main.tombstone_events b
          WHERE b.source_id = e.source_id AND b.url = e.url AND b.at <= e.at
            AND b.event <> 'vanished' ORDER BY b.at DESC LIMIT 1))""",
    "redirects": f"""
        SELECT DISTINCT d.report_id, a.first_seen_at, 'moved',
          {_CURRENT.format(report="d.report_id", at="a.first_seen_at")},
          a.url, c.capture_id, a.target
        FROM main.aliases a
        JOIN main.report_documents d ON d.url = a.url
        JOIN main.report_documents n ON n.report_id = d.report_id AND n.url = a.target
        LEFT JOIN main.captures c ON c.capture_id = a.capture_id""",
    # A division that only changed its code goes on under the current one.
    "mergers": """
        SELECT r.report_id, CAST(d.valid_to AS TEXT), 'merged', NULL, NULL, NULL,
          (SELECT group_concat(name, '、') FROM (SELECT s.name AS name
            FROM json_each(d.successors) j JOIN main.divisions s ON s.adcode = j.value
            GROUP BY j.value ORDER BY j.key))
        FROM main.reports r JOIN main.agencies a USING (agency_id)
        JOIN main.divisions d ON d.adcode = a.adcode AND d.name = coalesce(
          CASE a.level WHEN 'county' THEN a.county WHEN 'city' THEN a.city
            WHEN 'province' THEN a.province END, d.name)
        WHERE d.valid_to IS NOT NULL AND d.current_adcode = d.adcode
          AND r.report_year <= d.valid_to
          AND NOT EXISTS (SELECT 1 FROM main.divisions n
            WHERE n.adcode = a.adcode AND n.valid_to IS NULL)""",
}


def fill(connection: sqlite3.Connection) -> None:
    """Fill ``report_history`` from the other published tables."""
    parts = " UNION ALL ".join(SOURCES.values())
    connection.execute(
        "WITH happened (report_id, at, event, version_no, url, capture_id, detail)"
        f" AS ({parts})"
        " INSERT INTO main.report_history (report_id, event_no, at, event, version_no,"
        " url, capture_id, detail)"
        " SELECT h.report_id, row_number() OVER (PARTITION BY h.report_id"
        # a year alone is that in which something ended
        "  ORDER BY h.at || CASE length(h.at) WHEN 4 THEN '-99' ELSE '' END, h.event,"
        "  h.url), h.at, h.event, h.version_no, h.url, h.capture_id, h.detail"
        " FROM happened h JOIN main.reports r USING (report_id)"
        " WHERE r.status <> 'quarantined'"
    )
