"""Scrapy finds and fetches; everything it receives goes into the archive as received.

The life of a request::

    frontier row (pending) → scheduler → politeness and robots → capturing handler
    → WARC record → callback: adapter reads the page → one transaction stores capture,
    children and "done" → report pages go to the pipelines

A portal is data (``sources/*.yml``), a vendor is an adapter chosen by fingerprint
(``cms/``), and there is one spider for all portals. This is the only layer that knows
Scrapy and the only one that asks portals (``archive`` serves the site, and reaches the
store that ``storage.yml`` names); as the top layer it is also the home of the
``nianbao`` command.

``update`` is the night's work, step by step; ``shards`` and ``cluster`` divide a crawl
among processes and machines, a politeness group at a time.
"""
