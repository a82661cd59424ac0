"""The words of an invented report: they quote its tables and repeat no other's."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from archive.records import Chapter
from benchmarks.synthetic.figures import REMEDIES, Key, Year

HEADINGS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)
TABLES = {2: "proactive", 3: "requests", 4: "review_litigation"}
#: Sentences are put together from these; the many combinations keep texts apart.
WHO = (
    "办公室",
    "业务科室",
    "政务公开专班",
    "信息中心",
    "法规科",
    "窗口单位",
    "各镇街",
    "值班室",
    "档案室",
    "宣传科",
)
WHAT = (
    "答复文书",
    "信息发布",
    "目录编制",
    "政策解读",
    "栏目维护",
    "申请登记",
    "公开审查",
    "台账管理",
    "业务培训",
    "数据核对",
    "意见征集",
    "会议开放",
    "公报寄送",
    "专区建设",
    "保密审查",
    "线索回访",
)
HOW = (
    "尚不够及时",
    "还有待细化",
    "人手偏紧",
    "标准不一",
    "主动性不强",
    "质量参差不齐",
    "衔接不够顺畅",
    "更新偶有滞后",
    "形式较为单一",
    "覆盖面不够广",
)
THEN = (
    "每月通报一次",
    "由专人复核",
    "纳入年度培训",
    "建立清单逐项销号",
    "请群众代表评议",
    "增设查阅点",
    "与档案部门共享目录",
    "明确办理时限",
    "编印操作手册",
    "开展交叉检查",
    "安排专项经费",
    "定期抽查",
)


def chapters(
    rng: random.Random, name: str, report: Year, printed: Mapping[Key, str]
) -> tuple[Chapter, ...]:
    """The chapters of a report, tables in their places as lines of cells."""
    cells = report.cells
    new = cells["requests", "new_received", "total"]
    handled = cells["requests", "handled_total", "total"]
    appeals = sum(cells["review_litigation", row, "total"] for row in REMEDIES)
    bodies = {
        1: f"{report.year}年，{name}认真贯彻落实《中华人民共和国政府信息公开条例》。"
        f"全年收到政府信息公开申请{new}件，办结{handled}件。" + _work(rng, 14),
        4: "" if appeals else "本年度未发生行政复议和行政诉讼。",
        5: "存在的问题：" + _faults(rng, 6) + "改进措施：" + _work(rng, 8),
        6: "本年度没有其他需要报告的事项。",
    }
    found = [Chapter(0, None, f"{name}{report.year}年政府信息公开工作年度报告")]
    for number, heading in enumerate(HEADINGS, 1):
        prose = bodies.get(number, "")
        table = "\n".join(_rows(TABLES.get(number, ""), printed))
        text = "\n".join(filter(None, (prose, table)))
        found.append(Chapter(number, heading, text, prose))
    return tuple(found)


def _rows(table: str, printed: Mapping[Key, str]) -> Iterator[str]:
    rows: dict[str, list[str]] = {}
    for (code, row, _), raw in printed.items():
        if code == table:
            rows.setdefault(row, []).append(raw)
    for row, values in rows.items():
        yield "\t".join((row, *values))


def _work(rng: random.Random, number: int) -> str:
    return "".join(
        f"{rng.choice(WHO)}就{rng.choice(WHAT)}与{rng.choice(WHAT)}{rng.choice(THEN)}，"
        f"{rng.choice(WHAT)}{rng.choice(THEN)}。"
        for _ in range(number)
    )


def _faults(rng: random.Random, number: int) -> str:
    return "".join(
        f"{rng.choice(WHO)}的{rng.choice(WHAT)}{rng.choice(HOW)}，"
        f"{rng.choice(WHAT)}{rng.choice(HOW)}。"
        for _ in range(number)
    )
