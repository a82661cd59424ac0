"""The process that crawls one politeness group: ``python -m crawler.cluster.unit PID``.

PID is the process that started it and with which it dies. The order is JSON on
standard input, what came of it is one line of JSON on standard output.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

from archive.datadir import DataDir
from archive.errors import LockHeld, NianbaoError
from archive.records import Source
from crawler.cluster import claims
from crawler.cluster.running import die_with

#: Seconds for which an orphan that still holds the portals or the folder is waited for.
PATIENCE = 60.0


def crawl_unit(order: dict[str, Any]) -> dict[str, Any]:
    """Resume the folder of a group and crawl it; figures and attention.

    ``lender``: the archive whose frontier the folder starts with.
    """
    from crawler.cli import run_crawl  # noqa: PLC0415 - it imports this package

    sources = [Source(**_tupled(source)) for source in order["sources"]]
    until = time.monotonic() + PATIENCE
    while True:
        try:
            # Kept until this process ends: the crawl claims the same once more.
            claims.take(sources, patience=max(until - time.monotonic(), 0.0))
            outcome = run_crawl(
                DataDir(Path(order["folder"])),
                sources,
                tag=order["tag"],
                lender=DataDir(Path(order["lender"])),
                **order["options"],
            )
        except LockHeld as error:
            if time.monotonic() < until:
                time.sleep(1)
                continue
            return _failed(error)
        except NianbaoError as error:
            return _failed(error)
        return {"figures": outcome.figures, "attention": list(outcome.attention)}


def _tupled(source: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in source.items()}


def _failed(error: Exception) -> dict[str, Any]:
    code = getattr(error, "exit_code", 1)
    return {"error": type(error).__name__, "text": str(error), "code": code}


def main() -> None:
    """Entry point."""
    die_with(int(sys.argv[1]))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        told = crawl_unit(json.load(sys.stdin))
    except KeyboardInterrupt:
        told = {"error": "Interrupted", "text": "stopped; it is resumed", "code": 11}
    print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
