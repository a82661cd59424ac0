"""Readers that misbehave as documents make readers misbehave; run in workers only.

The document itself says how: its bytes are the name of one of the ways below.
"""

import os
import threading
import time

from archive.records import Extraction, PageContext
from pipelines.contain import refused


def obey(data: bytes, context: PageContext) -> Extraction:
    """Do to the worker what the document says, or answer with its process id."""
    match data.decode():
        case "sleep":
            time.sleep(600)
        case "spin":
            while True:
                pass
        case "bomb":
            hoard = []
            while True:
                hoard.append(bytearray(16_000_000))
        case "abort":
            os.abort()
        case "exit":
            os._exit(3)
        case "exit later":
            threading.Timer(0.2, os._exit, [3]).start()
        case "recurse":
            return obey(data, context)
        case "flood":
            return refused(data, "x" * 20_000_000)
        case "connect":
            import socket

            socket.create_connection(("127.0.0.1", 9), timeout=1)
        case "raise":
            raise ValueError("no such table")
    return refused(data, f"read in process {os.getpid()}")
