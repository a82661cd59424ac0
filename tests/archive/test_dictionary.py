"""One dictionary makes the schema of both databases, and nothing may drift from it."""

import sqlite3

import pytest
from sqlite_utils import Database

from archive.catalog import Catalog
from archive.dictionary import (
    Table,
    catalog_tables,
    public_tables,
    tables,
    wide_table,
)
from archive.migrations import create
from archive.records import Metric

# The contract's columns of the published database, by hand.
CONTRACT = {
    "agencies": "agency_id name kind level adcode province city county parent_id",
    "reports": "report_id agency_id report_year title template scope status"
    " published_on published_on_source signed_on due_on days_late source_url sha256"
    " version_no n_versions",
    "report_versions": "report_id version_no sha256 first_captured_at change",
    "documents": "sha256 media_type form bytes charset filename first_captured_at",
    "report_documents": "report_id version_no sha256 role url",
    "captures": "capture_id url captured_at http_status outcome sha256 warc_file"
    " warc_offset warc_length run_id source_id",
    "chapters": "report_id chapter_no heading text",
    "metrics": "template table_code row_code col_code label_zh label_en unit",
    "cells": "report_id table_code row_code col_code raw value unit state method"
    " locator",
    "checks": "report_id rule_id scope severity verdict expected actual message"
    " fingerprint",
    "rules": "rule_id basis severity text_zh text_en",
    "check_reviews": "fingerprint decision note reviewer reviewed_at",
    "coverage": "agency_id report_year state days_late note",
    "sources": "source_id name adcode level home cms state last_ok_at reports_found"
    " note",
    "runs": "run_id started_at finished_at command outcome stats",
    "report_index": "report_id report_year province level kind agency status"
    " checks_failed new_received carried_in granted granted_partial denied_all"
    " unable_all rejected_all other_all handled_total carried_out"
    " reconsideration_total litigation_total",
}


@pytest.mark.parametrize("name", CONTRACT)
def test_published_table_has_the_columns_of_the_contract(name):
    published = {table.name: table for table in public_tables()}
    assert set(CONTRACT[name].split()) <= set(published[name].column_names)


def test_no_path_of_a_server_or_machine_is_published():
    published = {table.name: table for table in public_tables()}
    assert not {"ip", "etag", "last_modified"} & set(published["captures"].column_names)
    assert "frontier" not in published


def test_a_migrated_catalogue_is_what_the_dictionary_says(tmp_path):
    with Catalog(tmp_path / "catalog.db") as catalog:
        for table in catalog_tables():
            columns = catalog.db.table(table.name).columns_dict
            assert tuple(columns) == table.column_names, table.name


@pytest.mark.parametrize(
    "made", [catalog_tables(), public_tables()], ids=["catalog", "public"]
)
def test_every_foreign_key_leads_an_index(made: list[Table]):
    db = Database(memory=True)
    create(db, made)
    for table in made:
        if table.view:
            continue
        leading = {next(iter(i.columns)) for i in db.table(table.name).indexes}
        leading |= {table.key[0]}
        for key in db.table(table.name).foreign_keys:
            assert key.column in leading, (table.name, key.column)


def test_tables_are_strict_and_hold_their_vocabulary():
    db = Database(memory=True)
    create(db, public_tables())
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        db.table("documents").insert(
            {
                "sha256": "a",
                "media_type": "text/html",
                "form": "papyrus",
                "bytes": 1,
                "first_captured_at": "2026",
            }
        )
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"):
        db.execute(
            "INSERT INTO coverage (agency_id, report_year, state, basis)"
            " VALUES ('a', 'MMXX', 'found', 'report')"
        )


def test_wide_table_has_one_column_a_cell_in_the_order_of_the_form():
    def metric(template: str, row: str, position: int) -> Metric:
        return Metric(
            template, "requests", row, "total", f"{row}·总计", row, "count", position
        )

    made = [metric("gk2019", "granted", 1), metric("gk2021", "other_misc", 1)]
    assert wide_table("requests_2021", made).column_names == (
        "report_id",
        "other_misc__total",
    )


def test_every_column_is_described_in_both_languages():
    for table in tables().values():
        assert table.zh and table.en
        for column in table.columns:
            assert column.zh and column.en, (table.name, column.name)
