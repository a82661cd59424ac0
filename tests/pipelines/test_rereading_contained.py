"""The archive is read again in workers; what cannot be read is listed."""

import pytest

from archive.datadir import DataDir
from archive.warc import WarcStore
from pipelines.intake import ingest
from pipelines.reference import open_archive
from pipelines.rereading import reread, select
from tests.pipelines import printed_form as form
from tests.pipelines.pdf_maker import Maker, report

NAME = "莱州市教育局2020年政府信息公开工作年度报告"


@pytest.fixture
def archive(tmp_path):
    """An archive with a report, the scan of it, a cut off file and a page."""
    values = form.invented()
    scan = Maker()
    scan.picture()
    tables = [form.table(t(values)) for t in (form.proactive, form.requests)]
    page = form.page([*tables, form.table(form.review(values))], agency="莱州市民政局")
    files = {
        "report.pdf": report(Maker(), values),
        f"{NAME}.pdf": scan.done(),
        "cut.pdf": report(Maker(), values, agency="莱州市财政局")[:5000],
        "page.html": page.encode(),
    }
    paths = []
    for name, data in files.items():
        path = tmp_path / name
        path.write_bytes(data)
        paths.append((path, name))
    data = DataDir(tmp_path / "data")
    data.prepare()
    with open_archive(data) as catalog:
        run_id = catalog.start_run("ingest")
        with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
            taken = ingest(catalog, store, paths)
        yield catalog, WarcStore(data.warc), taken


def test_a_scan_beside_a_report_that_was_read_supersedes_nothing(archive):
    catalog, _, taken = archive
    read, scan, cut, page = taken
    assert read.loaded.report_id == scan.loaded.report_id
    assert (read.loaded.effect, scan.loaded.effect) == ("new_report", "duplicate")
    row = catalog.report(read.loaded.report_id)
    assert (row["status"], row["version_no"], row["n_versions"]) == ("extracted", 1, 1)
    roles = catalog.rows("SELECT role FROM report_documents WHERE url LIKE '%.pdf'")
    assert sorted(r["role"] for r in roles) == ["attachment", "main"]
    assert cut.reason == "the file is cut off: it does not end with %%EOF"
    assert page.loaded.effect == "new_report"


def test_reading_again_in_two_workers_finds_what_was_found_before(archive):
    catalog, store, _ = archive
    urls = []
    done = reread(
        catalog, store, select(catalog, everything=True), jobs=2,
        step=lambda what="": urls.append(what),
    )  # fmt: skip
    assert (done.documents, done.reports_changed, dict(done.cells)) == (4, 0, {})
    assert len(urls) == 4
    errors = catalog.rows("SELECT error FROM triage WHERE error IS NOT NULL")
    assert sorted(e["error"].split(":")[0] for e in errors) == [
        "a scan", "the file is cut off",
    ]  # fmt: skip
