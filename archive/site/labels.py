"""Labels of the forms in the language of a page, made of what the metrics say.

A metric's English label names groups, row and column in one line (``Outcome: Denied:
State secret · total``); here it is taken apart again, so that a form can be laid out in
English as it is in Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from archive.records import Metric
from archive.site.forms import Key
from archive.site.query import Row

#: The newest form first: where a measure has its name from.
NEWEST_FIRST = ("gk2021", "gk2019", "stat2014")


def in_language(metric: Metric, lang: str) -> Metric:
    """The metric with its row, column, groups and label in ``lang``, in their places.

    >>> m = Metric("gk2019", "requests", "denied_state_secret", "total", "…",
    ...     "Outcome: Denied: State secret · total", "count", 1,
    ...     "1.属于国家秘密", "总计", "三、本年度办理结果 / （三）不予公开")
    >>> english = in_language(m, "en")
    >>> english.row_group_zh, english.row_label_zh, english.col_label_zh
    ('Outcome / Denied', 'State secret', 'total')
    >>> english.label_zh
    'State secret · total'
    """
    if lang == "zh":
        return metric
    path, _, column = metric.label_en.rpartition(" · ")
    groups = [g for g in metric.row_group_zh.split(" / ") if g]
    steps = path.split(": ", len(groups))
    row = steps[-1]
    return replace(
        metric,
        label_zh=f"{row} · {column}",
        row_label_zh=row,
        col_label_zh=column,
        row_group_zh=" / ".join(steps[:-1]),
    )


def labels(metrics: Iterable[Metric], lang: str) -> dict[tuple[str, Key], str]:
    """Label of every cell of every form, by generation and key."""
    return {
        (m.template, (m.table_code, m.row_code, m.col_code)): in_language(
            m, lang
        ).label_zh
        for m in metrics
    }


def measures(
    crosswalk: Sequence[Row], metrics: Sequence[Metric], lang: str
) -> dict[str, str]:
    """Name of every measure of the crosswalk, in the order of the newest form.

    English names are those of the cell it stands for in the newest form that has one;
    of a sum over several cells, the words of the code.
    """
    words = labels(metrics, lang)
    terms: dict[tuple[str, str], list[Row]] = {}
    for row in crosswalk:
        terms.setdefault((row["measure"], row["template"]), []).append(row)
    places = {
        (m.template, m.table_code, m.row_code, m.col_code): m.position for m in metrics
    }
    found: dict[str, str] = {}
    order: dict[str, tuple[int, int]] = {}
    for row in crosswalk:
        measure = row["measure"]
        if measure not in found:
            chinese = row["label_zh"] if lang == "zh" else None
            found[measure] = chinese or _name(measure, terms, words)
        place = places.get(
            (row["template"], row["table_code"], row["row_code"], row["col_code"])
        )
        if place is not None:
            here = (NEWEST_FIRST.index(row["template"]), place)
            order[measure] = min(order.get(measure, here), here)
    last = (len(NEWEST_FIRST), 0)
    return {m: found[m] for m in sorted(found, key=lambda m: order.get(m, last))}


def _name(
    measure: str,
    terms: Mapping[tuple[str, str], Sequence[Row]],
    words: Mapping[tuple[str, Key], str],
) -> str:
    for template in NEWEST_FIRST:
        rows = terms.get((measure, template), ())
        if len(rows) == 1 and rows[0]["table_code"]:
            row = rows[0]
            key = (row["table_code"], row["row_code"], row["col_code"])
            label = words.get((template, key))
            if label:
                return label.removesuffix(" · value").removesuffix(" · total")
    return measure.replace("/", " · ").replace("_", " ").capitalize()
