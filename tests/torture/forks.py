"""Many runs of the command as forks of one process, see ``faults``."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.crawler.crawls import ROOT, environment
from tests.crawler.wire import Wire
from tests.torture.scenarios import Bench

COMPLETE, KILLED = 0, -signal.SIGKILL
#: Where the clocks change: nothing may go by local time.
ZONE = "America/New_York"


class Runner:
    """Starts the process and sends it requests."""

    def __init__(self, folder: Path) -> None:
        env = environment() | {"NIANBAO_RESERVE_MB": "0", "TZ": ZONE}
        self.output = folder / "output.txt"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.faults"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env,
        )  # fmt: skip

    def run(
        self,
        *arguments: str | Path,
        point: str = "",
        nth: int = 0,
        shift: float = 0,
        looks: int = 0,
    ) -> tuple[int, str]:
        """(exit code, what was printed)."""
        assert self._process.stdin and self._process.stdout
        request = {
            "arguments": [str(argument) for argument in arguments],
            "point": point, "nth": nth, "shift": shift, "looks": looks,
            "output": str(self.output),
        }  # fmt: skip
        print(json.dumps(request), file=self._process.stdin, flush=True)
        code = int(self._process.stdout.readline())
        return code, self.output.read_text(errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)


class Forks(Bench):
    """A bench whose commands are forks of one process."""

    def __init__(self, wire: Wire, folder: Path, pages: int, runner: Runner) -> None:
        self.runner = runner
        super().__init__(wire, folder, pages)

    def command(self, data: Path) -> list[str | Path]:
        return ["crawl", "--data", data, "--sources", self.sources,
                "--allow-net", "127.0.0.0/8"]  # fmt: skip

    def crawl(self, data: Path, before: str = "", **env: str) -> tuple[int, str, str]:
        code, printed = self.runner.run(*self.command(data))
        return code, "", printed

    def publish(self, data: Path) -> None:
        code, printed = self.runner.run("publish", "--data", data)
        assert code == COMPLETE, printed
