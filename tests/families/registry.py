"""The families' sites by name."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from tests.families.family import Family

NAMES = (
    "hanweb",
    "hanweb_xxgk",
    "jpaas",
    "trs",
    "haiyun",
    "ucap",
    "gkmlpt",
    "boda",
    "lonsun",
    "epoint",
    "truecms",
    "eportal",
    "generic",
)


def known() -> dict[str, type[Family]]:
    """Family name → the class that its module calls ``FAMILY``."""
    found: dict[str, type[Family]] = {}
    for name in NAMES:
        if find_spec(f"tests.families.{name}"):
            found[name] = import_module(f"tests.families.{name}").FAMILY
    return found
