"""Hours of bulk crawling, in China time. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from archive.errors import UsageError

CHINA = timezone(timedelta(hours=8))
SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Hours:
    """A daily span, in minutes after midnight in China; it may go over midnight."""

    start: int
    end: int

    def seconds_until_open(self, now: datetime) -> float:
        """Seconds until crawling may go on, 0 within the span. ``now`` is aware.

        >>> night = parse_hours("22:00-06:30")
        >>> night.seconds_until_open(datetime(2026, 1, 31, 21, 59, tzinfo=CHINA))
        60.0
        >>> night.seconds_until_open(datetime(2026, 1, 31, 6, 29, tzinfo=CHINA))
        0.0
        """
        local = now.astimezone(CHINA)
        minute = local.hour * 60 + local.minute
        span = (self.end - self.start) % 1440 or 1440
        if (minute - self.start) % 1440 < span:
            return 0.0
        wait = (self.start - minute) % 1440
        return wait * 60.0 - local.second - local.microsecond / 1e6


def parse_hours(text: str) -> Hours | None:
    """The span that a setting names, None for an empty one. Raises UsageError."""
    if not text.strip():
        return None
    match = SPAN.fullmatch(text.strip())
    numbers = [int(part) for part in match.groups()] if match else [99]
    if match is None or max(numbers[::2]) > 24 or max(numbers[1::2]) > 59:
        raise UsageError(
            "NIANBAO_HOURS: expected hours of China time as 22:00-06:30, "
            f"found {text!r}"
        )
    return Hours((numbers[0] * 60 + numbers[1]) % 1440, numbers[2] * 60 + numbers[3])
