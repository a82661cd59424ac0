"""docs/questions.md: what the archive answers, made from the ready queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archive.errors import TemplateError
from archive.metadata import ready_questions

#: What readers of these reports ask, by number.
QUESTIONS = {
    1: "How much of what is asked for is granted, wholly or in part?",
    2: "On which of the eight grounds is information refused, and with what trend?",
    3: "How often is the answer that the organ does not hold it?",
    4: "How often are requests not processed, as abusive or for an unpaid fee?",
    5: "How much hides in the residual answer, other handling: other?",
    6: "Who asks: persons, businesses, research, legal services?",
    7: "How many requests are there per 10,000 residents?",
    8: "How much is carried over to the next year?",
    9: "How often is there an appeal, and how often is the organ corrected?",
    10: "Which reports do not add up, where and when?",
    11: "Where does what one year carries out differ from what the next carries in?",
    12: "Where does the prose contradict the tables?",
    13: "Where do documents in force not follow from last year, and where are many"
    " repealed at once?",
    14: "Which reports are late or missing, and why are they not here?",
    15: "Which reports left their portal after they were captured?",
    16: "Which reports were corrected, and in which cells?",
    17: "Which chapters repeat last year's, or another authority's?",
    18: "Which reports hold nothing but zeros, and of which kind of authority?",
    19: "How far is a government's report from the sum of its members'?",
    20: "What is charged: administrative fees, information processing fees?",
    21: "How many licences, penalties and coercive measures per head, and where do they"
    " jump?",
    22: "How does an authority rank among its peers?",
    23: "Where do the chapters on work, problems and other matters use a word?",
}
#: What a question asks beyond what is in here.
BEYOND = {
    7: "Population is not part of the archive: the query takes the number of residents"
    " of one authority as a parameter. A table of all authorities is not answered.",
    21: "Population is not part of the archive: see question 7.",
    22: "Population classes are not answered, population is not part of the archive.",
}
HEAD = """# Questions the archive answers

Made by `nianbao metadata --questions` from `archive/site/queries.yml`; do not edit.
Each query is a page of the site, `/nianbao/<name>`, with CSV and JSON. A rate is given
only where its denominator is ten or more, and always beside it (`n`, `assessed`,
`expected`). Empty means unknown, never zero.
"""


def render() -> str:
    """The whole document as Markdown."""
    queries = ready_questions()
    parts = [HEAD]
    for number, question in QUESTIONS.items():
        own = [n for n, q in queries.items() if number in q.get("answers", ())]
        if not own:
            raise TemplateError(f"queries.yml: no query answers question {number}")
        parts.append(f"## {number}. {question}\n")
        if number in BEYOND:
            parts.append(f"{BEYOND[number]}\n")
        parts += [line for name in own for line in _query(name, queries[name])]
    parts.append("## Further queries\n")
    for name, query in queries.items():
        if not query.get("answers"):
            parts += _query(name, query)
    return "\n".join(parts)


def _query(name: str, query: dict[str, Any]) -> Iterator[str]:
    params = query.get("params", {})
    asked = "".join(f" `:{key}` {text}." for key, text in params.items())
    yield f"* `{name}` **{query['title']}** {query['description']}"
    yield f"  {query['reads']}{asked}\n"
