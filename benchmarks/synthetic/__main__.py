"""Writes the invented reports into a data directory."""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.records import Cell, Source
from benchmarks.synthetic.country import PER_COUNTY, Authority, authorities, counties
from benchmarks.synthetic.figures import Key, Year
from benchmarks.synthetic.plant import Planted, plant
from benchmarks.synthetic.prose import chapters
from pipelines import templates
from pipelines.reference import open_archive

STAMP = "2026-01-15T08:00:00.000000Z"


def cells_of(report: Year) -> list[Cell]:
    """Every cell of the form; what has no figure is printed as 0 or left blank."""
    form = templates.get(report.template)
    found = []
    for slot in templates.slots(form):
        number = report.cells.get(slot.key)
        blank = number is None and slot.table == "proactive"
        value = None if blank else float(number or 0)
        found.append(
            Cell(
                *slot.key,
                raw="" if blank else f"{number or 0}",
                value=value,
                unit=slot.col.unit or "wan_cny",
                state="blank" if blank else "number" if value else "zero",
                locator=f"table {slot.table}",
            )
        )
    return found


class Writer:
    """Rows of one county after the other, in plain INSERT statements."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.run_id = catalog.start_run("synthetic")
        self.reports = 0

    def insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows that all have the same columns."""
        rows = list(rows)
        if not rows:
            return
        names = ", ".join(rows[0])
        marks = ", ".join("?" * len(rows[0]))
        self.catalog.db.conn.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            [tuple(row.values()) for row in rows],
        )

    def authority(self, rng: random.Random, who: Authority, source: str) -> None:
        """An authority and its reports."""
        self.catalog.put_agency(who.agency)
        for report in who.years:
            self.report(rng, who, report, source)

    def report(
        self, rng: random.Random, who: Authority, report: Year, source: str
    ) -> None:
        """One report with everything that hangs on it."""
        agency = who.agency
        report_id = f"{agency.agency_id}-{report.year}"
        sha256 = hashlib.sha256(report_id.encode()).hexdigest()
        url = f"https://{source}.example.gov.cn/{report_id}.html"
        title = f"{agency.name}{report.year}年政府信息公开工作年度报告"
        government = agency.kind == "government"
        due = f"{report.year + 1}-{'03-31' if government else '01-31'}"
        late = rng.choice((-12, -5, -3, -1, 0, 4))
        cells = cells_of(report)
        printed: dict[Key, str] = {cell.key: cell.raw for cell in cells}
        key = {"report_id": report_id, "version_no": 1}
        self.insert(
            "documents",
            [
                {
                    "sha256": sha256, "media_type": "text/html", "form": "html",
                    "bytes": 40_000, "charset": "utf-8", "filename": None,
                    "first_captured_at": STAMP,
                }
            ],
        )  # fmt: skip
        self.insert(
            "captures",
            [
                {
                    "capture_id": f"urn:uuid:{sha256[:8]}-{sha256[8:12]}",
                    "url": url, "captured_at": STAMP, "http_status": 200,
                    "outcome": "ok", "sha256": sha256, "media_type": "text/html",
                    "bytes": 40_000, "warc_file": "synthetic.warc.gz",
                    "warc_offset": self.reports * 9_000, "warc_length": 9_000,
                    "run_id": self.run_id, "source_id": source, "fidelity": "exact",
                }
            ],
        )  # fmt: skip
        self.insert(
            "reports",
            [
                {
                    "report_id": report_id, "agency_id": agency.agency_id,
                    "report_year": report.year, "title": title,
                    "template": report.template,
                    "scope": "government_aggregate" if government else "own_organ",
                    "status": "extracted",
                    "published_on": _shift(due, late),
                    "published_on_source": "meta_pubdate",
                    "due_on": due, "days_late": late, "source_url": url,
                    "sha256": sha256, "version_no": 1, "n_versions": 1,
                }
            ],
        )  # fmt: skip
        self.insert(
            "report_versions",
            [key | {"sha256": sha256, "first_captured_at": STAMP, "change": "first"}],
        )
        self.insert(
            "report_documents", [key | {"sha256": sha256, "role": "main", "url": url}]
        )
        self.insert(
            "chapters",
            (
                key | {"chapter_no": c.chapter_no, "heading": c.heading}
                | {"text": c.text, "prose": c.prose}
                for c in chapters(rng, agency.name, report, printed)
            ),
        )  # fmt: skip
        self.insert(
            "cells",
            (
                key
                | {
                    "table_code": c.table_code, "row_code": c.row_code,
                    "col_code": c.col_code, "raw": c.raw, "value": c.value,
                    "unit": c.unit, "state": c.state, "method": c.method,
                    "locator": c.locator,
                }
                for c in cells
            ),
        )  # fmt: skip
        self.reports += 1


def _shift(day: str, by: int) -> str:
    return (date.fromisoformat(day) + timedelta(by)).isoformat()


def write(
    directory: Path, reports: int, *, seed: int = 1, errors: int = 0
) -> list[Planted]:
    """Fill a data directory; gives the contradictions planted. It must be new."""
    data = DataDir(directory).prepare()
    planted: list[Planted] = []
    with data.lock(), open_archive(data) as catalog:
        if catalog.count("reports"):
            sys.exit(f"{directory} holds reports already; name a new directory")
        catalog.db.execute("PRAGMA synchronous = OFF")
        writer = Writer(catalog)
        number = -(-reports // PER_COUNTY)
        for at, county in enumerate(counties(number)):
            rng = random.Random(f"{seed}-{county.adcode}")
            source = f"synthetic-{county.adcode}"
            with catalog.atomic():
                catalog.put_source(
                    Source(source, f"{county.name}人民政府", county.adcode, "county",
                           f"https://{source}.example.gov.cn/"),
                    state="ok", reports_found=PER_COUNTY, last_ok_at=STAMP,
                )  # fmt: skip
                found = list(authorities(county, rng))
                share = errors * (at + 1) // number - errors * at // number
                planted += plant(rng, found, share, len(planted))
                government, *members = found[-1], *found[:-1]
                for who in (government, *members):
                    writer.authority(rng, who, source)
        catalog.finish_run(writer.run_id, "complete", {"reports": writer.reports})
    return planted


def main() -> None:
    """Write as told on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--reports", type=int, default=25_000)
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    started = time.monotonic()
    planted = write(
        given.directory, given.reports, seed=given.seed, errors=given.errors
    )
    for error in planted:
        print(f"{error.rule_id}\t{error.report_id}\t{error.scope}")
    print(
        f"{given.reports} reports in {time.monotonic() - started:.0f} s",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
