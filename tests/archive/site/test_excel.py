from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from archive.site.excel import Records, safe, wanted


@pytest.mark.parametrize(
    "path",
    [
        "/nianbao/reports.excel.csv",
        "/nianbao/reports.csv?_bom=1",
        "/nianbao/grant_rate.excel.csv",
        "/nianbao.excel.csv?sql=select+'公开'+as+a",
        "/checks.excel.csv",
        "/search.excel.csv?q=公开",
        "/coverage.excel.csv",
    ],
)
async def test_csv_for_excel_begins_with_one_mark_and_is_a_file(
    site: Any, path: str
) -> None:
    response = await site.get(path)
    assert response.status_code == 200
    assert response.content[:3] == b"\xef\xbb\xbf"
    assert response.content.count(b"\xef\xbb\xbf") == 1
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1


async def test_csv_for_excel_holds_the_cells_of_the_plain_one(site: Any) -> None:
    plain = await site.get("/nianbao/chapters.csv?_size=max")
    excel = await site.get("/nianbao/chapters.excel.csv?_size=max")
    assert plain.content[:3] != b"\xef\xbb\xbf"
    first = list(csv.reader(io.StringIO(plain.text, newline="")))
    second = list(
        csv.reader(io.StringIO(excel.content.decode("utf-8-sig"), newline=""))
    )
    assert first == second
    assert len(first) == 7


async def test_errors_are_not_dressed_up_as_csv(site: Any) -> None:
    response = await site.get("/nianbao/no_such_table.excel.csv")
    assert response.status_code == 404


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_records_come_out_whole_however_they_are_cut(size: int) -> None:
    text = 'a,b\r\n"x ""y""\nz",=1+1\r\n公开,-5\r\n'
    data = text.encode()
    records = Records()
    pieces = [
        records.feed(data[at : at + size], at + size >= len(data))
        for at in range(0, len(data), size)
    ]
    assert b"".join(pieces).decode() == (
        '\ufeffa,b\r\n"x ""y""\nz",\'=1+1\r\n公开,-5\r\n'
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        (" =1", "' =1"),
        ("-", "-"),
        ("-1,234.5", "-1,234.5"),
        ("+42", "+42"),
        ("-3.5%", "-3.5%"),
        ("106", "106"),
        ("公开", "公开"),
        ("", ""),
    ],
)
def test_only_what_would_run_gets_an_apostrophe(cell: str, expected: str) -> None:
    assert safe(cell) == expected


def test_the_name_of_the_file_is_plain() -> None:
    scope = {"path": '/x/a"b.excel.csv', "raw_path": b"/x/a%22b.excel.csv"}
    assert wanted(scope) == ("/x/a%22b.csv", "a-22b.csv")
