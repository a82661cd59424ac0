"""ZIP files with reports inside: names as people see them, bytes as they are."""

import pytest

from archive.errors import DocumentError
from archive.records import PageContext
from pipelines.extract.zipfile import Member, names
from pipelines.extract.zipfile import members as lazy
from pipelines.reading import read
from pipelines.sniff import sniff
from tests.pipelines.office_files import docx, values_of, zipped

CONTEXT = PageContext(url="http://a.example/b.zip", captured_at="2026-01-31T08:00:00Z")


def members(data: bytes) -> list[Member]:
    return list(lazy(data))


def named(raw: bytes, data: bytes = b"x") -> bytes:
    """A ZIP whose one name is these bytes, without a mark of their charset."""
    holder = "q" * len(raw)
    return zipped({holder: data}).replace(holder.encode(), raw)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("莱州市教育局2020年报.doc".encode("gbk"), "莱州市教育局2020年报.doc"),
        ("莱州市教育局2020年报.doc".encode(), "莱州市教育局2020年报.doc"),
        ("附件\\喆镕.docx".encode("gb18030"), "喆镕.docx"),
        (b"../../etc/passwd", "passwd"),
        (b"C:\\windows\\a.doc", "a.doc"),
        (b"/root/a.pdf", "a.pdf"),
        (b"a\x01\x1fb.pdf", "ab.pdf"),
        ("正\u202efdp.doc".encode(), "正fdp.doc"),
    ],
)
def test_names_are_decoded_and_are_no_paths(raw, name):
    assert members(named(raw)) == [Member(name, b"x")]


def test_names_marked_as_utf_8_stay_and_folders_and_leftovers_go():
    data = zipped(
        {
            "年报/一.docx": "1", "__MACOSX/年报/._一.docx": "2", "年报/Thumbs.db": "3",
            "年报/二.pdf": "4", "别处/一.docx": "5",
        }
    )  # fmt: skip
    assert members(data) == [
        Member("一.docx", b"1"), Member("二.pdf", b"4"), Member("一.docx", b"5"),
    ]  # fmt: skip


def test_names_that_differ_only_in_case_are_two_members():
    assert len(members(zipped({"A.doc": "1", "a.doc": "2"}))) == 2


def test_a_damaged_member_has_a_reason_and_the_others_their_bytes():
    data = bytearray(zipped({"a.txt": b"aaaa" * 50, "b.txt": b"b"}))
    data[data.index(b"a.txt") + 7] ^= 0xFF
    first, second = members(bytes(data))
    assert first.data == b""
    assert first.error.startswith("a.txt of the ZIP file is damaged")
    assert second == Member("b.txt", b"b")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped({}), "no whole ZIP|no files in it"),
        (zipped({"a/": ""}), "no files in it"),
        (zipped({f"{i}.txt": "x" for i in range(501)}), "no more than 500 are taken"),
        (zipped({"a.txt": bytes(30_000_000)}), "a ZIP bomb, nothing is read"),
        (b"PK\x03\x04", "no whole ZIP package"),
    ],
)
def test_bombs_and_damage_give_a_reason(data, reason):
    with pytest.raises(DocumentError, match=reason):
        members(data)
    with pytest.raises(DocumentError, match=reason):
        names(data)


def test_a_locked_zip_says_so():
    data = bytearray(zipped({"a.txt": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DocumentError, match="encrypted with a password"):
        members(bytes(data))


def test_reading_a_zip_lists_its_members():
    report = docx("gk2019", values_of("gk2019"))
    extraction = read(zipped({"教育局.docx": report, "说明.txt": "x"}), CONTEXT)
    assert (extraction.report, extraction.error) == (None, None)
    assert (extraction.verdict.kind, extraction.verdict.reason) == (
        "list", "a ZIP file with 2 files: 教育局.docx; 说明.txt",
    )  # fmt: skip
    assert extraction.media_type == "application/zip"


def test_a_member_is_read_like_any_document():
    (member,) = members(zipped({"a.docx": docx("gk2019", values_of("gk2019"))}))
    assert read(member.data, CONTEXT).report.template == "gk2019"


def test_a_zip_in_a_zip_is_a_member_and_is_not_opened():
    inner = zipped({"a.txt": "x"})
    assert members(zipped({"b.zip": inner})) == [Member("b.zip", inner)]


def test_a_folder_called_word_makes_no_office_document():
    assert sniff(zipped({"word/a.doc": "x"})).media_type == "application/zip"
