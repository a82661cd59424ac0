from __future__ import annotations

from archive.site.snippet import Piece, cjk_snippet

TEXT = "一、总体情况\n属于国家秘密的，不予公开。" + "其他内容" * 50 + "另有国家 秘密。"


def test_a_snippet_marks_every_hit_in_the_words_of_the_document() -> None:
    pieces = cjk_snippet(TEXT, "国家秘密", width=6)
    assert [p.text for p in pieces if p.hit] == ["国家秘密", "国家秘密"]
    assert "".join(p.text for p in pieces) == (
        "…总体情况属于国家秘密的，不予公开…其他内容另有国家秘密。"
    )


def test_full_width_digits_are_found_by_plain_ones() -> None:
    assert Piece("２０２０年", True) in cjk_snippet("到２０２０年为止", "2020年")


def test_without_a_hit_the_beginning_is_shown() -> None:
    assert cjk_snippet("甲" * 100, "乙", width=5) == [Piece("甲" * 10 + "…", False)]
    assert cjk_snippet("", "乙") == []


def test_markup_in_a_document_stays_text() -> None:
    assert cjk_snippet("<b>公开</b>", "公开", width=9) == [
        Piece("<b>", False),
        Piece("公开", True),
        Piece("</b>", False),
    ]


def test_a_word_on_every_line_does_not_make_the_whole_text_a_snippet() -> None:
    pieces = cjk_snippet("公开信息。" * 500, "公开", width=20)
    assert len("".join(p.text for p in pieces)) < 300
