"""A chart with its words: title, denominator, source, table, in the page's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlencode

from lxml import etree

from archive.dictionary import tables
from archive.site.charts import draw, inert, look, series
from archive.site.charts.tiles import tiles as all_tiles
from archive.site.language import DEFAULT, PARAMETER, current
from archive.site.present import number, percent
from archive.site.query import Row
from archive.site.strings import name, say, strings

#: Fonts of a drawing that stands alone; the reader's own are used, none is sent.
FONTS = "PingFang SC, Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei, sans-serif"
SVG = inert.SVG


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart, ready for a page. ``rows`` are the numbers of its table and CSV."""

    name: str
    title: str
    text: str  # how to read it
    denominator: str
    columns: tuple[tuple[str, str], ...]  # key and heading
    rows: Sequence[Row]
    heights: Mapping[str, int]
    svg: Callable[[str], str] = field(repr=False)  # of a size
    arguments: Mapping[str, str] = field(default_factory=dict)

    def address(self, form: str = "svg", size: str = "wide") -> str:
        """Path and query of the chart as ``svg`` or ``csv``."""
        asked = dict(self.arguments)
        if form == "svg":
            asked |= {} if size == "wide" else {"size": size}
            asked |= {} if current.get() == DEFAULT else {PARAMETER: current.get()}
        return f"/chart/{self.name}.{form}{'?' if asked else ''}{urlencode(asked)}"

    def drawing(self, size: str) -> str:
        """The chart as SVG that stands alone."""
        root = inert.inert(self.svg(size), self.name, FONTS)
        inert.describe(root, self.name, self.title, f"{self.text} {self.denominator}")
        return inert.write(root)


def heading(key: str) -> str:
    """What a column is called: its own words, a state, or the data dictionary's.

    >>> heading("report_year"), heading("late"), heading("granted")
    ('年度', '逾期发布', '予以公开')
    """
    for group in ("chart_column", "coverage_state"):
        if f"{group}.{key}" in strings():
            return name(group, key)
    column = next(c for c in tables()["report_index"].columns if c.name == key)
    return column.zh if current.get() == "zh" else column.en


def _columns(*keys: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, heading(key)) for key in keys)


def _words(chart: str) -> tuple[str, str]:
    return say(f"chart.{chart}.title"), say(f"chart.{chart}.text")


def coverage(rows: Sequence[Row]) -> Figure:
    """Authorities by year: found, late, missing and so on, stacked."""
    states = {s: name("coverage_state", s) for s in look.STATE_COLOURS}
    n = sum(row["n"] for row in rows)
    due = n - sum(row["not_due"] for row in rows)
    held = sum(row[s] for row in rows for s in series.HELD)
    unit = say("coverage.cells")
    return Figure(
        "coverage",
        *_words("coverage"),
        say(
            "chart.coverage.denominator",
            n=number(n), due=number(due), held=number(held), rate=percent(held, due),
        ),
        _columns("report_year", *states, "n", "rate"),
        rows,
        look.BARS,
        lambda size: draw.stacked(rows, states, look.STATE_COLOURS, unit, size),
    )  # fmt: skip


def requests(rows: Sequence[Row]) -> Figure:
    """Requests received by year."""
    unit = say("chart.requests.unit")
    return Figure(
        "requests",
        *_words("requests"),
        say(
            "chart.requests.denominator",
            n=number(sum(row["reports"] for row in rows)),
            of=number(sum(row["of_reports"] for row in rows)),
        ),
        _columns("report_year", "requests", "reports", "of_reports", "per_report"),
        rows,
        look.BARS,
        lambda size: draw.counted(rows, "requests", "reports", unit, size),
    )


def outcomes(rows: Sequence[Row]) -> Figure:
    """Outcomes by year as shares of what was handled."""
    names = {code: name("chart_outcome", code) for code in series.OUTCOMES}
    return Figure(
        "outcomes",
        *_words("outcomes"),
        say(
            "chart.outcomes.denominator",
            n=number(sum(row["handled"] for row in rows)),
            reports=number(sum(row["reports"] for row in rows)),
        ),
        (
            *_columns("report_year"),
            *((code, f"{words} %") for code, words in names.items()),
            *_columns("handled", "reports"),
        ),
        rows,
        look.BARS,
        lambda size: draw.stacked(rows, names, look.OUTCOME_COLOURS, "%", size),
    )


