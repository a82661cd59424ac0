"""docs/data-dictionary.md, made from the data dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archive.dictionary import SQL_TYPES, Table, public_tables, wide_tables
from archive.records import Metric

HEAD = """# Data dictionary

Made by `make metadata` from `archive/dictionary.yml` and the form files; do not edit.
The published database is `public/nianbao.db`. All tables are STRICT. Times are UTC, ISO
8601; dates are ISO. Empty means unknown or not applicable, never zero.
"""


def render(metrics: Iterable[Metric]) -> str:
    """The whole document as Markdown."""
    parts = [HEAD]
    for table in public_tables():
        parts.append("\n".join(_table(table)))
    parts.append(
        "## Wide tables\n\nOne row per report, one column `<row_code>__<col_code>` per"
        " cell of the form, numbers only. Codes and labels are in `metrics`.\n"
    )
    parts += [
        f"- `{t.name}`: {t.en} ({t.zh}), {len(t.columns) - 1} cells"
        for t in wide_tables(metrics)
    ]
    return "\n".join(parts) + "\n"


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"{table.en} · {table.zh}\n"
    yield f"Key: {', '.join(f'`{k}`' for k in table.key)}\n"
    yield "| column | type | meaning | 含义 |"
    yield "|---|---|---|---|"
    for column in table.columns:
        kind = SQL_TYPES[column.type] + (" (JSON)" if column.type == "json" else "")
        meaning = column.en
        if column.ref:
            meaning += f" → `{column.ref}`"
        if column.values:
            meaning += f" ({' · '.join(column.values)})"
        yield f"| `{column.name}` | {kind} | {meaning} | {column.zh} |"
    yield ""
