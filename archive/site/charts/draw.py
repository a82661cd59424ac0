"""Rows to drawings, in lets-plot's grammar of graphics.

Labels come in ready: this module knows colours and shapes, not languages. Nothing is
told by colour alone: stacks stand in the order of their legend, and every chart has its
numbers as a table beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archive.site.charts.look import (
    ACCENT,
    ACROSS,
    AXIS,
    BARS,
    CLASSES,
    COLUMNS,
    INK,
    LABEL,
    NONE,
    PANEL,
    PAPER,
    ROWS,
    SOFT,
    TILE,
    TILES,
    from_zero,
    plot,
    roomy,
    svg,
    years,
)
from archive.site.query import Row

#: Names of rows by code, in the order in which they are to stand.
Names = Mapping[str, str]


def stacked(
    data: Sequence[Row],
    names: Names,
    colours: Mapping[str, str],
    unit: str,
    size: str,
) -> str:
    """Bars by year, one part for each of ``names``, the first at the bottom."""
    lp = plot()
    names = {c: roomy(n) for c, n in names.items() if any(row[c] for row in data)}
    long = [
        (row["report_year"], name, row[code])
        for row in data
        for code, name in names.items()
        if row[code]
    ]
    bars = lp.geom_bar(
        lp.aes("year", "n", fill="part"),
        stat="identity",
        position=lp.position_stack(),
        width=0.78,
        tooltips="none",
    )
    highest = max((sum(row[c] or 0 for c in names) for row in data), default=0)
    return svg(
        lp.ggplot(_columns(long, "year", "part", "n"))
        + bars
        + lp.scale_fill_manual(
            values=[colours[code] for code in names],
            limits=list(names.values()),
            name="",
        )
        + lp.guides(fill=lp.guide_legend(ncol=3 if size == "wide" else 2))
        + years(data, size)
        + from_zero(unit, highest * 1.03),
        size,
        BARS[size],
    )


def counted(data: Sequence[Row], value: str, n: str, unit: str, size: str) -> str:
    """Bars by year, each with the number of reports it is the sum of."""
    lp = plot()
    long = [(r["report_year"], r[value], f"n={r[n]:,}") for r in data]
    drawing = (
        lp.ggplot(_columns(long, "year", "n", "of"), lp.aes("year", "n"))
        + lp.geom_bar(stat="identity", width=0.78, fill=ACCENT, tooltips="none")
        + years(data, size)
        + from_zero(unit, max((r[value] for r in data), default=0) * 1.12)
    )
    if len(data) <= (12 if size == "wide" else 6):
        drawing += lp.geom_text(
            lp.aes(label="of"), size=4.8, color=SOFT, vjust=-0.4, tooltips="none"
        )
    return svg(drawing, size, BARS[size])


def panels(
    data: Sequence[tuple[str, int, float | None]],
    names: Names,
    size: str,
    *,
    breaks: Sequence[float] = (),
) -> str:
    """One small chart for each of ``names``: (code, year, value), a line by year.

    A line ends at a year without a value: what is not known is not drawn through.
    ``breaks`` are places between years where figures stop being comparable.
    """
    lp = plot()
    across = ACROSS[size]
    ends = [{"report_year": year} for year in sorted({year for _, year, _ in data})]
    long = [
        (names[code], year, value, f"{code}-{run}")
        for code, year, value, run in _runs(data, names)
    ]
    # Unseen points keep each panel's scale at zero and its line off the edge.
    tops = {
        w: max([n for what, _, n, _ in long if what == w], default=0)
        for w in names.values()
    }
    room = [
        (w, y["report_year"], n)
        for w, top in tops.items()
        for y in ends[:1]
        for n in (0, 1.18 * top or 1)
    ]
    drawing = (
        lp.ggplot(_columns(long, "what", "year", "n", "run"), lp.aes("year", "n"))
        + lp.geom_point(
            data=_columns(room, "what", "year", "n"), alpha=0, tooltips="none"
        )
        + lp.geom_line(lp.aes(group="run"), color=ACCENT, size=1, tooltips="none")
        + lp.geom_point(color=ACCENT, size=2.4, tooltips="none")
        + lp.facet_wrap("what", ncol=across, scales="free_y", order=0, labwidth=LABEL)
        + lp.scale_y_continuous(name="", format=",~g", expand=[0.03, 0])
        + years(ends, size, share=across)
    )
    for place in breaks:
        drawing += lp.geom_vline(
            xintercept=place, linetype="dashed", color=SOFT, tooltips="none"
        )
    right = 6 + (across - 1) * AXIS
    return svg(drawing, size, panel_heights(len(names))[size], right=right)


def panel_heights(count: int) -> dict[str, int]:
    """Heights by size of a chart of ``count`` small ones."""
    return {size: PANEL * -(-count // n) + 30 for size, n in ACROSS.items()}


def _runs(
    data: Sequence[tuple[str, int, float | None]], names: Names
) -> list[tuple[str, int, float, int]]:
    """Values with the number of the unbroken run of years that each stands in.

    >>> _runs([("a", 2019, 1), ("a", 2020, None), ("a", 2021, 3)], {"a": "A"})
    [('a', 2019, 1, 0), ('a', 2021, 3, 1)]
    """
    found = []
    for code in names:
        run, last = -1, -9999
        for its, year, value in sorted(data, key=lambda d: (d[0], d[1])):
            if its == code and value is not None:
                run += year != last + 1
                last = year
                found.append((code, year, value, run))
    return found


def tiled(
    data: Sequence[tuple[int, int, str, float | None, str]],
    none: str,
    size: str,
) -> str:
    """Tiles on a grid: (column, row, label, rate 0–100 or None, second line)."""
    lp = plot()
    frame = _columns(data, "x", "y", "label", "v", "more")
    frame["class"] = [_class(v) or none for v in frame["v"]]
    frame["ink"] = [
        PAPER if v is not None and v >= CLASSES[1][0] else INK for v in frame["v"]
    ]
    frame["up"] = [y - 0.16 for y in frame["y"]]
    frame["down"] = [y + 0.24 for y in frame["y"]]
    classes = [*(label for _, label, _ in CLASSES), none]
    quiet: dict[str, Any] = {"tooltips": "none"}
    words = {"show_legend": False, **quiet}
    return svg(
        lp.ggplot(frame, lp.aes("x", "y"))
        + lp.geom_tile(
            lp.aes(fill="class"), width=TILE, height=TILE, color=PAPER, size=0, **quiet
        )
        + lp.geom_text(
            lp.aes(y="up", label="label", color="ink"),
            size=6.6,
            fontface="bold",
            **words,
        )
        + lp.geom_text(lp.aes(y="down", label="more", color="ink"), size=4.6, **words)
        + lp.scale_color_identity()
        + lp.scale_fill_manual(
            values=[*(colour for _, _, colour in CLASSES), NONE],
            limits=classes,
            labels=[roomy(label) for label in classes],
            name="",
        )
        + lp.guides(fill=lp.guide_legend(nrow=1))
        + lp.scale_x_continuous(limits=[-0.5, COLUMNS - 0.5], expand=[0, 0])
        + lp.scale_y_continuous(
            limits=[-0.5, ROWS - 0.5], expand=[0, 0], trans="reverse"
        )
        + lp.coord_fixed()
        + lp.theme_void(),
        size,
        TILES[size],
        bare=True,
    )


def _class(value: float | None) -> str | None:
    """The class of a rate, None for none.

    >>> _class(95), _class(94.9), _class(0), _class(None)
    ('≥ 95', '80–95', '< 50', None)
    """
    found = [
        label for least, label, _ in CLASSES if value is not None and value >= least
    ]
    return found[0] if found else None


def _columns(data: Sequence[tuple[Any, ...]], *names: str) -> dict[str, list[Any]]:
    """Rows as the columns that lets-plot takes."""
    return {name: [row[at] for row in data] for at, name in enumerate(names)}
