"""An archive whose WARC files lie on S3: every command, and every way it can fail."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.errors import StorageError
from archive.serve import make_app
from archive.storage import Shelf
from archive.storage.remote import Remote
from tests.archive.small_archive import build
from tests.archive.storing import CREDENTIALS, Store, running
from tests.serving import serve

ROOT = Path(__file__).parent.parent.parent

for package in ("s3fs", "moto", "flask"):
    pytest.importorskip(package, reason=f"{package} is not installed (make test-s3)")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with pytest.MonkeyPatch.context() as patch, running() as found:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        yield found


@pytest.fixture(autouse=True)
def whole_line(store: Store) -> Iterator[None]:
    yield
    store.line.cut, store.line.upload = False, None


@pytest.fixture(scope="module")
def crawled(store: Store, tmp_path_factory: Any, nianbao: Any) -> DataDir:
    """The sample portals, crawled and published with the WARC files on S3."""
    data = DataDir(tmp_path_factory.mktemp("s3") / "data")
    store.use(data.root, "crawled")
    nianbao("demo", "--no-serve", "--data", data.root)
    return data


def local(data: DataDir) -> list[str]:
    return sorted(path.name for path in data.warc.iterdir())


def captures(data: DataDir) -> list[dict[str, Any]]:
    with Catalog(data.catalog) as catalog:
        return catalog.rows("SELECT * FROM captures ORDER BY capture_id")


def printed(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# ------------------------------------------------------------- what a crawl leaves


def test_after_a_crawl_every_file_lies_on_s3_and_none_here(crawled, store):
    with Catalog(crawled.catalog) as catalog:
        ledgers = catalog.rows("SELECT ledger_file FROM runs")
        named = set(catalog.warc_files()) | {row["ledger_file"] for row in ledgers}
    assert local(crawled) == []
    assert set(store.names("crawled")) == named - {None}
    assert len(captures(crawled)) == 94


# ----------------------------------------------------------------------- the site


@pytest.fixture
def site(crawled: DataDir) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=make_app(crawled).app())
    return httpx.AsyncClient(transport=transport, base_url="http://site.example")


def originals(crawled: DataDir) -> list[str]:
    connection = sqlite3.connect(f"file:{crawled.published}?immutable=1", uri=True)
    rows = connection.execute("SELECT DISTINCT sha256 FROM reports ORDER BY sha256")
    return [row[0] for row in rows]


async def test_an_original_is_read_with_one_range_request(crawled, store, site):
    sha256 = originals(crawled)[0]
    store.asked.clear()
    response = await site.get(f"/originals/{sha256}")
    assert response.status_code == 200
    assert hashlib.sha256(response.content).hexdigest() == sha256
    assert [(verb, status) for verb, _, status in store.asked] == [("GET", 206)]


async def test_a_range_and_a_known_tag_are_answered_as_ever(crawled, store, site):
    sha256 = originals(crawled)[1]
    whole = await site.get(f"/originals/{sha256}")
    store.asked.clear()
    part = await site.get(f"/originals/{sha256}", headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    tag = {"if-none-match": whole.headers["etag"]}
    same = await site.get(f"/originals/{sha256}", headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    assert store.asked == []


async def test_while_the_store_is_away_an_original_is_503_and_the_site_goes_on(
    crawled, store, site, monkeypatch
):
    monkeypatch.setattr("archive.storage.remote.REST", 0)
    store.line.cut = True
    response = await site.get(f"/originals/{originals(crawled)[2]}")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "60"
    assert response.headers["cache-control"] == "no-store"
    assert "127.0.0.1" not in response.text
    assert "s3://" not in response.text
    assert (await site.get("/")).status_code == 200
    store.line.cut = False
    again = await site.get(f"/originals/{originals(crawled)[2]}")
    assert again.status_code == 200


def test_after_trouble_readers_do_not_wait_again_at_once(crawled, store, monkeypatch):
    monkeypatch.setattr("archive.storage.remote.REST", 0.8)
    held, shelf = captures(crawled)[0], Shelf(crawled.warc)
    place = held["warc_file"], held["warc_offset"], held["warc_length"]
    store.line.cut = True
    with pytest.raises(StorageError, match="cannot read s3://warcs/crawled/"):
        shelf.read(*place)
    store.line.cut = False
    store.asked.clear()
    with pytest.raises(StorageError, match="cannot read s3://warcs/crawled/"):
        shelf.read(*place)
    assert store.asked == []
    time.sleep(0.9)
    assert len(shelf.read(*place)) == held["warc_length"]


# ------------------------------------------------------------------------- fixity


def test_fixity_verifies_every_record_over_the_network(crawled, nianbao):
    found = printed(nianbao("fixity", "--json", "--data", crawled.root))
    assert (found["damaged"], found["missing_files"], found["extra_files"]) == (
        0,
        [],
        [],
    )
    assert found["records"] > 2 * 94


def test_fixity_names_the_record_in_which_one_bit_was_flipped(crawled, store, nianbao):
    held = next(c for c in captures(crawled) if c["bytes"] > 5000)
    name, offset = held["warc_file"], held["warc_offset"]
    good = store.get("crawled", name)
    bad = bytearray(good)
    bad[offset + held["warc_length"] // 2] ^= 0x10
    store.put("crawled", name, bytes(bad))
    done = nianbao("fixity", "--data", crawled.root, code=5)
    store.put("crawled", name, good)
    assert f"{name}:{offset} {held['capture_id']}: " in done.stdout
    assert "1 damaged" in done.stdout


def test_fixity_names_a_file_that_is_gone(crawled, store, nianbao):
    name = captures(crawled)[0]["warc_file"]
    good = store.get("crawled", name)
    store.client.delete_object(Bucket="warcs", Key=f"crawled/{name}")
    done = nianbao("fixity", "--json", "--data", crawled.root, code=5)
    store.put("crawled", name, good)
    assert printed(done)["missing_files"] == [name]


def test_a_sample_is_read_without_its_whole_files(crawled, store, nianbao):
    sizes = Shelf(crawled.warc).remote.sizes()  # type: ignore[union-attr]
    store.asked.clear()
    found = printed(nianbao("fixity", "--sample", 3, "--json", "--data", crawled.root))
    assert (found["records"], found["damaged"]) == (3, 0)
    read = [
        path for verb, path, status in store.asked if (verb, status) == ("GET", 206)
    ]
    # the ledger of the run is read back once it was stored
    looked = [path for path in read if path.rpartition("/")[2] in sizes]
    assert 0 < len(looked) <= 6


# ------------------------------------------------------------- catalogue and exports


def test_the_catalogue_is_made_again_from_s3_alone(crawled, nianbao, tmp_path):
    before = captures(crawled)
    copy = DataDir(tmp_path / "data").prepare()
    (copy.root / "storage.yml").write_bytes((crawled.root / "storage.yml").read_bytes())
    done = nianbao("reindex", "--data", copy.root)
    assert done.stdout.startswith("94 captures and ")
    assert captures(copy) == before
    assert local(copy) == []


def test_reading_everything_again_changes_nothing(crawled, nianbao):
    done = nianbao("extract", "--all", "--jobs", 2, "--data", crawled.root)
    assert done.stdout.endswith("nothing changed\n")
    assert local(crawled) == []


def test_the_whole_collection_goes_into_a_wacz_file(crawled, store, nianbao, tmp_path):
    made = tmp_path / "all.wacz"
    nianbao("export", "wacz", made, "--data", crawled.root)
    with zipfile.ZipFile(made) as package:
        inside = {
            name.removeprefix("archive/"): package.read(name)
            for name in package.namelist()
            if name.startswith("archive/")
        }
    assert len(inside) >= 2
    for name, content in inside.items():
        assert content == store.get("crawled", name), name


def test_a_report_goes_into_a_wacz_file_with_few_requests(
    crawled, store, nianbao, tmp_path
):
    with Catalog(crawled.catalog) as catalog:
        report = catalog.rows("SELECT report_id FROM reports LIMIT 1")[0]["report_id"]
    store.asked.clear()
    made = tmp_path / "one.wacz"
    done = nianbao(
        "export", "wacz", made, "--report", report, "--json", "--data", crawled.root
    )
    records = printed(done)["records"]
    ranged = [status for _, _, status in store.asked if status == 206]
    assert records >= 1
    assert len(ranged) == records


def test_captures_of_others_are_taken_in_and_moved(crawled, store, nianbao, tmp_path):
    made = tmp_path / "all.wacz"
    nianbao("export", "wacz", made, "--data", crawled.root)
    other = DataDir(tmp_path / "other")
    store.use(other.root, "other")
    taken = printed(nianbao("ingest", made, "--json", "--data", other.root, code=1))
    assert taken["new_captures"] == 94
    assert local(other) == []
    assert nianbao("fixity", "--data", other.root).stdout.endswith("0 damaged\n")


def test_the_replay_index_names_every_capture(crawled, nianbao, tmp_path):
    made = tmp_path / "index.cdxj"
    found = printed(nianbao("export", "cdxj", made, "--json", "--data", crawled.root))
    assert found["lines"] == 94


# ------------------------------------------------------------------ what can go wrong


@pytest.fixture
def small(store: Store, tmp_path: Path) -> DataDir:
    """A run whose file was closed but not moved yet."""
    data = build(tmp_path / "data").data
    store.use(data.root, tmp_path.name)
    return data


def test_a_file_that_a_run_left_here_is_moved_by_the_next_command(
    small, store, nianbao
):
    (name,) = local(small)
    content = (small.warc / name).read_bytes()
    nianbao("fixity", "--data", small.root)
    assert name not in local(small)
    assert store.get(small.root.parent.name, name) == content


def test_an_upload_that_breaks_off_leaves_the_file_here_and_is_repeated(
    small, store, nianbao
):
    (name,) = local(small)
    prefix = small.root.parent.name
    store.line.upload = 2000
    done = nianbao("fixity", "--data", small.root, code=3)
    assert f"cannot write s3://warcs/{prefix}/{name}: " in done.stderr
    assert (local(small), store.names(prefix)) == ([name], [])
    store.line.upload = None
    nianbao("fixity", "--data", small.root)
    assert name in store.names(prefix)
    assert local(small) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from archive.datadir import DataDir
from archive.errors import StorageError

def die(path, *args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

Path.unlink = die
with DataDir(Path(sys.argv[1])).lock():
    pass
"""


