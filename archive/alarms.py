"""Alarms: trouble of the archive itself that a person should know of, once.

A portal that is down, a report column that moved, a document that cannot be read, a
step of a run that failed: each is a :class:`Trouble`, the same one tomorrow as today by
its kind and subject. :func:`settle` compares what is the matter now with what was known
before: trouble that is new is raised, trouble that is over is resolved. It alarms until
it is over or a person has acknowledged it; should it come back later, it is new again.

Findings about reports are no alarms: they are decided in :mod:`archive.reviews`.
Like every decision of a person, an acknowledgement is written into a ledger among the
WARCs (:mod:`archive.ledger`), and ``reindex`` takes it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from archive.catalog import Catalog
from archive.errors import UsageError
from archive.phrases import Phrase, phrase

ID_DIGITS = 10
#: An id may be cut to this many characters where they name one alarm.
SHORTEST = 4

Judged = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is the matter now, in English and Chinese."""

    kind: str
    subject: str
    message: str
    message_zh: str | None = None

    @classmethod
    def of(cls, kind: str, subject: str, said: Phrase) -> Trouble:
        """Trouble that is told in both languages."""
        return cls(kind, subject, said.en, said.zh)

    @property
    def alarm_id(self) -> str:
        """The same for the same kind and subject, in every archive.

        >>> Trouble("unreachable", "laizhou", "…").alarm_id
        '0c5b77e1c1'
        """
        text = f"{self.kind}\0{self.subject}"
        return hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A row of ``alarms``; times are UTC ISO 8601."""

    alarm_id: str
    kind: str
    subject: str
    message: str
    raised_at: str
    run_id: str | None
    resolved_at: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    note: str | None
    updated_at: str
    message_zh: str | None = None

    @property
    def state(self) -> str:
        """``open``: it alarms; ``acknowledged``: it lasts, a person knows; ``over``."""
        if self.resolved_at:
            return "over"
        return "acknowledged" if self.acknowledged_at else "open"

    @property
    def said(self) -> Phrase:
        """The message in both languages; in English alone by older software."""
        return Phrase(self.message_zh or self.message, self.message)

    @property
    def told(self) -> Phrase:
        """The message, since when it is so, and who knows."""
        since = phrase("alarm.since", day=self.raised_at[:10])
        if self.acknowledged_at:
            by, note = self.acknowledged_by, self.note
            since = phrase(
                "alarm.known",
                since=since,
                day=self.acknowledged_at[:10],
                by=phrase("alarm.by", who=by) if by else "",
                note=phrase("alarm.note", note=note) if note else "",
            )
        return phrase("alarm.told", said=self.said, since=since, alarm_id=self.alarm_id)

    def __str__(self) -> str:
        return self.told.en


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the alarms: raised now, resolved now, and all that last."""

    raised: tuple[Alarm, ...]
    resolved: tuple[Alarm, ...]
    lasting: tuple[Alarm, ...]

    @property
    def open(self) -> tuple[Alarm, ...]:
        """Those that nobody has acknowledged."""
        return tuple(one for one in self.lasting if one.state == "open")


def everything(kind: str, subject: str) -> bool:
    """All trouble there can be was looked for."""
    return True


def listing(catalog: Catalog) -> list[Alarm]:
    """All alarms there ever were, the latest first."""
    names = ", ".join(f.name for f in fields(Alarm))
    return [
        Alarm(**row)
        for row in catalog.rows(
            f"SELECT {names} FROM alarms ORDER BY raised_at DESC, kind, subject"
        )
    ]


def lasting(catalog: Catalog) -> tuple[Alarm, ...]:
    """Alarms that are not over, by kind and subject."""
    found = [one for one in listing(catalog) if one.state != "over"]
    return tuple(sorted(found, key=lambda one: (one.kind, one.subject)))