def grounds(rows: Sequence[Row]) -> Figure:
    """Grounds of refusal by year, one small chart each."""
    label = "label_zh" if current.get() == "zh" else "label_en"
    names = {row["row_code"]: row[label] for row in rows}
    points = [(row["row_code"], row["report_year"], row["percent"]) for row in rows]
    handled: dict[int, float] = {}
    for row in rows:
        year = row["report_year"]
        handled[year] = max(handled.get(year, 0), row["handled"])
    return Figure(
        "grounds",
        *_words("grounds"),
        say("chart.grounds.denominator", n=number(sum(handled.values()))),
        _columns("report_year", label, "refused", "handled", "reports", "percent"),
        rows,
        draw.panel_heights(len(names)),
        lambda size: draw.panels(points, names, size),
    )


def agency(rows: Sequence[Row], agency_id: str) -> Figure:
    """The main figures of one authority, one small chart each."""
    names = {
        code: name("chart_agency", code)
        for code in series.AGENCY
        if any(row[code] is not None for row in rows)
    }
    points = [(code, row["report_year"], row[code]) for code in names for row in rows]
    forms = [row for row in rows if row["template"]]
    breaks = [
        after["report_year"] - 0.5
        for before, after in pairwise(forms)
        if before["template"] != after["template"]
    ]
    return Figure(
        "agency",
        *_words("agency"),
        say("chart.agency.denominator", n=len(forms), of=len(rows)),
        (
            *_columns("report_year", "state"),
            *((code, words) for code, words in names.items()),
        ),
        [row | {"state": name("coverage_state", row["state"])} for row in rows],
        draw.panel_heights(len(names)),
        lambda size: draw.panels(points, names, size, breaks=breaks),
        {"agency_id": agency_id},
    )


def provinces(rows: Sequence[Row]) -> Figure:
    """Coverage by province: tiles, and a table that has the others too."""
    language = current.get()
    by_name = {row["province"]: row for row in rows}
    points = []
    for tile in all_tiles().values():
        rate = by_name[tile.name]["rate"] if tile.name in by_name else None
        shown = "—" if rate is None else f"{rate:.0f}%"
        points.append((tile.column, tile.row, tile.label(language), rate, shown))
    outside = [row for row in rows if row["province"] not in all_tiles()]
    none = say("chart.provinces.none")
    return Figure(
        "provinces",
        *_words("provinces"),
        say(
            "chart.provinces.denominator",
            agencies=number(sum(row["agencies"] for row in rows)),
            n=number(sum(row["n"] for row in rows)),
            outside=number(sum(row["n"] for row in outside)),
        ),
        _columns("province", "agencies", "n", *look.STATE_COLOURS, "rate"),
        [row | {"province": province_name(row["province"])} for row in rows],
        look.TILES,
        lambda size: draw.tiled(points, none, size),
    )


def province_name(province: str) -> str:
    """A province in the page's language; those of none are named so."""
    tile = all_tiles().get(province)
    if tile is None:
        return province or say("coverage.no_province")
    return tile.full(current.get())


def linked_map(figure: Figure, svg: str, links: Mapping[str, tuple[str, str]]) -> str:
    """The map for use inside a page: tiles lead to (address, words) by province."""
    root = inert.inert(svg, figure.name)
    squares = [r for r in root.iter(f"{{{SVG}}}rect") if _is_tile(r)]
    left, top = (min(float(r.get(axis, "")) for r in squares) for axis in "xy")
    at = {(tile.column, tile.row): tile for tile in all_tiles().values()}
    for square in squares:
        step = float(square.get("width", "")) / look.TILE
        column = round((float(square.get("x", "")) - left) / step)
        line = round((float(square.get("y", "")) - top) / step)
        if at[column, line].name in links:
            _link(square, *links[at[column, line].name])
    inert.describe(root, figure.name, figure.title, figure.text)
    return inert.write(root)


def _is_tile(rect: etree._Element) -> bool:
    """Whether it is a tile, and neither a key of the legend nor a frame."""
    width, height = float(rect.get("width", "0")), float(rect.get("height", "0"))
    step = look.SIZES["narrow"] / look.COLUMNS
    return width == height and 0.8 * step < width <= step


def _link(rect: etree._Element, href: str, words: str) -> None:
    parent = rect.getparent()
    link = etree.Element(f"{{{SVG}}}a", {"href": href, "aria-label": words})
    etree.SubElement(link, f"{{{SVG}}}title").text = words
    parent.replace(rect, link)
    link.append(rect)
