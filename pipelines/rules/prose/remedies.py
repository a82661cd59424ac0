"""Statements on reconsiderations and lawsuits: denied, counted, decided (X3, X4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from archive.records import Chapter
from pipelines.rules.prose.lexicon import outcome_words, pattern, words
from pipelines.rules.prose.quantities import quantities
from pipelines.rules.prose.sentences import PART, Sentence

RECONSIDERATION, LITIGATION = "reconsideration", "litigation"
_INFORMATION = re.compile("信息公开|依申请|政府信息|政务公开")
_PARTED = re.compile(
    "(?:其中|涉及|属于?|有关)[^，,;。]{0,12}(?:信息公开|政府信息|依申请)"
)


@dataclass(frozen=True, slots=True)
class RemedyClaim:
    """The text says how many cases of some kinds there were, or came out so.

    ``kinds`` with two members is a joint number. ``outcome`` is None for all cases,
    else a column of table 4. ``value`` 0 denies that there were any.
    """

    kinds: tuple[str, ...]
    outcome: str | None
    value: float
    firm: bool
    quote: str
    chapter: Chapter


@dataclass(frozen=True, slots=True)
class _Mention:
    """One or several kinds named together, and where."""

    kinds: tuple[str, ...]
    start: int
    end: int


def remedy_claims(sentences: Iterable[Sentence], year: int) -> Iterator[RemedyClaim]:
    """Statements in reading order; those on other years or organs are left out."""
    for sentence in sentences:
        whole = "".join(clause.text for clause in sentence.clauses)
        if (
            not _kind_pattern().search(whole)
            or sentence.year not in (None, year)
            or pattern("not_own_remedies").search(whole)
        ):
            continue
        about = sentence.on_requests or sentence.chapter.chapter_no == 4
        firm = (
            (about or bool(_INFORMATION.search(whole)))
            and sentence.subject != PART
            and not pattern("instances").search(sentence.whole)
        )
        yield from _in_sentence(sentence, firm)


def _in_sentence(sentence: Sentence, firm: bool) -> Iterator[RemedyClaim]:
    """Walk the clauses: kinds are named once and spoken about until others are."""
    kinds: tuple[str, ...] = ()
    totals: list[RemedyClaim] = []
    named = counted_from = sentence.clauses[0]
    closed = False
    told = [bool(_INFORMATION.search(clause.text)) for clause in sentence.clauses]
    parted = bool(_PARTED.search(sentence.whole))
    for number, clause in enumerate(sentence.clauses):
        text = _masked(clause.plain)
        mentions = list(_mentions(text))
        if clause.subject == PART:
            if mentions:
                kinds, totals = (), []
            continue
        named = clause if mentions else named
        quote = sentence.quote(clause)
        sure = firm and not pattern("not_firm_remedies").search(quote)
        # 行政复议12件，其中政府信息公开类3件: the 12 are on other things
        sure = sure and (any(told[: number + 1]) or not parted)
        said = RemedyClaim(kinds, None, 0.0, sure, quote, sentence.chapter)
        denied = list(_denied(text, mentions))
        yield from (
            replace(said, kinds=(kind,), firm=sure and plain) for kind, plain in denied
        )
        counted = [] if denied else list(_counted(text, mentions))
        begun = not mentions or _plain(text[: mentions[-1].start])
        counted_from = clause if counted and not totals else counted_from
        apart = clause.in_part and bool(totals)  # 其中2件又提起行政诉讼
        claims = [
            replace(said, kinds=k, value=v, firm=sure and begun and not apart)
            for k, v in counted
        ]
        totals += claims
        yield from claims
        quote = sentence.quote(named, clause)
        for about, outcome, value in _in_brackets(quote, kinds):
            yield replace(said, kinds=about, outcome=outcome, value=value, firm=sure)
        for place, outcome, strict, value in _decided(text):
            before = [m.kinds for m in mentions if m.start < place]
            about = before[-1] if before else kinds
            if about:
                yield RemedyClaim(
                    about, outcome, value, sure and strict, quote, sentence.chapter
                )
        closed = closed or bool(pattern("closed_only").search(text))
        alike = None if closed else _all_alike(text)
        quote = sentence.quote(counted_from, clause)
        for total in _meant(clause.text, totals) if alike else ():
            outcome, strict = alike or ("", False)
            firm_too = total.firm and sure and strict
            yield replace(total, outcome=outcome, firm=firm_too, quote=quote)
        kinds = mentions[-1].kinds if mentions else kinds


def _masked(text: str) -> str:
    """The text without the words that only name an organ, a stage or a law."""
    return pattern("not_remedy").sub(lambda m: "＿" * len(m[0]), text)


def _in_brackets(
    quote: str, kinds: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str, float]]:
    """Outcomes behind a number: 行政复议3件(维持2件、纠正1件)."""
    for bracket in re.finditer(r"(?<=[件宗起例])\(([^()]*)\)", quote):
        named = list(_mentions(_masked(quote[: bracket.start()])))
        about = named[-1].kinds if named else kinds
        for _, outcome, strict, value in _decided(bracket[1]):
            if about and strict and not any(_mentions(bracket[1])):
                yield about, outcome, value


def _plain(text: str) -> bool:
    """Whether words before a statement tell no more than who, when and what of."""
    who = ("own_subject", "whole_subject", "reconsideration", "litigation")
    what = ("count_behind", "denial_between", "denial_ahead", "firm_before")
    number = r"[\d零一二两三四五六七八九十百]+(?:件|宗|份|起|例)"
    small = "|".join(map(words, (*who, *what)))
    return re.fullmatch(f"(?:{small}|{number})*+", text) is not None


def _ends(text: str) -> bool:
    """Whether nothing is said behind a denial: no 的决定, no 发生改判."""
    keys = ("reconsideration", "litigation", "denial_between", "denial_behind")
    return re.fullmatch(f"(?:{'|'.join(map(words, keys))})*+", text) is not None


def _mentions(text: str) -> Iterator[_Mention]:
    """Kinds named in a clause; those joined by 、 or 和 are one mention."""
    for found in _mention_pattern().finditer(text):
        kinds = []
        for single in _kind_pattern().finditer(found[0]):
            kind = RECONSIDERATION if single["reconsideration"] else LITIGATION
            if kind not in kinds:
                kinds.append(kind)
        yield _Mention(tuple(kinds), found.start(), found.end())


@cache
def _kind_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<reconsideration>{words('reconsideration')})|{words('litigation')}"
    )


@cache
def _mention_pattern() -> re.Pattern[str]:
    kind = f"(?:{words('reconsideration')}|{words('litigation')})"
    return re.compile(f"{kind}(?:{words('joined')}{kind})*")


def _denied(text: str, mentions: Sequence[_Mention]) -> Iterator[tuple[str, bool]]:
    """Kinds that a clause says did not occur, and whether it says so plainly.

    A clause with a positive number, or one that denies only some cases (lost,
    corrected, late …), denies nothing.
    """
    before = pattern("denied_before").search(text)
    at = range(before.start(), before.end() + 1) if before else range(0)
    if any(
        q.value and not (q.start in at and text[q.start] == "一")  # 无一例, 未发生一件
        for q in quantities(text)
    ):
        return
    if pattern("qualified_denial").search(text):
        return
    kinds = "|".join(words(k) for k in ("reconsideration", "litigation"))
    between = re.compile(f"(?:{kinds}|{words('denial_between')})*+")
    for mention in mentions:
        behind = text[mention.end :]
        if pattern("denied_after").match(behind) or pattern("zero_after").match(behind):
            plain = _plain(text[: mention.start]) and _ends(behind)
            yield from ((kind, plain) for kind in mention.kinds)
        elif before and before.end() <= mention.start:
            plain = bool(
                between.fullmatch(text[before.end() : mention.start])
                and _plain(text[: before.start()])
                and _ends(behind)
            )
            yield from ((kind, plain) for kind in mention.kinds)


def _counted(
    text: str, mentions: Sequence[_Mention]
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Positive numbers of cases of a kind: 行政复议7件, 7件行政复议, 各1件."""
    numbers = [q for q in quantities(text) if q.value and q.exact]
    outcome = "|".join(sorted(outcome_words(), key=len, reverse=True))
    decided = re.compile(f"(?:被|获|予以|均|结果)*(?:{outcome})")
    used: set[int] = set()
    for mention in mentions:
        behind = [
            q
            for q in numbers
            if q.start >= mention.end
            and re.fullmatch(
                rf"{words('count_behind')}*+(?:[\d一二两三四五六七八九十]+[件宗起][、和,及])?",
                text[mention.end : q.start],
            )
            and not decided.match(text[q.end :])
        ]
        gap = text[mention.end : behind[0].start] if behind else ""
        if behind:
            used.add(behind[0].start)
            if "分别" in gap and len(behind) == len(mention.kinds):
                for kind, q in zip(mention.kinds, behind, strict=True):
                    yield (kind,), q.value
            elif "分别" not in gap and gap.endswith("各"):
                yield from (((kind,), behind[0].value) for kind in mention.kinds)
            elif "分别" not in gap:
                yield mention.kinds, behind[0].value
            continue
        ahead = [q for q in numbers if q.end <= mention.start and q.start not in used]
        gap = text[ahead[-1].end : mention.start] if ahead else "×"
        if len(mention.kinds) == 1 and re.fullmatch(f"{words('count_ahead')}*+", gap):
            used.add(ahead[-1].start)
            yield mention.kinds, ahead[-1].value


