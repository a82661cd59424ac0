"""A ZIP with reports inside: every member is a document of its own."""

import io
import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

from archive.warc import WarcStore
from crawler.sample.portals import build, expected


def pages(portal: str, most: int) -> list[tuple[str, bytes]]:
    site = build()[portal]
    chosen = [e for e in expected() if e.portal == portal][:most]
    return [(f"{e.title}.html", site.pages[e.path].body) for e in chosen]


def zipped(files: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files:
            made.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def taken(tmp_path_factory, nianbao) -> tuple[dict, Path]:
    """What was said when it was taken in, and the archive."""
    tmp_path = tmp_path_factory.mktemp("unpack")
    files = tmp_path / "files"
    files.mkdir()
    inner = zipped(pages("sample-trs", 1))
    (files / "all.zip").write_bytes(
        zipped(
            [
                *pages("sample-hanweb", 2),
                ("../../evil.html", pages("sample-hanweb", 3)[2][1]),
                ("note.txt", "红烧肉的做法".encode()),
                ("inner.zip", inner),
                ("empty.html", b""),
            ]
        )
    )
    data = tmp_path / "data"
    done = nianbao("ingest", "--data", data, files, "--json", code=1)
    return json.loads(done.stdout), data


def test_members_become_reports_and_the_rest_is_listed(taken):
    figures, _ = taken
    assert figures["new_reports"] == 4
    refused = [line.split("#", 1)[1].split(":")[0] for line in figures["attention"]]
    assert sorted(refused) == ["empty.html", "note.txt"]


def test_each_member_is_an_original_of_its_own(taken):
    _, data = taken
    db = sqlite3.connect(data / "catalog.db")
    rows = db.execute(
        "SELECT url, warc_file, warc_offset, warc_length, sha256 FROM captures"
        " WHERE url LIKE '%#%'"
    ).fetchall()
    # three pages, a note, a ZIP and the page in it
    assert len(rows) == 6
    assert not any(".." in url for url, *_ in rows)
    store = WarcStore(data / "warc")
    for _, *place, sha256 in rows:
        assert store.read(*place, sha256)
    assert not list(data.rglob("evil*"))


def test_taking_it_in_again_adds_nothing(taken, nianbao, tmp_path):
    files, data = taken[1].parent / "files", tmp_path / "data"
    shutil.copytree(taken[1], data)
    warcs = {p.name for p in (data / "warc").iterdir() if "ledger" not in p.name}
    done = nianbao("ingest", "--data", data, files, "--json", code=1)
    again = json.loads(done.stdout)
    assert (again["new_reports"], again["new_documents"]) == (0, 0)
    after = {p.name for p in (data / "warc").iterdir() if "ledger" not in p.name}
    assert after == warcs
