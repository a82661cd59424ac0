"""TRS 海云 and the provinces' common platforms built on it.

Columns are ``/c101181/list.shtml`` (also ``xlist``, ``gknb_list`` …), articles
``/c101181/202401/<32 hex>.shtml``, files ``<article>/files/<32 hex>.pdf``. Lists are
counted by TRS's script in its newer form.
"""

from __future__ import annotations

from crawler.cms.trs import TrsAdapter


class HaiyunAdapter(TrsAdapter):
    """Differs from TRS WCM in its addresses only."""

    family = "haiyun"
