"""Imports point from the Web towards the archive, and reading touches no network."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_import_contracts_hold():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


def test_pipelines_never_import_urllib_request():
    for path in (ROOT / "pipelines").rglob("*.py"):
        imported = {
            alias.name if isinstance(node, ast.Import) else f"{node.module}"
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert "urllib.request" not in imported, path


def test_only_the_catalogue_side_of_the_archive_writes_sql():
    statement = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s+[a-z*\"]")
    for package in ("pipelines", "crawler"):
        for path in (ROOT / package).rglob("*.py"):
            assert not statement.search(path.read_text("utf-8")), path
