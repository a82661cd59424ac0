"""Dividing portals among workers that know nothing of one another. Pure.

What may not be divided is a politeness group: portals that share a ``group`` of the
registry, or a host. A group belongs to one shard for ever, whatever else the registry
holds and in whatever order: its shard is told by a hash of its name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from archive.errors import UsageError
from archive.records import Source
from crawler.politeness import bare_host

#: Folder of a data directory in which workers have theirs.
FOLDER = "shards"
WRITTEN = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})")


def group_of(source: Source) -> str:
    """The politeness group of a portal: the one it names, else its host.

    The same as its slot in a crawl.
    """
    return source.group or bare_host(source.home)


def stable_hash(group: str) -> int:
    """A number of 62 bits that is the same everywhere and always.

    >>> stable_hash("shandong-jiyuehua")
    3006716608813089507
    """
    digest = hashlib.sha256(group.encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 2


def groups(sources: Iterable[Source]) -> dict[str, list[Source]]:
    """Portals by politeness group, both in the order of ``sources``."""
    found: dict[str, list[Source]] = {}
    for source in sources:
        found.setdefault(group_of(source), []).append(source)
    return found


@dataclass(frozen=True, slots=True)
class Shard:
    """One of ``of`` shards, counted from 1."""

    number: int
    of: int

    def takes(self, source: Source) -> bool:
        """Whether a portal belongs to this shard."""
        return stable_hash(group_of(source)) % self.of == self.number - 1

    def portion(self, sources: Iterable[Source]) -> list[Source]:
        """The portals of this shard, in their order."""
        return [source for source in sources if self.takes(source)]

    def folder(self, data: Path) -> Path:
        """Where the shard of a data directory keeps its WARC files and frontier."""
        return data / FOLDER / f"{self.number}-of-{self.of}"

    @property
    def tag(self) -> str:
        """What its runs and the names of its WARC files carry."""
        return f"s{self.number}of{self.of}."


def parse_shard(text: str) -> Shard:
    """A shard as it is written on the command line.

    >>> parse_shard("2/16")
    Shard(number=2, of=16)

    Raises UsageError.
    """
    found = WRITTEN.fullmatch(text)
    if not found or int(found[1]) > int(found[2]):
        raise UsageError(
            f"--shard: expected I/N with I from 1 to N, as in 2/16, found {text!r}"
        )
    return Shard(int(found[1]), int(found[2]))


def group_folder(data: Path, group: str) -> Path:
    """Where a group that is crawled by itself keeps its WARC files and frontier.

    >>> group_folder(Path("data"), "www.x.gov.cn:8080").as_posix()
    'data/shards/group-www-x-gov-cn-8080-067ac2a309'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", group.lower()).strip("-")[:40]
    return data / FOLDER / f"group-{slug}-{group_key(group)}"


def group_tag(group: str) -> str:
    """What runs and WARC files of such a group carry."""
    return f"g{group_key(group)}."


def group_key(group: str) -> str:
    """A short name of a group: ten hexadecimal digits of its hash."""
    return f"{stable_hash(group):016x}"[:10]
