"""``python -m tests.golden.typeset [NAME…]``: write the documents of typeset cases.

The expectation is what was typed, not what is read: the two are compared here, and a
case is written as checked (``inputs``) only where every cell agrees. Binary documents
that another program converted are left as they are.
"""

from __future__ import annotations

import gzip
import sys

import yaml

from tests.golden import changed_forms, other_cases, pages, pdf_cases, word_cases
from tests.golden.cases import FOLDER, golden, summary
from tests.golden.new import render
from tests.golden.recipes import RECIPES, Recipe

#: Importing them fills ``RECIPES``.
MODULES = (pages, changed_forms, pdf_cases, word_cases, other_cases)


def lay_out(name: str, made: Recipe) -> list[str]:
    """Write one case; differences between what was typed and what is read."""
    folder = FOLDER / name
    folder.mkdir(exist_ok=True)
    if made.data:
        for old in folder.glob("document.*"):
            old.unlink()
        data = made.data
        if made.suffix.endswith(".gz"):
            data = gzip.compress(data, 9, mtime=0)
        (folder / f"document.{made.suffix}").write_bytes(data)
    about = {"why": made.why, "traps": list(made.traps), **made.about}
    text = yaml.safe_dump(about, allow_unicode=True, sort_keys=False, width=88)
    (folder / "about.yml").write_text(text, "utf-8")
    case = golden(name)
    found = summary(case.extraction())
    problems = differences(made, found)
    checked = "" if problems else case.expected.get("checked") or "inputs"
    (folder / "expected.json").write_text(
        render({"checked": checked, **found}), "utf-8"
    )
    return problems


def differences(made: Recipe, found: dict) -> list[str]:
    """Cells that were typed and read otherwise, or read and not typed."""
    typed, read = made.tables(), found.get("tables", {})
    problems = []
    for table in sorted(typed.keys() | read.keys()):
        rows = typed.get(table, {}), read.get(table, {})
        problems += [
            f"{table} {row}: typed {rows[0].get(row)}, read {rows[1].get(row)}"
            for row in sorted(rows[0].keys() | rows[1].keys())
            if rows[0].get(row) != rows[1].get(row)
        ]
    return problems


def main() -> int:
    failed = False
    for name in sys.argv[1:] or RECIPES:
        problems = lay_out(name, RECIPES[name]())
        print(f"{name}: {len(problems) or 'no'} differences", *problems, sep="\n  ")
        failed |= bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
