"""How well a text names a row or column of the forms: the evidence where lines end."""

from __future__ import annotations

from rapidfuzz import process

from pipelines.normalise import core, label, similarity
from pipelines.tabulate.vocabulary import words


def likeness(text: str, notes: bool = False) -> float:
    """How well a text names any row or column of the forms, 0–100.

    ``notes``: by the whole text, what stands in brackets is part of the label.
    """
    scores = [
        best[1]
        for key in ({label(text)} if notes else {label(text), core(text)})
        if (best := process.extractOne(key, list(words()), scorer=_score))
    ]
    return max(scores, default=0.0)


def begins_label(text: str) -> bool:
    """Whether a text may be the first line of a label that goes on below."""
    own = core(text)
    return bool(own) and any(word.startswith(own) for word in words())


def gain(one: str, other: str, notes: bool = False) -> float:
    """How much better the whole names a row than either part does."""
    apart = max(likeness(one, notes), likeness(other, notes))
    return likeness(one + other, notes) - apart


def _score(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    found = similarity(one, other)
    return found if score_cutoff is None or found >= score_cutoff else 0.0
