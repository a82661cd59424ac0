"""Full text against looking through every chapter: what is found, and how quickly.

    python -m benchmarks.search DIR [--words 200] [--seed 1]

DIR is a data directory with a published snapshot. Words of two to eight characters are
drawn from its chapters, a tenth are words that nearly all reports hold, a tenth do not
occur. What should be found is told by going through all chapters in Python, brought to
one form of characters. Beside ours stand SQL's ``LIKE`` and FTS5's own tokenizers,
``trigram`` and ``unicode61``, on the same texts. Milliseconds are until the numbers of
all chapters are known, the first time a word is asked for.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from archive.datadir import DataDir
from archive.site.fts import match, normalise

COMMON = ("公开", "政府信息", "申请", "工作", "行政复议")
RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
OURS = "SELECT group_concat(rowid) FROM chapters_fts WHERE chapters_fts MATCH ?"
LIKE = (
    "SELECT group_concat(id) FROM chapters"
    " WHERE text LIKE '%' || ? || '%' OR heading LIKE '%' || ? || '%'"
)

Search = Callable[[str], set[int]]


@dataclass(slots=True)
class Tally:
    """What one way of searching found, over all words."""

    found: int = 0
    right: int = 0
    wanted: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def add(self, found: set[int], wanted: set[int], seconds: float) -> None:
        """Count one word."""
        self.found += len(found)
        self.right += len(found & wanted)
        self.wanted += len(wanted)
        self.milliseconds.append(1000 * seconds)

    @property
    def recall(self) -> float:
        """Share of what should be found that was."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        """Share of what was found that should be; NaN when nothing was found."""
        return self.right / self.found if self.found else float("nan")

    @property
    def median(self) -> float:
        """Milliseconds."""
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        """Milliseconds that 95 of 100 words take at most."""
        ordered = sorted(self.milliseconds)
        return ordered[max(int(len(ordered) * 0.95) - 1, 0)]


def words(texts: dict[int, str], count: int, seed: int) -> list[str]:
    """Words to ask for, each once."""
    rng, numbers = random.Random(seed), sorted(texts)
    made = dict.fromkeys(COMMON[: max(count // 10, 1)])
    tries = 0
    while len(made) < count and tries < 50 * count:
        tries += 1
        runs = RUN.findall(texts[rng.choice(numbers)])
        if not runs:
            continue
        run = rng.choice(runs)
        start = rng.randint(0, len(run) - 2)
        word = run[start : start + rng.randint(2, 8)]
        # one of ten backwards, which is hardly ever a word
        made[word[::-1] if len(made) % 10 == 9 else word] = None
    return list(made)


def numbers(connection: sqlite3.Connection, sql: str, *given: str) -> set[int]:
    """Chapters that a statement lists."""
    (listed,) = connection.execute(sql, given).fetchone()
    return {int(number) for number in (listed or "").split(",") if number}


def peer(texts: dict[int, str], tokenizer: str) -> tuple[Search, float]:
    """An index of FTS5 with one of its own tokenizers; also the seconds it took."""
    began = time.perf_counter()
    db = sqlite3.connect(":memory:")
    db.execute(
        f"CREATE VIRTUAL TABLE f USING fts5(t, content='', tokenize={tokenizer})"
    )
    db.executemany("INSERT INTO f (rowid, t) VALUES (?, ?)", texts.items())
    sql = "SELECT group_concat(rowid) FROM f WHERE f MATCH ?"
    return lambda word: numbers(db, sql, f'"{word}"'), time.perf_counter() - began


def compare(path: Path, count: int, seed: int) -> dict[str, Tally]:
    """Ask all for the same words, in turn."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
    texts = {
        number: normalise(f"{heading or ''}\t{text}")
        for number, heading, text in connection.execute(
            "SELECT id, heading, text FROM chapters"
        )
    }
    ways: dict[str, Search] = {
        "nianbao": lambda word: numbers(connection, OURS, match(word)),
        "LIKE": lambda word: numbers(connection, LIKE, word, word),
    }
    for tokenizer in ("trigram", "unicode61"):
        ways[f"FTS5 {tokenizer}"], seconds = peer(texts, tokenizer)
        print(f"index with {tokenizer}: {seconds:.1f} s")
    tallies = {name: Tally() for name in ways}
    for word in words(texts, count, seed):
        wanted = {number for number, text in texts.items() if word in text}
        for name, search in ways.items():
            began = time.perf_counter()
            found = search(word)
            tallies[name].add(found, wanted, time.perf_counter() - began)
    connection.close()
    return tallies


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--words", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tallies = compare(DataDir(given.data).published, given.words, given.seed)
    ours = tallies["nianbao"]
    print(f"{len(ours.milliseconds)} words, {ours.wanted} hits")
    print("| search | recall | precision | median ms | p95 ms | time |")
    print("|---|---|---|---|---|---|")
    for name, tally in tallies.items():
        times = f"{tally.median:.2f} | {tally.p95:.2f}"
        ratio = tally.median / ours.median
        print(
            f"| {name} | {tally.recall:.4f} | {tally.precision:.4f} | {times} |"
            f" {ratio:.1f} |"
        )


if __name__ == "__main__":
    main()
