"""When a host asks for a pause or keeps failing: how long to wait, when to give up.

Pure. A host that says ``Retry-After`` is believed up to an hour; one that only fails is
given twice the time after every failure, and after a few failures in a row it is left
alone for the rest of the run. A run within the next hour tries it once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_PAUSE = 3600.0
#: How long the runs that follow leave a host alone from its first failure on.
REST_SECONDS = 3600.0
#: Failures in a row after which a host is left alone.
MAX_FAILURES = 5


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110 §10.2.3), None without one.

    ``now`` is timezone-aware. What cannot be read counts as absent.

    >>> at = datetime(2026, 1, 31, 8, tzinfo=UTC)
    >>> retry_after("120", at), retry_after("Sat, 31 Jan 2026 08:00:30 GMT", at)
    (120.0, 30.0)
    >>> retry_after("86400", at), retry_after("soon", at), retry_after("-5", at)
    (3600.0, None, None)
    >>> retry_after("Fri, 30 Jan 2026 08:00:00 GMT", at)
    0.0
    """
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), MAX_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), MAX_PAUSE)


def back_off(delay: float, failures: int) -> float:
    """Seconds to wait after so many failures in a row, where nothing was asked for.

    >>> [back_off(2.0, n) for n in (1, 2, 3, 4)]
    [4.0, 8.0, 16.0, 32.0]
    """
    return min(delay * 2.0 ** min(failures, 20), MAX_PAUSE)


@dataclass(slots=True)
class Breaker:
    """Counts failures in a row by host; opens at ``limit``, for the rest of a run.

    >>> breaker = Breaker(2)
    >>> breaker.failed("a.cn", "HTTP 500"), breaker.failed("a.cn", "HTTP 503")
    (1, 2)
    >>> breaker.reason("a.cn"), breaker.reason("b.cn")
    ('2 failures in a row, the last: HTTP 503', None)
    """

    limit: int = MAX_FAILURES
    _failures: dict[str, int] = field(default_factory=dict)
    _open: dict[str, str] = field(default_factory=dict)

    def failed(self, host: str, why: str) -> int:
        """Count a failure and return how many there are in a row."""
        number = self._failures[host] = self._failures.get(host, 0) + 1
        if number >= self.limit and host not in self._open:
            self._open[host] = f"{number} failures in a row, the last: {why}"
        return number

    def answered(self, host: str) -> None:
        """The host is well: start counting anew."""
        self._failures.pop(host, None)

    def doubt(self, host: str) -> None:
        """Leave a host alone from its first failure on: it failed before this run.

        >>> breaker = Breaker(5)
        >>> breaker.doubt("a.cn")
        >>> breaker.failed("a.cn", "HTTP 500"), breaker.reason("a.cn")
        (5, '5 failures in a row, the last: HTTP 500')
        """
        self._failures[host] = self.limit - 1

    def reason(self, host: str) -> str | None:
        """Why a host is left alone, None when it is not."""
        return self._open.get(host)
