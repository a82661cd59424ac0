"""Hosts with outdated TLS are read and marked, or refused with a reason in words."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from crawler.capture.trust import FOREIGN, WEAK, Trust, TrustPolicy, less
from tests.crawler.crawls import Crawled, crawl_in_child, portal
from tests.crawler.test_capture import make_certificate
from tests.crawler.wire import Wire, page

HOME = page("<p>临澜县人民政府</p>")
#: The prime of the second Oakley group, 1024 bits (RFC 2409, section 6.2).
SHORT_DH = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""
#: ServerHello of TLS 1.2 without any extension, so without renegotiation_info.
SERVER_HELLO = bytes.fromhex(
    f"16 0303 002a 02 000026 0303 {bytes(range(32)).hex()} 00 003c 00"
)
HANDSHAKE_FAILURE = bytes.fromhex("15 0303 0002 02 28")
PLAIN = (
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 5\r\n\r\nplain"
)
#: Homes that are read, by the kind of their server.
READ = ("tls 1.0", "short dh", "short key", "old cipher", "hangs up")


def rsa_certificate(folder: Path, bits: int) -> tuple[Path, Path]:
    """A certificate that nobody signed, with an RSA key of so many bits."""
    pem, key = folder / f"rsa{bits}.pem", folder / f"rsa{bits}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", f"rsa:{bits}", "-subj",
         "/CN=localhost", "-days", "2", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(key), "-out", str(pem)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return pem, key


def weaken(server: Wire, kind: str, folder: Path) -> None:
    """Leave a server nothing but what ``kind`` says."""
    context = server._tls
    assert context is not None
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    match kind:
        case "tls 1.0":
            with warnings.catch_warnings():  # the library says that it is outdated
                warnings.simplefilter("ignore", DeprecationWarning)
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1
        case "short dh":
            parameters = folder / "dh.pem"
            parameters.write_text(SHORT_DH)
            context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
            context.load_dh_params(str(parameters))
        case "short key":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.load_cert_chain(*rsa_certificate(folder, 1024))
        case "old cipher":
            context.set_ciphers("CAMELLIA128-SHA:@SECLEVEL=0")
        case "hangs up":
            context.set_ciphers("ALL:@SECLEVEL=0")
            server._accepts = offers_tls_1_0
        case "no cipher":
            context.set_ciphers("NULL-SHA256:@SECLEVEL=0")


#: The extension supported_versions (43) whose last entry is TLS 1.0.
TLS_1_0_OFFERED = re.compile(rb"\x00\x2b\x00.[\x02-\x10](?:..)*?\x03\x01", re.S)


def offers_tls_1_0(connection: socket.socket) -> bool:
    """Whether the hello of a client, left unread, goes down to TLS 1.0.

    A server of old closes the connection on any other hello and sends no alert.
    """
    connection.settimeout(5)
    return TLS_1_0_OFFERED.search(connection.recv(4096, socket.MSG_PEEK)) is not None


@contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """An address of https whose server does ``talk`` after the first bytes it gets."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(5)
                    connection.recv(65536)
                    talk(connection)
                except OSError:
                    pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.close()


class NoRenegotiation:
    """Says hello without renegotiation_info, keeps the answers, then refuses."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(SERVER_HELLO)
        connection.settimeout(1.5)
        try:
            self.answers.append(connection.recv(65536))
        except TimeoutError:
            self.answers.append(b"")
            connection.sendall(HANDSHAKE_FAILURE)


class Silence:
    """Closes on every hello and counts them."""

    def __init__(self) -> None:
        self.hellos = 0

    def __call__(self, connection: socket.socket) -> None:
        self.hellos += 1


@pytest.fixture(scope="module")
def silence() -> Silence:
    return Silence()


@pytest.fixture(scope="module")
def hello() -> NoRenegotiation:
    return NoRenegotiation()


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, hello, silence) -> Crawled:
    """One crawl over all kinds, a trusted host and one without TLS."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make RSA certificates with")
    folder = tmp_path_factory.mktemp("tls")
    long = rsa_certificate(folder, 2048)
    trusted = make_certificate(folder)
    homes: dict[str, str] = {}
    with ExitStack() as stack:
        for kind in (*READ, "no cipher"):
            server = Wire({"/": HOME}, long)
            try:
                weaken(server, kind, folder)
            except ssl.SSLError as error:
                homes[kind] = f"not to be produced here: {error}"
                continue
            homes[kind] = stack.enter_context(server).home
        homes["trusted"] = stack.enter_context(Wire({"/": HOME}, trusted)).home
        homes["http"] = stack.enter_context(Wire({"/": HOME})).home
        homes["plain"] = stack.enter_context(raw(lambda c: c.sendall(PLAIN)))
        homes["silent"] = stack.enter_context(raw(silence))
        homes["renegotiation"] = stack.enter_context(raw(hello))
        sources = [
            portal(home, kind.replace(" ", "-").replace(".", "-"))
            for kind, home in homes.items()
            if home.startswith("http")
        ]
        result = crawl_in_child(
            folder / "data", sources, env={"SSL_CERT_FILE": str(trusted[0])}
        )
    result.summary["homes"] = homes
    return result


