"""Fixtures that several packages share."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.forking import COMMAND, forker

BIN = Path(sys.executable).parent
NO_CORPUS = "NIANBAO_CORPUS does not name a folder of real documents"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each worker has a half of the tests, and takes of another's when it is through.

    So a module is, but for one or two, all on one worker, and what it shares is made
    once; tests dealt out in turns have it made on every worker.
    """
    if config.getoption("dist") != "load":
        return None  # somebody asked for another way
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def claims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Crawls of this session claim their portals where no other session looks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIANBAO_LOCKS", str(tmp_path_factory.mktemp("claims")))
        yield


@pytest.fixture(scope="session", autouse=True)
def forker_ends() -> Iterator[None]:
    """What the commands of this session are forks of ends with it."""
    yield
    forker.end()


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


def once(
    name: str, factory: pytest.TempPathFactory, make: Callable[[Path], None]
) -> Path:
    """A folder that ``make`` fills for all workers of a run: to be read, or copied."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


@contextmanager
def alone() -> Iterator[None]:
    """One demo at a time: a second one would find the ports of its portals taken."""
    with (Path(tempfile.gettempdir()) / "nianbao-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def nianbao() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in a process of its own.

    With ``anew``, and for the demo, that is one that a user would have started; else
    a fork, which saves the second that imports take.
    """

    def run(
        *args: object,
        code: int | None = 0,
        timeout: float = 300,
        anew: bool = False,
        **env: str,
    ):
        words = [str(arg) for arg in args]
        where = {k: v for k, v in os.environ.items() if k != "NIANBAO_DATA"} | env
        if not anew and "demo" not in args:
            done = forker.run([COMMAND, *words], env=where, timeout=timeout)
        else:
            with alone() if "demo" in args else nullcontext():
                done = subprocess.run(
                    [BIN / "nianbao", *words],
                    capture_output=True,
                    text=True,
                    timeout=timeout,
                    check=False,
                    env=where,
                )
        if code is not None:
            assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, nianbao: Callable) -> Path:
    """The data directory of the demo, made once a run: to be read, or copied."""
    return (
        once(
            "demo",
            tmp_path_factory,
            lambda folder: nianbao("demo", "--no-serve", "--data", folder / "data"),
        )
        / "data"
    )
