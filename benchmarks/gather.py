"""All benchmarks, one after the other, and one table of what they say.

    python -m benchmarks.gather [--full] [--only crawl]… [--page FILE | --dry-run]

Each is a process of its own with a time limit; one that fails is named and the others
go on. The small forms take some minutes together and are for comparing a change with
what was there before on the same machine; ``--full`` takes the sizes for which the bars
are meant. The table goes into docs/performance.md, with the machine it is of. Ends with
1 when a benchmark failed, and with 0 when a bar was missed: on a busy machine some are.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.markers import put

PAGE = Path("docs/performance.md")
MARKER = "gathered"
LIBRARIES = (
    "scrapy", "twisted", "lxml", "fastwarc", "trafilatura", "pdfplumber",
    "sqlite-utils", "datasette",
)  # fmt: skip
NUMBER = r"(-?[\d.]+|nan)"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``most``: the bar is a maximum, else a minimum."""

    what: str
    value: float
    unit: str
    ratio: float | None = None  # to the peer that ``what`` names
    bar: float | None = None
    most: bool = True
    of_ratio: bool = False  # the bar is for the ratio

    @property
    def met(self) -> bool | None:
        """Whether the bar was reached; None without one."""
        if self.bar is None:
            return None
        found = self.ratio if self.of_ratio and self.ratio is not None else self.value
        return found <= self.bar if self.most else found >= self.bar


@dataclass(frozen=True, slots=True)
class Part:
    """One benchmark: how it is called, and what its output says."""

    name: str
    small: Sequence[str]
    full: Sequence[str]
    figures: Callable[[str], Iterator[Figure]]
    accepted: tuple[int, ...] = (0,)  # exit codes


@dataclass(slots=True)
class Result:
    """What came of a part."""

    part: Part
    seconds: float
    figures: list[Figure] = field(default_factory=list)
    failed: str = ""


def row(text: str, name: str) -> list[float]:
    """The numbers of the line that begins with ``name``, with or without bars.

    >>> row("| LIKE | 1.0000 | 16.72 |", "LIKE")
    [1.0, 16.72]

    ValueError when there is no such line.
    """
    found = re.search(rf"^\|? *{re.escape(name)} *(?:\||  +)(.*)$", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"no line that begins with {name!r}")
    return [float(n) for n in re.findall(rf"(?<![\w.]){NUMBER}(?!\w)", found[1])]


def crawl(text: str) -> Iterator[Figure]:
    """Pages a second and memory, against Scrapy doing the same work."""
    speed, cpu, memory, ratio, cpu_ratio = row(text, "nianbao")
    yield Figure("pages/s, against Scrapy", speed, "", ratio, 0.75, False, True)
    yield Figure("CPU a page, against Scrapy", cpu, "ms", cpu_ratio)
    yield Figure("peak of memory", memory, "MB", None, 250)
    if "wget" in text:
        ours, theirs = cpu, row(text, "wget + WARC")[1]
        yield Figure("CPU a page, against wget", ours, "ms", ours / max(theirs, 1e-9))


def extract(text: str) -> Iterator[Figure]:
    """The chain against the libraries below it."""
    parts = re.split(r"^(?=\w+: )", text, flags=re.MULTILINE)
    by_form = {part.partition(":")[0]: part for part in parts if part.strip()}
    for form, against, bar in (
        ("HTML", "trafilatura", 1.5), ("PDF", "pdfplumber's tables", 1.3),
    ):  # fmt: skip
        said = by_form[form]
        ours = row(said, "whole chain")[0]
        ratio = row(said, "ratio")[0]
        yield Figure(f"{form}, against {against}", ours, "ms", ratio, bar, True, True)
    rate = row(by_form["DOC"], "whole chain")[1]
    yield Figure("DOC on one core", rate, "/s", None, 100, False)
    if "jobs" in by_form:
        ratio = row(by_form["jobs"], "ratio")[0]
        two = row(by_form["jobs"], "processes 2")[0]
        yield Figure("two processes, against one", two, "/s", ratio, 1.9, False, True)


def check(text: str) -> Iterator[Figure]:
    """Reports a second, and one report read again."""
    seconds, _, reports = _plain(text, "everything")
    yield Figure("all rules", reports / seconds, "reports/s")
    yield Figure("one report read again", _plain(text, "one report")[0], "ms")
    writer = re.search(r"peak of the writing process (\d+) MB", text)
    if writer:
        yield Figure("peak of the writer", float(writer[1]), "MB", None, 1000)
    planted = re.findall(r"\w+ (\d+) of (\d+)", text.rpartition("planted and found")[2])
    found, wanted = (sum(int(pair[n]) for pair in planted) for n in (0, 1))
    yield Figure("planted and found", found, f"of {wanted}", None, wanted, False)


def _plain(text: str, name: str) -> list[float]:
    """Numbers of a line whose cells carry units."""
    found = re.search(rf"^\| {name} \|(.*)\|$", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"no line that begins with {name!r}")
    return [float(re.findall(NUMBER, cell)[0]) for cell in found[1].split("|")]


