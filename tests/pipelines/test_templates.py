"""Form files are read strictly, and the dictionary of metrics follows from them."""

import pytest

from archive.errors import TemplateError
from pipelines import templates
from pipelines.templates.loader import parse

MINIMAL = """
template: gk2030
circular: 国办公开办函〔2030〕1号
report_years: [2030]
signatures: [某列]
tables:
  proactive:
    layout: stacked
    chapter: 2
    headers: [信息内容]
    blocks:
      - heading: 第一项
        en: Item 1
        cols: [{code: a, zh: 某列, en: a, unit: count}]
        rows: [{code: r, zh: 某行, en: Row}]
"""


def test_the_forms_have_198_and_200_cells():
    metrics = templates.metrics()
    metrics = [m for m in metrics if m.template != "stat2014"]
    assert [m.template for m in metrics] == ["gk2019"] * 198 + ["gk2021"] * 200
    assert len({(m.template, m.table_code, m.row_code, m.col_code) for m in metrics}
               ) == 398  # fmt: skip
    assert [m.position for m in metrics[:198]] == list(range(1, 199))


def test_metrics_carry_labels_and_units():
    found = {(m.template, m.row_code, m.col_code): m for m in templates.metrics()}
    licence = found["gk2019", "admin_license", "decisions"]
    assert licence.label_zh == "行政许可 · 处理决定数量"
    assert (licence.row_group_zh, licence.unit) == ("第二十条第（五）项", "count")
    assert found["gk2021", "admin_fees", "fee_amount"].unit == "wan_cny"
    assert found["gk2019", "gov_procurement", "purchase_amount"].unit is None
    secret = found["gk2021", "denied_state_secret", "total"]
    assert secret.label_zh == "1.属于国家秘密 · 总计"
    assert secret.row_group_zh == "三、本年度办理结果 / （三）不予公开"
    assert secret.label_en == "Outcome: Denied: State secret · total"


@pytest.mark.parametrize(
    ("words", "generation"),
    [
        ("信息内容本年制发件数本年废止件数现行有效件数", "gk2021"),
        ("信息内容本年新制作数量本年新公开数量对外公开总数量", "gk2019"),
        ("政府集中采购采购项目数量采购总金额", "gk2019"),
        ("1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "gk2021"),
        ("结果维持结果纠正其他结果尚未审结总计", None),
    ],
)
def test_the_generation_is_told_by_labels(words, generation):
    assert templates.generation_of(words) == generation


def test_a_minimal_form_is_accepted():
    form = parse("gk2030.yml", MINIMAL.encode())
    assert form.tables["proactive"].rows[0].keys == ("某行",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("circular:", "circularr:", "gk2030.yml: unknown key 'circularr'"),
        ("signatures: [某列]\n", "", "gk2030.yml: missing key 'signatures'"),
        ("layout: stacked", "layout: heap", "layout is 'heap'"),
        ("unit: count", "unit: kg", r"cols\[0\]: unit is 'kg'"),
        ("en: Row}", "en: Row, colour: red}", r"rows\[0\]: unknown key 'colour'"),
        ("en: Row}", "en: Row, group: x}", "no such group: 'x'"),
        ("en: Row}]", "en: Row}, {code: r, zh: b, en: B}]", "row 'r' stands twice"),
        ("tables:", "tables: [", "not readable as YAML"),
    ],
)
def test_an_inconsistent_form_is_refused_with_its_place(old, new, message):
    with pytest.raises(TemplateError, match=message):
        parse("gk2030.yml", MINIMAL.replace(old, new).encode())
