"""How a cluster is reached: told by the layer that may open connections.

A module of its own, so that the command line can say it without loading what reads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager

from archive.errors import UsageError

#: Opens a cluster: its executor and the number of its threads, by its address.
Connect = Callable[[str], AbstractContextManager[tuple[Executor, int]]]


def _nowhere(address: str) -> AbstractContextManager[tuple[Executor, int]]:
    raise UsageError(f"nothing here can reach a cluster ({address})")


#: Set by the layer that may open connections.
connect: Connect = _nowhere
