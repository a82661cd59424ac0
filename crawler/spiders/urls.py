"""Addresses given by hand: ``scrapy crawl urls -a urls=https://…,https://…``.

Each is captured as a report: of the source that owns its host, where the registry (or
``sources_file``) has one, otherwise of none. A host that is neither under ``.gov.cn``
nor named by a source is refused. Arguments: ``urls`` (separated by commas
or white space), ``file`` (one address per line), ``data``.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

from scrapy.http import Request

from archive.errors import UsageError
from archive.records import Source
from crawler.clones import judge
from crawler.source import load_registry
from crawler.spiders.base import ArchiveSpider
from crawler.urls import canonical


class UrlsSpider(ArchiveSpider):
    """Captures and reads the addresses it is given, and no others.

    Attachments of pages that belong to a source are left for its next crawl.
    """

    name = "urls"
    walks = False

    def sources(self) -> list[Source]:
        """The whole registry: any of its portals may own an address."""
        path = getattr(self, "sources_file", None)
        return load_registry(Path(path) if path else None)

    def prepare(self) -> None:
        """Make the addresses pending."""
        given = re.split(r"[,\s]+", getattr(self, "urls", "") or "")
        if path := getattr(self, "file", None):
            given += Path(path).read_text("utf-8").splitlines()
        addresses = [url.strip() for url in given if url.strip()]
        if not addresses:
            raise UsageError("name addresses with -a urls=… or a list with -a file=…")
        self._refuse_clones(addresses)
        self.given = self.session.add_reports(addresses)

    def _refuse_clones(self, addresses: list[str]) -> None:
        """Raise UsageError for hosts that are no portal's; nobody is asked."""
        refused = []
        for url in addresses:
            address = canonical(url)
            source = self.session.owner(address) if address else None
            if address and (found := judge(address, {}, source)):
                refused.append(f"{url}: {found.reason}")
        if refused:
            raise UsageError(
                "; ".join(refused)
                + ". If it is a portal all the same, enter it into the registry "
                "(nianbao sources add) and name the file with -a sources_file=…"
            )

    async def start(self) -> AsyncIterator[Request]:
        """Requests for the addresses given."""
        for url, row in self.given:
            yield self.request(url, row)
