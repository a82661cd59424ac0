"""Fixtures that several packages share."""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
NO_CORPUS = "NIANBAO_CORPUS does not name a folder of real documents"


@pytest.fixture(scope="session", autouse=True)
def claims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Crawls of this session claim their portals where no other session looks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIANBAO_LOCKS", str(tmp_path_factory.mktemp("claims")))
        yield


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real documents; tests that need it are skipped without it."""
    path = os.environ.get("NIANBAO_CORPUS")
    if not path or not Path(path).is_dir():
        pytest.skip(NO_CORPUS)
    return Path(path)


@pytest.fixture(scope="session")
def gold(corpus: Path) -> dict[str, dict]:
    """The seed reports as people read them, by file name."""
    folder = corpus.parent / "domain" / "gold"
    return {
        path.name.removesuffix(".json"): json.loads(path.read_text("utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


@contextmanager
def alone() -> Iterator[None]:
    """One demo at a time: a second one would find the ports of its portals taken."""
    with (Path(tempfile.gettempdir()) / "nianbao-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def nianbao() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a process of its own, as a user does."""

    def run(*args: object, code: int | None = 0, timeout: float = 120, **env: str):
        with alone() if "demo" in args else nullcontext():
            done = subprocess.run(
                [BIN / "nianbao", *map(str, args)],
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
                env={k: v for k, v in os.environ.items() if k != "NIANBAO_DATA"} | env,
            )
        if code is not None:
            assert done.returncode == code, done.stdout + done.stderr
        return done

    return run
