"""Statements on requests received and answered (X1, X2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from archive.records import Chapter
from pipelines.rules.prose.lexicon import pattern, words
from pipelines.rules.prose.quantities import Quantity, quantities
from pipelines.rules.prose.sentences import PART, WHOLE, Clause, Sentence

Kind = Literal["received", "answered"]


@dataclass(frozen=True, slots=True)
class RequestClaim:
    """The text says that ``value`` requests were received or answered.

    ``whole`` is False for a part (a channel, a subordinate organ, behind 其中).
    ``firm``: the clause itself names requests, verb and one exact number, of the year
    and the organ of the report, and can hardly be read otherwise.
    """

    kind: Kind
    value: float
    whole: bool
    firm: bool
    quote: str
    chapter: Chapter
    sentence: int  # parts of one sentence may be added up


def request_claims(
    sentences: Iterable[Sentence], kind: Kind, year: int, aggregate: bool
) -> Iterator[RequestClaim]:
    """Statements of one kind, in reading order; other years are left out."""
    for number, sentence in enumerate(sentences):
        if sentence.year not in (None, year) or not sentence.clauses:
            continue
        narrowed = _narrowed(sentence, kind)
        organ = sentence.subject
        topic = sentence.on_requests
        for clause in sentence.clauses:
            organ = clause.subject or organ
            strong = bool(pattern("request").search(clause.text))
            found = _claim(clause, sentence.quote(clause), kind, strong, topic)
            topic = topic or strong
            if found is None or (clause.subject == PART and not aggregate):
                continue
            value, sure = found
            sure = sure and _plainly_begun(clause, kind)
            part = clause.in_part or organ == PART or _one_channel(clause.text)
            own = organ == WHOLE if aggregate else organ != PART
            yield RequestClaim(
                kind,
                value,
                not part,
                sure and strong and own and not part and not narrowed,
                sentence.quote(clause),
                sentence.chapter,
                number,
            )


def _claim(
    clause: Clause, quote: str, kind: Kind, strong: bool, topic: bool
) -> tuple[float, bool] | None:
    """Number and certainty of a clause, None when it says nothing of this kind.

    Without the words 信息公开申请 the clause must stand where requests are the topic.
    """
    text = clause.text
    if pattern("not_requests").search(text) or not (strong or topic):
        return None
    plain = not pattern("not_firm_requests").search(quote)
    if kind == "received" and strong and (none := pattern("no_request").search(text)):
        if any(quantities(text)):
            return None
        return 0.0, plain and _only_small_words(text[none.end() :])
    verb = pattern(kind).search(text)
    if not verb or not (strong or _near(verb, text)):
        return None
    numbers = list(quantities(text))
    chosen = _after(numbers, verb)
    if chosen is None or not chosen.exact:
        return None
    between = text[verb.end() : chosen.start] + text[chosen.end :]
    if chosen.start < verb.start():
        between = text[chosen.end : verb.start()] + text[verb.end() :]
    sure = plain and len(numbers) == 1 and _only_small_words(between)
    if kind == "answered":
        sure = sure and bool(pattern("answered_firm").search(text))
    return chosen.value, sure


def _narrowed(sentence: Sentence, kind: Kind) -> bool:
    """Whether the rest of the sentence tells that a number is not that of the year."""
    keys = ("narrowed", "narrowed_answered")[: 1 + (kind == "answered")]
    return any(pattern(key).search(sentence.whole) for key in keys)


def _plainly_begun(clause: Clause, kind: Kind) -> bool:
    """Whether only who and when stand before the verb: no 指导, 当日, 某中心."""
    verb = pattern("no_request").search(clause.plain) if kind == "received" else None
    verb = verb or pattern(kind).search(clause.plain)
    ahead = clause.plain[: verb.start()] if verb else ""
    keys = ("request", "own_subject", "whole_subject", "all_channels", "firm_before")
    small = "|".join(map(words, (*keys, "received", "answered", "firm_between")))
    number = r"[\d零一二三四五六七八九十百千,]+(?:件|宗|份|起)"
    return re.fullmatch(f"(?:{small}|{number})*+", ahead) is not None


def _only_small_words(text: str) -> bool:
    """Whether a text says no more than that it speaks of requests."""
    keys = ("request", "received", "answered", "firm_between", "request_weak")
    return re.fullmatch(f"(?:{'|'.join(map(words, keys))})*+", text) is not None


def _after(numbers: list[Quantity], verb: re.Match[str]) -> Quantity | None:
    """The first number behind the verb, or the only one before it."""
    behind = [number for number in numbers if number.start >= verb.end()]
    if behind:
        return behind[0]
    return numbers[0] if len(numbers) == 1 else None


def _near(verb: re.Match[str], text: str) -> bool:
    """Whether verb and number are joined by nothing but small words: 共收到26件."""
    small = rf"(?:了|的|{words('request_weak')}|{words('answered')}|共|计|完毕|各类)*+"
    return bool(
        re.match(rf"{small}[\d零〇一二两三四五六七八九十百千]", text[verb.end() :])
    )


def _one_channel(text: str) -> bool:
    return bool(
        pattern("channels").search(text) and not pattern("all_channels").search(text)
    )
