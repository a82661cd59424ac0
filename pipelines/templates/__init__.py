"""The generations of the standard form, one YAML file each, read strictly.

A uniform form has three tables: ``proactive`` (chapter 2, blocks stacked in one table),
``requests`` (chapter 3, labelled rows times applicants) and ``review_litigation``
(chapter 4, one printed row of 15 values, stored as three rows). Sources: the circulars
国办公开办函〔2019〕60号 and 国办公开办函〔2021〕30号. Reports for 2014 to 2018 have
free chapters and an annex with the one table ``statistics`` (国办发〔2014〕32号).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from archive.records import Metric
from pipelines.templates.loader import Block, Col, Row, Table, Template, parse

__all__ = [
    "Block",
    "Col",
    "Row",
    "Slot",
    "Table",
    "Template",
    "annex",
    "generation_of",
    "get",
    "load",
    "metrics",
    "slots",
    "version",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell of a form: where a value belongs."""

    table: str
    block: Block
    row: Row
    col: Col

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.table, self.row.code, self.col.code)


def _sources() -> list[tuple[str, bytes]]:
    folder = files(__package__)
    found = [(p.name, p.read_bytes()) for p in folder.iterdir()]
    return sorted((n, data) for n, data in found if n.endswith(".yml"))


@lru_cache(maxsize=1)
def load() -> tuple[Template, ...]:
    """The generations of the uniform form, the newest first. Raises TemplateError."""
    return tuple(
        parse(name, data)
        for name, data in reversed(_sources())
        if name.startswith("gk")
    )


@lru_cache(maxsize=1)
def annex() -> Template:
    """The statistics annex of 2014. Raises TemplateError."""
    return next(parse(n, data) for n, data in _sources() if n == "stat2014.yml")


@lru_cache(maxsize=8)
def get(template: str) -> Template:
    """The form generation with this id. Raises KeyError."""
    return {t.code: t for t in (*load(), annex())}[template]


def generation_of(words: str) -> str | None:
    """The generation whose own words stand in ``words`` (white space removed).

    By labels, never by the year or the circular a report cites.

    >>> generation_of("信息内容本年制发件数"), generation_of("上一年项目数量")
    ('gk2021', 'gk2019')
    >>> generation_of("统计指标单位统计数") is None
    True
    """
    for template in load():
        if any(signature in words for signature in template.signatures):
            return template.code
    return None


def slots(template: Template, table: str | None = None) -> Iterator[Slot]:
    """The cells of a form, or of one of its tables, in printed order."""
    for code, spec in template.tables.items():
        if table in (None, code):
            for block in spec.blocks:
                for row in block.rows:
                    for col in block.cols:
                        yield Slot(code, block, row, col)


@lru_cache(maxsize=1)
def version() -> str:
    """Changes whenever a data file that reading looks at does: twelve hex digits.

    Forms, lookups and the vocabulary of page frames; rules are applied by `check`, and
    the crosswalk by whoever compares years.
    """
    digest = hashlib.sha256()
    package = files(__package__.partition(".")[0])
    for folder in ("templates", "lookups", "extract"):
        for file in sorted(package.joinpath(folder).iterdir(), key=lambda f: f.name):
            if file.name.endswith(".yml") and file.name != "crosswalk.yml":
                digest.update(f"{folder}/{file.name}".encode() + b"\0")
                digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def metrics() -> list[Metric]:
    """The dictionary of metrics: one per cell of every generation, oldest first."""
    found: list[Metric] = []
    for template in (annex(), *reversed(load())):
        for position, slot in enumerate(slots(template), start=1):
            row, col = slot.row, slot.col
            path = [g.en for g in row.groups] or (
                [slot.block.en] if slot.block.en else []
            )
            found.append(
                Metric(
                    template=template.code,
                    table_code=slot.table,
                    row_code=row.code,
                    col_code=col.code,
                    label_zh=f"{row.zh} · {col.zh}",
                    label_en=": ".join([*path, row.en]) + f" · {col.en}",
                    unit=row.unit or col.unit,
                    position=position,
                    row_label_zh=row.zh,
                    col_label_zh=col.zh,
                    row_group_zh=" / ".join(g.zh for g in row.groups)
                    or (slot.block.heading or ""),
                )
            )
    return found
