"""The archive the browser looks at: sample portals, synthetic and typeset reports.

Crawled from the sample portals: portals, captures, pages with scripts. Synthetic: a
county with six years of everything and some contradictions. Typeset here and taken in
as files: three counties of Shandong with figures for 2020 and 2021 (the walk goes
through them), one of them corrected afterwards, and golden documents of other forms.
The places exist, the figures are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.alarms import Trouble, as_alarm
from archive.catalog import Catalog
from archive.clock import iso
from archive.datadir import DataDir
from benchmarks.synthetic.__main__ import write
from tests.golden.figures import typed
from tests.golden.recipes import article, framed

Nianbao = Callable[..., Any]

#: name, seed of the figures of 2020 (form of 2019), of 2021 (form of 2021)
COUNTIES = (("莱州市", 11, 21), ("龙口市", 12, 22), ("滕州市", 13, 23))
GOLDEN = Path(__file__).parents[1] / "golden"
OTHER_FORMS = (
    "pdf-2021-white-boxes/document.pdf", "docx-2014-annex/document.docx",
    "html-2008-free-prose/document.html", "html-2021-broken-sum/document.html",
    "html-2019-notes-signs-units/document.html",
)  # fmt: skip
#: What a reader would do harm with, were it to run.
SCRIPT = (
    "<script>document.title='PWNED';document.body.innerHTML='PWNED';"
    "fetch('/pwned')</script><img src='/pwned.png' onerror=\"document.title='PWNED'\">"
)


def page(county: str, year: int, seed: int, **changed: str) -> bytes:
    """A county's report as a page with a script in it; ``changed``: totals by row."""
    generation = "gk2019" if year < 2021 else "gk2021"
    report = typed(generation, f"{county}人民政府", year, seed)
    if changed:
        values = dict(report.values)
        values.update({("requests", row, "total"): v for row, v in changed.items()})
        report = typed(generation, f"{county}人民政府", year, seed, values=values)
    html = framed(article(report))
    return html.replace(b"</body>", SCRIPT.encode() + b"</body>")


def build(data: Path, nianbao: Nianbao) -> Path:
    """Fill, check and publish a data directory; gives its path."""
    write(data, 60, errors=4)
    nianbao("demo", "--no-serve", "--data", data)
    folder = data.parent / "files"
    folder.mkdir()
    for county, *seeds in COUNTIES:
        for year, seed in zip((2020, 2021), seeds, strict=True):
            name = f"{county}人民政府{year}年政府信息公开工作年度报告.html"
            (folder / name).write_bytes(page(county, year, seed))
    later = "龙口市人民政府2020年政府信息公开工作年度报告.html"
    (folder / later).write_bytes(page("龙口市", 2020, 12, granted="400"))
    for path in OTHER_FORMS:
        (folder / path.replace("/", "-")).write_bytes((GOLDEN / path).read_bytes())
    nianbao("ingest", folder, "--data", data)
    corrected = data.parent / "corrected" / later
    corrected.parent.mkdir()
    corrected.write_bytes(page("龙口市", 2020, 12))
    nianbao("ingest", corrected, "--data", data)
    acknowledge(data)
    nianbao("check", "--data", data)
    nianbao("publish", "--data", data)
    return data


def acknowledge(data: Path) -> None:
    """Trouble of three kinds, one of them known to a person."""
    now = datetime(2026, 1, 31, 8, tzinfo=UTC)
    troubles = [
        Trouble("unreachable", "sample-trs", "sample-trs could not be reached"),
        Trouble("column_moved", "sample-hanweb", "the report column is elsewhere now"),
        Trouble("unreadable", "http://a.example/b.pdf", "a password is needed"),
    ]
    with DataDir(data).lock(), Catalog(DataDir(data).catalog) as catalog:
        for trouble in troubles:
            alarm = as_alarm(trouble, iso(now), None)
            seen = trouble.kind == "unreadable"
            catalog.db["alarms"].insert(
                asdict(replace(alarm, acknowledged_at=iso(now), note="已去函索取"))
                if seen
                else asdict(alarm)
            )
