"""Names of departments over reforms, and bodies of the State."""

import pytest

from pipelines.organs import national, organ


@pytest.mark.parametrize(
    ("printed", "canonical", "family", "relations"),
    [
        ("财政局", "财政局", None, []),
        ("生态环境局", "生态环境局", "ecology", []),
        ("环境保护局", "生态环境局", "ecology", ["former"]),
        ("环保局", "生态环境局", "ecology", ["short", "former"]),
        ("卫计局", "卫生健康局", "health", ["short", "former"]),
        ("卫健委", "卫生健康委员会", "health", ["short"]),
        ("发展与改革局", "发展和改革局", "reform", ["short"]),
        ("人社局", "人力资源和社会保障局", "labour", ["short"]),
        ("残联", "残疾人联合会", "disabled", ["short"]),
        ("工商局", "工商行政管理局", "market", ["short", "merged"]),
        ("国土资源局", "国土资源局", "natural_resources", ["merged"]),
        ("行政审批服务局", "行政审批服务局", "permits_and_data", []),
        ("数据局", "数据局", "permits_and_data", []),
        ("人民政府外事办公室", "外事办公室", None, []),
        ("行署外事办公室", "外事办公室", None, []),
    ],
)
def test_a_name_is_compared_in_its_form_of_today(printed, canonical, family, relations):
    found = organ(printed)
    assert (found.name, found.family) == (canonical, family)
    assert [relation for relation, _ in found.steps] == relations


def test_bodies_that_were_merged_stay_apart_and_share_their_family():
    names = ("工商局", "质监局", "食药监局", "市场监督管理局")
    found = [organ(name) for name in names]
    assert len({o.name for o in found}) == 4
    assert {o.family for o in found} == {"market"}


def test_the_reform_is_the_evidence_of_a_former_name():
    ((_, why),) = organ("农业局").steps
    assert why == "农业局 has been 农业农村局 since 2018 (reform of 2018, 2021, 2023)"


@pytest.mark.parametrize(
    ("printed", "local", "slug"),
    [
        ("中国证监会", False, "csrc"),
        ("财政部", False, "mof"),
        ("中华人民共和国财政部", True, "mof"),
        ("国家能源局", True, "nea"),
        ("国资委", False, "sasac"),
        ("国资委", True, None),  # the place's own
        ("莱州市财政局", False, None),
    ],
)
def test_bodies_of_the_state_have_words(printed, local, slug):
    body = national(printed, local=local)
    assert (body.slug if body else None) == slug


def test_bodies_that_ceased_name_their_successors():
    body = national("环境保护部", local=False)
    assert body is not None
    assert (body.until, body.successors) == (2018, ("mee",))
