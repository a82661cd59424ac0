"""Originals leave the archive byte for byte, under names that every system takes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from archive.export import Selection, jobs, originals
from tests.archive.conftest import FORMULA
from tests.archive.site.conftest import HOSTILE, PAGE, R2020, R_HOSTILE, R_WORD, TEXT

CHINESE = f"2020/{R2020}/甲州市人民政府2020年政府信息公开工作年度报告.html"
UTF8_NAME = 0x800  # APPNOTE 4.4.4, bit 11


def lines(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def folder(sample, tmp_path_factory) -> Path:
    dest = tmp_path_factory.mktemp("originals") / "all"
    jobs.originals(sample.data, dest, Selection(), False)
    return dest


@pytest.fixture(scope="module")
def packed(sample, tmp_path_factory) -> Path:
    dest = tmp_path_factory.mktemp("originals") / "all.zip"
    jobs.originals(sample.data, dest, Selection(), False)
    return dest


def test_each_report_has_its_document_as_captured(folder):
    assert (folder / CHINESE).read_bytes() == PAGE
    manifest = lines((folder / "manifest.csv").read_bytes())
    assert len(manifest) == 4
    for line in manifest:
        content = (folder / line["file"]).read_bytes()
        assert line["sha256"] == hashlib.sha256(content).hexdigest()
        assert line["status"] == "ok"
    by_report = {line["report_id"]: line for line in manifest}
    assert by_report[R2020]["url"] == "http://portal.example.gov.cn/0.html"
    assert by_report[R2020]["captured_at"] == "2026-01-31T08:00:00.000000Z"


def test_names_hold_nothing_that_a_file_system_or_a_reader_trips_over(folder):
    names = [p.relative_to(folder).as_posix() for p in folder.rglob("*.*")]
    hostile = [name for name in names if f"/{R_HOSTILE}/" in name]
    assert hostile == [f"2020/{R_HOSTILE}/script alert('x') script & b 局.bin"]
    assert "<" in HOSTILE


def test_names_in_the_zip_are_marked_as_utf_8(packed):
    with zipfile.ZipFile(packed) as archive:
        assert archive.testzip() is None
        info = archive.getinfo(CHINESE)
        assert archive.read(info) == PAGE
        assert info.flag_bits & UTF8_NAME
        assert info.date_time == (2026, 1, 31, 8, 0, 0)
        assert {"manifest.csv", "manifest.json", "CITATION.cff"} <= set(
            archive.namelist()
        )


def test_unzip_lists_and_extracts_the_chinese_names(packed, tmp_path):
    unzip = shutil.which("unzip")
    if unzip is None:
        pytest.skip("unzip is not installed")
    env = os.environ | {"LC_ALL": "C.UTF-8"}
    shown = subprocess.run(
        [unzip, "-l", packed], capture_output=True, env=env, check=True
    ).stdout.decode()
    assert CHINESE in shown
    subprocess.run([unzip, "-q", packed, "-d", tmp_path], env=env, check=True)
    assert (tmp_path / CHINESE).read_bytes() == PAGE


def test_the_manifest_of_the_zip_has_the_digest_of_every_member(packed):
    with zipfile.ZipFile(packed) as archive:
        said = json.loads(archive.read("manifest.json"))
        for entry in said["files"]:
            content = archive.read(entry["path"])
            assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert len(said["files"]) == 5
    assert said["rows"] == {"originals": 4, "addresses": 4, "withheld": 0}


def test_the_same_snapshot_gives_the_same_zip(packed, sample, tmp_path):
    jobs.originals(sample.data, tmp_path / "b.zip", Selection(), False)
    assert (tmp_path / "b.zip").read_bytes() == packed.read_bytes()


def test_only_what_was_asked_for_is_exported(sample, tmp_path):
    jobs.originals(sample.data, tmp_path / "x", Selection(2022, "990683"), False)
    (line,) = lines((tmp_path / "x" / "manifest.csv").read_bytes())
    assert (tmp_path / "x" / line["file"]).read_bytes() == TEXT


def test_a_withheld_original_is_a_line_with_its_reason_and_no_file(withheld, tmp_path):
    outcome = jobs.originals(withheld, tmp_path / "x", Selection(), False)
    found = lines((tmp_path / "x" / "manifest.csv").read_bytes())
    (line,) = (line for line in found if line["report_id"] == R_WORD)
    assert (line["file"], line["status"]) == ("", f"withheld 2026-02-01: {FORMULA}")
    assert not list((tmp_path / "x").rglob("*.doc"))
    assert (outcome.exit_code, outcome.figures["rows"]["withheld"]) == (0, 1)


def test_a_damaged_original_is_named_and_the_exit_code_says_so(
    copied, tmp_path, nianbao
):
    (warc,) = copied.warc.glob("*.warc.gz")
    from archive.export.snapshot import opened

    with opened(copied) as snapshot:
        (row,) = snapshot.rows(
            "SELECT warc_offset, sha256 FROM captures JOIN reports USING (sha256)"
            " WHERE report_id = ?",
            [R2020],
        )
    with warc.open("r+b") as stream:
        stream.seek(row["warc_offset"] + 60)
        stream.write(b"\xff\x00\xff")
    data = ("--data", copied.root)
    done = nianbao("export", "originals", tmp_path / "x", *data, code=5)
    assert f"! {R2020}: {row['sha256']} damaged: " in done.stdout
    assert "3 originals, 0 withheld, 1 not readable" in done.stdout
    assert not (tmp_path / "x" / CHINESE).exists()


def test_long_names_are_cut_between_characters():
    cut = originals.safe_name("年" * 200)
    assert cut == "年" * 60  # 180 bytes
    assert originals.safe_name("𠮷" * 100) == "𠮷" * 45


@pytest.mark.parametrize(
    "title, name",
    [
        ("../../etc/passwd", "etc passwd"),
        ("a\x00b\u202egpj.exe", "a b gpj.exe"),
        ("NUL.txt", "_NUL.txt"),
        ("e\u0301", "é"),
        ("", "unnamed"),
    ],
)
def test_titles_become_names(title, name):
    assert originals.safe_name(title) == name
