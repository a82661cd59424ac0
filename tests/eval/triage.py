"""Confusion table of triage over invented candidates that a person labelled.

``tests/eval/triage_cases.yml`` holds them. No report may be lost and no decoy taken.
Run it from the root::

    python -m tests.eval.triage
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from archive.codes import TRIAGE_KINDS
from archive.records import PageContext
from pipelines.reading import read
from tests.golden.figures import typed
from tests.golden.recipes import framed, table

CASES = Path(__file__).with_name("triage_cases.yml")
KEYS = {
    "label", "title", "link", "agency", "year", "form", "blank", "lines", "prose",
    "text", "links", "files", "images", "period",
}  # fmt: skip
CHAPTERS = (
    "概述", "主动公开政府信息情况", "依申请公开政府信息情况", "收费及减免情况",
    "行政复议和行政诉讼情况", "存在的主要问题和改进措施", "需要说明的事项",
)  # fmt: skip
NUMERALS = "一二三四五六七"


@dataclass(frozen=True, slots=True)
class Judged:
    """One candidate: what it is, what it was taken for, and whose report it is."""

    case: dict[str, Any]
    kind: str
    reason: str
    agency: str
    year: int | None

    @property
    def right(self) -> bool:
        """Whether kind and, for reports, agency and year are those of the label."""
        if self.kind != self.case["label"]:
            return False
        known = (self.case.get("agency", ""), self.case.get("year"))
        return self.kind != "report" or (self.agency, self.year) == known


def cases() -> list[dict[str, Any]]:
    """The labelled candidates. Raises ValueError for a key that is not known."""
    found: list[dict[str, Any]] = yaml.safe_load(CASES.read_text("utf-8"))
    for case in found:
        if unknown := set(case) - KEYS:
            raise ValueError(f"{CASES.name}: {case['title']}: unknown {unknown}")
    return found


def page(case: dict[str, Any]) -> bytes:
    """A candidate as a page."""
    parts = [f"<h1>{case['title']}</h1>"]
    parts += [f"<p>{text}</p>" for text in case.get("text", ())]
    if "period" in case:
        parts.append(f"<p>统计期限为{case['period']}。</p>")
    for number in range(case.get("prose", 0)):
        parts.append(f"<p>{NUMERALS[number]}、{CHAPTERS[number]}</p><p>有关情况。</p>")
    if form := case.get("form") or case.get("lines"):
        parts += _form(form, case)
    parts += ["<p><img src='1.png'></p>"] * case.get("images", 0)
    listed = (f"<li><a href='{n}.html'>{t}</a></li>"
              for n, t in enumerate(case.get("links", ())))  # fmt: skip
    parts.append(f"<ul>{''.join(listed)}</ul>" if case.get("links") else "")
    parts += [f"<p><a href='./{f}'>附件：{f}</a></p>" for f in case.get("files", ())]
    return framed("".join(parts))


def _form(form: str, case: dict[str, Any]) -> list[str]:
    report = typed(form, "", 2022, len(case["title"]))
    if case.get("blank"):
        report = typed(form, "", 2022, 1, values=dict.fromkeys(report.values, ""))
    heads = ("二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况",
             "四、政府信息公开行政复议、行政诉讼情况")  # fmt: skip
    found = ["<p>一、总体情况</p><p>有关情况如下。</p>"]
    for head, rows in zip(heads, report.tables, strict=True):
        found.append(f"<p>{head}</p>")
        if "lines" in case:
            found += [f"<p>{''.join(cell[0] for cell in row)}</p>" for row in rows]
        else:
            found.append(table(rows))
    found.append("<p>五、存在的主要问题及改进情况</p><p>人手不足。</p>")
    return [*found, "<p>六、其他需要报告的事项</p><p>无。</p>"]


def judge(case: dict[str, Any]) -> Judged:
    """What a candidate is taken for."""
    context = PageContext(
        "http://a.example/t.html",
        "2026-06-30T08:00:00Z",
        link_text=case.get("link", case["title"]),
    )
    done = read(page(case), context)
    report, verdict = done.report, done.verdict
    name = report.agency.name if report else ""
    year = report.report_year if report else None
    return Judged(case, verdict.kind, done.error or verdict.reason, name, year)


def scores(judged: list[Judged]) -> dict[str, tuple[float, float]]:
    """(precision, recall) by kind."""
    found = {}
    for kind in TRIAGE_KINDS:
        right = sum(j.kind == kind == j.case["label"] for j in judged)
        taken = sum(j.kind == kind for j in judged)
        there = sum(j.case["label"] == kind for j in judged)
        found[kind] = (right / taken if taken else 1.0, right / there if there else 1.0)
    return found


def main() -> int:
    """Print the table and the misses; 1 when there are any."""
    judged = [judge(case) for case in cases()]
    table_ = Counter((j.case["label"], j.kind) for j in judged)
    print(f"{'is / taken for':<16}" + "".join(f"{k[:9]:>10}" for k in TRIAGE_KINDS))
    for label in TRIAGE_KINDS:
        counts = (table_[label, kind] or "·" for kind in TRIAGE_KINDS)
        print(f"{label:<16}" + "".join(f"{n:>10}" for n in counts))
    for kind, (precision, recall) in scores(judged).items():
        print(f"{kind:<16} precision {precision:.3f}  recall {recall:.3f}")
    misses = [j for j in judged if not j.right]
    for miss in misses:
        said = f"{miss.kind}: {miss.reason}; {miss.agency} {miss.year or ''}"
        print(f"MISS {miss.case['label']}: {miss.case['title']} → {said}")
    print(f"{len(judged)} candidates, {len(misses)} misses")
    return bool(misses)


if __name__ == "__main__":
    sys.exit(main())
