"""TLS trust per host: verified where possible, otherwise unverified and recorded.

Many government hosts have incomplete chains or certificates of another name. Refusing
them would lose public documents, trusting everybody silently would hide the fact. So
a host is asked with verification first; when its certificate is refused, the host is
remembered as untrusted for this run, asked again without, and every capture from it
says ``tls_verified = false``.
"""

from __future__ import annotations

from typing import Any

from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

#: What OpenSSL and service_identity say when a certificate is not accepted.
SIGNS = ("certificate verify failed", "VerificationError", "CertificateError")


@implementer(IPolicyForHTTPS)
class TrustPolicy:
    """Chooses the strict or the lenient TLS policy by host."""

    def __init__(self, strict: Any, lenient: Any) -> None:
        self._strict = strict
        self._lenient = lenient
        self.untrusted: set[str] = set()

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802
        """The TLS options for a connection."""
        lenient = hostname.decode("ascii") in self.untrusted
        policy = self._lenient if lenient else self._strict
        return policy.creatorForNetloc(hostname, port)


def is_certificate_problem(error: BaseException) -> bool:
    """Whether a download failed because the certificate was not accepted."""
    seen: set[int] = set()
    queue: list[Any] = [error]
    while queue:
        found = queue.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        if any(sign in f"{type(found).__name__} {found!r}" for sign in SIGNS):
            return True
        queue += [getattr(found, "__cause__", None), getattr(found, "value", None)]
        queue += list(getattr(found, "reasons", None) or ())
    return False
