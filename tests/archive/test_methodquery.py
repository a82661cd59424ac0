"""Answers to POST have the keys under which pywb looks for them."""

from __future__ import annotations

import gzip
import http.client
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from archive.cdxj import entries, write_index
from archive.methodquery import FORM, append_query, body_query, request_query
from archive.records import Exchange
from archive.urlkey import urlkey
from archive.warc import WarcStore
from tests.archive import replay

JSON = "application/json;charset=UTF-8"
#: body, type, what it asks for.
BODIES = [
    (b"a=1&b=%E5%B9%B4%E6%8A%A5&c=", FORM, "a=1&b=年报&c="),
    (b"a=1+2&b=%26", FORM, "a=1 2&b=&"),
    (b"a=%C4%EA", f"{FORM}; charset=GBK", "a=\ufffd\ufffd"),
    (b"\xc4\xea", FORM, "__wb_post_data=xOo="),
    (b'{"page": 2, "dept": "", "x": null}', JSON, "page=2&dept=&x=null"),
    (b'{"p": {"n": 1.0, "ok": true}, "q": [{"n": 2.5}]}', JSON, "n=1&ok=true&n.2_=2.5"),
    (b'{"p": ["a", "b", "c"]}', JSON, "p=a&p.2_=b&p.3_=c"),
    (b'{"name": "\xe5\xb9\xb4 \xe6\x8a\xa5"}', JSON, "name=%E5%B9%B4+%E6%8A%A5"),
    (b"{broken", JSON, ""),
    (b'{"a": 1}', "text/plain", "a=1"),
    (b"broken", "text/plain", "__wb_post_data=YnJva2Vu"),
    (b"<q/>", "text/xml", "__wb_post_data=PHEvPg=="),
    (b"", FORM, ""),
    (b"a=" + b"x" * 5000, FORM, "a=" + "x" * 4094),
]  # fmt: skip
PYWB = """
import io, json, sys
from pywb.utils.canonicalize import canonicalize
from pywb.warcserver.inputrequest import MethodQueryCanonicalizer
for url, body, kind in json.load(sys.stdin):
    data = body.encode("latin-1")
    query = MethodQueryCanonicalizer("POST", kind, len(data), io.BytesIO(data))
    print(json.dumps(canonicalize(query.append_query(url))))
"""


@pytest.mark.parametrize(("body", "content_type", "query"), BODIES)
def test_a_body_asks_for(body, content_type, query):
    assert body_query(body, content_type) == query


