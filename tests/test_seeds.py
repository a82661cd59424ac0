"""The first acceptance: five real reports from files to the published database."""

import json
import sqlite3
from pathlib import Path

import pytest

from archive.warc import WarcStore

AGENCIES = {
    "000": ("山东省机关事务管理局", "department", "own_organ", "370000"),
    "001": ("莱州市人民政府", "government", "government_aggregate", "370683"),
    "002": ("德惠市机关事务管理局", "department", "own_organ", "220183"),
    "003": ("济宁市兖州区人民政府", "government", "government_aggregate", "370812"),
    "004": ("临清市人民政府办公室", "government_office", "own_organ", "371581"),
}


@pytest.fixture(scope="module")
def archived(tmp_path_factory, corpus, nianbao) -> Path:
    data = tmp_path_factory.mktemp("seeds") / "data"
    nianbao("ingest", "--data", data, corpus / "seeds")
    nianbao("publish", "--data", data)
    return data


@pytest.fixture(scope="module")
def db(archived) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{archived}/public/nianbao.db?immutable=1", uri=True
    )
    connection.row_factory = sqlite3.Row
    return connection


@pytest.fixture(scope="module")
def report_ids(db) -> dict[str, str]:
    rows = db.execute(
        "SELECT r.report_id, d.filename FROM reports r JOIN documents d USING (sha256)"
    )
    return {row["filename"]: row["report_id"] for row in rows}


def test_five_files_are_five_reports(db, report_ids, gold):
    assert set(report_ids) == set(gold)
    for name, report_id in report_ids.items():
        row = db.execute(
            "SELECT a.name, a.kind, r.scope, a.adcode, r.report_year, r.template,"
            " r.status, r.n_versions, r.signed_on, r.published_on FROM reports r"
            " JOIN agencies a USING (agency_id) WHERE report_id = ?",
            [report_id],
        ).fetchone()
        signed = "2021-01-18" if name.startswith("002") else None
        expected = (*AGENCIES[name[:3]], 2020, "gk2019", "extracted", 1, signed, None)
        assert tuple(row) == expected


def test_all_990_cells_are_exact_in_text_value_and_state(db, report_ids, gold):
    compared = aligned = 0
    for name, report_id in report_ids.items():
        found = {
            (c["table_code"], c["row_code"], c["col_code"]): c
            for c in db.execute("SELECT * FROM cells WHERE report_id = ?", [report_id])
        }
        for cell in gold[name]["cells"]:
            read = found.pop((cell["table"], cell["row"], cell["col"]))
            place = (name, cell["table"], cell["row"], cell["col"])
            assert read["raw"].strip() == cell["raw"].strip(), place
            assert read["value"] == cell["value"], place
            assert read["unit"] == cell["unit"], place
            expected = "blank" if not cell["raw"].strip() else "number"
            if cell["value"] == 0:
                expected = "zero"
            assert read["state"] == expected, place
            assert read["method"] == ("aligned" if "repair" in cell else "read"), place
            assert read["locator"], place
            compared += cell["table"] != "extra"
            aligned += read["method"] == "aligned"
        assert not found, "cells that the gold does not have"
    assert (compared, aligned) == (990, 4)


def test_local_row_is_kept_with_its_label(db, report_ids):
    (row,) = db.execute("SELECT * FROM cells WHERE table_code = 'extra'").fetchall()
    assert row["report_id"] == next(v for k, v in report_ids.items() if k[:3] == "002")
    assert (row["row_code"], row["value"]) == ("local_published_total", 15)
    assert "政府信息公开发布总数量" in row["label"]


def test_all_29_chapter_headings(db, report_ids, gold):
    total = 0
    for name, report_id in report_ids.items():
        found = db.execute(
            "SELECT chapter_no, heading, text FROM chapters WHERE report_id = ?"
            " ORDER BY chapter_no",
            [report_id],
        ).fetchall()
        expected = [(c["no"], c["title_raw"] or "") for c in gold[name]["chapters"]]
        assert [(c["chapter_no"], c["heading"] or "") for c in found] == expected
        for chapter, wanted in zip(found, gold[name]["chapters"], strict=True):
            assert len("".join(chapter["text"].split())) == wanted["chars"], wanted
        total += sum(1 for c in found if c["chapter_no"] > 0)
    assert total == 29


def test_exactly_the_failures_found_by_hand(db, report_ids):
    failed = db.execute(
        "SELECT report_id, rule_id, scope FROM checks WHERE verdict = 'FAIL'"
    ).fetchall()
    laizhou = next(v for k, v in report_ids.items() if k[:3] == "001")
    assert {tuple(f) for f in failed if f["rule_id"] in ("Q2", "Q3")} == {
        (laizhou, "Q2", "total"),
        (laizhou, "Q3", "denied_admin_query"),
    }
    assert sorted((f["report_id"], f["rule_id"]) for f in failed) == [
        (laizhou, "Q2"),
        (laizhou, "Q3"),
        (laizhou, "S1"),
        (laizhou, "X3"),
    ]


def test_every_original_is_read_back_from_its_record(db, archived, corpus):
    store = WarcStore(archived / "warc")
    for row in db.execute(
        "SELECT c.*, d.filename FROM captures c JOIN documents d USING (sha256)"
    ).fetchall():
        place = (row["warc_file"], row["warc_offset"], row["warc_length"])
        payload = store.read(*place, row["sha256"])
        assert payload == (corpus / "seeds" / row["filename"]).read_bytes()


def test_nothing_of_this_machine_is_published(archived, corpus):
    published = (archived / "public" / "nianbao.db").read_bytes()
    assert str(corpus).encode() not in published
    assert str(archived).encode() not in published


def test_a_second_ingest_adds_nothing(archived, corpus, nianbao):
    warcs = sorted((archived / "warc").iterdir())
    done = nianbao("ingest", "--data", archived, corpus / "seeds", "--json")
    assert json.loads(done.stdout)["new_reports"] == 0
    assert json.loads(done.stdout)["new_documents"] == 0
    assert sorted((archived / "warc").iterdir()) == warcs
    manifest = json.loads((archived / "public" / "manifest.json").read_text())
    nianbao("publish", "--data", archived)
    again = json.loads((archived / "public" / "manifest.json").read_text())
    assert {**again["rows"], "runs": 0} == {**manifest["rows"], "runs": 0}
