"""Table of misses: whose report, of which year and kind, against a person's reading.

``tests/pipelines/identity_expected.tsv`` says what a person read out of the titles of
154 real addresses and 15 real documents. The column ``open`` holds the reason where a
row cannot be decided; then the reading must be open too. Run it from the root::

    NIANBAO_CORPUS=… python -m tests.eval.identity
"""

from __future__ import annotations

import csv
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from archive.records import PageContext
from pipelines import identity, titles
from pipelines.reading import read

EXPECTED = Path(__file__).parents[1] / "pipelines" / "identity_expected.tsv"
DOCUMENT = "corpus:"


class Reading(NamedTuple):
    """What was read of a row, in the terms of the expected file."""

    kind: str
    year: str
    agency: str
    agency_kind: str
    adcode: str
    agency_id: str
    ambiguous: bool
    evidence: str


def rows() -> list[dict[str, str]]:
    """The expected readings, in the order of the file."""
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def of_title(row: dict[str, str]) -> Reading:
    """What the title of a page says, with the portal where it is given."""
    excluded, title = titles.excluded(row["title"]), titles.parse(row["title"])
    if excluded or title is None:
        kind = excluded[0] if excluded else "other"
        return Reading(kind, "", "", "", "", "", False, "")
    year = str(title.year or "")
    if not title.agency:
        return Reading("report", year, "", "", "", "", True, "no name in the title")
    context = PageContext(
        url=row["key"],
        captured_at="2026-06-30T08:00:00Z",
        source_name=row["portal_name"] or None,
        source_adcode=row["portal_adcode"] or None,
        source_level=row["portal_level"] or None,
    )
    codes = identity.codes_of({}, row["key"])
    known = identity.identify(title.agency, context, title.year, codes)
    return _reading("report", year, known)


def of_document(path: Path) -> Reading:
    """What a whole document says."""
    context = PageContext(
        url=f"file:{path.name}",
        captured_at="2026-06-30T08:00:00Z",
        filename=path.name,
    )
    done = read(path.read_bytes(), context)
    if done.report is None:
        open_ = done.verdict.kind == "report"
        return Reading(done.verdict.kind, "", "", "", "", "", open_, str(done.error))
    agency = done.report.agency
    known = identity.Identity(agency, done.report.scope, str(done.trace["division"]))
    return _reading(done.verdict.kind, str(done.report.report_year), known)


def _reading(kind: str, year: str, known: identity.Identity) -> Reading:
    a = known.agency
    return Reading(
        kind, year, a.name, a.kind, a.adcode or "", a.agency_id,
        known.ambiguous, known.evidence,
    )  # fmt: skip


def misses(row: dict[str, str], found: Reading) -> list[str]:
    """What differs from the expected reading, in words; empty when it is right."""
    if row["kind"] == "list" and not row["key"].startswith(DOCUMENT):
        # What stands in the list of addresses is a description and no title.
        return ["taken for a report"] if found.kind == "report" else []
    wanted = [row["kind"], row["year"], row["agency"], row["agency_kind"]]
    names = ("kind", "year", "agency", "agency_kind")
    fields = zip(names, wanted, found[:4], strict=True)
    wrong = [
        f"{name}: expected {want}, found {got}"
        for name, want, got in fields
        if want != got and (want or not row["open"])
    ]
    if row["adcode"] != found.adcode and (row["adcode"] or not row["open"]):
        wrong.append(f"adcode: expected {row['adcode']}, found {found.adcode}")
    if row["open"] and not row["adcode"] and not found.ambiguous:
        wrong.append(f"decided although open ({row['open']}): {found.agency_id}")
    return wrong


def results(corpus: Path | None) -> Iterator[tuple[dict[str, str], Reading]]:
    """Every row with its reading; documents only where the corpus is at hand."""
    for row in rows():
        if not row["key"].startswith(DOCUMENT):
            yield row, of_title(row)
        elif corpus is not None:
            yield row, of_document(corpus / row["key"].removeprefix(DOCUMENT))


def main() -> int:
    """Print misses and open rows; 1 when anything is missed."""
    root = os.environ.get("NIANBAO_CORPUS")
    count: Counter[str] = Counter()
    for row, found in results(Path(root) if root else None):
        wrong = misses(row, found)
        state = "miss" if wrong else "open" if row["open"] else "right"
        count[state] += 1
        if wrong:
            print(f"MISS {row['key']}\n     {row['title']}\n     {'; '.join(wrong)}")
        elif row["open"]:
            print(f"open {row['title']}: {row['open']}\n     {found.evidence}")
    print(", ".join(f"{number} {state}" for state, number in sorted(count.items())))
    return 1 if count["miss"] else 0


if __name__ == "__main__":
    sys.exit(main())
