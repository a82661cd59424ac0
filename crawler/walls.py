"""Walls: pages that stand where the content should be. Recorded, never climbed.

The markers are data (``walls.yml``). A body is looked at only while it is small: a real
report that mentions 验证码 is a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from archive.http import HttpResponse

#: Challenge pages are small; those of the families listed are below 20 kB.
MAX_WALL_BYTES = 30_000


@dataclass(frozen=True, slots=True)
class Walls:
    """Statuses and markers of anti-bot pages, with the reason each is recorded as."""

    statuses: dict[int, str]
    markers: dict[str, str]


@cache
def load() -> Walls:
    """Read ``walls.yml``."""
    text = files("crawler").joinpath("walls.yml").read_text("utf-8")
    data = yaml.safe_load(text)
    return Walls(dict(data["statuses"]), dict(data["markers"]))


def wall(response: HttpResponse) -> str | None:
    """Why a response is a wall, None when it is none.

    Answers that are redirects are never walls: they carry no content of their own.
    """
    walls = load()
    if response.status in walls.statuses:
        return walls.statuses[response.status]
    if response.status is None or 300 <= response.status < 400:
        return None
    if len(response.payload) > MAX_WALL_BYTES:
        return None
    for marker, reason in walls.markers.items():
        for encoding in ("utf-8", "gb18030"):
            if marker.encode(encoding) in response.payload:
                return reason
    return None