def publish(text: str) -> Iterator[Figure]:
    """Publication against a plain copy by SQLite."""
    seconds, cpu, size, memory, ratio = row(text, "nianbao publish")
    counted = re.search(r"^(\d+) reports, (\d+) findings", text, re.MULTILINE)
    reports = float(counted[1]) if counted else 1.0
    yield Figure(
        "100,000 reports at this rate, against VACUUM INTO",
        100_000 * seconds / reports / 60, "min", ratio, 15,
    )  # fmt: skip
    yield Figure("CPU a report", cpu, "ms")
    yield Figure("database, a report", 1000 * size / reports, "kB")
    yield Figure("peak of memory", memory, "MB", None, 2000)


def search(text: str) -> Iterator[Figure]:
    """What is found, and how much more quickly than by LIKE."""
    recall, precision, median, *_ = row(text, "nianbao")
    like = row(text, "LIKE")
    yield Figure("recall", recall, "", None, 1, False)
    yield Figure("precision", precision, "", None, 1, False)
    yield Figure("median, against LIKE", median, "ms", median / max(like[2], 1e-9))
    trigram = row(text, "FTS5 trigram")
    yield Figure("recall of FTS5's trigram", trigram[0], "")


def site(text: str) -> Iterator[Figure]:
    """What 95 of 100 pages take at most."""
    for line in re.findall(r"^\| (\w+) \| \d+ \|.*$", text, re.MULTILINE):
        _, _, p95, _, bar, *_ = row(text, line)
        yield Figure(f"{line}, 95 of 100", p95, "ms", None, bar)


def parts(folder: Path) -> list[Part]:
    """All benchmarks in their order; publish makes what search and site look at."""
    data = str(folder / "data")
    return [
        Part("crawl", ["--rounds", "1", "--pages", "600"], [], crawl),
        Part("extract", ["html", "doc", "pdf"], [], extract),
        Part("check", ["--reports", "600", "--errors", "12"], [], check),
        Part("publish", [data, "--reports", "1200"], [data, "--reports", "25000"],
             publish),
        Part("search", [data, "--words", "60"], [data], search),
        Part("site", [data, "--requests", "100"], [data], site, accepted=(0, 1)),
    ]  # fmt: skip


def run(part: Part, *, full: bool, limit: float) -> Result:
    """Run a part to its end, or to its time limit with all that it started."""
    given = part.full if full else part.small
    command = [sys.executable, "-m", f"benchmarks.{part.name}", *given]
    began = time.perf_counter()
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = child.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        said, _ = child.communicate()
        why = f"not done after {limit:.0f} s"
        return Result(part, time.perf_counter() - began, failed=why)
    result = Result(part, time.perf_counter() - began)
    print(said.rstrip(), flush=True)
    if child.returncode not in part.accepted:
        last = said.strip().rpartition("\n")[2]
        result.failed = f"exit code {child.returncode}: {last[:200]}"
        return result
    try:
        result.figures = list(part.figures(said))
        if not result.figures:
            result.failed = "its output has no figures"
    except (ValueError, KeyError, IndexError) as error:
        result.failed = f"its output is not understood: {error}"
    return result


def machine() -> str:
    """Processor, cores, memory, load, and versions of what was measured."""
    model, memory = platform.processor() or platform.machine(), "memory unknown"
    with suppress(OSError):
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        model = found[1] if found else model
        kilobytes = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
        memory = f"{int(kilobytes[1]) / 1e6:.0f} GB" if kilobytes else memory
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{model}, {os.cpu_count()} cores, {memory}, load before "
        f"{os.getloadavg()[0]:.1f}; {platform.system()}, Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}."
    )


def table(results: Sequence[Result], told: str, *, full: bool, day: str) -> str:
    """The table as Markdown."""
    sizes = "sizes of the bars" if full else "small sizes, bars for orientation only"
    lines = [
        f"{day}, {sizes}. {told}",
        "",
        "| | | | ratio | bar | |",
        "|---|---|---|---|---|---|",
    ]
    for result in results:
        name = f"{result.part.name} ({result.seconds:.0f} s)"
        if result.failed:
            lines.append(f"| {name} | failed: {result.failed} | | | | |")
        for number, one in enumerate(result.figures):
            bar = "" if one.bar is None else f"{'≤' if one.most else '≥'} {one.bar:g}"
            met = {None: "", True: "met", False: "missed"}[one.met]
            ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
            lines.append(
                f"| {'' if number else name} | {one.what} |"
                f" {one.value:.4g} {one.unit}".rstrip()
                + f" | {ratio} | {bar} | {met} |"
            )
    return "\n".join(lines)


def main() -> int:
    """Run what is asked for; 1 when a part failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [part.name for part in parts(Path())]
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", action="append", choices=names)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    parser.add_argument("--limit", type=float, help="seconds for each")
    given = parser.parse_args()
    limit = given.limit or (7200.0 if given.full else 180.0)
    told, results = machine(), []
    with tempfile.TemporaryDirectory() as folder:
        for part in parts(Path(folder)):
            if given.only and part.name not in given.only:
                continue
            print(f"--- {part.name}", flush=True)
            results.append(run(part, full=given.full, limit=limit))
            if results[-1].failed:
                print(f"{part.name} failed: {results[-1].failed}", flush=True)
    day = datetime.now(UTC).date().isoformat()
    text = table(results, told, full=given.full, day=day)
    print(f"\n{text}")
    if not given.dry_run:
        put(given.page, MARKER, text)
    return int(any(result.failed for result in results))


if __name__ == "__main__":
    sys.exit(main())
