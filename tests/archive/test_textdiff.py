"""Differences of texts are told in sentences and words, white space left out."""

import time

from archive.textdiff import pieces


def test_a_number_is_replaced_as_a_whole():
    assert pieces("收到申请1106件。", "收到申请1107件。") == [
        ("=", "收到申请"),
        ("-", "1106"),
        ("+", "1107"),
        ("=", "件。"),
    ]


def test_line_breaks_and_spaces_are_no_difference():
    assert pieces("全年公开\n信息 12条。", "全年公开信息12条。") == []


def test_a_sentence_that_has_little_in_common_is_replaced_as_a_whole():
    assert pieces("人手不足。无。", "下一步将加强培训学习；无。") == [
        ("-", "人手不足。"),
        ("+", "下一步将加强培训学习；"),
        ("=", "无。"),
    ]


def test_words_that_went_or_came_stand_alone():
    assert pieces("主动公开信息。", "主动公开政府信息。") == [
        ("=", "主动公开"),
        ("+", "政府"),
        ("=", "信息。"),
    ]
    assert pieces("", "新增一章。") == [("+", "新增一章。")]
    assert pieces("删去一章。", "") == [("-", "删去一章。")]


def test_what_stayed_is_cut_to_the_words_around_a_change():
    before, behind = "前" * 100 + "。", "后" * 100 + "。"
    found = pieces(f"{before}收到5件。{behind}", f"{before}收到6件。{behind}")
    assert found == [
        ("=", "…" + "前" * 21 + "。收到"),
        ("-", "5"),
        ("+", "6"),
        ("=", "件。" + "后" * 22 + "…"),
    ]


def test_all_that_went_or_came_is_kept():
    old = "第一句。" * 3 + "甲乙丙丁。" + "第二句。" * 3
    new = "第一句。" * 3 + "第二句。" * 3 + "戊己庚辛。"
    found = pieces(old, new)
    assert "".join(t for s, t in found if s == "-") == "甲乙丙丁。"
    assert "".join(t for s, t in found if s == "+") == "戊己庚辛。"


def test_two_long_chapters_are_compared_quickly():
    old = "".join(f"第{n}项工作已完成，共{n * 7}件。" for n in range(2000))
    new = old.replace("共7000件", "共7001件")
    began = time.process_time()
    found = pieces(old, new)
    assert [p for p in found if p[0] != "="] == [("-", "7000"), ("+", "7001")]
    assert time.process_time() - began < 2
