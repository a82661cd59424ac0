"""Lists of parts in the text, held against the whole they are parts of (X6).

The text contradicts itself only where it says that the list is complete: the last part
is the rest (其他, 其余), the whole is divided into what follows (分为), or what was
listed is added up (合计). Other lists may leave something out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.rules.finding import (
    FAIL,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
    number,
)
from pipelines.rules.prose.compare_requests import wrote
from pipelines.rules.prose.lexicon import pattern, words
from pipelines.rules.prose.sentences import Sentence
from pipelines.rules.prose.spans import Count, counts
from pipelines.rules.wording import Tell, listed, phrase

#: A sentence with more numbers is a table that lost its lines.
MOST_COUNTS = 100
#: Parts that a message writes out.
WRITTEN = 14
ENDS = {PASS: "agree", FAIL: "differ"}


@dataclass(frozen=True, slots=True)
class PartList:
    """A whole and its parts; ``complete``: the text says that these are all."""

    whole: Count
    parts: tuple[Count, ...]
    complete: bool
    quote: str
    sentence: Sentence

    @property
    def total(self) -> float:
        return sum(part.value for part in self.parts)

    @property
    def verdict(self) -> str:
        """Less than the whole is no contradiction in a list that may be open."""
        if round(self.total - self.whole.value, 6) == 0:
            return PASS
        if self.complete:
            return FAIL
        return UNCERTAIN if self.total > self.whole.value else NOT_ASSESSABLE


def part_lists(sentences: Iterable[Sentence]) -> Iterator[PartList]:
    """Every whole that is followed, or added up, by a list of its parts."""
    before: Count | None = None
    for sentence in sentences:
        if not sentence.clauses:
            continue
        text = _bare(sentence)
        if pattern("remedy_words").search(text):
            before = None  # outcomes of cases leave out those that are pending
            continue
        found = [c for c in counts(text) if not _compared(text, c)]
        if len(found) > MOST_COUNTS:
            before = None
            continue
        lists = list(_in_sentence(text, found, sentence))
        yield from lists
        if not lists and before is not None:
            yield from _alone(text, found, before, sentence)
        before = found[-1] if found and found[-1].exact else None
        if len({c.unit for c in found}) > 1:
            before = None


def _compared(text: str, count: Count) -> bool:
    """Whether a count is a difference: 较去年增加23件."""
    return bool(pattern("difference").search(text[_start(text, count) : count.start]))


def _bare(sentence: Sentence) -> str:
    """The sentence with its brackets blanked out: positions stay those of a quote."""
    text = sentence.whole
    return re.sub(
        r"\([^()]*\)|《[^《》]*》|\[[^\[\]]*\]", lambda m: "＿" * len(m[0]), text
    )


def _in_sentence(
    text: str, found: Sequence[Count], sentence: Sentence
) -> Iterator[PartList]:
    for i, whole in enumerate(found[:-1]):
        gap = text[whole.end : found[i + 1].start]
        # 由…组成: what opens may look ahead beyond the gap
        opened = pattern("list_opens").search(text, whole.end)
        within = opened and opened.end() <= found[i + 1].start
        if not opened or not within or not whole.exact or re.search("[。!?]", gap):
            continue
        listed = _run(text, found[i + 1 :], whole.unit)
        if len(listed) < 2:
            continue
        yield _list(text, found[:i], whole, listed, opened[0], sentence)
    yield from _added_up(text, found, sentence)


def _list(
    text: str,
    before: Sequence[Count],
    whole: Count,
    listed: Sequence[Count],
    opened: str,
    sentence: Sentence,
) -> PartList:
    """The longest stretch of the list that gives the whole, else all of it."""
    names = _names(text, whole.end, listed)
    about = text[_start(text, whole) : whole.start]
    rest = next((i for i, n in enumerate(names) if _is_rest(n, about)), None)
    if rest is not None and rest:
        listed, names = listed[: rest + 1], names[: rest + 1]
    sums = [sum(p.value for p in listed[: n + 1]) for n in range(len(listed))]
    for n, total in enumerate(sums):
        if n and round(total - whole.value, 6) == 0:
            listed, names = listed[: n + 1], names[: n + 1]
            break
    divided = opened == "由" or bool(pattern("list_divides").search(opened))
    plain = (
        all(part.exact for part in listed)
        and not any(c.unit == whole.unit for c in before)
        and not any(pattern("overlapping").search(name) for name in names)
        and not any(pattern("nested").search(name) for name in names[1:])
        and not any(pattern("own_action").search(name) for name in names[1:])
    )
    complete = plain and (bool(rest) or divided)
    quote = sentence.whole[_start(text, whole) : listed[-1].end]
    return PartList(whole, tuple(listed), complete, quote, sentence)


def _is_rest(name: str, about: str) -> bool:
    """Whether a part is the rest of the whole, not that of another part.

    >>> _is_rest("、其他信息", "公开信息"), _is_rest("，其他政策信息", "公开信息")
    (True, False)
    """
    found = re.search(f"{words('rest')}(.*)$", name)
    return found is not None and pattern("general").sub("", found[1]) in about


def _added_up(
    text: str, found: Sequence[Count], sentence: Sentence
) -> Iterator[PartList]:
    """甲10件、乙20件，合计30件: what stands before a sum is all that is summed."""
    for i, whole in enumerate(found):
        lead = re.search(rf"[，,、;]{words('adds_up')}$", text[: whole.start])
        parts = [c for c in found[:i] if c.unit == whole.unit]
        if not lead or not whole.exact or len(parts) < 2 or len(parts) != i:
            continue
        for n in range(len(parts) - 2, 0, -1):  # the last ones may be all that is meant
            if round(sum(part.value for part in parts[n:]) - whole.value, 6) == 0:
                parts = parts[n:]
                break
        names = _names(text, 0, parts)
        plain = (
            all(part.exact for part in parts)
            and not any(pattern("nested").search(name) for name in names)
            and not any(pattern("list_opens").search(name) for name in names)
            and not any(pattern("own_action").search(name) for name in names[1:])
        )
        quote = sentence.whole[_start(text, parts[0]) : whole.end]
        yield PartList(whole, tuple(parts), plain, quote, sentence)


def _alone(
    text: str, found: Sequence[Count], before: Count, sentence: Sentence
) -> Iterator[PartList]:
    """A list in a sentence of its own can only confirm the whole before it."""
    parts = [c for c in found if c.unit == before.unit]
    if len(parts) < 3 or len(parts) < len(found):
        return
    agree = round(sum(part.value for part in parts) - before.value, 6) == 0
    if agree and all(part.exact for part in parts):
        quote = sentence.whole[_start(text, parts[0]) : parts[-1].end]
        yield PartList(before, tuple(parts), False, quote, sentence)


def _run(text: str, found: Sequence[Count], unit: str) -> list[Count]:
    """Counts of one unit up to the first of another, or to a list within."""
    listed: list[Count] = []
    for count in found:
        gap = text[listed[-1].end : count.start] if listed else ""
        if count.unit != unit or (listed and pattern("list_opens").search(gap)):
            break
        listed.append(count)
    return listed


def _names(text: str, start: int, listed: Sequence[Count]) -> list[str]:
    """What stands before each count, back to the one before."""
    starts = [start, *(count.end for count in listed)]
    return [text[a : c.start] for a, c in zip(starts, listed, strict=False)]


def _start(text: str, count: Count) -> int:
    """Beginning of the clause a count stands in."""
    return max(text.rfind(mark, 0, count.start) for mark in "，,;。") + 1


def parts(lists: Sequence[PartList]) -> Finding:
    """One finding for the rule: what fails, else what is doubtful, else what agrees."""
    for verdict in (FAIL, UNCERTAIN, PASS):
        chosen = [one for one in lists if one.verdict == verdict]
        if chosen:
            return Finding(
                "",
                verdict,
                "；".join(number(one.whole.value) for one in chosen),
                "；".join(number(one.total) for one in chosen),
                listed(map(_said, chosen), "clause"),
                quotes=tuple((o.sentence.chapter.chapter_no, o.quote) for o in chosen),
            )
    return Finding("", NOT_ASSESSABLE, None, None, phrase("parts.silent"))


def _said(one: PartList) -> Tell:
    values = [number(part.value) for part in one.parts]
    written = " + ".join(values[:WRITTEN]) + (" + …" * (len(values) > WRITTEN))
    end = phrase(
        f"parts.{ENDS.get(one.verdict, 'exceed')}",
        written=written,
        total=number(one.total),
        gap=number(abs(one.total - one.whole.value)),
        whole=number(one.whole.value),
    )
    said = wrote(one.sentence.chapter, one.quote)
    return phrase("parts.said", wrote=said, end=end)
