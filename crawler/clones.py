"""Clones as the crawler meets them: pages judged against their source. Pure.

The judgement itself is :mod:`pipelines.clones`, since captures that others made go
through it too.
"""

from __future__ import annotations

from collections.abc import Mapping

from archive.portals import hosts_of
from archive.records import Source
from pipelines import clones
from pipelines.clones import Finding, Registered, head

__all__ = ["Finding", "doubt", "head", "judge"]


def judge(
    url: str, meta: Mapping[str, str], source: Source | None, text: str = ""
) -> Finding | None:
    """What speaks against a page of ``source``, or of no source; None for nothing.

    ``meta`` is what :func:`head` gives, empty when only the address is known.
    """
    return clones.judge(url, meta, _registered(source), text)


def doubt(url: str, meta: Mapping[str, str], source: Source) -> Finding | None:
    """What speaks against an entry of the registry, by its home page.

    Stricter than :func:`judge`: here the entry itself is in question, so that it names
    the host excuses nothing.
    """
    if found := judge(url, meta, source):
        return found
    registered = _registered(source)
    assert registered is not None
    reason = clones.region_problem(meta.get("siteidcode", ""), registered)
    return Finding(clones.QUARANTINED, reason) if reason else None


def _registered(source: Source | None) -> Registered | None:
    if source is None:
        return None
    return Registered(hosts_of(source), source.adcode, source.level)
