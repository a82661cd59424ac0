"""``python -m tests.golden.new NAME``: write what a document is read as, to be checked.

The folder with ``document.*`` and ``about.yml`` is there already. What is written says
``"checked": ""``; the tests refuse it until it says how every value was compared:
``eye`` (read in the document itself) or ``inputs`` (with the figures and words that the
document was typeset from, which the code under test never saw).
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from tests.golden.cases import FOLDER, Golden, golden, summary


def write(case: Golden) -> None:
    """Write ``expected.json`` of a case, not yet compared with anything."""
    found = {"checked": "", **summary(case.extraction())}
    path = FOLDER / case.name / "expected.json"
    path.write_text(render(found), "utf-8")


def render(found: dict[str, Any]) -> str:
    """JSON with one row of a table a line, to be read beside the document."""
    tables = found.get("tables", {})
    head = {key: value for key, value in found.items() if key != "tables"}
    text = json.dumps(head, ensure_ascii=False, indent=1)
    if not tables:
        text = json.dumps(found, ensure_ascii=False, indent=1)
        return text + "\n"
    lines = []
    for table, rows in tables.items():
        body = ",\n".join(
            f"   {json.dumps(row)}: {json.dumps(cells, ensure_ascii=False)}"
            for row, cells in rows.items()
        )
        lines.append(f"  {json.dumps(table)}: {{\n{body}\n  }}")
    joined = ",\n".join(lines)
    return f'{text.removesuffix(chr(10) + "}")},\n "tables": {{\n{joined}\n }}\n}}\n'


def main() -> int:
    """Write one case; 2 when its folder is not ready, 1 when it was checked already."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument(
        "--again", action="store_true", help="replace a case that was checked"
    )
    options = parser.parse_args()
    try:
        case = golden(options.name)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if case.expected.get("checked") and not options.again:
        print(f"{options.name} was checked; --again replaces it")
        return 1
    write(case)
    print(f"tests/golden/{options.name}/expected.json written: compare it with "
          "the document, then say in `checked` how")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