def _decided(text: str) -> Iterator[tuple[int, str, bool, float]]:
    """(place, outcome, strict, number): 维持1件, 1件被纠正, 尚未审结2件."""
    taken: set[int] = set()
    spoken = outcome_words()
    either = "|".join(sorted(spoken, key=len, reverse=True))
    numbers = [q for q in quantities(text) if q.exact]
    for q in numbers:
        word = re.search(rf"({either})[^、，,;\d]{{0,6}}$", text[: q.start])
        if word and word.start() not in taken:
            taken.add(word.start())
            yield (word.start(), *spoken[word[1]], q.value)
            continue
        word = re.match(rf"(?:的|被|获|得到|予以|均|结果|为)*({either})", text[q.end :])
        if word:
            place = q.end + word.start(1)
            if place not in taken:
                taken.add(place)
                yield (place, *spoken[word[1]], q.value)


def _all_alike(text: str) -> tuple[str, bool] | None:
    """Outcome that all cases before are said to have had: 均获维持."""
    either = "|".join(sorted(outcome_words(), key=len, reverse=True))
    found = re.search(
        rf"{words('all_of_them')}[^、，,;\d不未无]{{0,6}}({either})", text
    )
    return outcome_words()[found[1]] if found else None


def _meant(text: str, totals: Sequence[RemedyClaim]) -> Iterator[RemedyClaim]:
    """The numbers before that a clause speaks of: 法院均维持 is on lawsuits."""
    court, reviewer = pattern("court").search(text), pattern("reviewer").search(text)
    for total in totals:
        if bool(court) == bool(reviewer) or total.kinds == (
            (LITIGATION,) if court else (RECONSIDERATION,)
        ):
            yield total
