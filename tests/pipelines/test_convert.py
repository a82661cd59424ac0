"""LibreOffice reads what our readers refuse, where it is installed."""

import stat
import time
from dataclasses import replace

import pytest

from archive.errors import DocumentError
from archive.records import PageContext
from pipelines import convert, stages
from pipelines.reading import read
from tests.pipelines.test_office import stored

CONTEXT = PageContext(url="file:///x.doc", captured_at="2026-01-31T08:00:00Z")


def older() -> bytes:
    """A Word 97 document that says it was written by Word 95."""
    data = stored("gk2019.doc")
    at = data.index(b"\xec\xa5")  # its mark; the version follows
    return data[: at + 2] + (0x65).to_bytes(2, "little") + data[at + 4 :]


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Put a program called soffice on the PATH that does what it is told."""

    def make(script: str) -> None:
        path = tmp_path / "bin" / "soffice"
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")

    return make


def test_without_libreoffice_a_refused_document_says_what_would_help(monkeypatch):
    monkeypatch.setattr(convert, "available", lambda: None)
    found = stages.read(older(), CONTEXT)
    assert found.report is None
    assert found.error == (
        "written by Word 95 or older (version 101); "
        "install LibreOffice (soffice) to have it converted"
    )


def test_what_no_program_can_change_is_not_converted(monkeypatch):
    monkeypatch.setattr(convert, "available", lambda: pytest.fail("asked for"))
    found = stages.read(stored("gk2019.doc")[:9000], CONTEXT)
    assert "cut off" in found.error


def test_a_conversion_that_fails_leaves_both_reasons(program):
    program("echo 'Error: source file could not be loaded'")
    found = stages.read(older(), CONTEXT)
    assert found.error == (
        "written by Word 95 or older (version 101); LibreOffice made no DOCX of it: "
        "Error: source file could not be loaded"
    )


def test_a_conversion_that_hangs_is_ended_with_all_it_started(program, monkeypatch):
    program("sleep 1000 & sleep 1000")
    monkeypatch.setattr(convert, "WALL", 1.0)
    start = time.monotonic()
    with pytest.raises(DocumentError, match="took more than 1 seconds to convert it"):
        convert.docx(older())
    assert time.monotonic() - start < 10


def test_the_profile_is_its_own_and_forbids_macros(program, tmp_path):
    seen = tmp_path / "seen"
    program(f'pwd > {seen}; cat profile/user/*.xcu >> {seen}; echo "$@" >> {seen}')
    with pytest.raises(DocumentError):
        convert.docx(b"anything")
    text = seen.read_text()
    assert 'DisableMacrosExecution" oor:op="fuse"><value>true' in text
    assert "-env:UserInstallation=file:///" in text
    assert "--convert-to docx:MS Word 2007 XML --outdir" in text


def test_a_reading_of_a_conversion_names_the_converter(monkeypatch):
    monkeypatch.setattr(convert, "converter", lambda: "LibreOffice 7.4")
    refused = read(older(), CONTEXT)
    found = convert.marked(read(stored("gk2019.doc"), CONTEXT), refused)
    assert found.extractor == f"{refused.extractor} via LibreOffice 7.4"
    assert (found.sha256, found.form) == (refused.sha256, "doc")
    assert found.trace["converter"] == "LibreOffice 7.4"
    assert found.report.notes[-1] == (
        "converted by LibreOffice 7.4, because written by Word 95 or older "
        "(version 101)"
    )


@pytest.mark.skipif(convert.available() is None, reason="soffice is not installed")
def test_libreoffice_keeps_every_cell():
    data = stored("gk2019.doc")
    ours = read(data, CONTEXT).report
    theirs = read(convert.docx(data), CONTEXT).report
    assert {c.key: (c.raw, c.state) for c in theirs.cells} == {
        c.key: (c.raw, c.state) for c in ours.cells
    }
    assert replace(theirs, cells=(), chapters=()).status == "extracted"
