"""Discovery: which links of a portal's page lead to annual reports.

A vendor is an adapter chosen by fingerprint; unknown systems get the generic one.
"""

from __future__ import annotations

from crawler.cms.base import Adapter, Link, PageLinks
from crawler.cms.boda import BodaAdapter
from crawler.cms.epoint import EpointAdapter
from crawler.cms.eportal import EportalAdapter
from crawler.cms.fingerprint import fingerprint
from crawler.cms.generic import GenericAdapter
from crawler.cms.gkmlpt import GkmlptAdapter
from crawler.cms.haiyun import HaiyunAdapter
from crawler.cms.hanweb import HanwebAdapter
from crawler.cms.hanweb_xxgk import HanwebXxgkAdapter
from crawler.cms.jpaas import JpaasAdapter
from crawler.cms.lonsun import LonsunAdapter
from crawler.cms.page import Page
from crawler.cms.trs import TrsAdapter
from crawler.cms.truecms import TruecmsAdapter
from crawler.cms.ucap import UcapAdapter

__all__ = ["Adapter", "Link", "Page", "PageLinks", "adapter", "fingerprint", "refined"]

ADAPTERS: dict[str, Adapter] = {
    a.family: a
    for a in (
        GenericAdapter(),
        TrsAdapter(),
        HaiyunAdapter(),
        HanwebAdapter(),
        HanwebXxgkAdapter(),
        JpaasAdapter(),
        UcapAdapter(),
        GkmlptAdapter(),
        BodaAdapter(),
        LonsunAdapter(),
        EpointAdapter(),
        TruecmsAdapter(),
        EportalAdapter(),
    )
}


def adapter(family: str) -> Adapter:
    """The adapter of a family, the generic one for families without their own."""
    return ADAPTERS.get(family, ADAPTERS["generic"])


def refined(known: str, seen: str) -> str:
    """The family to read a page with, given what the portal was known as.

    Some families are others with more to them: a page that shows the lesser one's signs
    is read with the greater one's adapter. Every family is more than the generic one.

    >>> refined("hanweb_xxgk", "hanweb"), refined("hanweb", "hanweb_xxgk")
    ('hanweb_xxgk', 'hanweb_xxgk')
    >>> refined("hanweb", "trs"), refined("trs", "generic")
    ('trs', 'trs')
    """
    return known if isinstance(adapter(known), type(adapter(seen))) else seen