def test_a_kill_between_upload_and_removal_leaves_both_and_the_next_start_goes_on(
    small, store, nianbao
):
    (name,) = local(small)
    prefix = small.root.parent.name
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(small.root)],
        check=False,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == -signal.SIGKILL
    assert (local(small), store.names(prefix)) == ([name], [name])
    store.asked.clear()
    nianbao("fixity", "--data", small.root)
    assert local(small) == []
    assert not [p for verb, p, _ in store.asked if verb == "PUT" and name in p]


def test_another_object_of_that_name_is_never_replaced(small, store, nianbao):
    (name,) = local(small)
    prefix = small.root.parent.name
    same_length = bytes((small.warc / name).stat().st_size)
    store.put(prefix, name, same_length)
    done = nianbao("fixity", "--data", small.root, code=3)
    assert f"s3://warcs/{prefix}/{name} is there already and is not " in done.stderr
    assert store.get(prefix, name) == same_length
    assert local(small) == [name]


def test_an_upload_that_arrives_changed_is_told_and_the_file_stays(
    small, store, monkeypatch
):
    (name,) = local(small)

    def spoiled(self: Remote, path: Path, to: str) -> None:
        self._fs.pipe_file(to, path.read_bytes()[:-1] + b"?")

    monkeypatch.setattr(Remote, "_put", spoiled)
    with pytest.raises(StorageError, match="arrived as"), small.lock():
        pass
    assert local(small) == [name]


