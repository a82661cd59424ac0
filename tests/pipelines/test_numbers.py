"""Cells say numbers, zeros, blanks, dashes or words, and these stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.numbers import read


@pytest.mark.parametrize(
    ("raw", "value", "state", "unit"),
    [
        ("0", 0, "zero", None),
        ("0　　", 0, "zero", None),
        ("\u00a00", 0, "zero", None),
        ("0.00", 0, "zero", None),
        ("-0", 0, "zero", None),
        ("441025", 441025, "number", None),
        ("1,234,567", 1234567, "number", None),
        ("１２，３４５", 12345, "number", None),
        ("+42", 42, "number", None),
        ("－6", -6, "number", None),
        ("—6", -6, "number", None),
        ("增10", 10, "number", None),
        ("减少3", -3, "number", None),
        ("1163.54", 1163.54, "number", None),
        ("6118.32 万元", 6118.32, "number", "wan_cny"),
        ("251000元", 251000, "number", "cny"),
        ("1.2亿元", 1.2, "number", "yi_cny"),
        ("26件", 26, "number", "count"),
        ("3人次", 3, "number", "count"),
        ("22（其中修订16件）", 22, "number", None),
        ("22件\n（其中修订16件）", 22, "number", "count"),
        ("", None, "blank", None),
        (" \u00a0\u3000\n", None, "blank", None),
        ("-", None, "dash", None),
        ("——", None, "dash", None),
        ("/", None, "dash", None),
        ("∕", None, "dash", None),
        ("\\", None, "dash", None),
        ("×", None, "dash", None),
        ("无", None, "dash", None),
        ("N/A", None, "dash", None),
        ("见附件", None, "text", None),
        ("—\n—", None, "dash", None),
        ("1 2", None, "text", None),
        ("12.5.1", None, "text", None),
        ("5月", None, "text", None),
        ("约30", None, "text", None),
        ("1.属于国家秘密", None, "text", None),
    ],
)
def test_cell_grammar(raw, value, state, unit):
    found = read(raw)
    assert (found.value, found.state, found.unit) == (value, state, unit)


@given(st.integers(-(10**9), 10**9))
def test_every_integer_is_read_back(number):
    assert read(str(number)).value == number
    assert read(f"{number:,}").value == number


@given(st.text(max_size=30))
def test_any_text_has_one_state_and_a_value_only_with_a_number(text):
    found = read(text)
    assert found.state in ("number", "zero", "blank", "dash", "text")
    assert (found.value is not None) == (found.state in ("number", "zero"))
    assert found.state == "blank" or text.strip()
