"""The same walk by Scrapy alone: links followed, an item for every page, no archive.

python -m benchmarks.plain [--lean] URL…
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from scrapy import Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Request, Response
from scrapy.linkextractors import LinkExtractor

#: Scrapy as its documentation advises for broad crawls, without what we switch off.
SETTINGS = {
    "LOG_LEVEL": "WARNING",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "COOKIES_ENABLED": False,
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS": 100,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "CONCURRENT_ITEMS": 16,
    "DOWNLOAD_DELAY": 0,
}


class Plain(Spider):
    """Follows what lies under /nb/; its items are counted and dropped.

    ``lean``: the addresses of links without their texts, and no text of the page.
    """

    name = "plain"
    lean = False
    extractor = LinkExtractor()

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Any]:
        """Links of every page, and an item with its title and text."""
        if self.lean:
            hrefs = response.css("a::attr(href)").getall()
            urls, text = [response.urljoin(href) for href in hrefs], ""
        else:
            urls = [link.url for link in self.extractor.extract_links(response)]
            text = " ".join(response.xpath("//body//text()").getall())
        title = response.css("title::text").get()
        yield {"url": response.url, "title": title, "text": text, "links": len(urls)}
        home = "/".join(response.url.split("/")[:3])
        for url in urls:
            if url.startswith(f"{home}/nb/"):
                yield Request(url, self.parse)


def main() -> None:
    """Crawl the portals and print the number of items."""
    process = CrawlerProcess(SETTINGS)
    crawler = process.create_crawler(Plain)
    lean, urls = sys.argv[1] == "--lean", [u for u in sys.argv[1:] if u != "--lean"]
    process.crawl(crawler, start_urls=urls, lean=lean)
    process.start()
    print(crawler.stats.get_value("item_scraped_count") if crawler.stats else 0)


if __name__ == "__main__":
    main()