def test_an_object_that_came_in_between_is_not_replaced_either(
    small, store, monkeypatch
):
    (name,) = local(small)
    prefix, look = small.root.parent.name, Remote.size

    def too_early(self: Remote, name: str) -> int:
        monkeypatch.setattr(Remote, "size", look)
        store.put(prefix, name, b"of somebody else")
        raise FileNotFoundError

    monkeypatch.setattr(Remote, "size", too_early)
    with pytest.raises(StorageError, match="arrived as 16 bytes"), small.lock():
        pass
    assert store.get(prefix, name) == b"of somebody else"
    assert local(small) == [name]


PAGES = {
    "/robots.txt": ("text/plain", b"User-agent: *\nAllow: /\n"),
    "/": ("text/html", "<a href='/nb/'>政府信息公开年报</a>".encode() * 200),
}


def registry(folder: Path, home: str) -> Path:
    path = folder / "sources.yml"
    path.write_text(
        f"- id: testing\n  name: 临澜县人民政府\n  adcode: '990101'\n"
        f"  level: county\n  home: {home}/\n  delay_seconds: 0\n",
        "utf-8",
    )
    return path


def test_no_portal_is_asked_when_there_is_no_such_bucket(store, nianbao, tmp_path):
    data = DataDir(tmp_path / "data")
    store.use(data.root, "p", bucket="nowhere")
    with serve(PAGES) as home:
        done = nianbao(
            *("crawl", "--sources", registry(tmp_path, home), "--data", data.root),
            *("--allow-net", "127.0.0.0/8"),
            code=3,
        )
    assert "cannot list s3://nowhere/p: there is no such bucket" in done.stderr
    assert local(data) == []
    assert not data.catalog.exists()


