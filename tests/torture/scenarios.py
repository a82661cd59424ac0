"""The scenarios: one crawl, interrupted in many ways, until nothing is left to do."""

from __future__ import annotations

import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.crawler.wire import Wire
from tests.forking import Fork
from tests.torture import command
from tests.torture.big_portal import COLUMN, big_portal

DOCUMENT = re.compile(rf"{COLUMN}t\d+_\d+\.html|/old/\d+\.html")
POLL = 0.005
#: Run in the child: it dies with half of its nth WARC record written.
HALF_A_RECORD = """
import io, os, signal
from archive import warc
class Dying(io.FileIO):
    left = {}
    def write(self, data):
        Dying.left -= 1
        if Dying.left:
            return super().write(data)
        super().write(data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
warc.open = lambda path, mode, buffering: Dying(path, mode)
"""


@dataclass
class Result:
    """What a tortured crawl came to; ``problems`` is empty when nothing was lost."""

    pages: int
    interruptions: int = 0
    requests: int = 0
    refetched: int = 0
    seconds: float = 0.0
    slowest_end: float = 0.0
    cut: int = 0  # torn tails that a start repaired
    by_catalog: int = 0  # full disks that the catalogue met first, not the WARC
    problems: list[str] = field(default_factory=list)


class Bench:
    """A portal, and the archive of a crawl of it that nothing disturbed."""

    def __init__(self, wire: Wire, folder: Path, pages: int) -> None:
        self.wire, self.pages = wire, pages
        self.sources = command.registry(folder, wire.home)
        self.whole = folder / "whole"
        began = time.monotonic()
        code, _, errors = self.crawl(self.whole)
        self.seconds = time.monotonic() - began
        assert code == 0, errors
        self.requests = len(wire.requests)
        self.publish(self.whole)
        wire.requests.clear()

    def start(self, data: Path, before: str = "", **env: str) -> subprocess.Popen[str]:
        """Start a crawl of the portal."""
        return command.start(command.crawl_command(data, self.sources, before), **env)

    def fork(self, data: Path, before: str = "", **env: str) -> Fork:
        """The same, where starting from nothing is not what matters."""
        return command.fork(command.crawl_command(data, self.sources, before), **env)

    def crawl(self, data: Path, before: str = "", **env: str) -> tuple[int, str, str]:
        """Crawl the portal to the end."""
        return command.run(command.crawl_command(data, self.sources, before), **env)

    def publish(self, data: Path) -> None:
        """Publish; the tables are what is compared."""
        publishing = command.nianbao("publish", "--data", data)
        code, _, errors = command.run(publishing, NIANBAO_RESERVE_MB="0")
        assert code == 0, errors

    def asked(self) -> int:
        """How many documents were asked for, each counted once."""
        return len({path for path in self.wire.paths() if DOCUMENT.fullmatch(path)})

    def refetched(self) -> int:
        """How often a document that exists was asked for again."""
        seen = Counter(p for p in self.wire.paths() if DOCUMENT.fullmatch(p))
        return sum(n - 1 for path, n in seen.items() if path in self.wire.replies)

    def compare(self, data: Path, result: Result) -> Result:
        """Add to the result how the archive differs from the undisturbed one."""
        result.requests = len(self.wire.requests)
        result.refetched = self.refetched()
        mine, whole = command.good_captures(data), command.good_captures(self.whole)
        twice = [row[0] for row in mine if row[-1] != 1]
        if twice:
            result.problems.append(f"captured twice: {twice[:5]}")
        lost = {row[0] for row in whole} - {row[0] for row in mine}
        if lost:
            result.problems.append(f"{len(lost)} lost: {sorted(lost)[:5]}")
        if mine != whole:
            result.problems.append("captures differ")
        if command.frontier(data) != command.frontier(self.whole):
            result.problems.append("frontiers differ")
        command.check_warcs(data)
        command.check_rows(data)
        self.publish(data)
        tables, expected = command.published(data), command.published(self.whole)
        for name in sorted(tables.keys() | expected.keys()):
            if tables.get(name) != expected.get(name):
                result.problems.append(f"published table {name} differs")
        return result


