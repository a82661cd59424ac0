"""The figures of docs/scale.md, small SVG files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from archive.site.charts.look import INK, LINE, SOFT, plot
from benchmarks.national.year import Night

COLOURS = ("#a3271f", "#c88a12", "#5a9bb8", "#14506b")
WIDTH, HEIGHT = 620, 300
#: A checked-in figure is no larger, in bytes.
MOST = 60_000


def curves(path: Path, runs: Mapping[str, list[list[float]]], until: float) -> None:
    """Share of all pages by hours, a line for each run; hours end at ``until``.

    A curve is a list of hours and share, from the first page on.
    """
    lp = plot()
    rows = []
    for name, curve in runs.items():
        shown = [(hours, share) for hours, share in curve if hours <= until]
        shown.append((until, shown[-1][1]))  # what comes later is hardly more
        rows += [(hours, 100 * share, name) for hours, share in shown]
    data = dict(zip(("hours", "share", "run"), zip(*rows, strict=True), strict=True))
    drawing = (
        lp.ggplot({key: list(column) for key, column in data.items()})
        + lp.geom_line(lp.aes("hours", "share", color="run"), size=1.1, tooltips="none")
        + lp.scale_color_manual(values=list(COLOURS), limits=list(runs), name="")
        + lp.scale_x_continuous(name="hours", limits=[0, until], format="d")
        + lp.scale_y_continuous(name="% of all pages", limits=[0, 100], format="d")
    )
    _store(path, drawing)


def calendar(path: Path, nights: Iterable[Night]) -> None:
    """Requests by night, in thousands, known documents upon lists."""
    lp = plot()
    rows = [
        (night.day.isoformat(), number / 1000, kind)
        for night in nights
        for kind, number in (
            ("lists and home pages", night.navigation),
            ("documents", night.again + night.new),
        )
    ]
    start = rows[0][0] if rows else ""
    days = sorted({row[0] for row in rows})
    number = {day: at for at, day in enumerate(days)}
    months = [day for day in days if day.endswith("-01") and int(day[5:7]) % 3 == 0]
    drawing = (
        lp.ggplot(
            {
                "day": [number[row[0]] for row in rows],
                "thousands": [row[1] for row in rows],
                "kind": [row[2] for row in rows],
            }
        )
        + lp.geom_line(
            lp.aes("day", "thousands", color="kind"), size=0.7, tooltips="none"
        )
        + lp.scale_color_manual(
            values=[COLOURS[2], COLOURS[0]],
            limits=["lists and home pages", "documents"],
            name="",
        )
        + lp.scale_x_continuous(
            name=f"nights from {start}",
            breaks=[number[day] for day in months],
            labels=[day[:7] for day in months],
        )
        + lp.scale_y_continuous(name="thousand requests", format=",d")
    )
    _store(path, drawing)


def _store(path: Path, drawing: Any) -> None:
    """Write a drawing; ValueError when it is too large to be checked in."""
    lp = plot()
    text = lp.element_text
    look = lp.theme_minimal2() + lp.theme(
        text=text(color=INK),
        axis_text=text(size=12, color=SOFT),
        axis_title=text(size=12, color=SOFT),
        legend_text=text(size=12),
        legend_position="bottom",
        panel_grid_minor=lp.element_blank(),
        panel_grid_major=lp.element_line(color=LINE, size=0.6),
        plot_background=lp.element_rect(fill="#ffffff", color="#ffffff"),
    )
    drawn = str((drawing + look + lp.ggsize(WIDTH, HEIGHT)).to_svg())
    if "plt-container" not in drawn or len(drawn) > MOST:
        raise ValueError(f"{path.name}: expected a drawing of at most {MOST} bytes")
    path.parent.mkdir(exist_ok=True)
    path.write_text(drawn, "utf-8")
