"""Whether two years of an authority can be compared: mergers, splits, changed scope.

What one year carries out the next carries in only if both are the same body. The facts
are those of the lists of divisions, of the reforms of departments, and of the reports
themselves: a body of the same line of work that reported last year and never again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from archive.authority import current, every_division
from archive.filings import Filing, Known
from pipelines.lookups import lookup

SCOPES = {"government_aggregate": "全辖区汇总", "own_organ": "本机关"}


def obstacle(
    now: Filing, before: Filing | None, related: Iterable[Known] = ()
) -> str | None:
    """Why this report cannot be held against that of last year, or None."""
    last = now.report_year - 1
    if before is None:
        return f"没有收到 {last} 年报告，无法核对"
    if before.scope != now.scope:
        return (
            f"{last} 年报告的口径是{SCOPES[before.scope]}，{now.report_year} 年是"
            f"{SCOPES[now.scope]}，不可比"
        )
    if changed := _territory(now.agency.adcode, last):
        return f"{changed}，机关的辖区有变，不可比"
    for other in related:
        if other.last == last:
            return (
                f"同一职能条线的{other.name}报告到 {last} 年为止，"
                f"可能已并入{now.agency.name}，不可比"
            )
        if other.first == now.report_year:
            return (
                f"同一职能条线的{other.name}自 {other.first} 年起报告，"
                f"可能由{now.agency.name}分出，不可比"
            )
    return None


def _territory(adcode: str | None, last: int) -> str | None:
    """A merger or a split of the division, or of one below, around the two years.

    A change late in a year shows in the report of the next.
    """
    for year in (last, last + 1):
        if adcode and (said := _changes().get((adcode, year))):
            return said
    return None


@cache
def _changes() -> Mapping[tuple[str, int], str]:
    """By code and year: what was merged, split or handed over, in words.

    A division that only got another name or code is the same.
    """
    found: dict[tuple[str, int], str] = {}
    for old in every_division():
        year = old.valid_to
        if year is None or not old.successors:
            continue
        now = current(old.adcode, old.name)
        if now is not None and (now.adcode, now.name) != (old.adcode, old.name):
            if now.adcode[:4] == old.adcode[:4]:
                continue
            said = f"{year} 年{old.name}改由另一地管辖"
            touched = {f"{code[:4]}00" for code in (old.adcode, now.adcode)}
        else:
            said = f"{year} 年{old.name}撤销或拆分"
            touched = {old.adcode, *old.successors}
            cities = {f"{code[:4]}00" for code in touched}
            touched |= cities if len(cities) > 1 else set()
        for code in touched:
            found.setdefault((code, year), said)
    return found


def doubt(now: Filing) -> str:
    """What may excuse a difference from last year without ruling comparison out.

    A reform that merged bodies of this line of work; '' without any.
    """
    for year in (now.report_year - 1, now.report_year):
        if now.agency.family and year in _mergers().get(now.agency.family, ()):
            return f"{year} 年有机构改革，可能有机构并入"
    return ""


@cache
def _mergers() -> Mapping[str, frozenset[int]]:
    """Years in which bodies of a line of work were merged."""
    return {
        raw["family"]: frozenset(raw.get("merged", {}).values())
        for raw in lookup("reorganisations")["families"]
    }
