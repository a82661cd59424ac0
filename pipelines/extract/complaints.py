"""What libraries log about a document, kept as notes on it instead of on the screen."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

#: Different remarks that are kept, and characters of each.
MOST, LONGEST = 5, 120


class _Keeper(logging.Handler):
    """Counts remarks, each cut to one short line."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the remark as it would be printed, cut to one short line."""
        text = " ".join(record.getMessage().split())
        self.said[text if len(text) <= LONGEST else f"{text[:LONGEST]}…"] += 1


class Complaints:
    """What was said so far."""

    def __init__(self, keeper: _Keeper) -> None:
        self._keeper = keeper

    def notes(self) -> tuple[str, ...]:
        """One note a remark, the most frequent first; then how many were left out."""
        said = self._keeper.said.most_common()
        notes = [f"{text} ({n} times)" if n > 1 else text for text, n in said[:MOST]]
        if rest := said[MOST:]:
            notes.append(f"{sum(n for _, n in rest)} more remarks of that kind")
        return tuple(notes)


@contextmanager
def complaints(names: Sequence[str]) -> Iterator[Complaints]:
    """Keep the warnings of the named loggers, and print none of them.

    >>> with complaints(["library"]) as heard:
    ...     for _ in range(2):
    ...         logging.getLogger("library.part").warning("no %s here", "box")
    >>> heard.notes()
    ('no box here (2 times)',)
    """
    keeper = _Keeper()
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.addHandler(keeper)
        logger.propagate = False
    try:
        yield Complaints(keeper)
    finally:
        for logger, propagated in zip(loggers, before, strict=True):
            logger.removeHandler(keeper)
            logger.propagate = propagated
