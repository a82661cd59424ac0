"""Fixtures of the crawler's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.crawls import Crawled, crawl_in_child


@pytest.fixture
def run_crawl(tmp_path: Path) -> Callable[..., Crawled]:
    """Crawl the given sources into ``tmp_path / "data"``."""

    def run(*sources: dict[str, Any], **options: Any) -> Crawled:
        return crawl_in_child(tmp_path / "data", list(sources), **options)

    return run
