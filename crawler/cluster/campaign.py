"""A crawl by many workers: groups are given out, and what they wrote is folded in.

Every group is a unit with a folder of its own under ``shards/``. A unit whose worker is
lost is given out again and goes on where its folder stands.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from archive.catalog import Catalog
from archive.console import Step
from archive.datadir import DataDir
from archive.errors import Interrupted, NianbaoError, StorageError
from archive.frontier import Frontier
from archive.records import Source
from crawler.cluster.running import run_unit
from crawler.shards import FOLDER, group_folder, group_tag, groups

#: A unit that lost its worker so many times is left to the next run.
ATTEMPTS = 20


@dataclass(slots=True)
class Campaign:
    """What came of a crawl by many workers."""

    figures: dict[str, Any] = field(default_factory=dict)  # by source
    attention: list[str] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    units: int = 0
    lost: int = 0  # times that a worker was lost
    interrupted: list[str] = field(default_factory=list)  # units that were stopped


def run(
    data: DataDir,
    catalog: Catalog,
    sources: Sequence[Source],
    executor: Executor,
    *,
    max_time: float | None = None,
    step: Step = lambda what="": None,
    **options: Any,
) -> Campaign:
    """Crawl every group of ``sources`` as a unit, the largest first.

    ``options`` are those of a crawl. Call it under the lock of ``data``. Raises
    Interrupted after a signal: units that run are asked to stop and stay resumable.
    """
    done, until = Campaign(), monotonic() + max_time if max_time else None
    with _token(data) as token:
        orders = [
            _order(data, token, group, members, options)
            for group, members in _by_size(catalog, sources)
        ]
        done.units = len(orders)
        done.folders = [Path(order["folder"]) for order in orders]
        try:
            for order, told in _all(executor, orders, until, done):
                _take(done, order, told)
                step(order["group"])
        except KeyboardInterrupt as error:
            raise Interrupted(
                "the crawl was stopped; workers end their units, and the next run or "
                "`nianbao fold` takes in what they wrote"
            ) from error
    return done


@contextmanager
def _token(data: DataDir) -> Iterator[Path]:
    """A file that is there as long as the campaign goes on."""
    path = data.root.resolve() / FOLDER / f".campaign-{os.getpid()}"
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{os.getpid()}\n")
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _by_size(
    catalog: Catalog, sources: Sequence[Source]
) -> list[tuple[str, list[Source]]]:
    """Groups, those with the most known URLs first: they decide when a crawl ends."""
    sizes = Frontier(catalog).sizes()
    return sorted(
        groups(sources).items(),
        key=lambda item: -sum(sizes.get(s.source_id, 0) for s in item[1]),
    )


def _order(
    data: DataDir,
    token: Path,
    group: str,
    members: Sequence[Source],
    options: dict[str, Any],
) -> dict[str, Any]:
    root = data.root.resolve()
    return {
        "group": group,
        "token": str(token),
        "folder": str(group_folder(root, group)),
        "lender": str(root),
        "tag": group_tag(group),
        "sources": [asdict(source) for source in members],
        "options": options,
    }


def _all(
    executor: Executor,
    orders: list[dict[str, Any]],
    until: float | None,
    done: Campaign,
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every order with what came of it, as they are finished."""
    waiting: dict[Future[dict[str, Any]], tuple[dict[str, Any], int]] = {}

    def send(order: dict[str, Any], attempt: int) -> None:
        if (
            until is not None
        ):  # the unit ends by itself, at a quarter past at the latest
            left = max(until - monotonic(), 1.0)
            order = order | {"options": order["options"] | {"max_time": left}}
        waiting[executor.submit(run_unit, order)] = order, attempt

    for order in orders:
        send(order, 1)
    while waiting:
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            order, attempt = waiting.pop(future)
            try:
                yield order, future.result()
            except NianbaoError as error:
                if isinstance(error, StorageError) or error.exit_code == 2:
                    raise
                why = str(error)
            except Exception as error:  # the worker of one unit is closed here
                why = f"{type(error).__name__}: {error}"
            else:
                continue
            done.lost += 1
            if attempt < ATTEMPTS:
                send(order, attempt + 1)
            else:
                yield order, {"error": "UnitLost", "text": why}


def _take(done: Campaign, order: dict[str, Any], told: dict[str, Any]) -> None:
    if "error" in told:
        done.attention.append(f"{order['group']}: {told['error']}: {told['text']}")
        if told["error"] == "Interrupted":
            done.interrupted.append(order["group"])
        return
    done.figures |= told["figures"].get("by_source", {})
    done.attention += told["attention"]
