"""Bad input gets a clear message and its exit code; the rest of the run goes on."""

import json
import socket
import sqlite3
from pathlib import Path

import pytest

from archive.datadir import DataDir
from archive.records import PageContext
from crawler.sample.portals import build, expected
from pipelines import ocr, stages


@pytest.fixture(scope="module")
def page() -> bytes:
    """One whole report page."""
    report = next(e for e in expected() if e.portal == "sample-trs")
    return build()[report.portal].pages[report.path].body


@pytest.fixture(scope="module")
def folder(tmp_path_factory, page) -> Path:
    """One good report among files that are none."""
    made = tmp_path_factory.mktemp("files")
    (made / "good.html").write_bytes(page)
    (made / "empty.html").write_bytes(b"")
    (made / "blank.txt").write_bytes(b" \n\n")
    (made / "recipe.txt").write_text("红烧肉的做法：五花肉切块，焯水。", "utf-8")
    (made / "half.html").write_bytes(page[: len(page) // 4])
    (made / "huge.html").write_bytes(
        b"<html><body>" + b"<p>x" * 7_500_000 + b"</body></html>"
    )
    (made / "scan.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj")
    (made / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * 200)
    return made


@pytest.fixture(scope="module")
def taken(folder, tmp_path_factory, nianbao) -> tuple[dict, Path]:
    data = tmp_path_factory.mktemp("taken") / "data"
    done = nianbao("ingest", "--data", data, folder, "--json", code=1)
    return json.loads(done.stdout), data


def test_the_good_file_among_bad_ones_is_a_report(taken):
    figures, _ = taken
    assert (figures["files"], figures["new_reports"]) == (8, 1)
    assert figures["not_reports"] == 7


@pytest.mark.parametrize(
    "name, words",
    [
        ("empty.html", "empty (0 bytes)"),
        ("blank.txt", "white space only"),
        ("recipe.txt", "other"),
        ("huge.html", "no more than 5000000 are parsed"),
        ("scan.pdf", "pdf"),
        ("photo.jpg", "image" if ocr.available() else "install the extra `[ocr]`"),
    ],
)
def test_each_bad_file_is_listed_with_its_reason(taken, name, words):
    figures, _ = taken
    (line,) = [a for a in figures["attention"] if f"/{name}:" in a]
    assert words in line.lower()


def test_a_truncated_page_is_not_taken_for_a_whole_report(taken):
    figures, _ = taken
    assert any("/half.html:" in line for line in figures["attention"])


def test_what_could_not_be_read_is_kept_and_listed(taken):
    _, data = taken
    db = sqlite3.connect(data / "catalog.db")
    rows = dict(db.execute("SELECT url, coalesce(error, reason) FROM triage"))
    listed = {url.rsplit("/", 1)[1] for url in rows}
    assert listed >= {"recipe.txt", "huge.html", "scan.pdf", "photo.jpg", "half.html"}
    assert all(rows.values())


def test_a_page_cut_anywhere_never_breaks_the_reader(page):
    context = PageContext(url="file:///cut", captured_at="2026-01-01T00:00:00.000000Z")
    for part in range(1, 12):
        read = stages.read(page[: len(page) * part // 12], context)
        report = read.report
        whole = report is not None and report.status == "extracted"
        missing = report is not None and any(c.state == "missing" for c in report.cells)
        assert not (whole and missing), part


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path, nianbao):
    done = nianbao("ingest", "--data", tmp_path / "d", tmp_path / "nowhere", code=2)
    assert "no such file or folder" in done.stderr
    assert not (tmp_path / "d").exists()


def test_unknown_key_in_a_source_file_names_file_entry_and_key(tmp_path, nianbao):
    sources = tmp_path / "mine.yml"
    sources.write_text(
        "- id: laizhou\n  name: 莱州市人民政府\n  adcode: '370683'\n  level: county\n"
        "  home: https://www.laizhou.gov.cn/\n  colour: red\n",
        "utf-8",
    )
    done = nianbao(
        "crawl", "--data", tmp_path / "d", "--sources", sources, "--all", code=2
    )
    for word in ("mine.yml", "laizhou", "colour"):
        assert word in done.stderr


def test_unknown_source_id_names_those_there_are(tmp_path, nianbao):
    sources = tmp_path / "mine.yml"
    sources.write_text(
        "- {id: a, name: 甲县人民政府, adcode: '990001', level: county,"
        " home: 'http://127.0.0.1:9/'}\n",
        "utf-8",
    )
    done = nianbao("crawl", "b", "--data", tmp_path / "d", "--sources", sources, code=2)
    assert "no source b" in done.stderr


def test_data_directory_that_cannot_be_made_exits_3(tmp_path, folder, nianbao):
    (tmp_path / "data").write_text("a file in the way")
    done = nianbao("ingest", "--data", tmp_path / "data", folder, code=3)
    assert "cannot be written" in done.stderr


def test_port_in_use_exits_2_and_says_so(taken, nianbao):
    _, data = taken
    nianbao("publish", "--data", data)
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = nianbao("serve", "--data", data, "--port", port, code=2)
    assert f"{port} is in use" in done.stderr


def test_serving_before_publishing_says_what_to_do(tmp_path, nianbao):
    done = nianbao("serve", "--data", tmp_path, code=2)
    assert "nianbao publish" in done.stderr


def test_a_second_run_exits_4_with_the_owners_pid(tmp_path, folder, nianbao):
    data = DataDir(tmp_path / "data").prepare()
    with data.lock():
        done = nianbao("ingest", "--data", data.root, folder / "good.html", code=4)
    assert "in use by process" in done.stderr


def test_loopback_is_refused_unless_allowed(tmp_path, nianbao):
    sources = tmp_path / "mine.yml"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        sources.write_text(
            "- {id: a, name: 甲县人民政府, adcode: '990001', level: county,"
            f" home: 'http://127.0.0.1:{listener.getsockname()[1]}/'}}\n",
            "utf-8",
        )
        done = nianbao("crawl", "--data", tmp_path / "d", "--sources", sources, code=1)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert "--allow-net" in done.stdout