def test_pywb_computes_the_same_keys():
    python = Path(replay.wayback()).parent / "python"
    asked = [
        (f"http://www.a.gov.cn/List.do{query}", body.decode("latin-1"), kind)
        for body, kind, _ in BODIES
        for query in ("", "?id=7")
    ]
    done = subprocess.run(
        [python, "-c", PYWB],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    theirs = [json.loads(line) for line in done.stdout.splitlines()]
    ours = [
        urlkey(append_query(url, "POST", body_query(body.encode("latin-1"), kind)))
        for url, body, kind in asked
    ]
    assert ours == theirs


def test_only_methods_with_a_body_are_told_apart():
    assert request_query(b"GET / HTTP/1.1\r\n\r\n") is None
    assert request_query(b"HEAD / HTTP/1.1\r\n\r\n") is None
    assert request_query(b"PUT / HTTP/1.1\r\n\r\n") == ("PUT", "")
    form = f"POST / HTTP/1.1\r\ncontent-TYPE: {FORM}\r\n\r\na=1".encode()
    assert request_query(form) == ("POST", "a=1")


# ------------------------------------------------------------------ files and replay

URL = "http://www.linlan.gov.cn/rest/getgovinfolist"
MOMENT = "2026-02-01T00:00:0{}.000000Z"


def exchange(number: int, body: bytes, kind: str, url: str = URL) -> Exchange:
    """An exchange whose answer says which request it answers."""
    head = f"POST /rest/getgovinfolist HTTP/1.1\r\nHost: www.linlan.gov.cn\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"  # noqa: E501
    answer = json.dumps({"answer": number, "filler": "x" * 1500}).encode()
    response = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"  # noqa: E501
    return Exchange(
        url,
        MOMENT.format(number),
        head.encode() + body,
        response.encode() + answer,
        asked=f"{url}?__wb_method=POST&__wb_post_data={number}",
    )


ASKED = [b'{"pageIndex": 1}', b'{"pageIndex": 2}']


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Two answers of one address to two bodies, and a page got with GET."""
    folder = tmp_path / "warc"
    with WarcStore(folder, run_id="r-1") as store:
        for number, body in enumerate(ASKED, 1):
            store.append(exchange(number, body, "application/json"))
        plain = exchange(3, b"", "text/html")
        store.append(
            Exchange(URL, plain.started_at, b"GET / HTTP/1.1\r\n\r\n", plain.response)
        )
    return folder


def test_the_index_tells_answers_to_different_bodies_apart(collection):
    (path,) = collection.glob("*.warc.gz")
    lines = [str(entry) for entry in entries(path)]
    key = "cn,gov,linlan)/rest/getgovinfolist"
    assert [line.split(" ", 2)[0] for line in lines] == [
        f"{key}?__wb_method=post&pageindex=1",
        f"{key}?__wb_method=post&pageindex=2",
        key,
    ]
    fields = [json.loads(line.split(" ", 2)[2]) for line in lines]
    assert [f["url"] for f in fields] == [URL] * 3
    assert [f.get("method") for f in fields] == ["POST", "POST", None]
    assert [f.get("requestBody") for f in fields] == [
        "pageIndex=1",
        "pageIndex=2",
        None,
    ]


def test_a_record_of_another_writer_may_stand_before_its_answer(collection, tmp_path):
    """wget writes the request first and names it in the response."""

    def record(kind: str, number: int, block: bytes, more: str = "") -> bytes:
        head = (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
            f"WARC-Target-URI: {URL}\r\nWARC-Date: 2026-02-01T00:00:00Z\r\n{more}"
            f"Content-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        return gzip.compress(head.encode() + block + b"\r\n\r\n")

    one = exchange(1, b"p=1", FORM)
    path = tmp_path / "other.warc.gz"
    named = "WARC-Concurrent-To: <urn:uuid:1>\r\n"
    path.write_bytes(
        record("request", 1, one.request) + record("response", 2, one.response, named)
    )
    (entry,) = entries(path)
    assert (entry.method, entry.query) == ("POST", "p=1")


def test_identical_answers_to_post_are_stored_whole_for_replay(tmp_path):
    with WarcStore(tmp_path / "warc", run_id="r-1") as store:
        first = exchange(1, b"p=1", FORM)
        captures = [
            store.append(replace(first, started_at=MOMENT.format(n), asked=asked))
            for n, asked in (
                (1, f"{URL}?__wb_method=POST"),
                (2, None),
                (3, f"{URL}?__wb_method=PUT"),
            )
        ]
    assert [c.outcome for c in captures] == ["ok", "ok", "ok"]


def test_pywb_replays_the_answer_to_each_body(collection, tmp_path):
    """Asked by POST, as the archived page's own script would ask."""
    index = tmp_path / "index.cdxj"
    assert write_index(collection, index) == 3
    with replay.pywb(replay.wayback(), tmp_path, index, collection) as port:
        answers = []
        for body in ASKED:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"/nianbao/2026id_/{URL}", body, headers)
            answer = connection.getresponse()
            answers.append((answer.status, json.loads(answer.read())["answer"]))
            connection.close()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", f"/nianbao/2026id_/{URL}")
        answers.append((200, json.loads(connection.getresponse().read())["answer"]))
        connection.close()
    assert answers == [(200, 1), (200, 2), (200, 3)]
