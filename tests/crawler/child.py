"""Runs one crawl; Scrapy's reactor starts once in a process, so tests need children.

``python child.py DATA SOURCES_JSON OPTIONS_JSON`` prints the summary as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.errors import NianbaoError
from archive.records import Source
from archive.warc import WarcStore
from crawler.run import crawl
from pipelines import reference


def main() -> int:
    root, sources, options = sys.argv[1:4]
    data = DataDir(Path(root)).prepare()
    with Catalog(data.catalog) as catalog:
        reference.refresh(catalog)
        run_id = catalog.start_run("crawl")
        with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
            try:
                summary = crawl(
                    catalog,
                    store,
                    [Source(**source) for source in json.loads(sources)],
                    run_id=run_id,
                    **json.loads(options),
                )
            except NianbaoError as error:
                print(json.dumps({"error": type(error).__name__, "text": str(error)}))
                return error.exit_code
    print(
        json.dumps(
            {
                "figures": summary.figures,
                "attention": summary.attention,
                "reason": summary.reason,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