def as_alarm(trouble: Trouble, at: str, run_id: str | None) -> Alarm:
    """A new alarm."""
    return Alarm(
        trouble.alarm_id,
        trouble.kind,
        trouble.subject,
        trouble.message,
        raised_at=at,
        run_id=run_id,
        resolved_at=None,
        acknowledged_at=None,
        acknowledged_by=None,
        note=None,
        updated_at=at,
        message_zh=trouble.message_zh,
    )


def settle(
    catalog: Catalog,
    troubles: Iterable[Trouble],
    *,
    run_id: str | None = None,
    judged: Judged = everything,
) -> Settled:
    """Store what is the matter now, and what no longer is.

    ``judged`` tells of a kind and a subject whether they were looked at: what was not
    looked at is as it was. A row changes only when its trouble begins, ends or, in
    words, becomes another; so a night without news leaves the table as it is.
    """
    moment = catalog.now()
    known = {one.alarm_id: one for one in listing(catalog)}
    now = {trouble.alarm_id: trouble for trouble in troubles}
    raised, resolved = [], []
    with catalog.atomic():
        for alarm_id, trouble in sorted(now.items()):
            before = known.get(alarm_id)
            if before is None or before.state == "over":
                raised.append(alarm_id)
                _put(catalog, as_alarm(trouble, moment, run_id))
            elif (before.message, before.message_zh) != (
                trouble.message,
                trouble.message_zh,
            ):
                catalog.db.execute(
                    "UPDATE alarms SET message = ?, message_zh = ? WHERE alarm_id = ?",
                    [trouble.message, trouble.message_zh, alarm_id],
                )
        for alarm_id, before in known.items():
            over = alarm_id not in now and judged(before.kind, before.subject)
            if before.state != "over" and over:
                resolved.append(alarm_id)
                catalog.db.execute(
                    "UPDATE alarms SET resolved_at = ?1, updated_at = ?1"
                    " WHERE alarm_id = ?2",
                    [moment, alarm_id],
                )
    after = {one.alarm_id: one for one in listing(catalog)}
    return Settled(
        tuple(after[i] for i in raised),
        tuple(after[i] for i in resolved),
        lasting(catalog),
    )


def _put(catalog: Catalog, alarm: Alarm) -> None:
    row: dict[str, Any] = {f.name: getattr(alarm, f.name) for f in fields(Alarm)}
    catalog.upsert("alarms", row)


def acknowledge(
    catalog: Catalog,
    ids: Sequence[str] | None,
    *,
    by: str | None = None,
    note: str | None = None,
) -> tuple[Alarm, ...]:
    """Take note of the lasting alarms named, or of all open ones; returns them.

    ``ids`` may be cut to their first characters; None is all. Raises UsageError for
    an id that names none or several; then nothing is stored.
    """
    last = lasting(catalog)
    chosen = [one for one in last if one.state == "open"]
    if ids is not None:
        chosen = [_find(last, one) for one in dict.fromkeys(ids)]
    moment = catalog.now()
    with catalog.atomic():
        for alarm in chosen:
            catalog.db.execute(
                "UPDATE alarms SET acknowledged_at = ?1, acknowledged_by = ?2,"
                " note = ?3, updated_at = ?1 WHERE alarm_id = ?4",
                [moment, _said(by), _said(note), alarm.alarm_id],
            )
    taken = {one.alarm_id for one in chosen}
    return tuple(one for one in lasting(catalog) if one.alarm_id in taken)


def _said(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def _find(alarms: Iterable[Alarm], begins: str) -> Alarm:
    wanted = begins.strip().lower()
    found = [one for one in alarms if one.alarm_id.startswith(wanted)]
    if len(wanted) < SHORTEST or len(found) != 1:
        count = f"{len(found)} alarms begin so" if found else "no lasting alarm has it"
        if len(wanted) < SHORTEST:
            count = f"at least {SHORTEST} characters are needed"
        raise UsageError(
            f"{begins!r}: expected the id of one alarm, {count} "
            "(`nianbao status` shows them)"
        )
    return found[0]
