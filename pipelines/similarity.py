"""How much of a report's prose repeats last year's, or another authority's.

Numbers and the authority's own names are masked; tables, and chapters too short to say
anything of their own, are left out. Two measures:

* with last year's report of the same authority: the share of a chapter's characters
  that stand in a stretch of :data:`STRETCH` or more which last year's has, too;
* with other authorities of the same year: near-copies, found by MinHash (rensa) over
  pieces of :data:`PIECE` characters, then measured exactly (Jaccard).

:func:`refresh` brings the catalogue up to date and is what ``nianbao check`` calls
before it applies the rules on repetition.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import eq
from zlib import crc32

from rensa import RMinHash

from archive import likeness
from archive.catalog import Catalog
from archive.likeness import Prose, Similar, Sketch

#: Changes whenever a measure does.
METHOD = "1"
#: Characters of masked prose below which a chapter is not compared.
LEAST = 100
STRETCH = 12
PIECE = 5
#: Near-copies are kept from here on (domain: 0.8 of masked text).
NEAR = 0.8
#: The nearest other authorities that are kept per chapter.
NEAREST = 10
#: 20 bands of 6: texts alike by 0.8 meet in one with probability 0.998.
BANDS, ROWS, SEED = 20, 6, 20190415
DIGITS = 8  # of a band in a sketch
#: Share of due reports from which on everything is measured again.
MOST = 0.05

BLANKS = re.compile(r"\s+")
NUMBER = re.compile(r"[0-9０-９]+(?:[,，.．][0-9０-９]+)*[%％]?")

Key = tuple[str, int]  # report, chapter


@dataclass(frozen=True, slots=True)
class Text:
    """A chapter ready for comparison."""

    prose: Prose
    masked: str

    @property
    def key(self) -> Key:
        return (self.prose.report_id, self.prose.chapter_no)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What :func:`refresh` did: reports measured, and those whose rows changed."""

    measured: int = 0
    changed: frozenset[str] = field(default_factory=frozenset)


# ----------------------------------------------------------------------------- measures


def mask(text: str, names: Iterable[str] = ()) -> str:
    """Text without white space, numbers as 0 and the authority's names as one mark.

    >>> mask("2024 年，甲州市教育局收到申请 1,204 件", ["甲州市教育局", "甲州市"])
    '0年，□收到申请0件'
    """
    plain = NUMBER.sub("0", BLANKS.sub("", text))
    for name in sorted(names, key=len, reverse=True):
        plain = plain.replace(name, "□")
    return plain


def pieces(text: str, size: int = PIECE) -> set[str]:
    """Every stretch of ``size`` characters.

    >>> sorted(pieces("甲乙丙丁", 3))
    ['乙丙丁', '甲乙丙']
    """
    return {text[at : at + size] for at in range(len(text) - size + 1)}


def shared(text: str, other: set[str], size: int = STRETCH) -> int:
    """Characters of ``text`` in stretches of ``size`` or more that ``other`` has.

    ``other`` are the pieces of that size of the other text.

    >>> shared("甲乙丙丁戊", pieces("丁乙丙丁", 3), 3)
    3
    """
    total, end = 0, 0
    for at in range(len(text) - size + 1):
        if text[at : at + size] in other:
            total += at + size - max(at, end)
            end = at + size
    return total


def jaccard(one: set[str], other: set[str]) -> float:
    """Common pieces out of all."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def minhashes(texts: Iterable[str]) -> list[list[int]]:
    """The MinHash of each text."""
    sets = (list(pieces(text)) for text in texts)
    made: list[list[int]] = RMinHash.digests_from_token_sets(sets, BANDS * ROWS, SEED)
    return made


def bands(minhash: Sequence[int]) -> str:
    """The sketch of a text: the bands of its MinHash, eight hex digits each."""
    return "".join(
        f"{crc32(repr(minhash[at : at + ROWS]).encode()):08x}"
        for at in range(0, BANDS * ROWS, ROWS)
    )


def hopeless(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two MinHashes are too far apart for near-copies (four deviations)."""
    same: int = sum(map(eq, one, other))
    return same < (NEAR - 0.15) * len(one)


def split(sketch: str) -> set[tuple[int, str]]:
    """The bands of a sketch with their place."""
    return {(at, sketch[at : at + DIGITS]) for at in range(0, len(sketch), DIGITS)}


