"""The metadata tells the truth about the published schema."""

from __future__ import annotations

import json

import pytest

from archive import metadata
from archive.dictionary import public_tables, wide_tables
from archive.errors import TemplateError
from archive.records import Metric

METRICS = [
    Metric(
        "gk2021", "proactive", "admin_fees", "fee_amount",
        "行政事业性收费 · 本年收费金额", "Administrative fees · amount", "wan_cny", 1,
    ),
    Metric(
        "gk2021", "requests", "granted", "total",
        "（一）予以公开 · 总计", "Granted · total", "count", 2,
    ),
]  # fmt: skip


def test_every_table_and_column_described_exists_and_the_other_way_round() -> None:
    described = metadata.build(METRICS)["databases"]["nianbao"]["tables"]
    real = {
        t.name: set(t.column_names) for t in [*public_tables(), *wide_tables(METRICS)]
    }
    shown = {name: t for name, t in described.items() if not t.get("hidden")}
    assert {name: set(table["columns"]) for name, table in shown.items()} == real
    for name, table in shown.items():
        columns = {*table.get("facets", ()), table.get("sort"), table.get("sort_desc")}
        assert columns - {None} <= real[name], name


def test_wide_columns_carry_label_and_unit() -> None:
    tables = metadata.build(METRICS)["databases"]["nianbao"]["tables"]
    assert tables["proactive_2021"]["columns"]["admin_fees__fee_amount"] == (
        "行政事业性收费 · 本年收费金额 · Administrative fees · amount"
        " (万元 · 10,000 yuan)"
    )
    assert list(tables["requests_2019"]["columns"]) == ["report_id"]


def test_licence_and_source_stand_at_every_level() -> None:
    made = metadata.build(METRICS)
    database = made["databases"]["nianbao"]
    shown = [t for t in database["tables"].values() if not t.get("hidden")]
    for level in (made, database, *shown):
        assert level["license"].startswith("CC BY 4.0")
        assert level["source"].startswith("各级人民政府门户网站")


def test_full_text_is_named_because_a_contentless_index_is_not_detected() -> None:
    tables = metadata.build(METRICS)["databases"]["nianbao"]["tables"]
    assert tables["chapters"]["fts_table"] == "chapters_fts"
    assert tables["chapters"]["fts_pk"] == "id"
    assert tables["chapters_fts"] == {"hidden": True}


def test_the_same_metrics_give_the_same_text() -> None:
    text = metadata.render(METRICS)
    assert text == metadata.render(list(METRICS))
    assert text.endswith("}\n")
    assert json.loads(text) == metadata.build(METRICS)
    assert "政府信息公开" in text


def test_queries_do_not_hide_behind_tables() -> None:
    names = {t.name for t in public_tables()}
    queries = metadata.queries()
    assert not names & set(queries)
    assert len(queries) >= 15
    for name, query in queries.items():
        assert query["hide_sql"] is True
        assert query["title"], name
        assert query["description"], name


def test_an_unknown_key_names_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "_load", lambda name: {"q": {"sql": "", "sqll": ""}})
    with pytest.raises(TemplateError, match=r"queries.yml: q: unknown \['sqll'\]"):
        metadata.queries()
