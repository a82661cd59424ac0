"""Crawls in a child process with other settings, or with a part of it replaced."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.crawler.crawls import HERE, PATIENCE, Crawled, command, environment
from tests.forking import forker


def crawl_tuned(
    data: Path,
    sources: list[dict[str, Any]],
    settings: dict[str, Any] | None = None,
    before: str = "",
    env: dict[str, str] | None = None,
    **options: Any,
) -> Crawled:
    """Crawl with ``settings`` (Scrapy's names), after running the code ``before``."""
    given = "".join(f"s.{k} = {v!r}\n" for k, v in (settings or {}).items())
    code = (
        f"import runpy, sys\nimport crawler.settings as s\n{given}{before}\n"
        f"sys.argv[0] = {str(HERE / 'child.py')!r}\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    _, _, *arguments = command(data, sources, **options)
    words, where = ["-c", code, *arguments], environment() | (env or {})
    if not before:
        done = forker.run(words, env=where, timeout=PATIENCE)
    else:  # what is replaced may be bound by what imports it: nothing is imported yet
        done = subprocess.run(
            [sys.executable, *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=where,
        )
    assert done.stdout, done.stderr
    return Crawled(data, done.returncode, json.loads(done.stdout), done.stderr)
