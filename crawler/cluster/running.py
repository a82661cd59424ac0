"""Running a unit in a process of its own, from a thread of a worker.

Scrapy's reactor runs once in a process, so every unit needs a fresh one. It dies with
the worker that started it (``PR_SET_PDEATHSIG``), and it is asked to end when the
campaign that ordered it is over: then the file ``token`` is gone.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from archive.errors import NianbaoError, UsageError

MODULE = "crawler.cluster.unit"
#: From linux/prctl.h: the signal that a process gets when its parent dies.
PR_SET_PDEATHSIG = 1
#: Seconds between two looks whether the campaign goes on, and until a unit must end.
LOOK = 1.0
GRACE = 20.0


class UnitLost(NianbaoError):
    """The process of a unit was killed; its folder can be resumed by another."""


def die_with(parent: int) -> None:
    """End this process with SIGKILL as soon as process ``parent``, its own, is gone.

    Valid until this process starts another program; children are not bound by it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it was gone before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def run_unit(order: dict[str, Any]) -> dict[str, Any]:
    """Crawl one politeness group as ``order`` says; what the unit tells.

    The order is plain data: ``folder``, ``token``, ``sources``, ``options`` and what
    :mod:`crawler.cluster.unit` takes besides. Raises UnitLost when the process was
    killed, UsageError when this machine does not see the data directory.
    """
    token = Path(order["token"])
    if not token.exists():
        raise UsageError(
            f"{os.uname().nodename} does not see {token}: either the crawl that asks "
            "for it is over, or the data directory is not shared with this machine "
            "(then use `crawl --shard I/N` there, and `fold`)"
        )
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    with subprocess.Popen(
        [sys.executable, "-m", MODULE, str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        process_group=0,  # Ctrl-C is for whoever started the campaign
    ) as process:
        said = _said(process, json.dumps(order).encode(), token)
    try:
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise UnitLost(
            f"{order['group']}: its process ended with {process.returncode}"
        ) from error
    return found


def _said(process: subprocess.Popen[bytes], order: bytes, token: Path) -> bytes:
    given: bytes | None = order
    over = 0.0
    while True:
        try:
            return process.communicate(given, timeout=LOOK)[0]
        except subprocess.TimeoutExpired:
            given = None  # what was begun to be sent is sent on
        if token.exists():
            continue
        if not over:
            process.terminate()
        elif over >= GRACE:
            process.kill()
        over += LOOK
