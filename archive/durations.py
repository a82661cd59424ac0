"""Spans of time on the command line: ``90``, ``30m``, ``6h``, ``1d``."""

from __future__ import annotations

import re
from typing import Any

import click

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str) -> float:
    """Seconds of a span; a number without a unit is seconds.

    >>> seconds("90"), seconds("1.5h"), seconds("1h30m")
    (90.0, 5400.0, 5400.0)

    Raises ValueError when it is none, or nothing.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip().lower())
    if "".join(n + unit for n, unit in parts) != text.strip().lower() or not parts:
        raise ValueError(f"expected a span of time such as 90s, 30m or 6h: {text!r}")
    if any(unit == "" for _, unit in parts) and len(parts) > 1:
        raise ValueError(f"a number without a unit: {text!r}")
    found = float(sum(float(number) * UNITS[unit] for number, unit in parts))
    if found <= 0:
        raise ValueError(f"expected more than no time: {text!r}")
    return found


class Duration(click.ParamType):  # type: ignore[type-arg]
    """A span of time as an option; its value is in seconds."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Seconds."""
        if isinstance(value, int | float):
            return float(value)
        try:
            return seconds(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
