"""Parquet as its users open it: DuckDB and pandas find the sums of the site."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from archive.errors import UsageError
from archive.export import Selection, jobs
from archive.serve import make_app

SUMS = (
    "SELECT report_year, table_code, row_code, sum(value), count(*) FROM {}"
    " WHERE col_code = 'total' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)


@pytest.fixture(scope="module")
def folder(sample, tmp_path_factory) -> Path:
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    dest = tmp_path_factory.mktemp("parquet") / "all"
    jobs.parquet(sample.data, dest, Selection(), False)
    return dest


@pytest.fixture
async def on_the_site(sample) -> list[tuple]:
    """The sums as the SQL page of the site gives them."""
    app = make_app(sample.data)
    await app.invoke_startup()
    sql = SUMS.format("cells JOIN reports USING (report_id)")
    answer = await app.client.get(
        "/nianbao.json", params={"sql": sql, "_shape": "arrays"}
    )
    found = [tuple(row) for row in answer.json()["rows"]]
    assert (2020, "requests", "granted", 72.0, 1) in found
    assert len(found) == 54
    return found


async def test_duckdb_gives_the_sums_of_the_site(folder, on_the_site):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    cells = f"read_parquet('{folder}/cells/*/*.parquet', hive_partitioning = true)"
    assert duckdb.sql(SUMS.format(cells)).fetchall() == on_the_site


async def test_pandas_gives_the_sums_of_the_site(folder, on_the_site):
    pandas = pytest.importorskip("pandas")
    cells = pandas.read_parquet(folder / "cells")
    total = cells[cells.col_code == "total"]
    grouped = total.groupby(["report_year", "table_code", "row_code"], observed=True)
    sums = grouped.value.agg(["sum", "size"])
    found = {
        (int(year), table, row): (value, size)
        for (year, table, row), value, size in sums.itertuples(name=None)
    }
    wanted = {row[:3]: (row[3] or 0.0, row[4]) for row in on_the_site}
    assert found == wanted


def test_every_table_has_as_many_rows_as_the_database(folder, sample):
    parquet = pytest.importorskip("pyarrow.parquet")
    said = json.loads((folder / "manifest.json").read_text("utf-8"))["rows"]
    published = json.loads(sample.data.manifest.read_text("utf-8"))["rows"]
    for table, count in published.items():
        files = [*folder.glob(f"{table}.parquet"), *folder.glob(f"{table}/*/*.parquet")]
        here = sum(parquet.read_metadata(path).num_rows for path in files)
        assert here == said[table] == count, table


def test_tables_of_reports_are_partitioned_by_year_and_others_are_not(folder):
    years = sorted(p.name for p in (folder / "cells").iterdir())
    assert years == ["report_year=2020", "report_year=2022"]
    assert (folder / "agencies.parquet").is_file()
    # A candidate or a decision need not belong to a report: no row may go astray.
    assert (folder / "triage.parquet").is_file()
    assert (folder / "check_reviews.parquet").is_file()


def test_fields_bear_their_labels_units_and_values(folder):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = folder / "requests_2019" / "report_year=2020" / "requests_2019.parquet"
    schema = parquet.read_schema(path)
    told = {
        k.decode(): v.decode()
        for k, v in schema.field("granted__total").metadata.items()
    }
    assert str(schema.field("granted__total").type) == "double"
    assert told == {
        "label_zh": "（一）予以公开 · 总计",
        "label_en": "Outcome: Granted · total",
        "unit": "count",
    }  # fmt: skip
    assert "report_year" not in schema.names
    cells = parquet.read_schema(folder / "cells/report_year=2020/cells.parquet")
    values = json.loads(cells.field("method").metadata[b"values"])
    assert values == ["read", "aligned", "recovered", "ocr"]
    assert cells.metadata[b"title_en"].decode().startswith("Every cell")


def test_blanks_are_null_and_zeros_are_zero(folder):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    found = duckdb.sql(
        "SELECT col_code, value, state FROM read_parquet("
        f"'{folder}/cells/report_year=2020/*.parquet')"
        " WHERE table_code = 'requests' AND row_code = 'granted' ORDER BY 1"
    ).fetchall()
    assert found == [
        ("business", None, "blank"),
        ("legal_service", None, "text"),
        ("natural_person", 72.0, "number"),
        ("other_org", None, "missing"),
        ("public_interest_org", 0.0, "zero"),
        ("research", None, "dash"),
        ("total", 72.0, "number"),
    ]


def test_the_same_snapshot_gives_the_same_bytes(folder, sample, tmp_path):
    jobs.parquet(sample.data, tmp_path / "again", Selection(), False)
    again, first = (
        {p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()}
        for f in (tmp_path / "again", folder)
    )
    assert again == first


def test_without_pyarrow_the_error_says_what_to_install(sample, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install .* -e '\.\[parquet\]'"):
        jobs.parquet(sample.data, tmp_path / "x", Selection(), False)
    with pytest.raises(UsageError, match="Parquet needs pyarrow"):
        jobs.release(sample.data, tmp_path / "x", Selection(), False)
    assert list(tmp_path.iterdir()) == []