@contextmanager
def bench(folder: Path, pages: int) -> Iterator[Bench]:
    """A portal of that many documents, crawled once without disturbance."""
    with Wire(big_portal(pages)) as wire:
        yield Bench(wire, folder, pages)


def repaired(errors: str) -> int:
    """Torn tails that a run told it had cut."""
    return len(re.findall(r"bytes kept, [1-9]\d* cut", errors))


def killed(bench: Bench, data: Path, kills: int, seed: int) -> Result:
    """SIGKILL at random moments, resumed each time, until the crawl is through."""
    number, result = random.Random(seed), Result(bench.pages)
    began = time.monotonic()
    while result.interruptions < kills:
        share = (bench.pages - bench.asked()) / (kills - result.interruptions)
        way = number.random()
        record = 1 + int(number.uniform(2, 2 + 2.5 * share))
        child = bench.start(data, HALF_A_RECORD.format(record) if way < 0.2 else "")
        if way < 0.2:
            child.wait(command.PATIENCE)
        elif way < 0.4:  # somewhere in start-up and repair
            time.sleep(number.uniform(0.2, 1.0))
        else:  # somewhere in a page
            goal = bench.asked() + number.uniform(0, 1.6 * share)
            while bench.asked() < goal and child.poll() is None:
                time.sleep(POLL)
            time.sleep(number.uniform(0, 0.02))
        child.send_signal(signal.SIGKILL)
        _, errors = child.communicate()
        result.cut += repaired(errors)
        if child.returncode != -signal.SIGKILL:
            result.problems.append(
                f"ended by itself after {result.interruptions} kills with exit "
                f"{child.returncode}: {errors[-300:]}"
            )
            return result
        result.interruptions += 1
    code, output, errors = bench.crawl(data)
    result.cut += repaired(errors)
    result.seconds = time.monotonic() - began
    if code != 0:
        result.problems.append(f"last run: exit {code}: {output}{errors[-300:]}")
    return bench.compare(data, result)


def seconds_after_last_request(wire: Wire, child: Fork) -> float:
    """Wait for the child; how long it lived on after it last asked, 0.0 if never."""
    asked, moment = len(wire.requests), None
    while child.poll() is None:
        if len(wire.requests) > asked:
            asked, moment = len(wire.requests), time.monotonic()
        time.sleep(POLL)
    return time.monotonic() - moment if moment else 0.0


def starved(
    bench: Bench, data: Path, points: int, resize: Callable[[int], None], room: int
) -> Result:
    """Let the disk run full ``points`` times, giving a little more room each time.

    ``room`` is what the undisturbed archive takes, in bytes.
    """
    result = Result(bench.pages)
    began = time.monotonic()
    for point in range(points):
        resize(int(room * (0.15 + 0.7 * point / points)))
        child = bench.fork(data, NIANBAO_RESERVE_MB="0")
        ended = seconds_after_last_request(bench.wire, child)
        _, errors = child.communicate()
        if child.returncode != 3:
            result.problems.append(
                f"point {point}: exit {child.returncode}: {errors[-300:]}"
            )
            return result
        result.by_catalog += "catalog.db" in errors
        if "Traceback" in errors:
            result.problems.append(f"point {point}: {errors[-600:]}")
        result.slowest_end = max(result.slowest_end, ended)
        result.interruptions += 1
    resize(room * 4)
    code, output, errors = bench.crawl(data, NIANBAO_RESERVE_MB="0")
    result.seconds = time.monotonic() - began
    if code != 0:
        result.problems.append(f"last run: exit {code}: {output}{errors[-300:]}")
    return bench.compare(data, result)


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[int], None]]:
    """A tmpfs on ``folder``; yields what sets its size. OSError: not allowed."""
    folder.mkdir(parents=True)
    tool = shutil.which("mount")
    if tool is None:
        raise OSError("no mount here")

    def mount(*arguments: str) -> None:
        done = subprocess.run(
            [tool, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise OSError(done.stderr.strip())

    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder))
    try:
        yield lambda size: mount("-o", f"remount,size={size // 1024}k", str(folder))
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def size_of(data: Path) -> int:
    """Bytes that an archive takes."""
    return sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
