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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from archive.datadir import ENVIRONMENT_VARIABLE, DataDir
from archive.errors import NianbaoError

COMPLETE = 0
ATTENTION = 1


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
        """Wrap the path; nothing is created yet."""
        return value if isinstance(value, DataDir) else DataDir(Path(value))


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
    """A progress bar on a terminal; silent elsewhere, where logs are read later."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda what="": None
        return
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
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        note("interrupted; the next run resumes")
        sys.exit(11)
    except NianbaoError as error:
        note(f"nianbao: {error}")
        sys.exit(error.exit_code)
