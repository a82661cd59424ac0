"""Chromium, driven by Playwright, before the served archive of ``published``.

``make browser`` puts Playwright and axe-core into a folder of its own and names it in
NIANBAO_BROWSER; without it, or without Chromium, these tests are skipped. Pictures of
pages are kept where NIANBAO_PICTURES says, and then axe-core looks at all of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser.published import build
from tests.conftest import once

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NO_CHROMIUM = "chromium is not installed: no browser to look at the site with"
NO_DRIVER = (
    "playwright and axe-core are not installed: `make browser` puts them into a folder"
    " of its own and names it in NIANBAO_BROWSER"
)
SERVE = (
    "import sys, pathlib; from archive.serve import serve;"
    "serve(pathlib.Path(sys.argv[1]), port=0,"
    " announce=lambda url: print(url, flush=True))"
)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The site of a data directory, in a process of its own; gives its address."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(data)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip().rstrip("/")
        finally:
            server.kill()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless Chromium; a module each, for its event loop must not outlive it."""
    if CHROMIUM is None:
        pytest.skip(NO_CHROMIUM)
    folder = os.environ.get("NIANBAO_BROWSER")
    if folder and folder not in sys.path:
        sys.path.append(folder)
    try:
        import axe_playwright_python  # noqa: F401
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip(NO_DRIVER)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory, nianbao: Any) -> Path:
    """The data directory, made once for all workers of a run."""
    root = once(
        "browsed", tmp_path_factory, lambda folder: build(folder / "data", nianbao)
    )
    return root / "data"


@pytest.fixture(scope="module")
def browsed(chromium: Any, request: pytest.FixtureRequest) -> Path:
    """The data directory that is looked at, built only where there is a browser."""
    path: Path = request.getfixturevalue("_built")
    return path


@pytest.fixture(scope="module")
def site(browsed: Path) -> Iterator[str]:
    """The address of the served site, without the slash at its end."""
    with served(browsed) as address:
        yield address


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where pictures of pages are kept, None where nobody asked for them."""
    folder = os.environ.get("NIANBAO_PICTURES")
    return Path(folder) if folder else None
