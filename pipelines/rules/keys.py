"""How a cell is named throughout the rules."""

from __future__ import annotations

#: table, row, column
Key = tuple[str, str, str]
