"""Every page, in both languages and two widths, as Chromium shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive.datadir import DataDir
from tests.browser.addresses import addresses, expected, in_english
from tests.browser.surfing import NARROW, WIDE, picture_name, window
from tests.serving import serve

#: A page with one fault of every kind that is looked for.
FAULTY = b"""<!DOCTYPE html><html lang="zh-CN"><title>x</title><body>
<img src="http://127.0.0.1:1/elsewhere.png"><script>console.error('odd')</script>
<p style="width: 900px; color: #ddd">pale</p></body></html>"""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
def test_every_page_opens_without_a_fault(
    chromium: Any, browsed: Path, site: str, pictures: Path | None,
    size: tuple[int, int], lang: str,
) -> None:  # fmt: skip
    """No message, no request elsewhere, nobody shut out, nothing beyond the edge.

    Each page is opened in two of the four views, which take turns, and given to
    axe-core in one of them; in all of them when pictures are kept.
    """
    paths = addresses(DataDir(browsed).published)
    every, turn = pictures is not None, (size == WIDE) + (lang == "zh")
    faults = []
    with window(chromium, site, size) as tab:
        for number, path in enumerate(paths):
            if not every and (number + turn) % 2:
                continue
            asked, status = path, expected(path)
            if lang == "en":
                asked = in_english(path)
            seen = tab.open(asked, missing=0 if status == 200 else status)
            picture = pictures and pictures / picture_name(asked, size[0])
            with_axe = every or (number % 4 < 2) == (size == WIDE)
            faults += tab.look(picture, axe_too=with_axe).faults()
            if seen.status != status:
                faults.append(f"{asked}: {seen.status}, not {status}")
    assert len(paths) >= 35
    assert faults == []


def test_the_look_sees_every_kind_of_fault(chromium: Any) -> None:
    with (
        serve({"/": ("text/html", FAULTY)}) as address,
        window(chromium, address, NARROW) as tab,
    ):
        tab.open("/")
        faults = "\n".join(tab.look().faults())
    assert "console: error: odd" in faults
    assert "asks elsewhere: http://127.0.0.1:1/elsewhere.png" in faults
    assert "wider than the window: by 5" in faults
    assert "axe: image-alt (critical" in faults
    assert "axe: color-contrast (serious" in faults


def test_a_page_that_is_not_there_is_a_fault_unless_it_is_expected(
    chromium: Any,
) -> None:
    with serve({}) as address, window(chromium, address) as tab:
        assert "404" in "".join(tab.open("/nowhere").faults())
        assert tab.open("/nowhere", missing=404).faults() == []
