"""The command answers at once: what it needs is imported when it is needed."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.crawler.crawls import ROOT, environment

SHOW = """
import contextlib, io, json, sys
from crawler.cli import cli
with contextlib.redirect_stdout(io.StringIO()):
    for name in ("", *cli.commands):
        cli.main([*name.split(), "--help"], standalone_mode=False)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
#: They take a second together.
HEAVY = {
    "bs4", "datasette", "fastwarc", "lxml", "numpy", "pebble", "rapidfuzz", "rich",
    "scrapy", "sqlite_utils", "trafilatura", "twisted",
}  # fmt: skip


def test_help_of_every_command_imports_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(),
    )
    loaded = set(json.loads(done.stdout))
    assert {"archive", "pipelines", "crawler", "click"} <= loaded
    assert loaded & HEAVY == set()
