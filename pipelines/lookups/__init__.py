"""Decisions of people as data: what titles exclude, what names say about agencies."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from archive import yamls


@lru_cache(maxsize=32)
def lookup(name: str) -> Any:
    """The content of ``<name>.yml`` in this folder."""
    return yamls.load(files(__package__).joinpath(f"{name}.yml").read_text("utf-8"))
