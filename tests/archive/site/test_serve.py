from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from archive.datadir import DataDir
from archive.errors import PortInUse, UsageError
from archive.serve import listen, make_app


def test_a_taken_port_is_named_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port} is in use"):
            listen("127.0.0.1", port)


def test_without_a_published_database_the_next_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `nianbao publish`"):
        make_app(DataDir(tmp_path))


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    data = DataDir(tmp_path).prepare()
    data.published.write_bytes(b"not a database" * 100)
    with pytest.raises(UsageError, match="is not a published database"):
        make_app(data)


def test_a_host_that_is_not_ours_is_named() -> None:
    with pytest.raises(UsageError, match=r"cannot serve on 192\.0\.2\.1:0"):
        listen("192.0.2.1", 0)


async def test_settings_and_row_counts_are_in_force(site: Any) -> None:
    settings = (await site.get("/-/settings.json")).json()
    assert settings["suggest_facets"] is False
    assert settings["default_page_size"] == 50
    assert settings["max_returned_rows"] == 1000
    listed = (await site.get("/nianbao.json")).json()["tables"]
    counts = {table["name"]: table["count"] for table in listed}
    assert (counts["reports"], counts["cells"]) == (4, 399)


async def test_mistakes_of_visitors_leave_no_traceback_in_the_log(
    site: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [
        (await site.get(path)).status_code
        for path in ("/nianbao/nope", "/nope", "/nianbao?sql=delete+from+reports")
    ]
    assert answers == [404, 404, 400]
    assert capsys.readouterr() == ("", "")


def test_the_address_is_announced_and_an_interrupt_ends_it(sample: Any) -> None:
    code = (
        "import sys, pathlib; from archive.serve import serve;"
        "serve(pathlib.Path(sys.argv[1]), port=0,"
        " announce=lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(sample.data.root)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(url + "nianbao/reports.json?_shape=array") as page:
            assert len(json.load(page)) == 4
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - started < 15
    finally:
        process.kill()
        process.stdout.close()
