"""Chinese full text for FTS5: character bigrams, plus the last character of each run.

SQLite's own tokenizers find no two-character Chinese word, and dictionaries miss the
names this archive is full of. So text is indexed as overlapping pairs (政府信息 →
政府 府信 信息 息) and a query becomes the phrase of its pairs, which matches exactly
where the characters stand side by side. The trailing single character lets a query of
one character, or a run that ends in a digit's neighbour (2020年), be asked for.
"""

from __future__ import annotations

import re
import unicodedata

#: CJK ideographs and 〇, as the inside of a character class.
CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007"
RUN = re.compile(f"[{CJK}]+")
TOKEN = re.compile(rf"([{CJK}]+)|([^\W_{CJK}]+)")
TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
#: Spaces and one line break inside a run are typesetting; a TAB or an empty line
#: separates cells and paragraphs.
BREAK = re.compile(rf"(?<=[{CJK}])(?: *\n? *)(?=[{CJK}])")


def normalise(text: str) -> str:
    """NFKC, with runs that typesetting broke joined again.

    >>> normalise("三类内部 事务信息（２０２０）")
    '三类内部事务信息(2020)'
    """
    text = unicodedata.normalize("NFKC", text).replace("\r\n", "\n")
    return BREAK.sub("", text)


def pairs(run: str) -> list[str]:
    """Overlapping pairs of a run and its last character.

    >>> pairs("国家秘密")
    ['国家', '家秘', '秘密', '密']
    """
    return [run[i : i + 2] for i in range(len(run))]


def segment(text: str) -> str:
    """Text as it is indexed.

    >>> segment("第3条：公开")
    ' 第 3 条 : 公开 开 '
    """
    return RUN.sub(lambda m: f" {' '.join(pairs(m.group()))} ", normalise(text))


def match(query: str | None) -> str:
    """An FTS5 expression for what a person typed; never a syntax error.

    Words apart must all occur, in any order; quoted words must stand together.

    >>> match("公开")
    '"公开"'
    >>> match("依申请公开 复议")
    '"依申 申请 请公 公开" "复议"'
    >>> match('"国家秘密"')
    '"国家 家秘 秘密"'
    >>> match("年")
    '"年"*'
    >>> match("2020年")
    '"2020 年"*'
    >>> match("第3条")
    '"第 3 条"*'
    >>> match('a"b AND -')
    '"a" "b" "AND"'
    >>> match("")
    '""'
    """
    terms = []
    for quoted, bare in TERM.findall(unicodedata.normalize("NFKC", query or "")):
        term = _phrase(normalise(quoted or bare))
        if term:
            terms.append(term)
    return " ".join(terms) or '""'


def _phrase(term: str) -> str:
    """One term as an FTS5 phrase; '' when nothing in it is indexed."""
    tokens: list[str] = []
    prefix = False
    found = list(TOKEN.finditer(term))
    for number, token in enumerate(found):
        run = token.group(1)
        if run is None:
            tokens.append(token.group(2))
        elif number < len(found) - 1:
            tokens += pairs(run)
        elif len(run) == 1:
            tokens.append(run)
            prefix = True
        else:
            tokens += pairs(run)[:-1]
    return f'"{" ".join(tokens)}"' + "*" * prefix if tokens else ""
