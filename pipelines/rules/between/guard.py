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
from pipelines.rules.wording import Tell, phrase


def obstacle(
    now: Filing, before: Filing | None, related: Iterable[Known] = ()
) -> Tell | None:
    """Why this report cannot be held against that of last year, or None."""
    last = now.report_year - 1
    if before is None:
        return phrase("years.no_report", year=last)
    if before.scope != now.scope:
        return phrase(
            "guard.scope",
            last=last,
            before=phrase(f"guard.{before.scope}"),
            year=now.report_year,
            now=phrase(f"guard.{now.scope}"),
        )
    if changed := _territory(now.agency.adcode, last):
        return phrase("guard.territory", changed=changed)
    for other in related:
        names = {"other": other.name, "agency": now.agency.name}
        if other.last == last:
            return phrase("guard.merged", year=last, **names)
        if other.first == now.report_year:
            return phrase("guard.split", year=other.first, **names)
    return None


def _territory(adcode: str | None, last: int) -> Tell | None:
    """A merger or a split of the division, or of one below, around the two years.

    A change late in a year shows in the report of the next.
    """
    for year in (last, last + 1):
        if adcode and (said := _changes().get((adcode, year))):
            return said
    return None


@cache
def _changes() -> Mapping[tuple[str, int], Tell]:
    """By code and year: what was merged, split or handed over, in words.

    A division that only got another name or code is the same.
    """
    found: dict[tuple[str, int], Tell] = {}
    for old in every_division():
        year = old.valid_to
        if year is None or not old.successors:
            continue
        now = current(old.adcode, old.name)
        if now is not None and (now.adcode, now.name) != (old.adcode, old.name):
            if now.adcode[:4] == old.adcode[:4]:
                continue
            said = phrase("guard.handed_over", year=year, name=old.name)
            touched = {f"{code[:4]}00" for code in (old.adcode, now.adcode)}
        else:
            said = phrase("guard.dissolved", year=year, name=old.name)
            touched = {old.adcode, *old.successors}
            cities = {f"{code[:4]}00" for code in touched}
            touched |= cities if len(cities) > 1 else set()
        for code in touched:
            found.setdefault((code, year), said)
    return found


def doubt(now: Filing) -> Tell | None:
    """What may excuse a difference from last year without ruling comparison out.

    A reform that merged bodies of this line of work; None without any.
    """
    for year in (now.report_year - 1, now.report_year):
        if now.agency.family and year in _mergers().get(now.agency.family, ()):
            return phrase("guard.reform", year=year)
    return None


@cache
def _mergers() -> Mapping[str, frozenset[int]]:
    """Years in which bodies of a line of work were merged."""
    return {
        raw["family"]: frozenset(raw.get("merged", {}).values())
        for raw in lookup("reorganisations")["families"]
    }
