"""Discovery: which links of a portal's page lead to annual reports.

A vendor is an adapter chosen by fingerprint; unknown systems get the generic one.
"""

from __future__ import annotations

from crawler.cms.base import Adapter, Link, PageLinks
from crawler.cms.fingerprint import fingerprint
from crawler.cms.generic import GenericAdapter
from crawler.cms.hanweb import HanwebAdapter
from crawler.cms.page import Page
from crawler.cms.trs import TrsAdapter

__all__ = ["Adapter", "Link", "Page", "PageLinks", "adapter", "fingerprint"]

ADAPTERS: dict[str, Adapter] = {
    a.family: a for a in (GenericAdapter(), TrsAdapter(), HanwebAdapter())
}


def adapter(family: str) -> Adapter:
    """The adapter of a family, the generic one for families without their own."""
    return ADAPTERS.get(family, ADAPTERS["generic"])
