"""Reaching the workers: threads of this process, or a cluster of Dask ``distributed``.

Both are executors as ``concurrent.futures`` knows them, so who gives out work need not
know which it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from archive import __version__
from archive.errors import UsageError

#: Seconds in which a cluster must answer.
PATIENCE = 20
#: A task whose worker was lost is given to another so many times by Dask itself.
RETRIES = 3


@contextmanager
def threads(jobs: int) -> Iterator[tuple[Executor, int]]:
    """So many threads of this process, each of which waits for a process of its own."""
    executor = ThreadPoolExecutor(jobs, thread_name_prefix="unit")
    try:
        yield executor, jobs
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def connect(address: str) -> Iterator[tuple[Executor, int]]:
    """The cluster whose scheduler listens at ``address``, and how many threads it has.

    Raises UsageError when it is not there, has no worker, or when its workers have
    another version of this software.
    """
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise UsageError(
            "--cluster needs Dask: pip install 'nianbao[cluster]' (here, and on every "
            "worker)"
        ) from error
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"no scheduler of a Dask cluster answers at {address}: {error} (expected "
            "an address like tcp://10.0.0.1:8786)"
        ) from error
    try:
        yield client.get_executor(pure=False, retries=RETRIES), _size(client, address)
    finally:
        client.close()


def _size(client: Any, address: str) -> int:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise UsageError(f"the cluster at {address} has no worker") from error
    sizes = client.nthreads()
    found = client.run(version)
    other = sorted({str(v) for v in found.values()} - {__version__})
    if other:
        raise UsageError(
            f"workers of the cluster at {address} have version {', '.join(other)} of "
            f"nianbao, this is {__version__}"
        )
    return sum(sizes.values())


def version() -> str:
    """The version of this software where it is called."""
    return __version__
