"""Tables that programs write into pages that people write, between two markers."""

from __future__ import annotations

from pathlib import Path


def put(path: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``.

    ValueError when the page has not exactly one such pair.
    """
    page = path.read_text("utf-8")
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if (
        page.count(begin) != 1
        or page.count(end) != 1
        or page.index(begin) > page.index(end)
    ):
        raise ValueError(f"{path}: expected one pair of {begin} and {end}")
    head, _, rest = page.partition(begin)
    tail = rest.partition(end)[2]
    path.write_text(f"{head}{begin}\n{text.strip()}\n{end}{tail}", "utf-8")
