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
        "/sources.excel.csv",
        "/dictionary.excel.csv",
        "/agency/990683-gov.excel.csv",
        "/report/990683-gov-2020.excel.csv",
        "/compare.excel.csv?a=990683-gov-2020&b=990683-gov-2022",
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


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("/search?q=公开", "/search."),
        ("/checks", "/checks."),
        ("/coverage", "/coverage."),
        ("/sources", "/sources."),
        ("/dictionary", "/dictionary."),
        ("/report/990683-gov-2020", "/report/990683-gov-2020."),
        (
            "/compare?a=990683-gov-2020&b=990683-gov-2022",
            "/compare.",
        ),
        ("/agency/990683-gov", "/agency/990683-gov."),
    ],
)
async def test_every_page_offers_its_data_for_excel_and_programs(
    site: Any, page: str, address: str
) -> None:
    assert f'href="{address}excel.csv' in (await site.get(page)).text
    query = page.partition("?")[2]
    plain = await site.get(f"{address}csv?{query}")
    found = await site.get(f"{address}json?{query}")
    assert (plain.status_code, found.status_code) == (200, 200)
    lines = list(csv.DictReader(io.StringIO(plain.text)))
    rows = found.json()["rows"]
    assert len(lines) == len(rows)
    headings = plain.text.splitlines()[0].split(",")
    assert len(headings) > 4
    assert all(list(row) == headings for row in rows)


async def test_two_reports_are_compared_cell_by_cell_as_data(site: Any) -> None:
    address = "/compare.json?a=990683-gov-2020&b=990683-office-2020"
    rows = (await site.get(address)).json()["rows"]
    handled = [r for r in rows if r["a_value"] == 107]
    assert handled and all(
        r["difference"] is None or r["difference"] == r["b_value"] - 107
        for r in handled
    )


async def test_the_cells_of_a_report_stand_in_the_order_of_the_form(site: Any) -> None:
    rows = (await site.get("/report/990683-gov-2020.json")).json()["rows"]
    requests = [r for r in rows if r["table_code"] == "requests"]
    assert (requests[0]["row_code"], requests[0]["col_code"]) == (
        "new_received",
        "natural_person",
    )
    found = [r["value"] for r in requests if r["row_code"] == "handled_total"]
    assert found[-1] == 107


@pytest.mark.parametrize(
    "path",
    [
        "/report/no-such.csv",
        "/report/%27%25.json",
        "/agency/no-such.json",
        "/compare.csv?a=990683-gov-2020",
        "/compare.json?a=x@y&b=z",
    ],
)
async def test_data_of_what_is_not_here_is_not_found_in_words(
    site: Any, path: str
) -> None:
    response = await site.get(path)
    assert response.status_code == 404
    assert "<html" in response.text


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
