"""Conditions and states in the words of the page, not in those of the software."""

from __future__ import annotations

import re
from typing import Any

import pytest
from datasette.filters import Filters

from archive.site.strings import strings


def test_every_condition_of_datasette_has_a_name() -> None:
    keys = {f"operator.{key}" for key, _, _ in Filters([]).lookups()}
    assert keys - set(strings()) == set()


@pytest.mark.parametrize(
    ("language", "shown"),
    [("zh", ("包含", "为空白")), ("en", ("contains", "is blank"))],
)
async def test_conditions_are_in_the_language_of_the_page(
    site: Any, language: str, shown: tuple[str, str]
) -> None:
    page = await site.get(f"/nianbao/reports?title__contains=a&_lang={language}")
    assert f'<option value="contains" selected>{shown[0]}</option>' in page.text
    assert f'<option value="isblank__1">{shown[1]}</option>' in page.text


async def test_coverage_gives_its_reasons_in_the_language_of_the_page(
    site: Any,
) -> None:
    page = await site.get("/coverage")
    titles = re.findall(r'class="nb-cov cov-\w+"[^>]*title="([^"]*)"', page.text)
    assert titles
    assert not [title for title in titles if re.search("[A-Za-z]", title)]
    assert "尚未按应编制名单核对" not in page.text
