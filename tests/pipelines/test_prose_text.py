"""Text before it is understood: clauses, years, subjects, numbers, hostile input."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import TemplateError
from archive.records import Agency, Chapter, Check, Report
from pipelines import rules
from pipelines.rules.prose.lexicon import words
from pipelines.rules.prose.quantities import parse_number, quantities
from pipelines.rules.prose.sentences import normalise, sentences


def report(text: str, name: str = "甲市财政局", scope: str = "own_organ") -> Report:
    agency = Agency("a", name, "department", None, None)
    chapter = Chapter(1, "一、总体情况", text, text)
    return Report("r", agency, 2020, scope, "报告", "gk2019", "extracted", (chapter,))


def on_prose(text: str) -> list[Check]:
    return [c for c in rules.evaluate(report(text)) if c.rule_id.startswith("X")]


def clauses(text: str) -> list[str]:
    return [c.text for s in sentences(report(text)) for c in s.clauses]


def test_lines_may_break_anywhere():
    assert clauses("2020年共收到\n\n申请 10\n6 件，已答\u3000复。") == [
        "2020年共收到申请106件",
        "已答复",
    ]


def test_a_heading_on_its_own_line_is_no_part_of_the_next_sentence():
    found = clauses("（二）依申请公开情况\n2020年收到26件。")
    assert found[-1] == "2020年收到26件"


def test_brackets_and_titles_are_cut_out_of_what_is_analysed_and_kept_in_quotes():
    (sentence,) = sentences(report("答复申请5件（含上年结转2件），印发《办法》。"))
    assert [c.text for c in sentence.clauses] == ["答复申请5件", "印发"]
    assert sentence.quote(sentence.clauses[0]) == "答复申请5件(含上年结转2件)"


def test_a_thousands_separator_splits_no_clause():
    assert clauses("收到1,106件,答复1,100件") == ["收到1,106件", "答复1,100件"]


def test_chapters_of_tables_and_of_plans_are_not_read():
    text = "收到政府信息公开申请5件。"
    for number in (2, 5):
        plain = report(text)
        chapter = Chapter(number, None, text, text)
        moved = Report(
            *(getattr(plain, f) for f in ("report_id", "agency", "report_year")),
            "own_organ",
            "报告",
            "gk2019",
            "extracted",
            (chapter,),
        )
        assert list(sentences(moved)) == []


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2020年收到5件。", 2020),
        ("收到5件，较2019年增加2件。", None),
        ("公开2019年部门决算，收到5件。", None),
        ("2019年收到5件。", 2019),
    ],
)
def test_a_sentence_speaks_of_the_year_it_names(text, year):
    (sentence,) = sentences(report(text))
    assert sentence.year == year


@pytest.mark.parametrize(
    ("text", "scope", "subject"),
    [
        ("我局收到5件", "own_organ", "whole"),
        ("财政局收到5件", "own_organ", "whole"),
        ("全市收到5件", "own_organ", "part"),
        ("收到5件", "own_organ", None),
        ("全市收到5件", "government_aggregate", "whole"),
        ("市政府收到5件", "government_aggregate", "part"),
        ("市政府信息公开申请5件", "government_aggregate", None),
    ],
)
def test_a_clause_names_whom_it_speaks_of(text, scope, subject):
    (sentence,) = sentences(report(text, scope=scope))
    assert sentence.clauses[0].subject == subject


def test_width_and_blanks_are_levelled_but_the_full_width_comma_stays():
    assert normalise("收到１０件，　（含 ２件）") == "收到10件，(含2件)"


def test_numbers_that_are_no_counts_are_not_counts():
    text = "第3件，2020年，33.9%，每一件，同一份，3个，1.5万元，20余条"
    assert list(quantities(text)) == []


def test_an_approximate_number_is_marked():
    found = [(q.value, q.exact) for q in quantities("约30件、40余件、50件左右、60件")]
    assert found == [(30, False), (40, False), (50, False), (60, True)]


@given(st.integers(1, 99_999_999))
def test_a_number_written_in_chinese_is_read_back(value):
    assert parse_number(in_chinese(value)) == value
    assert parse_number(f"{value:,}") == value


def in_chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    if value >= 10_000:
        rest = value % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return (
            in_chinese(value // 10_000) + "万" + gap + (in_chinese(rest) * bool(rest))
        )
    text = ""
    for place, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit:
            text += digits[digit] + word
        elif text and not text.endswith("零") and value % place:
            text += "零"
    return text


# fmt: off
TOKENS = [
    "2020年", "2019年", "我局", "全市", "收到", "答复", "办结", "未发生", "未收到",
    "无", "政府信息公开", "申请", "行政复议", "行政诉讼", "诉讼", "30件", "二十件",
    "0件", "维持", "纠正", "尚未审结", "均", "其中", "网上", "较去年", "、", "，",
    "。", "；", "（", "）", "《", "》", "和", "分别", "各", "（二）", "\n", "1,030件",
    "一起", "余",
]
# fmt: on


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=30).map("".join))
def test_any_mixture_of_words_gets_four_verdicts(text):
    found = on_prose(text)
    assert [(c.rule_id, c.scope) for c in found] == [(f"X{n}", "") for n in range(1, 8)]
    # There are no tables; X6 and X7 hold the text against itself.
    assert {c.verdict for c in found[:5]} == {"NOT_ASSESSABLE"}


@pytest.mark.parametrize(
    "text",
    [
        "未因" + "政府信息公开" * 3000 + "甲行政复议。",
        "收到" + "政府信息公开申请" * 3000 + "甲5件。",
        "（" * 20000,
        "《" * 20000 + "，" * 20000,
        "行政复议、" * 5000 + "5件",
        "9" * 50000 + "件",
        "一" * 50000 + "件",
        "行政复议" + "案件" * 10000 + "甲",
        "合计1条，" * 10000,
        "公开9条，其中" * 5000 + "甲1条、" * 5000 + "其他2条。",
        "制定规范性文件" * 4000 + "甲5件。",
        "统计期限" + "2020年1月1日至" * 5000 + "12月31日。",
    ],
)
def test_hostile_text_takes_no_longer_than_other_text(text):
    started = process_time()
    assert len(on_prose(text)) == 7
    assert process_time() - started < 2


def test_a_word_list_that_is_not_there_is_named():
    with pytest.raises(TemplateError, match="'colours'"):
        words("colours")