def candidates(
    sketched: Sequence[tuple[Key, str, str]], order: Mapping[Key, object]
) -> set[tuple[Key, Key]]:
    """Pairs of chapters of different authorities that share a band.

    ``sketched``: key, authority, sketch. In a crowd each meets only those next to it by
    ``order`` (its text), so that a text copied by a thousand makes no million pairs.
    """
    buckets: dict[tuple[int, int, str], list[tuple[Key, str]]] = defaultdict(list)
    for key, agency, sketch in sorted(sketched, key=lambda s: (order[s[0]], s[0])):
        for at in range(0, len(sketch), DIGITS):
            bucket = (key[1], at, sketch[at : at + DIGITS])
            buckets[bucket].append((key, agency))
    pairs: set[tuple[Key, Key]] = set()
    for members in buckets.values():
        for at, (key, agency) in enumerate(members):
            for other, its in members[at + 1 : at + 1 + NEAREST]:
                if its != agency:
                    pairs.add((min(key, other), max(key, other)))
    return pairs


def near(one: Text, other: Text) -> tuple[Similar, Similar] | None:
    """The rows of two near-copies, one for each side; None when they are not near."""
    if one.masked == other.masked:
        alike = 1.0
    else:
        alike = round(jaccard(pieces(one.masked), pieces(other.masked)), 4)
    if alike < NEAR:
        return None
    return (
        _row(one, other, "other_agency", alike),
        _row(other, one, "other_agency", alike),
    )


def repeated(now: Text, before: Text) -> Similar:
    """The row of a chapter held against last year's."""
    row = _row(now, before, "previous_year", 0.0)
    return replace(row, similarity=round(row.shared_chars / len(now.masked), 4))


def _row(one: Text, other: Text, kind: str, similarity: float) -> Similar:
    chars = len(one.masked)
    if one.masked != other.masked:
        chars = shared(one.masked, pieces(other.masked, STRETCH))
    own = one.prose
    return Similar(
        own.report_id,
        own.version_no,
        own.chapter_no,
        other.prose.report_id,
        kind,
        similarity,
        chars,
    )


def nearest(rows: Iterable[Similar]) -> set[Similar]:
    """The nearest rows of each chapter."""
    by_chapter: dict[Key, list[Similar]] = defaultdict(list)
    for row in rows:
        by_chapter[row.report_id, row.chapter_no].append(row)
    return {
        row
        for found in by_chapter.values()
        for row in sorted(found, key=lambda r: (-r.similarity, r.other_report_id))[
            :NEAREST
        ]
    }


# ------------------------------------------------------------------------ the catalogue


def refresh(
    catalog: Catalog,
    dirty: Iterable[str] | None = None,
    *,
    everything: bool = False,
) -> Refreshed:
    """Measure the reports that are due; ``dirty`` names more of them.

    Due are those never measured in their current version and reading. Returns the
    reports whose rows changed, that of the next year and the near-copies included.
    """
    connection = catalog.db.conn
    total = likeness.count(connection)
    due = likeness.unmeasured(connection, METHOD)
    gone = likeness.departed(connection, due, total)
    due |= set(dirty or ())
    if not (due or gone or everything):
        return Refreshed()
    if everything or _most(due, total):
        with catalog.atomic():
            return Refreshed(
                total, frozenset(store_all(connection, measure_all(connection)))
            )
    with catalog.atomic():
        return Refreshed(len(due), frozenset(_measure(connection, due, gone)))


#: Sketches of all chapters, and all rows about them.
Measured = tuple[list[Sketch], set[Similar]]


@dataclass(slots=True)
class Batch:
    """Reports that were read for comparison: all of them, and their long chapters."""

    reports: dict[str, Prose] = field(default_factory=dict)
    texts: dict[Key, Text] = field(default_factory=dict)

    @classmethod
    def of(cls, chapters: Iterable[Prose]) -> Batch:
        """Mask what is long enough."""
        made = cls()
        for prose in chapters:
            made.reports[prose.report_id] = prose
            masked = mask(prose.text, prose.names)
            if len(masked) >= LEAST:
                made.texts[prose.report_id, prose.chapter_no] = Text(prose, masked)
        return made

    def minhashes(self) -> dict[Key, list[int]]:
        """The MinHashes of the chapters."""
        made = minhashes(text.masked for text in self.texts.values())
        return dict(zip(self.texts, made, strict=True))

    def sketches(self, made: Mapping[Key, Sequence[int]]) -> list[Sketch]:
        """Sketches of the chapters, and the marks of the reports."""
        marks = [_sketch(prose, 0, "") for prose in self.reports.values()]
        return marks + [
            _sketch(self.texts[key].prose, key[1], bands(minhash))
            for key, minhash in made.items()
        ]


def _sketch(prose: Prose, chapter_no: int, drawn: str) -> Sketch:
    return Sketch(
        prose.report_id,
        chapter_no,
        prose.version_no,
        prose.report_year,
        prose.agency_id,
        drawn,
        METHOD,
    )


