"""A crawl is ended for what it holds, not for what its parent held."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.extensions.memusage import MemoryUsage
from scrapy.settings import Settings

from crawler import memory
from crawler import settings as ours


def test_the_largest_size_of_another_process_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryUsage, "get_virtual_size", lambda self: 5 << 30)
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nVmHWM:\t 5242880 kB\nVmRSS:\t  131072 kB\n")
    monkeypatch.setattr(memory, "STATUS", status)
    watch = memory.ResidentMemory.__new__(memory.ResidentMemory)
    assert watch.get_virtual_size() == 128 << 20


def test_where_the_system_tells_nothing_scrapys_figure_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryUsage, "get_virtual_size", lambda self: 5 << 30)
    monkeypatch.setattr(memory, "STATUS", tmp_path / "nothing")
    watch = memory.ResidentMemory.__new__(memory.ResidentMemory)
    assert watch.get_virtual_size() == 5 << 30


def test_it_takes_the_place_of_scrapys_own() -> None:
    settings = Settings()
    settings.setmodule(ours)
    extensions = settings.getwithbase("EXTENSIONS")
    assert extensions["crawler.memory.ResidentMemory"] == 0
    assert extensions["scrapy.extensions.memusage.MemoryUsage"] is None
