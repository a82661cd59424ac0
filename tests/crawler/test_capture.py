"""What lies in the WARC is, byte for byte, what crossed the wire."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import ipaddress
import socket
import struct
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from tests.crawler.crawls import Crawled, crawl_in_child, portal
from tests.crawler.wire import Reply, Wire, page, then_close

ODD_HEADERS = (
    b"HTTP/1.1 200 Sehr gut, danke\r\n"
    b"sErVeR:  two  blanks\r\n"
    b"X-Zulu: first\r\nX-Alpha: second\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
    b'ETag: "abc"\r\nCONTENT-TYPE: text/html\r\n'
    b"content-length: 11\r\n\r\n<p>odd</p>\r"
)
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n"
    b"A;name=value\r\n<p>chunked\r\n4\r\n</p>\r\n0\r\nX-Trailer: yes\r\n\r\n"
)
ZIPPED_BODY = gzip.compress("<p>压缩</p>".encode(), mtime=0)
ZIPPED = page(ZIPPED_BODY, Content_Encoding="gzip")
NOT_REALLY_ZIPPED = page(b"<p>plain</p>", Content_Encoding="gzip")
OLD = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>until the end</p>"
LF_ONLY = b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 9\n\n<p>lf</p>"
BAD_LINE = (
    b"HTTP/1.1 200 OK\r\nno colon in this line\r\nContent-Length: 10\r\n\r\n<p>bad</p>"
)
FOLDED = (
    b"HTTP/1.1 200 OK\r\nX-Folded: one\r\n\ttwo\r\n"
    b"Content-Length: 11\r\n\r\n<p>fold</p>"
)
NO_BODY = b"HTTP/1.1 204 No Content\r\nX-Empty: yes\r\n\r\n"
MISSING = page("<p>没有</p>", "404 Not Found At All")
EMPTY = page("")
CUT_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<p>cut"
CUT_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n<p>cut"
CUT_HEAD = b"HTTP/1.1 200 OK\r\nContent-Ty"

#: path → (bytes sent, how, outcome of its capture, payload)
WHOLE: dict[str, tuple[bytes, bool, str, bytes]] = {
    "/odd.html": (ODD_HEADERS, False, "ok", b"<p>odd</p>\r"),
    "/chunked.html": (CHUNKED, False, "ok", b"<p>chunked</p>"),
    "/zipped.html": (ZIPPED, False, "ok", "<p>压缩</p>".encode()),
    "/notzipped.html": (NOT_REALLY_ZIPPED, False, "ok", b"<p>plain</p>"),
    "/old.html": (OLD, True, "ok", b"<p>until the end</p>"),
    "/lf.html": (LF_ONLY, True, "ok", b"<p>lf</p>"),
    "/badline.html": (BAD_LINE, False, "ok", b"<p>bad</p>"),
    "/folded.html": (FOLDED, False, "ok", b"<p>fold</p>"),
    "/nobody.html": (NO_BODY, True, "ok", b""),
    "/missing.html": (MISSING, False, "not_found", "<p>没有</p>".encode()),
    "/empty.html": (EMPTY, False, "ok", b""),
}
CUT: dict[str, bytes] = {
    "/cutlength.html": CUT_LENGTH,
    "/cutchunk.html": CUT_CHUNK,
    "/cuthead.html": CUT_HEAD,
}


def reset(data: bytes) -> Reply:
    """Send, then break the connection with a reset."""

    def reply(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )

    return reply


def links(paths: list[str]) -> bytes:
    """A report column that lists the paths."""
    items = "".join(f'<li><a href="{p}">某县2023年公开年报</a></li>' for p in paths)
    return page(f"<ul>{items}</ul>")


def records(data: Path, kind: str) -> dict[str, list[tuple[dict[str, str], bytes]]]:
    """Headers and blocks of all records of a kind by target path."""
    found: dict[str, list[tuple[dict[str, str], bytes]]] = {}
    for path in sorted((data / "warc").glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, parse_http=False):
                headers = dict(record.headers)
                if headers["WARC-Type"] == kind:
                    target = "/" + headers["WARC-Target-URI"].split("/", 3)[3]
                    found.setdefault(target, []).append((headers, record.reader.read()))
    return found


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Crawled, Wire]:
    """One crawl over all odd answers."""
    replies: dict[str, Reply] = {
        path: then_close(sent) if close else sent
        for path, (sent, close, _, _) in WHOLE.items()
    }
    replies |= {path: then_close(sent) for path, sent in CUT.items()}
    replies["/reset.html"] = reset(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<p>r")
    replies["/nb/"] = links(list(replies))
    data = tmp_path_factory.mktemp("capture") / "data"
    with Wire(replies) as wire:
        wire.replies["/"] = page("<p>home</p>")
        sources = [portal(wire.home, seeds=[f"{wire.home}nb/"])]
        return crawl_in_child(data, sources), wire


@pytest.mark.parametrize("path", WHOLE)
def test_a_response_record_holds_exactly_the_bytes_that_were_sent(crawled, path):
    (_, block), *more = records(crawled[0].data, "response")[path]
    assert not more
    assert block == WHOLE[path][0]


@pytest.mark.parametrize("path", WHOLE)
def test_the_capture_row_names_outcome_and_payload_digest(crawled, path):
    _, _, outcome, payload = WHOLE[path]
    rows = crawled[0].rows(
        "SELECT outcome, sha256, bytes, fidelity, ip, tls_verified FROM captures"
        " WHERE url LIKE ?",
        f"%{path}",
    )
    digest = hashlib.sha256(payload).hexdigest()
    assert rows == [(outcome, digest, len(payload), "exact", "127.0.0.1", None)]


@pytest.mark.parametrize("path", CUT)
def test_a_cut_response_is_kept_as_far_as_it_came_and_marked(crawled, path):
    found = records(crawled[0].data, "response")[path]
    assert found
    for headers, block in found:
        assert block == CUT[path]
        assert headers["WARC-Truncated"] == "disconnect"


def test_a_cut_response_is_never_read_as_a_document(crawled):
    state = crawled[0].rows(
        "SELECT state, reason FROM frontier WHERE url LIKE '%/cutlength.html'"
    )
    assert state == [("failed", "truncated: body has 6 of 1000 bytes")]
    assert not crawled[0].rows("SELECT 1 FROM triage WHERE url LIKE '%/cut%'")


def test_a_reset_connection_leaves_its_prefix_and_a_failure(crawled):
    (headers, block), *_ = records(crawled[0].data, "response")["/reset.html"]
    assert block == b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<p>r"
    assert headers["WARC-Truncated"] == "disconnect"
    rows = crawled[0].rows("SELECT state FROM frontier WHERE url LIKE '%/reset.html'")
    assert rows == [("failed",)]


def test_every_request_record_holds_exactly_the_bytes_the_server_got(crawled):
    result, wire = crawled
    archived = [
        block for all_ in records(result.data, "request").values() for _, block in all_
    ]
    assert sorted(archived) == sorted(wire.requests)
    assert b"GET / HTTP/1.1\r\n" in archived[0] or any(
        block.startswith(b"GET / HTTP/1.1\r\n") for block in archived
    )


def test_request_and_response_of_one_exchange_share_date_and_id(crawled):
    (response, _), *_ = records(crawled[0].data, "response")["/odd.html"]
    (request, _), *_ = records(crawled[0].data, "request")["/odd.html"]
    assert request["WARC-Date"] == response["WARC-Date"]
    assert request["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert response["WARC-IP-Address"] == "127.0.0.1"


def test_a_broken_content_coding_is_said_in_the_capture(crawled):
    rows = crawled[0].rows(
        "SELECT reason FROM captures WHERE url LIKE '%/notzipped.html'"
    )
    assert rows == [("not really gzip",)]


def make_certificate(
    folder: Path, days: int = 1, host: str = "127.0.0.1"
) -> tuple[Path, Path]:
    """A certificate that nobody signed, for a host, with so many days to run."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address(host))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=9))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem", folder / "key.pem"
    pem[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem


def test_a_host_with_a_bad_certificate_is_captured_exactly_and_marked_unverified(
    run_crawl, tmp_path
):
    home = page("<p>https</p>", X_oDD="yes")
    with Wire({"/": home}, certificate=make_certificate(tmp_path)) as wire:
        result = run_crawl(portal(wire.home))
    rows = result.rows("SELECT outcome, tls_verified FROM captures WHERE url LIKE '%/'")
    assert rows == [("ok", 0)]
    assert [block for _, block in records(result.data, "response")["/"]] == [home]


def test_a_host_whose_certificate_is_trusted_is_marked_verified(run_crawl, tmp_path):
    certificate = make_certificate(tmp_path)
    with Wire({"/": page("<p>https</p>")}, certificate=certificate) as wire:
        result = run_crawl(
            portal(wire.home), env={"SSL_CERT_FILE": str(certificate[0])}
        )
    rows = result.rows("SELECT outcome, tls_verified FROM captures WHERE url LIKE '%/'")
    assert rows == [("ok", 1)]


@pytest.mark.parametrize(
    "kind", [{"days": -1}, {"host": "127.0.0.9"}], ids=["expired", "wrong host"]
)
def test_a_trusted_certificate_that_does_not_fit_is_marked_unverified(
    run_crawl, tmp_path, kind
):
    certificate = make_certificate(tmp_path, **kind)
    with Wire({"/": page("<p>https</p>")}, certificate=certificate) as wire:
        result = run_crawl(
            portal(wire.home), env={"SSL_CERT_FILE": str(certificate[0])}
        )
    rows = result.rows("SELECT outcome, tls_verified FROM captures WHERE url LIKE '%/'")
    assert rows == [("ok", 0)]
