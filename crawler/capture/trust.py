"""TLS trust by host and port: verified where possible, otherwise less, and recorded.

Many government hosts have incomplete chains or certificates of another name, some speak
nothing newer than TLS 1.0 or agree on keys that are too short today. Refusing them
would lose public documents, trusting everybody silently would hide the fact. So a host
is asked with verification and today's protocols first. When that fails, it is asked
again, it alone and for this run: without verification after a certificate that is not
accepted (:attr:`Trust.UNVERIFIED`), with every protocol and cipher the library still
has after a handshake that fails for its weakness, or that the server breaks off without
a word, as old ones do (:attr:`Trust.LEGACY`). Every capture
of such a host says ``tls_verified = false``. What fails even so is a
:class:`TlsRefused` that says what was expected and what was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any
from urllib.parse import urlsplit

from scrapy.core.downloader.contextfactory import (
    _get_creator_context,
    _load_context_factory_from_settings,
)
from scrapy.exceptions import DownloadFailedError
from twisted.internet.ssl import TLSVersion
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.urls import DEFAULT_PORTS

#: Host and port.
Peer = tuple[str, int]

#: What OpenSSL and service_identity say when a certificate is not accepted.
SIGNS = ("certificate verify failed", "VerificationError", "CertificateError")
#: What OpenSSL says when a server is too old or too weak for it, and what that means.
#: A bare alert is all that a server says which knows only other protocols or ciphers.
WEAK = {
    "unsupported protocol": "a protocol version older than those offered",
    "alert protocol version": "a server that refuses the protocol versions offered",
    "dh key too small": "a Diffie-Hellman key that is too short",
    "unsafe legacy renegotiation": "a server without secure renegotiation (RFC 5746)",
    "alert handshake failure": "a server that refuses all ciphers and keys offered",
    "alert insufficient security": "a server that finds all ciphers offered too weak",
    "wrong cipher returned": "a cipher that was not offered",
    "legacy sigalg disallowed": "a signature of a kind that is not accepted any more",
    "wrong signature type": "a signature of a kind that is not accepted any more",
}
#: What OpenSSL says when the answer is no TLS at all.
FOREIGN = ("wrong version number", "http request", "packet length too long")
#: Also keys and hashes below 80 bits of security; no cipher without a certificate.
LEGACY_CIPHERS = b"ALL:!aNULL:@SECLEVEL=0"


class Trust(IntEnum):
    """How a host is asked; each step asks for less than the one before."""

    STRICT = 0
    UNVERIFIED = 1
    LEGACY = 2


EXPECTED = {
    Trust.STRICT: "TLS 1.2 or later",
    Trust.UNVERIFIED: "TLS 1.2 or later",
    Trust.LEGACY: "TLS 1.0 or later with any cipher",
}


class TlsRefused(DownloadFailedError):
    """No handshake came about; the text says what was expected and what was found."""


class LegacyFactory:
    """TLS options without verification, for TLS 1.0 and whatever ciphers there are."""

    def __init__(self, lenient: Any) -> None:
        lenient.tls_min_version = TLSVersion.TLSv1_0
        self._lenient = lenient

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802
        """The TLS options for a connection."""
        creator = self._lenient.creatorForNetloc(hostname, port)
        # Twisted expands a cipher string into names, which loses the security level.
        _get_creator_context(creator).set_cipher_list(LEGACY_CIPHERS)
        return creator


@implementer(IPolicyForHTTPS)
class TrustPolicy:
    """Chooses the TLS options by peer; ``factories`` has one for every step."""

    def __init__(self, factories: dict[Trust, Any]) -> None:
        self._factories = factories
        self._lowered: dict[Peer, Trust] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, strict: Any) -> TrustPolicy:
        """The policy around Scrapy's own, verifying factory."""

        def unverified() -> Any:
            factory: Any = _load_context_factory_from_settings(crawler)
            factory._verify_certificates = False
            return factory

        return cls(
            {
                Trust.STRICT: strict,
                Trust.UNVERIFIED: unverified(),
                Trust.LEGACY: LegacyFactory(unverified()),
            }
        )

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802
        """The TLS options for a connection."""
        factory = self._factories[self.trust((hostname.decode("ascii"), port))]
        return factory.creatorForNetloc(hostname, port)

    def trust(self, peer: Peer) -> Trust:
        """How a peer is asked at present."""
        return self._lowered.get(peer, Trust.STRICT)

    def lower(self, peer: Peer, trust: Trust) -> None:
        """Ask a peer with no more trust than this for the rest of the run.

        There is no way back: a connection that was made without verification may be
        used again, and what comes over it must not be said to be verified.
        """
        self._lowered[peer] = max(trust, self.trust(peer))

    def give_back(self, peer: Peer, trust: Trust) -> None:
        """Ask a peer as before: with less trust no handshake came about either.

        Only for what the same request had lowered, so that no connection was made.
        """
        self._lowered[peer] = trust


def peer_of(url: str) -> Peer:
    """Host and port that a URL leads to.

    >>> peer_of("https://www.a.gov.cn/x"), peer_of("https://a.gov.cn:8443/")
    (('www.a.gov.cn', 443), ('a.gov.cn', 8443))
    """
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def less(trust: Trust, error: BaseException, *, hung_up: bool = False) -> Trust | None:
    """How to ask again what failed with ``trust``; None when less would not help.

    ``hung_up``: the server closed in the middle of the handshake without an alert.
    """
    if trust < Trust.UNVERIFIED and is_certificate_problem(error):
        return Trust.UNVERIFIED
    weak = hung_up or any(sign in said(error) for sign in WEAK)
    return Trust.LEGACY if weak and trust < Trust.LEGACY else None


def refusal(trust: Trust, error: BaseException) -> TlsRefused | None:
    """A failed handshake in plain words; None when something else failed."""
    words = said(error)
    if sign := next((sign for sign in FOREIGN if sign in words), None):
        return TlsRefused(
            f"expected TLS, found an answer that is no TLS, such as plain HTTP"
            f" ({sign}); is the address of the portal http://?"
        )
    if sign := next((sign for sign in WEAK if sign in words), None):
        return TlsRefused(f"expected {EXPECTED[trust]}, found {WEAK[sign]} ({sign})")
    return None


def causes(error: BaseException) -> Iterator[Any]:
    """An error and everything that Scrapy and Twisted wrapped in it, once each."""
    seen: set[int] = set()
    queue: list[Any] = [error]
    while queue:
        found = queue.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        queue += [getattr(found, "__cause__", None), getattr(found, "value", None)]
        queue += list(getattr(found, "reasons", None) or ())


def said(error: BaseException) -> str:
    """What OpenSSL said about a failed handshake, empty when it said nothing.

    >>> from OpenSSL.SSL import Error
    >>> said(DownloadFailedError("cut")), said(Error([("SSL routines", "", "too old")]))
    ('', 'too old')
    """
    return "; ".join(
        str(entry[-1])
        for found in causes(error)
        if type(found).__module__ == "OpenSSL.SSL"
        for entry in (found.args[0] if found.args else ())
        if isinstance(entry, tuple)
    )


def is_certificate_problem(error: BaseException) -> bool:
    """Whether a download failed because the certificate was not accepted."""
    return any(
        sign in f"{type(found).__name__} {found!r}"
        for found in causes(error)
        for sign in SIGNS
    )
