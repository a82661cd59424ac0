"""The memory a crawl may take, told by what it holds now.

Scrapy's own extension looks at the largest size ever, which a process inherits from the
one that started it: a crawl started by a large program would end before its first page.
"""

from __future__ import annotations

from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage

STATUS = Path("/proc/self/status")
FIELD = "VmRSS:"


def resident(status: str) -> int | None:
    """Resident bytes in the text of ``/proc/<pid>/status``; None when it has none.

    >>> resident("VmPeak:  9 kB\\nVmRSS:\\t  2048 kB\\n")
    2097152
    """
    for line in status.splitlines():
        if line.startswith(FIELD):
            return int(line.split()[1]) * 1024
    return None


class ResidentMemory(MemoryUsage):
    """Ends a crawl that holds more than ``MEMUSAGE_LIMIT_MB``."""

    def get_virtual_size(self) -> int:
        """Resident bytes now; the largest size so far where the system does not say."""
        try:
            found = resident(STATUS.read_text("ascii", "replace"))
        except OSError:
            found = None
        return super().get_virtual_size() if found is None else found
