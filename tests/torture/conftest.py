"""One portal and its undisturbed crawl for all scenarios of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.torture import scenarios

PAGES = 400
FEW = 60


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory) -> Iterator[scenarios.Bench]:
    with scenarios.bench(tmp_path_factory.mktemp("torture"), PAGES) as bench:
        yield bench


@pytest.fixture
def bench(undisturbed) -> scenarios.Bench:
    """The portal, as if nobody had asked it for anything yet."""
    undisturbed.wire.requests.clear()
    return undisturbed


@pytest.fixture(scope="session")
def undisturbed_few(tmp_path_factory) -> Iterator[scenarios.Bench]:
    with scenarios.bench(tmp_path_factory.mktemp("torture-few"), FEW) as bench:
        yield bench


@pytest.fixture
def few(undisturbed_few) -> scenarios.Bench:
    """The same of a small portal."""
    undisturbed_few.wire.requests.clear()
    return undisturbed_few
