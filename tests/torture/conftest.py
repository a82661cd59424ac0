"""One portal and its undisturbed crawl for all scenarios of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crawler.wire import Wire
from tests.torture import scenarios
from tests.torture.big_portal import big_portal
from tests.torture.forks import Forks, Runner

PAGES = 400
FEW = 60
VERY_FEW = 20


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


@pytest.fixture(scope="session")
def forked(tmp_path_factory) -> Iterator[Forks]:
    folder = tmp_path_factory.mktemp("torture-forks")
    with Wire(big_portal(VERY_FEW)) as wire, Runner(folder) as runner:
        yield Forks(wire, folder, VERY_FEW, runner)


@pytest.fixture
def forks(forked) -> Forks:
    """A portal of some twenty pages, for runs that are forks of one process."""
    forked.wire.requests.clear()
    return forked
