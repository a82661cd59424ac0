"""The yearly release: one command, every format, nothing that is withheld."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from archive.export import Selection, jobs
from tests.archive import replay
from tests.archive.site.conftest import PAGE, R_WORD

pytest.importorskip("pyarrow", reason="the extra parquet is not installed")


@pytest.fixture(scope="module")
def folder(withheld, tmp_path_factory) -> Path:
    dest = tmp_path_factory.mktemp("release") / "nianbao"
    jobs.release(withheld, dest, Selection(), False)
    return dest


def test_it_holds_every_format(folder):
    assert sorted(p.name for p in folder.iterdir()) == [
        "CITATION.cff",
        "CITATION.txt",
        "README.md",
        "SHA256SUMS",
        "csv",
        "manifest.json",
        "nianbao.db",
        "nianbao.wacz",
        "originals.zip",
        "parquet",
    ]
    said = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert said["kind"] == "release"
    assert (said["rows"]["reports"], said["rows"]["originals"]) == (4, 3)
    assert "4 reports, 399 cells" in (folder / "README.md").read_text("utf-8")


def test_sha256sum_finds_every_file_whole(folder):
    listed = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    here = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {line[66:] for line in listed} == here - {"SHA256SUMS"}
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("sha256sum is not installed")
    done = subprocess.run(
        [tool, "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=False
    )
    assert done.returncode == 0


def test_each_table_folder_is_an_export_of_its_own(folder, withheld):
    for kind, write in (("csv", jobs.csv), ("parquet", jobs.parquet)):
        outcome = write(withheld, folder / kind, Selection(), False)
        assert outcome.figures["unchanged"] is True


def test_nothing_that_is_withheld_is_in_it(folder, sample):
    digest = sample.sha256(R_WORD)
    with zipfile.ZipFile(folder / "originals.zip") as archive:
        contents = [archive.read(name) for name in archive.namelist()]
    assert digest not in {hashlib.sha256(c).hexdigest() for c in contents}
    assert PAGE in contents
    with zipfile.ZipFile(folder / "nianbao.wacz") as archive:
        index = archive.read("indexes/index.cdxj").decode()
    assert "portal.example.gov.cn/0.html" in index
    assert "portal.example.gov.cn/3.html" not in index  # the Word file


def test_the_wacz_replays_in_pywb(folder, tmp_path):
    command = replay.wayback()
    with zipfile.ZipFile(folder / "nianbao.wacz") as archive:
        archive.extractall(tmp_path / "wacz")
    index = tmp_path / "wacz" / "indexes" / "index.cdxj"
    warcs = tmp_path / "wacz" / "archive"
    pages = [
        line
        for line in replay.read_index(index)
        if line.fields["url"].startswith("http")  # one address is a script
    ]
    assert len(pages) == 2
    with replay.pywb(command, tmp_path, index, warcs) as port:
        bodies = [replay.pywb_replay(port, line) for line in pages]
    assert (200, PAGE) in bodies


def test_every_member_of_the_wacz_has_its_digest(folder):
    with zipfile.ZipFile(folder / "nianbao.wacz") as archive:
        package = json.loads(archive.read("datapackage.json"))
        assert {"nianbao/manifest.json", "nianbao/citation.cff"} <= {
            resource["path"] for resource in package["resources"]
        }
        for resource in package["resources"]:
            # py-wacz wants folders, and Frictionless names without capitals.
            assert "/" in resource["path"]
            assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
            digest = hashlib.sha256(archive.read(resource["path"])).hexdigest()
            assert resource["hash"] == f"sha256:{digest}"


def test_a_year_is_released_without_the_whole_database(withheld, tmp_path, nianbao):
    dest = tmp_path / "nianbao-2020"
    data = ("--data", withheld.root)
    done = nianbao("export", "release", dest, "--year", 2020, *data)
    assert done.stdout.startswith(f"{dest}: 3 reports, 199 cells, 2 originals")
    assert not (dest / "nianbao.db").exists()
    assert "nianbao.db" not in (dest / "README.md").read_text("utf-8")
    assert "2020 年报告" in (dest / "CITATION.txt").read_text("utf-8")
    again = nianbao("export", "release", dest, "--year", 2020, *data)
    assert "nothing to do" in again.stdout
