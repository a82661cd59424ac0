"""Scrapy settings of the project. Every departure from a default says why it is."""

import os

from archive import __version__

BOT_NAME = "nianbao"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# --- who we are -----------------------------------------------------------------------
USER_AGENT = (
    f"nianbao/{__version__} (+https://github.com/nianbao/nianbao; contact in README)"
)
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",  # default: en
    # No br or zstd: common WARC readers cannot decode them.
    "Accept-Encoding": "gzip, deflate",
}

# --- politeness -----------------------------------------------------------------------
ROBOTSTXT_OBEY = True  # default: off
CONCURRENT_REQUESTS = 100  # over all hosts; one host gets one at a time
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default: 8
DOWNLOAD_DELAY = 2  # default: 0; the registry's delay_seconds goes before it
DOWNLOAD_DELAY_JITTER = 0.1  # default: 0.5, which halves a Crawl-delay now and then
NIANBAO_ACTIVE_SOURCES = 600  # politeness slots in work; the next when one is done
NIANBAO_MAX_FAILURES = 5  # in a row; then a host is left alone for the rest of the run
NIANBAO_HOURS = ""  # hours of bulk crawling in China time, as 22:00-06:30
DOWNLOAD_TIMEOUT = 60  # default: 180
RETRY_TIMES = 1  # within a run; later runs try again, up to three times in all
RETRY_HTTP_CODES = [500, 502, 503, 504, 408, 429]  # after the pause asked for

# --- the archive ----------------------------------------------------------------------
DOWNLOAD_HANDLERS = {
    "http": "crawler.capture.handler.CapturingHandler",
    "https": "crawler.capture.handler.CapturingHandler",
    # Links with other schemes must not read local files or leave by other ways.
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_FAIL_ON_DATALOSS = False  # a cut body is evidence: kept, and marked truncated
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024  # default: 1 GiB
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True  # the handler falls back per host and records it
COMPRESSION_ENABLED = False  # the handler decodes, leniently, what the archive keeps

# --- the frontier ---------------------------------------------------------------------
SCHEDULER = "crawler.scheduler.FrontierScheduler"
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the frontier is the dedupe
# JOBDIR stays unset: it loses most of a crawl after kill -9 and reports success.
REDIRECT_ENABLED = False  # a redirect is a row of the frontier: checked, paced
METAREFRESH_ENABLED = False  # the same
HTTPERROR_ALLOW_ALL = True  # every answer is recorded, errors too
DEPTH_LIMIT = 0  # Scrapy's counts requests we do not make; ours is below
NIANBAO_MAX_DEPTH = 8
NIANBAO_SOURCE_BUDGET = 5000  # pages of one source in one run

# --- components -----------------------------------------------------------------------
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.guard.PortGuard": 50,  # ports of the web and of the portals only
    "crawler.robots.RobotsMiddleware": 100,  # RFC 9309, and archived
    "crawler.politeness.PolitenessMiddleware": 560,  # inside of the retries (550)
}
COOKIES_ENABLED = False  # no sessions; and the first cookie fetches a list off the net
HTTPPROXY_ENABLED = False  # a proxy would resolve names behind the address guard's back
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"
NIANBAO_ALLOW_NET = [
    net.strip()
    for net in os.environ.get("NIANBAO_ALLOW_NET", "").split(",")
    if net.strip()
]
TELNETCONSOLE_ENABLED = False  # both would let others run code in the crawler
REMOTE_CONTROL_ENABLED = False

# --- cost -----------------------------------------------------------------------------
CONCURRENT_ITEMS = 16  # default: 100 tasks per response; 22 % less CPU
MEMUSAGE_LIMIT_MB = 1024
EXTENSIONS = {
    "scrapy.extensions.memusage.MemoryUsage": None,
    "crawler.memory.ResidentMemory": 0,
}
LOG_LEVEL = "INFO"  # default: DEBUG
