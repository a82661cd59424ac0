"""Every ready question, asked of a small published archive whose answers are known."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive import metadata, questions
from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.publish import publish
from archive.records import Agency, Cell, Chapter, Check, Document, Report, Rule, Source
from archive.site.fts import match
from pipelines.crosswalk import terms
from pipelines.templates import metrics

NOW = datetime(2026, 1, 15, 8, tzinfo=UTC)
GOV = Agency(
    "990101-gov", "云川市人民政府", "government", "county", "990101", "甲省", "乙市",
    "云川市",
)  # fmt: skip
DEPT = Agency(
    "990101-dept-1", "云川市教育局", "department", "county", "990101", "甲省", "乙市",
    "云川市", "990101-gov",
)  # fmt: skip
PEER = Agency(
    "990102-dept-1", "临澜县教育局", "department", "county", "990102", "甲省", "乙市",
    "临澜县", "990102-gov",
)  # fmt: skip
TOWN = Agency(
    "990101-town-1", "云川市东河镇人民政府", "township", "township", "990101", "甲省",
    "乙市", "云川市", "990101-gov",
)  # fmt: skip
G22, G23 = "990101-gov-2022", "990101-gov-2023"
D20, D23 = "990101-dept-1-2020", "990101-dept-1-2023"
P23, T23 = "990102-dept-1-2023", "990101-town-1-2023"
RULES = [
    Rule(rule_id, "definitional", "fail", rule_id, rule_id)
    for rule_id in ("Q2", "Y1", "Y2", "X3")
]

Figures = dict[str, float]


def cells(template: str, figures: Figures, rest: str = "") -> tuple[Cell, ...]:
    """All cells of the form; those without figure hold ``rest``: nothing, or 0."""
    made = []
    for m in metrics():
        if m.template == template:
            value = figures.get(f"{m.row_code}/{m.col_code}")
            if value is None and rest:
                value = float(rest)
            state = "blank" if value is None else "number" if value else "zero"
            raw = "" if value is None else f"{value:g}"
            key = (m.table_code, m.row_code, m.col_code)
            made.append(Cell(*key, raw, value, m.unit, state, "read", "t"))
    return tuple(made)


def total(**figures: float) -> Figures:
    return {f"{row}/total": value for row, value in figures.items()}


def report(
    agency: Agency, year: int, template: str, made: tuple[Cell, ...], **more: Any
) -> Report:
    scope = "government_aggregate" if agency is GOV else "own_organ"
    return Report(
        f"{agency.agency_id}-{year}", agency, year, scope, f"{agency.name}{year}年报告",
        template, "extracted", cells=made, **more,
    )  # fmt: skip


def check(rule: str, verdict: str, scope: str = "total") -> Check:
    return Check(rule, scope, "fail", verdict, "3", "2", f"{rule} {verdict}", rule)


OF_2022 = total(
    new_received=9, carried_in=0, granted=4, denied_state_secret=1, handled_total=7,
    carried_out=2,
)  # fmt: skip
OF_2023 = total(
    new_received=40, carried_in=2, granted=20, granted_partial=5,
    denied_state_secret=2, unable_not_held=8, rejected_abusive_volume=1,
    other_fee_unpaid=1, other_misc=3, handled_total=40, carried_out=2,
) | {
    "new_received/natural_person": 30, "new_received/business": 10,
    "reconsideration/total": 12, "reconsideration/pending": 2,
    "reconsideration/corrected": 3, "litigation_direct/total": 4,
    "normative_docs/issued_this_year": 3, "normative_docs/repealed_this_year": 12,
    "normative_docs/in_force": 18, "admin_license/decisions": 5000,
    "admin_fees/fee_amount": 12.5,
}  # fmt: skip


def reports() -> list[Report]:
    fee = "2023年全市实际收取信息处理费共计400元。"
    return [
        report(GOV, 2022, "gk2021", cells("gk2021", OF_2022 | {
            "admin_license/decisions": 120, "admin_penalty/decisions": 50})),
        report(
            GOV, 2023, "gk2021",
            cells("gk2021", OF_2023 | {"admin_penalty/decisions": 60}),
            chapters=(
                Chapter(5, "五、问题", "个别申请人滥用权利。", "个别申请人滥用权利。"),
                Chapter(6, "六、其他", fee, fee),
            ),
            checks=(
                check("Q2", "FAIL"), check("Y1", "FAIL"), check("Y2", "UNCERTAIN"),
                check("X3", "FAIL", "granted"), check("Y1", "NOT_ASSESSABLE", "other"),
            ),
            published_on="2024-04-03", published_on_source="meta",
            due_on="2024-03-31", days_late=3,
        ),
        report(DEPT, 2020, "gk2019", cells("gk2019", total(
            new_received=2, handled_total=2, other_handling=1))),
        report(DEPT, 2023, "gk2021", cells("gk2021", total(
            new_received=12, carried_in=0, granted=6, granted_partial=0,
            unable_not_held=3, handled_total=12, carried_out=0, other_misc=1)),
            checks=(check("Q2", "PASS"), check("Y1", "PASS"))),
        report(PEER, 2023, "gk2021", cells("gk2021", total(
            new_received=30, granted=1, handled_total=9))),
        report(TOWN, 2023, "gk2021", cells("gk2021", {}, "0")),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = DataDir(tmp_path_factory.mktemp("data")).prepare()
    with Catalog(data.catalog, clock=lambda: NOW) as catalog:
        catalog.put_reference(metrics(), RULES)
        catalog.put_crosswalk(terms())
        source = Source("p", GOV.name, "990101", "county", "http://p.gov.cn/")
        catalog.put_source(source, state="ok", last_ok_at="2026-01-14T00:00:00Z")
        for digest in ("aa", "bb"):
            catalog.put_document(
                Document(digest, "text/html", "html", 9, None, None, "2026")
            )
        for made in reports():
            url = f"http://p.gov.cn/{made.report_id}.html"
            catalog.put_report(made, 1, 1, "aa", url)
            catalog.put_version(made, 1, "aa", "2026-01-01", "first")
            catalog.put_report_document(made.report_id, 1, "aa", "main", url)
        corrected = next(r for r in reports() if r.report_id == T23)
        catalog.put_version(corrected, 2, "bb", "2026-01-02", "figures")
        catalog.put_report(corrected, 2, 2, "bb", f"http://p.gov.cn/{T23}.html")
        with catalog.atomic():
            for sql in EXTRA:
                catalog.db.execute(sql)
        publish(data, catalog, clock=lambda: NOW)
    return data.published


EXTRA = (
    "INSERT INTO changes (report_id, to_version, change_no, from_version, kind,"
    " table_code, row_code, col_code, old_raw, new_raw, old_value, new_value,"
    f" detected_at) VALUES ('{T23}', 2, 1, 1, 'cell', 'requests', 'new_received',"
    " 'total', '4', '0', 4, 0, '2026-01-02')",
    "INSERT INTO tombstones (source_id, url, state, suspect_since, last_failed_at,"
    " failures, working_failures, gone_since, reason, updated_at) VALUES ('p',"
    f" 'http://p.gov.cn/{D20}.html', 'gone', '2025-01-01', '2025-02-01', 4, 3,"
    " '2025-02-01', 'not_found: HTTP 404', '2025-02-01')",
    "INSERT INTO similar_chapters VALUES"
    f" ('{G23}', 1, 5, '{G22}', 'previous_year', 0.95, 190),"
    f" ('{D23}', 1, 5, '{P23}', 'other_agency', 0.91, 180)",
    "INSERT INTO aggregates (report_id, version_no, table_code, row_code, col_code,"
    " value, members_sum, difference, members_filled, members_found, members_known,"
    f" state) VALUES ('{G23}', 1, 'requests', 'new_received', 'total', 40, 12, 28, 2,"
    " 2, 3, 'coverage')",
)

WHOLE, OWN = "government_aggregate", "own_organ"
#: By query: parameters, columns, rows. Read against the figures above.
EXPECTED: dict[str, tuple[dict[str, str], str, list[tuple[Any, ...]]]] = {
    "grant_rate": ({}, "report_id n grant_rate_percent full_grant_percent", [
        (G23, 40, 62.5, 50.0),  # (20 + 5) / 40
        (D23, 12, 50.0, 50.0),
        (P23, 9, None, None),  # fewer than ten
        (G22, 7, None, None), (D20, 2, None, None), (T23, 0, None, None),
    ]),
    "grant_rate_by_year": ({}, "report_year scope reports of_reports n"
                               " grant_rate_percent", [
        (2023, WHOLE, 1, 1, 40, 62.5), (2023, OWN, 3, 3, 21, 33.3),  # 7 of 21
        (2022, WHOLE, 1, 1, 7, None), (2020, OWN, 1, 1, 2, None),
    ]),
    "refusals_by_ground": ({}, "report_year scope row_code reports refused n percent",
        [(2023, WHOLE, "denied_state_secret", 1, 2, 40, 5.0)]
        # the town fills its rows with zeros
        + [(2023, OWN, f"denied_{ground}", 1, 0, 0, None) for ground in (
            "admin_query", "deliberative", "enforcement_file", "internal_affairs",
            "law_prohibits", "security_stability", "state_secret", "third_party")]
        + [(2022, WHOLE, "denied_state_secret", 1, 1, 7, None)]),
    "refusals_grown": ({"year": "2023", "province": "甲省", "level": "county"},
        "row_code reports before now grown follow",
        [("denied_state_secret", 1, 1, 2, 1, "/nianbao/reports_of_ground"
          "?ground=denied_state_secret&year=2023&province=甲省&level=county")]),
    "reports_of_ground": ({"year": "2023", "province": "", "level": "",
                           "ground": "denied_state_secret"},
        "agency before now grown report_id follow",
        [(GOV.name, 1, 2, 1, G23,
          f"/report/{G23}#cell-requests-denied_state_secret-total")]),
    "refusal_rate_by_year": ({}, "report_year scope denied_percent unable_percent"
                                 " not_processed_percent other_percent", [
        (2023, WHOLE, 5.0, 20.0, 2.5, 10.0),  # 2, 8, 1 and 1 + 3 of 40
        (2023, OWN, None, 25.0, None, 8.3),  # 3 and 1 of 12; the town's 0 of 0
        (2022, WHOLE, None, None, None, None), (2020, OWN, None, None, None, None),
    ]),
    "not_held_share": ({}, "report_id not_held n not_held_percent",
        [(D23, 3, 12, 25.0), (G23, 8, 40, 20.0)]),
    "non_processing": ({}, "report_year scope n abusive_volume fee_unpaid"
                           " not_processed_percent", [
        (2023, WHOLE, 40, 1, 1, 2.5), (2023, OWN, 21, 0, 0, None),
        (2022, WHOLE, 7, None, None, None), (2020, OWN, 2, None, None, None),
    ]),
    "residual_share": ({}, "report_id other_misc n other_misc_percent",
        [(D23, 1, 12, 8.3), (G23, 3, 40, 7.5)]),
    "who_asks": ({}, "report_year scope col_code requests n percent", [
        (2023, WHOLE, "natural_person", 30, 40, 75.0),
        (2023, WHOLE, "business", 10, 40, 25.0),
        *[(2023, OWN, kind, 0, 0, None) for kind in (
            "business", "legal_service", "natural_person", "other_org",
            "public_interest_org", "research")],
    ]),
    "per_10000_residents": ({"agency_id": "990101-gov", "population": "200000"},
        "report_year n requests_per_10000 licences_per_10000 penalties_per_10000", [
        (2022, 200000, 0.45, 6.0, 2.5), (2023, 200000, 2.0, 250.0, 3.0),
    ]),
    "backlog": ({}, "report_id carried_out n backlog_percent",
        [(G23, 2, 42, 4.8), (D23, 0, 12, 0.0)]),
    "appeals": ({}, "report_id reconsideration_total litigation_total n"
                    " reconsiderations_per_1000 lawsuits_per_1000",
        [(G23, 12, 4, 40, 300.0, 100.0)]),
    "reversal_rate": ({}, "report_year province level remedy corrected n"
                          " reversal_percent", [
        (2023, "甲省", "county", "litigation_direct", None, 4, None),
        (2023, "甲省", "county", "reconsideration", 3, 10, 30.0),
    ]),
    "arithmetic_failures": ({}, "report_id rule_id scope", [(G23, "Q2", "total")]),
    "arithmetic_quality": ({}, "report_year failing assessed of_reports"
                               " failing_percent", [
        (2023, 1, 2, 4, None), (2022, 0, 0, 1, None), (2020, 0, 0, 1, None),
    ]),
    "arithmetic_quality_by_province": ({}, "province report_year failing assessed"
        " failing_percent", [("甲省", 2023, 1, 2, None)]),
    "carry_over_breaks": ({}, "report_id scope expected actual",
        [(G23, "total", "3", "2")]),
    "verdicts_of_rule": ({"rule_id": "Y1"}, "report_year failing uncertain assessed"
        " of_reports failing_percent", [(2023, 1, 0, 2, 4, None)]),
    "prose_against_tables": ({}, "report_id rule_id verdict", [(G23, "X3", "FAIL")]),
    "documents_in_force": ({}, "report_id verdict", [(G23, "UNCERTAIN")]),
    "repeal_waves": ({}, "report_id repealed n repealed_percent",
        [(G23, 12, 30, 40.0)]),
    "coverage_by_government": ({}, "agency_id government report_year expected"
        " in_time_or_undated late missing here_percent", [
        ("990101-gov", "云川市人民政府", 2024, 3, 0, 0, 3, None),
        ("990101-gov", "云川市人民政府", 2023, 3, 2, 1, 0, None),
        ("990102-gov", "990102-gov", 2023, 1, 1, 0, 0, None),
        ("990101-gov", "云川市人民政府", 2022, 2, 1, 0, 1, None),
        ("990101-gov", "云川市人民政府", 2021, 2, 0, 0, 2, None),
        ("990101-gov", "云川市人民政府", 2020, 2, 1, 0, 1, None),
        ("990101-gov", "云川市人民政府", 2019, 1, 0, 0, 1, None),
    ]),
    "gaps": ({}, "agency_id report_year state basis reason", [
        ("990101-town-1", 2024, "missing", "since", "never_found"),
        ("990101-gov", 2024, "missing", "since", "never_found"),
        ("990101-dept-1", 2024, "missing", "since", "never_found"),
        ("990101-dept-1", 2022, "missing", "years", "never_found"),
        ("990101-gov", 2021, "missing", "registry", "never_found"),
        ("990101-dept-1", 2021, "missing", "years", "never_found"),
        ("990101-gov", 2020, "missing", "registry", "never_found"),
        ("990101-gov", 2019, "missing", "registry", "never_found"),
    ]),
    "late_reports": ({}, "report_id due_on published_on days_late",
        [(G23, "2024-03-31", "2024-04-03", 3)]),
    "vanished_reports": ({}, "report_id gone_since reason",
        [(D20, "2025-02-01", "not_found: HTTP 404")]),
    "corrected_reports": ({}, "report_id version_no change",
        [(T23, 1, "first"), (T23, 2, "figures")]),
    "changed_cells": ({}, "report_id row_code old_raw new_raw difference",
        [(T23, "new_received", "4", "0", -4)]),
    "copied_chapters": ({}, "report_id chapter_no similarity other_agency",
        [(D23, 5, 0.91, "临澜县教育局")]),
    "repeated_chapters": ({}, "report_id chapter_no repeated_share previous_report_id",
        [(G23, 5, 95.0, G22)]),
    "repetition_by_year": ({}, "report_year chapter_no n more_than_half nearly_all"
        " more_than_half_percent", [(2023, 5, 1, 1, 1, None)]),
    "all_zero_reports": ({}, "report_id filled cells", [(T23, 175, 175)]),
    "all_zero_by_kind": ({}, "kind report_year all_zero n all_zero_percent", [
        ("department", 2023, 0, 1, None), ("government", 2023, 0, 1, None),
        ("government", 2022, 0, 1, None), ("township", 2023, 1, 1, None),
    ]),
    "aggregate_differences": ({}, "report_id row_code value members_sum difference"
        " members_found members_known state",
        [(G23, "new_received", 40, 12, 28, 2, 3, "coverage")]),
    "administrative_fees": ({}, "report_id fee_amount_wan_cny", [(G23, 12.5)]),
    "information_fees": ({}, "report_id passage",
        [(G23, "2023年全市实际收取信息处理费共计400元。")]),
    "decision_jumps": ({}, "report_id measure before value times",
        [(G23, "licences", 120, 5000, 41.7)]),
    "peer_ranking": ({"agency_id": "990101-dept-1", "year": "2023"},
        "agency_id peers n new_received rank_by_requests grant_rate_percent"
        " rank_by_grant_rate rate_n", [
        ("990102-dept-1", 2, 9, 30, 1, None, None, 1),
        ("990101-dept-1", 2, 12, 12, 2, 50.0, 1, 1),
    ]),
    "keyword_in_context": ({"q": "滥用"}, "report_id chapter_no passage of_reports",
        [(G23, 5, "个别申请人滥用权利。", 4)]),
    "search_chapters": ({"q": "信息处理费"}, "report_id chapter_no", [(G23, 6)]),
    "series_of_agency": ({"agency_id": "990101-dept-1", "measure": "other_all"},
        "report_year value comparable note", [
        (2020, 1, "same", None), (2023, 1, "same", "sum of 1 of 3 cells"),
    ]),
    "not_read": ({}, "url error", []),
}  # fmt: skip


def ask(path: Path, name: str, params: dict[str, str]) -> list[sqlite3.Row]:
    query = metadata.queries()[name]
    with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as db:
        db.row_factory = sqlite3.Row
        db.create_function("escape_fts", 1, match)
        return db.execute(query["sql"], params).fetchall()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_question_gets_its_literal_answer(path: Path, name: str) -> None:
    params, columns, expected = EXPECTED[name]
    found = ask(path, name, params)
    assert [tuple(row[c] for c in columns.split()) for row in found] == expected


def test_every_question_has_a_query_and_every_such_query_is_tested() -> None:
    ready = metadata.ready_questions()
    answered = {n for query in ready.values() for n in query.get("answers", ())}
    assert answered == set(range(1, 24))
    assert {name for name, q in ready.items() if q.get("answers")} <= set(EXPECTED)


def test_every_query_says_how_to_read_it_in_both_languages_and_hides_its_sql() -> None:
    for name, query in metadata.ready_questions().items():
        for text in (query["title"], query["description"], query["reads"]):
            assert re.search("[一-鿿]", text) and re.search("[A-Za-z]{3}", text), name
        asked = set(re.findall(r"(?<![:\w]):(\w+)", query["sql"]))
        assert asked == set(query.get("params", {})), name
        assert metadata.queries()[name]["hide_sql"] is True


def test_every_rate_stands_beside_its_denominator_and_needs_ten_of_it(
    path: Path,
) -> None:
    for name, (params, _, _) in EXPECTED.items():
        for row in ask(path, name, params):
            named = dict(row)
            base = {"n", "assessed", "expected"} & named.keys()
            for key in (k for k in named if k.endswith(("percent", "per_1000"))):
                assert base, (name, key)
                assert named[key] is None or max(named[b] for b in base) >= 10, (
                    name,
                    key,
                )


def test_the_document_is_made_from_the_queries() -> None:
    document = Path(questions.__file__).parents[1] / "docs" / "questions.md"
    assert document.read_text("utf-8") == questions.render()
