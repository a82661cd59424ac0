"""A wrong declaration never costs a character: encodings × declarations × lengths."""

from __future__ import annotations

import pytest

from pipelines.charset import decode, wide

PAGE = (
    '<html><head><meta charset="{meta}"><title>{title}</title></head><body>{text}'
    "</body></html>"
)
SIMPLIFIED = "沭阳县发展和改革局2023年政府信息公开年度报告，全年共收到申请26件。"
TRADITIONAL = "中央政府資訊公開年度報告，全年共收到申請貳拾陸件，主動公開一百條。"
#: Four bytes each in GB 18030: a place name, a person's name, an extension B character.
FOUR_BYTES = "㭎㮾𠮷𬭳"

#: name → (codec, text, charset that is recorded)
ENCODINGS = {
    "gbk": ("gbk", SIMPLIFIED, "gb18030"),
    "gb18030": ("gb18030", SIMPLIFIED + FOUR_BYTES, "gb18030"),
    "big5": ("big5", TRADITIONAL, "big5"),
    "utf-8": ("utf-8", SIMPLIFIED + FOUR_BYTES, "utf-8"),
    "utf-8 with a mark": ("utf-8-sig", SIMPLIFIED, "utf-8"),
    "utf-16 with a mark": ("utf-16", SIMPLIFIED, "utf-16-le"),
    "utf-16-le": ("utf-16-le", SIMPLIFIED + FOUR_BYTES, "utf-16-le"),
    "utf-16-be": ("utf-16-be", SIMPLIFIED, "utf-16-be"),
}
LENGTHS = {"short": 1, "long": 400}
WRONG = ("utf-8", "gb2312", "big5", "iso-8859-1", "utf-16", "x-unknown")


def page(text: str, meta: str) -> str:
    return PAGE.format(meta=meta, title=text[:12], text=text)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("header", [None, *WRONG])
@pytest.mark.parametrize("meta", WRONG)
def test_pages_are_decoded_exactly_whatever_header_and_meta_say(
    name, length, header, meta
):
    codec, text, charset = ENCODINGS[name]
    written = page(text * LENGTHS[length], meta)
    found = decode(written.encode(codec), header)
    assert found.text == written
    assert (found.charset, found.replaced) == (charset, 0)


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_right_declaration_changes_nothing(name):
    codec, text, charset = ENCODINGS[name]
    found = decode(text.encode(codec), codec)
    assert (found.text, found.charset) == (text, charset)


TITLES = [
    "政府信息公开",
    "年报",
    "首页",
    "尾页",
    "时效",
    "公告",
    "广饶县",
    "濉溪县",
    "上一页",
    "2023年报告",
    "镇人民政府2020年政府信息公开工作年度报告",
    "附件：年报.docx",
]


@pytest.mark.parametrize("title", TITLES)
def test_a_short_title_in_gbk_without_any_declaration_is_not_misread(title):
    found = decode(title.encode("gbk"))
    assert (found.text, found.charset) == (title, "gb18030")


@pytest.mark.parametrize("title", TITLES)
def test_a_short_title_in_utf8_is_not_misread(title):
    assert decode(title.encode()).text == title


@pytest.mark.parametrize("title", ["政府資訊公開", "年度報告書", "臺北市政府工作報告"])
def test_a_short_title_in_big5_without_any_declaration_is_not_misread(title):
    found = decode(title.encode("big5"))
    assert (found.text, found.charset, found.basis) == (title, "big5", "rows")


@pytest.mark.parametrize(
    ("data", "hint", "basis"),
    [
        (b"\xef\xbb\xbfabc", None, "bom"),
        ("年报".encode(), "gbk", "utf-8"),
        ("<p>年报</p>".encode("utf-16-be"), None, "shape"),
        ("政府信息公开".encode("gbk"), "big5", "rows"),
        (b"\xff\xff\xff", None, "declared"),
    ],
)
def test_what_decided_is_recorded(data, hint, basis):
    assert decode(data, hint).basis == basis


@pytest.mark.parametrize("text", ["© 2023", "β", "Überblick · Año", "α-β", "×"])
def test_symbols_and_western_letters_in_utf8_stay_what_they_are(text):
    assert decode(text.encode()).text == text


def test_bytes_of_a_pdf_or_an_image_are_not_taken_for_utf16():
    assert wide(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" * 40) is None
    assert wide(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\x08\x06\0\0\0") is None
