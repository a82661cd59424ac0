"""Reading again: new readings beside old ones, and what changed, cell by cell."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from archive import readings
from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.warc import WarcStore
from pipelines import cli, stages
from pipelines.intake import ingest
from pipelines.load import load
from pipelines.reference import open_archive
from pipelines.rereading import context_of, reread, select
from tests.pipelines import printed_form as form

GRANTED = ("requests", "granted", "total")
CARRIED = ("requests", "carried_in", "total")
EXTRA = ("requests", "carried_out", "total")


def page(agency="莱州市教育局"):
    values = form.invented() | {GRANTED: "15", CARRIED: "0", EXTRA: "3"}
    tables = [form.proactive(values), form.requests(values), form.review(values)]
    return form.page([form.table(t) for t in tables], agency=agency).encode()


@pytest.fixture
def earlier(monkeypatch):
    """A reader of an earlier version: one wrong, one unread, one overlooked cell."""
    today = stages.read

    def read(data, context):
        found = today(data, context)
        cells = {c.key: c for c in found.report.cells}
        cells[GRANTED] = replace(cells[GRANTED], raw="1", value=1.0)
        cells[CARRIED] = replace(cells[CARRIED], raw="", value=None, state="blank")
        del cells[EXTRA]
        report = replace(found.report, cells=tuple(cells.values()))
        return replace(found, report=report, extractor="html/0")

    monkeypatch.setattr(stages, "read", read)
    return lambda: monkeypatch.setattr(stages, "read", today)


@pytest.fixture
def data(tmp_path, earlier):
    """An archive of one page that an earlier reader has read."""
    data = DataDir(tmp_path / "data")
    data.prepare()
    path = tmp_path / "page.html"
    path.write_bytes(page())
    with open_archive(data) as catalog:
        run_id = catalog.start_run("ingest")
        with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
            ingest(catalog, store, [(path, path.name)])
        catalog.finish_run(run_id, "complete", {})
    earlier()
    return data


def extract(data, *arguments):
    done = CliRunner().invoke(cli.extract, ["--data", str(data.root), *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def dump(data):
    with Catalog(data.catalog) as catalog:
        names = [t for t in catalog.db.table_names() if "sqlite" not in t]
        return {name: catalog.rows(f'SELECT * FROM "{name}"') for name in names}


def test_every_changed_cell_is_told_with_both_readings(data):
    with open_archive(data) as catalog:
        done = reread(catalog, WarcStore(data.warc), select(catalog))
    (changed,) = done.differences
    assert changed.readers == ("html/0", "html/2")
    assert [str(c) for c in changed.cells] == [
        "requests/carried_in/total: '' (blank) → '0' = 0 (zero)",
        "requests/granted/total: '1' = 1 (number) → '15' = 15 (number)",
        "requests/carried_out/total: no cell → '3' = 3 (number)",
    ]
    assert dict(done.cells) == {
        "blank→zero": 1, "number→number": 1, "none→number": 1,
    }  # fmt: skip
    assert str(done) == (
        "1 documents read again, 1 reports changed, 3 cells: "
        "1 blank→zero, 1 none→number, 1 number→number"
    )


def test_the_terminal_shows_the_cells_and_json_all_of_them(data):
    told = extract(data, "--dry-run").splitlines()
    assert told[0].endswith("file:///page.html (html/0 → html/2)")
    assert told[2] == "  requests/granted/total: '1' = 1 (number) → '15' = 15 (number)"
    assert told[-1].startswith("would be: 1 documents read again, 1 reports changed")
    (change,) = json.loads(extract(data, "--dry-run", "--json"))["changes"]
    (granted,) = [c for c in change["cells"] if c["row"] == "granted"]
    assert granted["before"]["value"] == 1
    assert granted["after"]["value"] == 15
    assert granted["kind"] == "number→number"


def test_a_dry_run_tells_the_same_and_writes_nothing(data):
    before = dump(data)
    files = sorted(p.name for p in data.warc.iterdir())
    dry = json.loads(extract(data, "--dry-run", "--json"))
    assert dump(data) == before
    assert sorted(p.name for p in data.warc.iterdir()) == files
    real = json.loads(extract(data, "--json"))
    assert real["changes"] == dry["changes"]
    assert dump(data) != before


def test_the_old_reading_stays_beside_the_new_one(data):
    extract(data)
    with Catalog(data.catalog) as catalog:
        (row,) = catalog.candidates()
        old, new = readings.history(catalog, row["sha256"])
    assert (old.extractor, old.is_current) == ("html/0", False)
    assert (new.extractor, new.is_current) == ("html/2", True)
    cells = [{c.key: c.value for c in r.cells} for r in (old, new)]
    assert (cells[0][GRANTED], cells[1][GRANTED]) == (1, 15)
    assert (len(cells[0]), len(cells[1])) == (197, 198)


def test_reading_again_is_no_version_of_the_report(data):
    before = dump(data)
    extract(data)
    after = dump(data)
    assert after["report_versions"] == before["report_versions"]
    assert after["report_documents"] == before["report_documents"]
    (report,) = after["reports"]
    assert (report["version_no"], report["n_versions"]) == (1, 1)


def test_the_same_readers_change_nothing_and_say_so(data):
    extract(data)
    before = dump(data)
    told = extract(data, "--all")
    assert told == "1 documents read again by the same readers: nothing changed\n"
    after = dump(data)
    assert len(after.pop("runs")) == len(before.pop("runs")) + 1
    assert after == before


def test_an_archive_from_before_readings_were_kept_is_compared_too(data):
    with Catalog(data.catalog) as catalog, catalog.atomic():
        catalog.db.execute("DELETE FROM readings")
    (change,) = json.loads(extract(data, "--json"))["changes"]
    assert len(change["cells"]) == 3
    assert list(change["facts"]) == []
    with Catalog(data.catalog) as catalog:
        kept = readings.history(catalog, change["sha256"])
    assert [(r.extractor, len(r.cells)) for r in kept] == [
        ("html/0", 197), ("html/2", 198),
    ]  # fmt: skip


def test_a_duplicate_that_is_read_otherwise_becomes_no_correction(data, tmp_path):
    """Two frames of one report, of which a new reader reads one better."""
    framed = tmp_path / "framed.html"
    framed.write_bytes(page().replace("某门户".encode(), "新门户".encode()))
    with open_archive(data) as catalog:
        reread(catalog, WarcStore(data.warc), select(catalog))
        run_id = catalog.start_run("ingest")
        with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
            (taken,) = ingest(catalog, store, [(framed, framed.name)])
        assert taken.loaded.effect == "duplicate"
        (row,) = [r for r in catalog.candidates() if "framed" in r["url"]]
        capture = catalog.holder(row["sha256"])
        context = context_of(row, capture, None)
        found = stages.read(framed.read_bytes(), context)
        cells = tuple(
            replace(c, raw="16", value=16.0) if c.key == GRANTED else c
            for c in found.report.cells
        )
        report = replace(found.report, cells=cells)
        better = replace(found, report=report, extractor="html/3")
        assert load(catalog, capture, better, context).effect == "duplicate"
        assert catalog.count("report_versions") == 1
        assert [r.extractor for r in readings.history(catalog, row["sha256"])] == [
            "html/2", "html/3",
        ]  # fmt: skip


def test_a_damaged_original_is_named_and_stops_no_other(tmp_path):
    data = DataDir(tmp_path / "two").prepare()
    files = []
    for name, agency in (("good", "莱州市教育局"), ("bad", "莱州市财政局")):
        path = tmp_path / f"{name}.html"
        path.write_bytes(page(agency))
        files.append((path, path.name))
    with open_archive(data) as catalog:
        run_id = catalog.start_run("ingest")
        with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
            ingest(catalog, store, files)
        catalog.finish_run(run_id, "complete", {})
        place = catalog.one("SELECT * FROM captures WHERE url LIKE '%bad.html'")
    warc = data.warc / place["warc_file"]
    held = bytearray(warc.read_bytes())
    held[place["warc_offset"] + place["warc_length"] // 2] ^= 0xFF
    warc.write_bytes(held)
    arguments = ["--data", str(data.root), "--all", "--json"]
    done = CliRunner().invoke(cli.extract, arguments)
    assert done.exit_code == 5, done.output
    told = json.loads(done.stdout)
    assert told["documents"] == 1
    (named,) = told["damaged"]
    assert named.startswith("file:///bad.html: ")
    with Catalog(data.catalog) as catalog:
        assert catalog.count("reports") == 2  # what was read before stays
        last = catalog.one("SELECT outcome FROM runs WHERE command = 'extract'")
    assert last == {"outcome": "ArchiveDamaged"}
