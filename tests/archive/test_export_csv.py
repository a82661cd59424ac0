"""CSV files hold what the published database holds, and say what it means."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
import yaml

from archive import manifest
from archive.dictionary import public_tables
from archive.errors import TemplateError, UsageError
from archive.export import Selection, extent, jobs
from tests.archive.conftest import FORMULA
from tests.archive.site.conftest import NOW, R2020


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def package(folder: Path) -> dict[str, dict]:
    """Resources of the data package by name."""
    described = json.loads((folder / "datapackage.json").read_text("utf-8"))
    return {resource["name"]: resource for resource in described["resources"]}


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.fixture(scope="module")
def folder(sample, tmp_path_factory) -> Path:
    dest = tmp_path_factory.mktemp("csv") / "all"
    jobs.csv(sample.data, dest, Selection(), False)
    return dest


@pytest.fixture(scope="module")
def of_2020(sample, tmp_path_factory) -> Path:
    dest = tmp_path_factory.mktemp("csv") / "2020"
    jobs.csv(sample.data, dest, Selection(2020, "9906"), False)
    return dest


def test_every_published_table_is_a_file_with_all_its_rows(folder, sample):
    published = json.loads(sample.data.manifest.read_text("utf-8"))["rows"]
    assert len(published) > 35
    for table, count in published.items():
        assert len(rows(folder / f"{table}.csv")) == count, table
    said = json.loads((folder / "manifest.json").read_text("utf-8"))["rows"]
    assert {table: said[table] for table in published} == published


def test_every_value_is_the_one_of_the_database(folder, sample):
    db = sqlite3.connect(sample.data.published)
    for table in ("cells", "reports", "chapters", "checks", "requests_2019"):
        found = db.execute(f"SELECT * FROM {table}").fetchall()
        wanted = sorted(
            tuple(
                ""
                if value is None
                else f"{value:g}"
                if isinstance(value, float)
                else str(value)
                for value in row
            )
            for row in found
        )
        assert sorted(tuple(r.values()) for r in rows(folder / f"{table}.csv")) == (
            wanted
        )
    db.close()


def test_blank_dash_text_and_zero_stay_different(folder):
    found = {
        (r["row_code"], r["col_code"]): (r["raw"], r["value"], r["state"])
        for r in rows(folder / "cells.csv")
        if r["report_id"] == R2020 and r["table_code"] == "requests"
    }
    assert found["granted", "total"] == ("72", "72", "number")
    assert found["granted", "business"] == ("\u3000", "", "blank")
    assert found["granted", "research"] == ("-", "", "dash")
    assert found["granted", "legal_service"] == ("见附件", "", "text")
    assert found["granted", "other_org"] == ("", "", "missing")
    assert found["carried_out", "total"] == (" 0\u3000", "0", "zero")


def test_numbers_keep_their_decimals_and_get_none(folder):
    (procured,) = (
        r["value"] for r in rows(folder / "cells.csv") if r["unit"] == "wan_cny"
        and r["report_id"] == R2020
    )  # fmt: skip
    assert procured == "6229.95"


def test_the_package_names_each_file_with_digest_type_label_and_unit(folder):
    described = package(folder)
    assert len(described) > 35
    for name, resource in described.items():
        content = (folder / f"{name}.csv").read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    fields = {f["name"]: f for f in described["requests_2021"]["schema"]["fields"]}
    granted = fields["granted__total"]
    assert (granted["type"], granted["unit"]) == ("number", "count")
    assert granted["title"] == "（一）予以公开 · 总计"
    states = next(
        f for f in described["cells"]["schema"]["fields"] if f["name"] == "state"
    )
    assert states["constraints"]["enum"] == [
        "number", "zero", "blank", "dash", "text", "missing",
    ]  # fmt: skip
    assert described["agencies"]["schema"]["primaryKey"] == ["agency_id"]


@pytest.mark.parametrize("which", ["folder", "of_2020"])
def test_foreign_keys_of_the_package_hold(which, request):
    folder = request.getfixturevalue(which)
    checked = 0
    for name, resource in package(folder).items():
        here = rows(folder / f"{name}.csv")
        for key in resource["schema"]["foreignKeys"]:
            parent = key["reference"]["resource"] or name
            parents = {
                r[key["reference"]["fields"]] for r in rows(folder / f"{parent}.csv")
            }
            used = {r[key["fields"]] for r in here if r[key["fields"]]}
            assert used <= parents, (name, key)
            checked += 1
    assert checked > 20


def test_a_filter_keeps_what_its_reports_refer_to_and_says_what_it_left_out(of_2020):
    reports = rows(of_2020 / "reports.csv")
    assert [(r["report_id"], r["report_year"]) for r in reports] == [
        ("990683-gov-2020", "2020"),
        ("990683-office-2020", "2020"),
    ]
    assert len(rows(of_2020 / "captures.csv")) == 2
    assert {r["report_id"] for r in rows(of_2020 / "cells.csv")} == {R2020}
    assert not (of_2020 / "totals.csv").exists()
    said = json.loads((of_2020 / "manifest.json").read_text("utf-8"))
    assert said["filters"] == {"year": 2020, "adcode": "9906"}
    assert said["left_out"]["totals"] == "counts of the whole database"
    assert set(said["rows"]).isdisjoint(said["left_out"])


def test_what_was_expected_and_is_missing_is_counted_in_a_filtered_export(
    sample, tmp_path
):
    jobs.csv(sample.data, tmp_path / "x", Selection(2020), False)
    db = sqlite3.connect(sample.data.published)
    (wanted,) = db.execute(
        "SELECT count(*) FROM coverage WHERE report_year = 2020"
    ).fetchone()
    db.close()
    assert len(rows(tmp_path / "x" / "coverage.csv")) == wanted > 0


def test_no_report_is_a_clear_error_and_leaves_nothing(sample, tmp_path):
    with pytest.raises(UsageError, match="no report has year 1999, division any"):
        jobs.csv(sample.data, tmp_path / "x", Selection(1999), False)
    assert list(tmp_path.iterdir()) == []


def test_the_same_snapshot_gives_the_same_bytes(folder, sample, tmp_path):
    jobs.csv(sample.data, tmp_path / "again", Selection(), False)
    assert contents(tmp_path / "again") == contents(folder)


def test_files_for_spreadsheets_begin_with_a_mark_and_hold_no_formula(
    withheld, tmp_path
):
    for name, bom in (("plain", False), ("excel", True)):
        jobs.csv(withheld, tmp_path / name, Selection(), False, bom=bom)
    plain, excel = (
        (tmp_path / n / "withholdings.csv").read_bytes() for n in ("plain", "excel")
    )
    assert not plain.startswith(b"\xef\xbb\xbf")
    assert excel.startswith(b"\xef\xbb\xbfsha256,")
    assert f",{FORMULA},".encode() in plain
    assert f",'{FORMULA},".encode() in excel
    raw = {r["raw"] for r in rows(tmp_path / "excel" / "cells.csv")}
    assert {"-", "+42"} <= raw  # signs and numbers are no formulas
    assert package(tmp_path / "excel")["cells"]["encoding"] == "utf-8-sig"


def test_manifest_and_citation_name_the_snapshot(folder, sample):
    said = json.loads((folder / "manifest.json").read_text("utf-8"))
    sha256 = manifest.digest(sample.data.published)
    assert said["snapshot"] == {
        "sha256": sha256,
        "published_at": "2026-01-31T08:00:00.000000Z",
    }
    assert (said["format"], said["kind"], said["software"]) == (
        "nianbao-export/1",
        "csv",
        "nianbao/0.1.0",
    )
    for entry in said["files"]:
        content = (folder / entry["path"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    cff = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert cff["cff-version"] == "1.2.0"
    assert cff["version"] == f"2026-01-31-{sha256[:12]}"
    assert cff["date-released"] == NOW.date().isoformat()
    assert cff["identifiers"][0]["value"] == f"sha256:{sha256}"
    text = (folder / "CITATION.txt").read_text("utf-8")
    assert text.startswith(
        "nianbao contributors. 年报：中国政府信息公开工作年度报告数据集"
        f"（全部报告）[DS]. 版本 2026-01-31-{sha256[:12]}. 2026-01-31."
        f" SHA-256: {sha256}.\n"
    )


def test_nothing_published_is_a_clear_error(tmp_path, nianbao):
    done = nianbao("export", "csv", tmp_path / "x", "--data", tmp_path, code=2)
    assert "nothing is published" in done.stderr


def test_a_database_of_other_software_is_refused_with_the_way_out(copied, tmp_path):
    db = sqlite3.connect(copied.published)
    db.execute("ALTER TABLE leftovers DROP COLUMN text")
    db.close()
    said = json.loads(copied.manifest.read_text("utf-8"))
    said["sha256"] = manifest.digest(copied.published)
    manifest.write(copied.manifest, said)
    with pytest.raises(UsageError, match=r"leftovers has no text \(run `nianbao pub"):
        jobs.csv(copied, tmp_path / "x", Selection(), False)


def test_every_published_table_has_its_extent():
    assert set(extent.conditions()) == {table.name for table in public_tables()}


def test_a_table_without_extent_is_named(monkeypatch):
    known = public_tables()
    monkeypatch.setattr(extent, "public_tables", lambda: known[1:])
    extent.conditions.cache_clear()
    with pytest.raises(TemplateError, match=r"unknown \['runs'\]"):
        extent.conditions()


def test_the_command_says_what_it_wrote_and_where(sample, tmp_path, nianbao):
    dest = tmp_path / "x"
    data = ("--data", sample.data.root)
    done = nianbao("export", "csv", dest, "--year", 2022, "--json", *data)
    printed = json.loads(done.stdout)
    assert (printed["path"], printed["unchanged"]) == (str(dest), False)
    assert printed["rows"]["reports"] == 1
    again = nianbao("export", "csv", dest, "--year", 2022, *data)
    assert again.stdout == f"{dest} is this export already: nothing to do\n"
