"""How the charts look: colours, sizes, axes, and the drawing itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from archive.site.query import Row

INK, SOFT, LINE, PAPER, ACCENT = "#1d2127", "#59616b", "#d9d5ca", "#ffffff", "#14506b"
STATE_COLOURS = {
    "found": "#14506b",
    "late": "#c88a12",
    "missing": "#a3271f",
    "unreadable": "#6f5b8e",
    "blocked": "#2f2f2f",
    "not_due": "#d5d2c6",
}
OUTCOME_COLOURS = {
    "granted": "#14506b",
    "granted_partial": "#5a9bb8",
    "denied_all": "#a3271f",
    "unable_all": "#c88a12",
    "rejected_all": "#6f5b8e",
    "other_all": "#a9a495",
}
#: Widths at which charts are drawn, for a page and for a phone.
SIZES = {"wide": 620, "narrow": 350}
#: Classes of a rate in percent: from, words, colour; NONE is the colour of no rate.
CLASSES = (
    (95, "≥ 95", "#14506b"),
    (80, "80–95", "#3f7f9c"),
    (50, "50–80", "#9cc4d6"),
    (0, "< 50", "#d8e8ef"),
)
NONE = "#ece9e1"
#: Heights by size.
BARS = {"wide": 310, "narrow": 330}
TILES = {"wide": 460, "narrow": 400}
#: Small charts in a row, and how high each is.
ACROSS = {"wide": 3, "narrow": 2}
PANEL = 124
#: Room for the vertical axis of each small chart after the first: where they differ
#: the library forgets it, up to so much.
AXIS = 22
#: Letters in a line of a small chart's name.
LABEL = 24
#: Of the tiles' side: what a tile fills, and the columns and rows of the grid.
TILE, COLUMNS, ROWS = 0.94, 8, 8


@cache
def plot() -> Any:
    """The charting library, loaded when the first chart is drawn."""
    import lets_plot  # type: ignore[import-untyped]  # noqa: PLC0415 - takes 40 ms

    return lets_plot


def from_zero(unit: str, highest: float) -> Any:
    """An axis of counts or shares that begins at zero."""
    return plot().scale_y_continuous(
        name=unit, format=",d", limits=[0, highest or 1], expand=[0, 0]
    )


def roomy(label: str) -> str:
    """A legend's label with the room that wide characters need.

    lets-plot reckons with the width of Latin letters and would let the next label
    begin inside this one.
    """
    wide = sum(ord(sign) > 0x2E7F for sign in label)
    return label + "\u00a0" * round(wide * 1.4)


def years(data: Sequence[Row], size: str, share: int = 1) -> Any:
    """An axis of years with as many labels as there is room for."""
    found = sorted({row["report_year"] for row in data})
    room = max(2, SIZES[size] // (48 * share))
    step = -(-len(found) // room) or 1
    span = range(found[0], found[-1] + 1) if found else range(0)
    return plot().scale_x_continuous(
        name="", breaks=list(span)[::-1][::step][::-1], format="d"
    )


def svg(
    drawing: Any, size: str, height: int, *, bare: bool = False, right: float = 6
) -> str:
    """The drawing as lets-plot writes it; ValueError if it could not be drawn.

    ``bare`` leaves out all but the shapes and the legend. ``right``: margin.
    """
    lp = plot()
    text = lp.element_text
    look = lp.theme(
        text=text(color=INK),
        axis_text=text(size=12, color=SOFT),
        axis_title_y=text(size=12, color=SOFT),
        axis_title_x=lp.element_blank(),
        legend_text=text(size=12),
        legend_title=text(size=12),
        legend_position="bottom",
        strip_text=text(size=12, face="bold"),
        strip_background=lp.element_blank(),
        panel_grid_major_x=lp.element_blank(),
        panel_grid_minor=lp.element_blank(),
        panel_grid_major_y=lp.element_line(color=LINE, size=0.6),
        axis_ticks=lp.element_blank(),
        plot_margin=[4, right, 4, 2],
    )
    if bare:
        look = lp.theme(
            legend_position="bottom",
            legend_text=text(size=12),
            legend_title=text(size=12),
            plot_margin=0,
        )
    base = drawing if bare else drawing + lp.theme_minimal2()
    drawn = str((base + look + lp.ggsize(SIZES[size], height)).to_svg())
    if "plt-container" not in drawn:
        raise ValueError(f"the chart could not be drawn: {drawn}")
    return drawn
