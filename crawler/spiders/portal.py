"""The one spider for all portals: ``scrapy crawl portal -a source=laizhou``.

Arguments: ``source`` (ids, comma-separated), ``sources_file``, ``all=1``, ``limit``
(pages per source), ``refresh=1``, ``data`` (data directory).
"""

from __future__ import annotations

from archive.errors import UsageError
from crawler.spiders.base import ArchiveSpider


class PortalSpider(ArchiveSpider):
    """Walks portals from their home page to their annual reports."""

    name = "portal"

    def prepare(self) -> None:
        """Make home, column and list pages of every source pending."""
        if not self.session.sources:
            raise UsageError("name sources with -a source=ID,ID or say -a all=1")
        self.session.seed()
