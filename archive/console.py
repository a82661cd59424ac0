"""What all commands share: options, exit codes, progress, the last line.

A command returns an :class:`Outcome`; the wrapper prints it (as one JSON object with
``--json``) and turns it, or the error raised, into the exit code of the contract.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, Protocol

import click

from archive.datadir import ENVIRONMENT_VARIABLE, DataDir
from archive.errors import Interrupted, NianbaoError, StorageError, UsageError

COMPLETE = 0
ATTENTION = 1
INTERRUPTED = Interrupted.exit_code
#: A port to serve on; 0 is any that is free.
PORT = click.IntRange(0, 65535)
#: Seconds between two lines of progress where no terminal shows a bar.
LINE_EVERY = 15.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: the last line, its figures, and what needs a person."""

    summary: str
    figures: dict[str, Any] = field(default_factory=dict)
    attention: tuple[str, ...] = ()
    code: int = COMPLETE  # when attention is more than that, e.g. a damaged archive
    details: tuple[str, ...] = ()  # for a person; the figures say it all

    @property
    def exit_code(self) -> int:
        return self.code or (ATTENTION if self.attention else COMPLETE)


class DataDirType(click.ParamType):  # type: ignore[type-arg]
    """A data directory given on the command line."""

    name = "directory"

    def convert(self, value: Any, param: Any, ctx: Any) -> DataDir:
        """Wrap the path; nothing is created yet. StorageError for what is no folder."""
        data = value if isinstance(value, DataDir) else DataDir(Path(value))
        problem = _problem(data.root)
        if problem:
            raise StorageError(
                f"the data directory {data.root} {problem} "
                f"(choose another with --data or ${ENVIRONMENT_VARIABLE})"
            )
        return data


def _problem(root: Path) -> str:
    """What is wrong with a data directory that is there, '' if nothing."""
    try:
        if root.is_dir():
            opens = os.access(root, os.R_OK | os.X_OK)
            return "" if opens else "cannot be opened: permission denied"
        return "cannot be written: it is no directory" if root.exists() else ""
    except OSError as error:
        return f"cannot be opened: {error.strerror}"


data_option = click.option(
    "--data",
    type=DataDirType(),
    default=lambda: os.environ.get(ENVIRONMENT_VARIABLE) or "data",
    show_default=f"${ENVIRONMENT_VARIABLE}, else ./data",
    help="Data directory.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object."
)


def note(message: str) -> None:
    """A line for the person at the terminal, on standard error."""
    click.echo(message, err=True)


def reporting(command: Callable[..., Outcome]) -> Callable[..., None]:
    """Print the Outcome of ``command`` and exit with its code; add ``--json``."""

    @json_option
    @functools.wraps(command)
    def wrapper(*args: Any, as_json: bool, **kwargs: Any) -> None:
        outcome = command(*args, **kwargs)
        if as_json:
            click.echo(
                json.dumps(
                    {
                        "summary": outcome.summary,
                        "attention": list(outcome.attention),
                        **outcome.figures,
                    },
                    ensure_ascii=False,
                )
            )
        else:
            for line in outcome.details:
                click.echo(line)
            for line in outcome.attention:
                click.echo(f"! {line}")
            click.echo(outcome.summary)
        sys.exit(outcome.exit_code)

    return wrapper


class Step(Protocol):
    """Advances a progress display by one, naming what was done."""

    def __call__(self, what: str = "") -> None: ...


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Step]:
    """A progress bar on a terminal; elsewhere a plain line now and then, for logs."""
    from rich.console import Console  # noqa: PLC0415 - a command that fails needs none

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(title, total)
        return
    from rich.progress import (  # noqa: PLC0415 - heavy, and for terminals alone
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task(title, total=total, what="")

        def step(what: str = "") -> None:
            bars.update(task, advance=1, what=what[:60])

        yield step


def _lines(title: str, total: int | None) -> Step:
    """Tells in plain lines, ``LINE_EVERY`` seconds apart, how far the work is."""
    done, told = 0, time.monotonic()

    def step(what: str = "") -> None:
        nonlocal done, told
        done += 1
        now = time.monotonic()
        if now - told >= LINE_EVERY:
            told = now
            note(f"{title}: {done}{f' of {total}' if total else ''} {what}".rstrip())

    return step


def _fail(message: str, code: int, kind: str) -> NoReturn:
    """End with ``code``; who asked for JSON gets an object in this case too."""
    if "--json" in sys.argv:
        told = {"summary": message, "attention": [], "error": kind, "exit_code": code}
        click.echo(json.dumps(told, ensure_ascii=False))
    sys.exit(code)


def run(group: click.Group) -> None:
    """Run the command line and map our errors to their exit codes."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C; nohup stays nohup
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    try:
        group.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        _fail(error.format_message(), UsageError.exit_code, UsageError.__name__)
    except (click.Abort, KeyboardInterrupt):
        message = "interrupted; the next run resumes"
        note(message)
        _fail(message, INTERRUPTED, Interrupted.__name__)
    except NianbaoError as error:
        note(f"nianbao: {error}")
        _fail(str(error), error.exit_code, type(error).__name__)
