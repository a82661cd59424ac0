"""The server of the sample portals: HTTP as a Web server speaks it, and its end."""

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive.errors import PortInUse
from crawler.sample.server import SamplePortals

ROOT = Path(__file__).parents[2]
SERVER = [sys.executable, "-m", "crawler.sample.server", "--ports", "0", "0", "0"]


@pytest.fixture(scope="module")
def portals():
    with SamplePortals() as running:
        yield running


def ask(portals, portal: str, path: str, method: str = "GET", **headers: str):
    address = urlsplit(portals.bases[portal])
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def listens(base: str) -> bool:
    address = urlsplit(base)
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address.hostname, address.port)) == 0


def stops_listening(base: str, patience: float = 5.0) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if not listens(base):
            return True
        time.sleep(0.05)
    return False


def test_the_portals_are_a_registry_of_three_sources(portals):
    assert [
        (s.source_id, s.name, s.adcode, s.level, s.delay_seconds)
        for s in portals.sources
    ] == [
        ("sample-trs", "云川市人民政府", "990100", "city", 0.05),
        ("sample-hanweb", "临澜县人民政府", "990221", "county", 0.05),
        ("sample-generic", "柳渡县人民政府", "990322", "county", 0.05),
    ]
    for source in portals.sources:
        answer, body = ask(portals, source.source_id, "/")
        assert answer.status == 200
        assert source.home == portals.bases[source.source_id] + "/"
        assert int(answer.headers["Content-Length"]) == len(body)


@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_a_conditional_request_for_an_unchanged_page_is_answered_304(portals, header):
    first, _ = ask(portals, "sample-trs", "/zfxxgk/")
    asked = {"ETag": "If_None_Match", "Last-Modified": "If_Modified_Since"}[header]
    again, body = ask(
        portals, "sample-trs", "/zfxxgk/", **{asked: first.headers[header]}
    )
    assert (again.status, body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    "headers",
    [
        {"If_None_Match": '"another"'},
        {"If_Modified_Since": "Mon, 01 Jan 2018 00:00:00 GMT"},
        {"If_Modified_Since": "not a date"},
        # An entity tag that does not match overrules any date (RFC 9110, 13.2.2).
        {
            "If_None_Match": '"another"',
            "If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT",
        },
    ],
)
def test_a_conditional_request_for_a_changed_page_brings_the_page(portals, headers):
    answer, body = ask(portals, "sample-trs", "/zfxxgk/", **headers)
    assert answer.status == 200
    assert body


def test_what_is_not_there_is_answered_404_with_a_page(portals):
    answer, body = ask(portals, "sample-generic", "/xxgk/show.aspx?id=1")
    assert (answer.status, answer.headers["ETag"]) == (404, None)
    assert "找不到您要访问的页面" in body.decode("gbk")


def test_head_has_the_headers_of_get_and_no_body(portals):
    get, body = ask(portals, "sample-generic", "/")
    head, nothing = ask(portals, "sample-generic", "/", method="HEAD")
    assert nothing == b""
    assert head.headers["Content-Length"] == str(len(body))
    assert head.headers["ETag"] == get.headers["ETag"]


def test_one_connection_serves_many_requests(portals):
    address = urlsplit(portals.bases["sample-trs"])
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
    for path in ("/", "/zfxxgk/", "/nothing"):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.version == 11
        assert not answer.will_close
    connection.close()


def test_a_session_id_in_the_address_changes_nothing(portals):
    path = "/art/2023/1/12/art_1001_23520.html"
    plain, body = ask(portals, "sample-hanweb", path)
    assert plain.status == 200
    assert ask(portals, "sample-hanweb", f"{path};jsessionid=1A2B")[1] == body


def test_a_port_that_is_taken_is_named(portals):
    port = urlsplit(portals.bases["sample-hanweb"]).port
    with (
        pytest.raises(PortInUse, match=f"port {port} on 127.0.0.1 is taken"),
        SamplePortals((0, port, 0)),
    ):
        pass


def test_with_fallback_a_taken_port_leads_to_free_ones(portals):
    taken = urlsplit(portals.bases["sample-hanweb"]).port
    with SamplePortals((0, taken, 0), fallback=True) as others:
        assert not set(others.bases.values()) & set(portals.bases.values())
        assert ask(others, "sample-hanweb", "/")[0].status == 200


def test_leaving_the_block_ends_the_server():
    with SamplePortals() as running:
        base = running.bases["sample-trs"]
        assert listens(base)
    assert not listens(base)


def start(command: list[str]) -> tuple[subprocess.Popen, dict[str, str]]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert select.select([process.stdout], [], [], 20)[0], "said nothing in 20 s"
    return process, json.loads(process.stdout.readline())


def test_the_server_ends_when_its_input_closes():
    process, bases = start(SERVER)
    assert listens(bases["sample-trs"])
    process.stdin.close()
    assert process.wait(5) == 0
    process.stdout.close()


def test_the_server_ends_when_its_parent_is_killed():
    parent, bases = start(
        [
            sys.executable,
            "-c",
            "import json, time\n"
            "from crawler.sample.server import SamplePortals\n"
            "with SamplePortals() as portals:\n"
            "    print(json.dumps(portals.bases), flush=True)\n"
            "    time.sleep(60)\n",
        ]
    )
    assert listens(bases["sample-generic"])
    parent.send_signal(signal.SIGKILL)
    parent.wait(5)
    parent.stdin.close()
    parent.stdout.close()
    assert stops_listening(bases["sample-generic"])
