"""Every finding that is shown says the same in Chinese and in English."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

import pipelines
from archive.errors import TemplateError
from archive.records import Check, PageContext
from pipelines import rules, stages, templates
from pipelines.rules import labels
from pipelines.rules.spec import rule_book
from pipelines.rules.wording import parse, phrase, words
from tests.pipelines.test_rules_arithmetic import changed, check, report, sound

HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
#: A term of the form may stand behind its English words.
TERM = re.compile(r"\([\u3400-\u9fff]+\)")
ROOT = Path(str(files(pipelines)))


def test_english_sentences_have_no_chinese_but_terms_in_brackets():
    told = words("en").texts
    assert [key for key, text in told.items() if HAN.search(TERM.sub("", text))] == []


def test_chinese_sentences_have_no_english():
    told = words("zh").texts
    letters = {key for key, text in told.items() if re.search(r"[a-z]{2}", _bare(text))}
    assert letters == set()


def _bare(text: str) -> str:
    return re.sub(r"\{\w+\}", "", text)


def test_every_sentence_is_said_somewhere_and_every_one_said_is_there():
    whole, begun = set(), set()
    for path in (*ROOT.glob("rules/**/*.py"), ROOT / "roles.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(
                node.values[0], ast.Constant
            ):
                begun.add(str(node.values[0].value).partition(".")[0])
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
    keys = set(words("zh").texts)
    groups = {key.partition(".")[0] for key in keys}
    named = {text for text in whole if text.partition(".")[0] in groups}
    assert {text for text in named if re.fullmatch(r"\w+\.\w+", text)} <= keys
    # signs are named by the sign alone, other keys may be put together
    unsaid = keys - whole - {f"sign.{name}" for name in whole}
    assert {key for key in unsaid if key.partition(".")[0] not in begun} == set()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: {b: [甲]}", "a.b: expected [zh, en], found ['甲']"),
        ("a: {b: [甲, '']}", "a.b: expected [zh, en]"),
        ("a: {b: 甲}", "a.b: expected [zh, en]"),
        ("a: {b: ['{n} 件', cases]}", "a.b: English leaves out ['n']"),
    ],
)
def test_a_sentence_without_its_english_is_refused_with_its_place(text, complaint):
    with pytest.raises(TemplateError, match=re.escape(complaint)):
        parse(text)


def test_rows_and_columns_are_called_in_english_as_the_metrics_call_them():
    section = re.compile(r"^(?:Outcome|Article 20 \(\d\)): ")
    rows, columns = {}, {}
    for metric in templates.metrics():
        if metric.template in ("gk2019", "gk2021"):
            row, _, column = metric.label_en.rpartition(" · ")
            rows.setdefault(metric.row_code, section.sub("", row))
            columns.setdefault(metric.col_code, column)
    assert {code: labels.row(code, "en") for code in rows} == rows
    assert {code: labels.column(code, "en") for code in columns} == columns


def test_groups_tables_and_chapters_have_english_names():
    names = [group.names for group in rule_book().groups.values()]
    assert [one for one in names if HAN.search(one["en"])] == []
    told = [labels.table(t, "en") for t in ("proactive", "requests")]
    assert told == ["table on proactive disclosure", "table of requests"]
    assert labels.chapter_title(1, "en") == "Overview"


def test_a_name_from_a_report_may_hold_braces():
    said = phrase("sums.text", name="总计", raw="{0}{name}")
    assert said(words("en")) == "“总计” says “{0}{name}”, which is not a number"


# --------------------------------------------------------------------------- findings


def test_a_broken_sum_names_rows_columns_and_both_sides_in_english():
    one = check(changed(("carried_out", "natural_person", "2")), "Q1", "natural_person")
    assert one.message_en == (
        "Column “natural persons”: “Requests received this year” 6 plus “Requests"
        " carried in from last year” 1 add up to 7, “Handled, total” 6 plus “Carried"
        " over to next year” 2 add up to 8; they differ by 1"
    )
    other = check(changed(("handled_total", "total", "8")), "Q2", "total")
    assert other.message_en == (
        "Column “total”: all outcome rows add up to 7, “Handled, total” is 8;"
        " they differ by 1"
    )


def test_english_leaves_the_fingerprint_as_it_was():
    one = check(changed(("handled_total", "total", "8")), "Q2", "total")
    assert one.fingerprint == "0b6d44f56b7e05ba92307a2c73179bbf"


def test_what_agrees_or_cannot_be_assessed_is_not_said_in_english():
    told = rules.evaluate(report(sound()))
    assert {c.verdict for c in told if c.message_en is None} == {
        "PASS",
        "NOT_ASSESSABLE",
    }
    assert {c.verdict for c in told if c.message_en is not None} == set()


@pytest.fixture(scope="module")
def documents(corpus: Path) -> dict[str, tuple[Check, ...]]:
    """The findings on two documents of the corpus."""
    found = {}
    for path in (corpus / "seeds" / LAIZHOU, corpus / "real" / SHANGHAI):
        context = PageContext(
            url=f"file:///{path.name}", captured_at="2026-01-31T00:00:00.000000Z"
        )
        read = stages.read_here(path.read_bytes(), context).report
        assert read is not None
        found[path.name] = read.checks
    return found


LAIZHOU, SHANGHAI = "001_4f0b927f638ac2dc.txt", "shanghai_bgt_2019.html"


@pytest.mark.parametrize(
    ("name", "rule", "said"),
    [
        (
            LAIZHOU, "Q2",
            "Column “total”: all outcome rows add up to 106, “Handled, total” is 107;"
            " they differ by 1",
        ),
        (
            LAIZHOU, "Q3",
            "Row “Denied: Administrative query”: natural persons and the five kinds of"
            " organisation add up to 1, “total” is 0; they differ by 1",
        ),
        (
            LAIZHOU, "S1",
            "A report has six chapters; this one lacks chapter 6, “Other matters”",
        ),
        (
            SHANGHAI, "X4",
            "the table has reconsiderations upheld: 5, lawsuits upheld: 8;"
            " the text contradicts the table",
        ),
    ],
)  # fmt: skip
def test_contradictions_of_real_reports_are_told_in_english(
    documents, name, rule, said
):
    told = [
        str(c.message_en)
        for c in documents[name]
        if c.rule_id == rule and c.verdict == "FAIL"
    ]
    assert len(told) == 1
    assert told[0].endswith(said)


def test_in_english_nothing_is_chinese_but_quoted_words(documents):
    data = re.compile(r"“[^”]*”")
    for checks in documents.values():
        told = [c.message_en for c in checks if c.message_en]
        assert told
        assert [text for text in told if HAN.search(data.sub("", text))] == []