def all_due(connection: sqlite3.Connection) -> bool:
    """Whether so many reports are due that :func:`refresh` would measure all anew."""
    due = likeness.unmeasured(connection, METHOD)
    return _most(due, likeness.count(connection))


def _most(due: set[str], total: int) -> bool:
    """Whether measuring all takes less than holding each against the others."""
    return len(due) > MOST * total


def measure_all(connection: sqlite3.Connection) -> Measured:
    """Everything anew, year by year; nothing is written."""
    rows: set[Similar] = set()
    kept: list[Sketch] = []
    last: tuple[int, dict[tuple[str, str, int], Text]] = (0, {})
    for year in likeness.years(connection):
        batch = Batch.of(likeness.of_year(connection, year))
        made = batch.minhashes()
        sketches = batch.sketches(made)
        kept += sketches
        own = {_place(text): text for text in batch.texts.values()}
        if last[0] == year - 1:
            rows |= {
                repeated(own[place], last[1][place])
                for place in own.keys() & last[1].keys()
            }
        drawn = [
            ((s.report_id, s.chapter_no), s.agency_id, s.bands)
            for s in sketches
            if s.chapter_no
        ]
        rows |= nearest(_near(drawn, batch.texts, made))
        last = (year, own)
    return kept, rows


def store_all(connection: sqlite3.Connection, measured: Measured) -> set[str]:
    """Write what :func:`measure_all` found; the reports whose rows changed."""
    sketches, rows = measured
    likeness.drop_sketches(connection)
    likeness.put_sketches(connection, sketches)
    return likeness.replace(connection, likeness.all_rows(connection), rows)


def _place(text: Text) -> tuple[str, str, int]:
    return (text.prose.agency_id, text.prose.scope, text.prose.chapter_no)


def _near(
    drawn: Sequence[tuple[Key, str, str]],
    texts: Mapping[Key, Text],
    made: Mapping[Key, Sequence[int]],
) -> Iterator[Similar]:
    order = {key: texts[key].masked for key, _, _ in drawn}
    for one, other in sorted(candidates(drawn, order)):
        if not hopeless(made[one], made[other]):
            yield from near(texts[one], texts[other]) or ()


def _measure(connection: sqlite3.Connection, due: set[str], gone: set[str]) -> set[str]:
    """The due reports, and what others say about them."""
    before = likeness.rows_about(connection, due | gone)
    pairs = likeness.beside(connection, due, -1)
    pairs |= {(after, now) for now, after in likeness.beside(connection, due, 1)}
    batch = Batch.of(likeness.of_reports(connection, due))
    sketches = batch.sketches(batch.minhashes())
    likeness.drop_sketches(connection, due | gone)
    likeness.put_sketches(connection, sketches)
    meetings = _meetings(connection, sketches)
    wanted = {report_id for pair in pairs for report_id in pair}
    wanted |= {key[0] for pair in meetings for key in pair}
    texts = Batch.of(likeness.of_reports(connection, wanted)).texts
    rows = {
        repeated(texts[now, chapter], texts[last, chapter])
        for now, last in pairs
        for report_id, chapter in texts
        if report_id == now and (last, chapter) in texts
    }
    found = {row for a, b in meetings for row in near(texts[a], texts[b]) or ()}
    # Near-copies that another report had before keep their places among its nearest.
    others = {row.report_id for row in found} - due
    known = likeness.rows_about(connection, others) - before
    copies = {r for r in known if r.kind == "other_agency" and r.report_id in others}
    kept = nearest(found | copies)
    return likeness.replace(connection, before | copies, rows | kept)


def _meetings(
    connection: sqlite3.Connection, sketches: Iterable[Sketch]
) -> set[tuple[Key, Key]]:
    """Pairs of a new sketch and one of its year and chapter that share a band."""
    wanted: dict[tuple[int, int], dict[tuple[int, str], list[Sketch]]] = {}
    for sketch in sketches:
        if sketch.chapter_no:
            place = wanted.setdefault((sketch.report_year, sketch.chapter_no), {})
            for band in split(sketch.bands):
                place.setdefault(band, []).append(sketch)
    found: set[tuple[Key, Key]] = set()
    for (year, chapter), new in wanted.items():
        for report_id, agency_id, drawn in likeness.sketches(
            connection, year, chapter, new
        ):
            for band in split(drawn) & new.keys():
                for sketch in new[band]:
                    if sketch.agency_id != agency_id:
                        one, other = (sketch.report_id, chapter), (report_id, chapter)
                        found.add((min(one, other), max(one, other)))
    return found
