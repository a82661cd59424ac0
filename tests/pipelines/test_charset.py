"""Text comes out right whatever headers and meta tags declare."""

import pytest

from pipelines.charset import decode

TEXT = "沭阳县发展和改革局2023年政府信息公开年度报告，全年共收到申请26件。" * 3


@pytest.mark.parametrize("hint", [None, "utf-8", "gb2312", "big5", "iso-8859-1"])
@pytest.mark.parametrize(
    ("encoded", "charset"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("gbk"), "gb18030"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (("\ufeff" + TEXT).encode("utf-16-le"), "utf-16-le"),
        (("\ufeff" + TEXT).encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_declared_charset_is_a_hint_only(encoded, charset, hint):
    found = decode(encoded, hint)
    assert (found.text, found.charset, found.replaced) == (TEXT, charset, 0)


def test_characters_beyond_gb2312_are_decoded():
    assert decode("濉溪县㛃镕、堃，镕基路街道办事处".encode("gb18030")).text == (
        "濉溪县㛃镕、堃，镕基路街道办事处"
    )


def test_a_short_gbk_title_is_not_taken_for_another_encoding():
    assert decode("政府信息公开".encode("gbk")).text == "政府信息公开"


def test_traditional_chinese_in_big5_is_decoded_as_such():
    text = "二〇二〇年政府資訊公開工作年度報告，全年主動公開政府資訊一百條。" * 3
    text = text.replace("〇", "零")
    assert decode(text.encode("big5")).text == text


@pytest.mark.parametrize("cut", [1, 2])
def test_a_character_cut_off_at_the_end_does_not_speak_against_utf8(cut):
    found = decode(TEXT.encode()[:-cut])
    assert (found.text, found.charset) == (TEXT[:-1], "utf-8")


def test_utf8_with_a_damaged_character_stays_utf8_and_counts_the_loss():
    damaged = TEXT.encode().replace("阳".encode(), b"\xe9\x98", 1)
    found = decode(damaged, "gbk")
    assert (found.charset, found.replaced) == ("utf-8", 1)
    assert found.text.replace("\ufffd", "阳", 1) == TEXT


def test_gbk_with_a_damaged_character_stays_gbk():
    damaged = TEXT.encode("gbk") + b"\xff" + "年报".encode("gbk")
    found = decode(damaged)
    assert (found.charset, found.replaced) == ("gb18030", 1)
    assert found.text == TEXT + "\ufffd年报"


def test_nothing_is_nothing():
    assert decode(b"").text == ""