def home_of(crawled: Crawled, kind: str) -> str:
    """The home of a kind; skips when its server could not be made."""
    home: str = crawled.summary["homes"][kind]
    if not home.startswith("http"):
        pytest.skip(f"{kind}: {home}")
    return home


def state(crawled: Crawled, kind: str) -> list[tuple[str, str | None]]:
    return crawled.rows(
        "SELECT state, reason FROM frontier WHERE url = ?", home_of(crawled, kind)
    )


def verified(crawled: Crawled, kind: str) -> list[tuple[str, int | None]]:
    return crawled.rows(
        "SELECT outcome, tls_verified FROM captures WHERE url = ?",
        home_of(crawled, kind),
    )


@pytest.mark.parametrize("kind", READ)
def test_a_home_behind_weak_tls_is_read_and_marked_unverified(crawled, kind):
    assert state(crawled, kind) == [("done", None)]
    assert verified(crawled, kind) == [("ok", 0)]


def test_a_trusted_host_of_the_same_run_is_still_verified(crawled):
    assert state(crawled, "trusted") == [("done", None)]
    assert verified(crawled, "trusted") == [("ok", 1)]


def test_a_home_without_tls_is_read_and_says_nothing_of_trust(crawled):
    assert state(crawled, "http") == [("done", None)]
    assert verified(crawled, "http") == [("ok", None)]


REFUSED = {
    "no cipher": (
        "expected TLS 1.0 or later with any cipher, found a server that refuses all"
        " ciphers and keys offered (alert handshake failure)"
    ),
    "renegotiation": (
        "expected TLS 1.0 or later with any cipher, found a server that refuses all"
        " ciphers and keys offered (alert handshake failure)"
    ),
    "plain": (
        "expected TLS, found an answer that is no TLS, such as plain HTTP"
        " (wrong version number); is the address of the portal http://?"
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_handshake_is_explained_in_frontier_and_report(crawled, kind):
    why = f"robots.txt: TlsRefused: {REFUSED[kind]}"
    assert state(crawled, kind) == [("failed", f"unreachable: {why}")]
    assert verified(crawled, kind) == []
    name = kind.replace(" ", "-")
    assert f"{name} could not be reached: {why}" in crawled.summary["attention"]


def test_the_run_ends_well_whatever_the_handshakes_came_to(crawled):
    assert crawled.code == 0
    assert crawled.summary["reason"] == "finished"


def test_a_server_without_secure_renegotiation_is_asked_again_more_leniently(
    crawled, hello
):
    # the first time an alert, handshake_failure; the second time the client goes on
    assert hello.answers == [HANDSHAKE_FAILURE, b""]


def test_a_server_that_hangs_up_on_every_hello_is_asked_twice_a_try_and_unreachable(
    crawled, silence
):
    ((outcome, reason),) = state(crawled, "silent")
    assert outcome == "failed"
    assert reason.startswith("unreachable: robots.txt: ")
    assert verified(crawled, "silent") == []
    # robots.txt and its one retry, each with today's protocols and with all of them
    assert silence.hellos == 4


def test_trust_is_given_back_where_asking_for_less_was_no_help():
    policy, peer = TrustPolicy(dict.fromkeys(Trust)), ("a.gov.cn", 443)
    assert less(Trust.STRICT, OSError(), hung_up=True) is Trust.LEGACY
    assert less(Trust.LEGACY, OSError(), hung_up=True) is None
    assert less(Trust.STRICT, OSError()) is None
    policy.lower(peer, Trust.LEGACY)
    policy.give_back(peer, Trust.STRICT)
    assert policy.trust(peer) is Trust.STRICT


def test_less_trust_in_one_port_leaves_other_ports_and_hosts_alone():
    policy = TrustPolicy(dict.fromkeys(Trust))
    policy.lower(("a.gov.cn", 443), Trust.LEGACY)
    policy.lower(("a.gov.cn", 443), Trust.UNVERIFIED)
    peers = [("a.gov.cn", 443), ("a.gov.cn", 8443), ("b.gov.cn", 443)]
    assert [policy.trust(peer) for peer in peers] == [
        Trust.LEGACY,
        Trust.STRICT,
        Trust.STRICT,
    ]


def test_no_sign_of_weakness_is_a_sign_of_another_protocol():
    assert not [(w, f) for w in WEAK for f in FOREIGN if w in f or f in w]
