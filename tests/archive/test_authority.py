"""Divisions over the years: which code in which year, and what became of it."""

import subprocess
import sys

import pytest

from archive.authority import (
    counties_with,
    current,
    divisions,
    former,
    lineage,
    predecessors,
    townships,
)


@pytest.mark.parametrize(
    ("year", "adcode", "name"),
    [
        (2012, "370882", "兖州市"),
        (2013, "370882", "兖州市"),
        (2013, "370812", "兖州区"),
        (2009, "420600", "襄樊市"),
        (2011, "420600", "襄阳市"),
        (2010, "110103", "崇文区"),
        (2020, "330103", "下城区"),
        (2021, "330113", "临平区"),
        (2010, "500110", "万盛区"),
        (2012, "500110", "綦江区"),
        (2025, "500157", "两江新区"),
    ],
)
def test_a_year_has_the_divisions_of_its_lists(year, adcode, name):
    assert divisions(year)[adcode].name == name


@pytest.mark.parametrize(
    ("year", "adcode"),
    [(2014, "370882"), (2012, "370812"), (2011, "110103"), (2020, "330113")],
)
def test_a_year_has_no_division_that_was_gone_or_not_there_yet(year, adcode):
    assert adcode not in divisions(year)


def test_years_before_the_first_list_have_its_divisions():
    assert divisions(2004)["370882"].name == "兖州市"


def test_today_has_31_provinces_and_333_prefectures_and_no_gap_above():
    levels = [d.level for d in divisions().values()]
    assert (levels.count("province"), levels.count("city")) == (31, 333)
    parents = {d.parent_adcode for d in divisions().values()} - {None}
    assert parents <= divisions().keys()


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("370882", "兖州区"),  # city to district, 2013
        ("632121", "平安区"),  # two new codes, 2013 and 2015
        ("522400", "毕节市"),  # prefecture to city, 2011
        ("130223", "滦州市"),  # county to city, 2018
        ("511521", "叙州区"),  # parts went elsewhere, 2018
        ("469003", "儋州市"),  # county level to prefecture level, 2015
        ("330110", "余杭区"),  # gave up a part, 2021
    ],
)
def test_a_division_that_goes_on_is_followed_to_its_code_of_today(old, now):
    here = current(old)
    assert here is not None
    assert (here.name, here.valid_to) == (now, None)


@pytest.mark.parametrize(
    ("old", "name", "ended", "successors"),
    [
        ("370684", "蓬莱市", 2020, ("370614",)),
        ("370634", "长岛县", 2020, ("370614",)),
        ("130521", "邢台县", 2020, ("130502", "130503")),
        ("350403", "三元区", 2021, ("350404",)),
        ("110103", "崇文区", 2010, ("110101",)),
        ("500105", "江北区", 2025, ("500157",)),
    ],
)
def test_merged_and_split_divisions_end_and_name_their_successors(
    old, name, ended, successors
):
    here = current(old)
    assert here is not None
    assert (here.adcode, here.name, here.valid_to) == (old, name, ended)
    assert here.successors == successors


def test_predecessors_are_the_other_way_round():
    assert predecessors("370614") == ("370634", "370684")


def test_a_code_that_was_used_again_is_told_apart_by_the_name():
    old, new = current("500110", "万盛区"), current("500110", "綦江区")
    assert old is not None and new is not None
    assert (old.valid_to, new.valid_to) == (2011, None)
    # 500222 綦江县 and 万盛区 were merged: neither goes on.
    assert former("500110") == ()


def test_former_names_have_their_years():
    (old,) = former("370812")
    assert (old.adcode, old.name, old.valid_from, old.valid_to) == (
        "370882", "兖州市", None, 2013,
    )  # fmt: skip


def test_lineage_ends_at_the_province_directly_where_there_is_no_prefecture():
    assert [d.name for d in lineage("419001")] == ["河南省", "济源市"]
    assert lineage("990101") == ()


def test_townships_have_nine_digits():
    assert townships("522729")["广顺镇"] == "522729101"
    assert townships("990101") == {}
    assert counties_with("螅镇") == ("610828",)
    assert len(counties_with("太平镇")) == 50


def test_nothing_is_read_before_it_is_needed():
    code = (
        "from archive import authority as a; import pipelines.identity;"
        "print(a.every_division.cache_info().misses, a._townships.cache_info().misses)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 0\n"
