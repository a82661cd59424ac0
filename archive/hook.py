"""The hook: a command of the operator's that is told of new trouble.

It gets the news as text on standard input and the figures as environment variables, and
does with them what it likes: mail, a chat, a pager. It is started without a shell
(write ``sh -c '…'`` to have one) and ended with its children when it takes too long.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress

from archive.errors import UsageError

VARIABLE = "NIANBAO_HOOK"
#: Seconds a hook may take.
PATIENCE = 60.0
#: Characters of its complaint that are shown.
SHOWN = 300


def parse(command: str) -> list[str]:
    """The words of a command line. Raises UsageError for one that is none."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"the hook {command!r} is no command line: {error}") from error
    if not words:
        raise UsageError("expected a command as hook, found nothing")
    return words


def call(
    words: list[str],
    text: str,
    variables: Mapping[str, str],
    *,
    patience: float = PATIENCE,
) -> str | None:
    """Run a hook; why it failed, or None.

    ``variables`` are added to the environment. Its output is not shown unless it fails.
    """
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **variables},
            start_new_session=True,
        )
    except OSError as error:
        return f"{words[0]}: {error.strerror}"
    try:
        output, _ = process.communicate(text.encode(), timeout=patience)
    except subprocess.TimeoutExpired:
        _end(process)
        return f"{words[0]}: not done after {patience:g} seconds, ended"
    except BaseException:
        _end(process)
        raise
    if process.returncode == 0:
        return None
    said = " ".join(output.decode(errors="replace").split())[-SHOWN:]
    return f"{words[0]}: exit code {process.returncode}{': ' + said if said else ''}"


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()
    if process.stdin:
        with suppress(OSError):
            process.stdin.close()