def test_refused_credentials_are_told_with_the_address(small, nianbao):
    from moto.core import set_initial_no_auth_action_count

    @set_initial_no_auth_action_count(0)
    def refused() -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = nianbao(
            "fixity", "--data", small.root, code=3, AWS_ACCESS_KEY_ID="wrong"
        )
        return done

    done = refused()
    assert "cannot list s3://warcs/" in done.stderr
    assert "InvalidAccessKeyId" in done.stderr
    assert len(local(small)) == 1


def test_absent_credentials_are_told(small, nianbao):
    done = nianbao(
        *("fixity", "--data", small.root),
        code=3,
        AWS_ACCESS_KEY_ID="",
        AWS_SECRET_ACCESS_KEY="",
    )
    assert "Unable to locate credentials" in done.stderr


def test_nothing_is_lost_when_the_store_goes_away_during_a_crawl(
    store, nianbao, tmp_path
):
    data = DataDir(tmp_path / "data")
    store.use(data.root, tmp_path.name)

    class Cutting(dict[str, tuple[str, bytes]]):
        def get(self, key: str, default: Any = None) -> Any:
            store.line.cut = True
            return super().get(key, default)

    with serve(Cutting(PAGES)) as home:
        done = nianbao(
            *("crawl", "--sources", registry(tmp_path, home), "--data", data.root),
            *("--allow-net", "127.0.0.0/8"),
            code=3,
        )
    assert "the work is done, but 2 WARC files could not be moved" in done.stderr
    before = captures(data)
    assert {c["url"].partition("/")[2][-1:] for c in before} >= {"/", "t"}
    assert store.names(tmp_path.name) == []
    store.line.cut = False
    done = nianbao("fixity", "--data", data.root)
    assert done.stdout.endswith("0 damaged\n")
    assert local(data) == []
    assert {c["warc_file"] for c in before} <= set(store.names(tmp_path.name))


def test_the_address_of_the_store_is_no_hole_in_the_guard(store, nianbao, tmp_path):
    data = DataDir(tmp_path / "data")
    store.use(data.root, tmp_path.name)
    sources = registry(tmp_path, store.line.url)
    store.asked.clear()
    nianbao("crawl", "--sources", sources, "--data", data.root, code=1)
    assert captures(data) == []
    assert not [path for _, path, _ in store.asked if "robots.txt" in path]
