"""Crawls in a child process, on loopback: Scrapy's reactor starts once in a process."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.catalog import Catalog
from tests.forking import forker

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LOOPBACK = ("127.0.0.0/8",)
#: Scrapy starts in a second; a crawl that takes this long hangs.
PATIENCE = 180


def portal(home: str, source_id: str = "testing", **more: Any) -> dict[str, Any]:
    """A source on loopback, without pauses."""
    given = {"name": "临澜县人民政府", "adcode": "990101", "level": "county"}
    return given | {"source_id": source_id, "home": home, "delay_seconds": 0.0} | more


@dataclass
class Crawled:
    """What a crawl in a child process printed, and the archive it wrote."""

    data: Path
    code: int = 0
    summary: dict[str, Any] = field(default_factory=dict)
    errors: str = ""

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Rows of the catalogue."""
        with Catalog(self.data / "catalog.db") as catalog:
            return [tuple(r) for r in catalog.db.execute(sql, list(params)).fetchall()]

    def counts(self, source_id: str = "testing") -> dict[str, Any]:
        """The figures of one source."""
        found: dict[str, Any] = self.summary["figures"][source_id]
        return found


def command(data: Path, sources: list[dict[str, Any]], **options: Any) -> list[str]:
    """The command line of a crawl in a child process."""
    options = {"allow_net": LOOPBACK} | options
    arguments = [str(data), json.dumps(sources), json.dumps(options)]
    return [sys.executable, str(HERE / "child.py"), *arguments]


def environment() -> dict[str, str]:
    """The child finds the packages wherever it is started."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def crawl_in_child(
    data: Path,
    sources: list[dict[str, Any]],
    env: dict[str, str] | None = None,
    **options: Any,
) -> Crawled:
    """Crawl ``sources`` into ``data`` and return what came of it."""
    done = forker.run(
        command(data, sources, **options)[1:],
        env=environment() | (env or {}),
        timeout=PATIENCE,
    )
    assert done.stdout, done.stderr
    return Crawled(data, done.returncode, json.loads(done.stdout), done.stderr)
