"""The main job on real documents: a portal that serves them, crawled and published."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.serving import serve

LIST = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">
<title>{title}</title><meta name="ColumnName" content="{title}"></head><body>
<nav><a href="/">首页</a> <a href="/xxgk/">政府信息公开</a></nav>
<ul class="list">{items}</ul>{more}</body></html>"""

TITLES = {
    "000": "山东省机关事务管理局2020年政府信息公开工作年度报告",
    "001": "莱州市人民政府2020年政府信息公开工作年度报告",
    "002": "德惠市机关事务管理局2020年政府信息公开工作年度报告",
    "003": "济宁市兖州区2020年政府信息公开工作年度报告",
    "004": "临清市人民政府办公室2020年政府信息公开工作年度报告",
    "shanghai_bgt_2019": "2019年上海市人民政府办公厅政府信息公开工作年度报告",
    "shuyang_fgj_2023": "沭阳县发展和改革局2023年政府信息公开年度报告",
}


def portal(corpus: Path) -> dict[str, tuple[str, bytes]]:
    """Home → disclosure → reports, two list pages, and the documents themselves."""

    def html(title: str, items: str, more: str = "") -> tuple[str, bytes]:
        text = LIST.format(title=title, items=items, more=more)
        return "text/html; charset=utf-8", text.encode()

    pages: dict[str, tuple[str, bytes]] = {}
    items = []
    for path in sorted((corpus / "seeds").glob("*.txt")):
        pages[f"/nb/{path.name}"] = ("text/plain", path.read_bytes())
        items.append((f"/nb/{path.name}", TITLES[path.name[:3]], "2021-01-29"))
    for name in ("shanghai_bgt_2019", "shuyang_fgj_2023"):
        body = (corpus / "real" / f"{name}.html").read_bytes()
        pages[f"/nb/{name}.html"] = ("text/html", body)
        items.append((f"/nb/{name}.html", TITLES[name], "2024-01-17"))
    listed = [
        f'<li><a href="{url}" title="{title}">{title}</a><span>{date}</span></li>'
        for url, title, date in items
    ]
    pages["/"] = html("示例门户", '<li><a href="/xxgk/">政府信息公开</a></li>')
    pages["/xxgk/"] = html(
        "政府信息公开", '<li><a href="/nb/">政府信息公开年报</a></li>'
    )
    pages["/nb/"] = html(
        "政府信息公开年报",
        "".join(listed[:4]),
        '<a href="/nb/?page=2">下一页</a>',
    )
    pages["/nb/?page=2"] = html("政府信息公开年报", "".join(listed[4:]))
    return pages


@pytest.fixture(scope="module")
def archived(tmp_path_factory, corpus, nianbao) -> Path:
    folder = tmp_path_factory.mktemp("real")
    with serve(portal(corpus)) as home:
        sources = folder / "sources.yml"
        sources.write_text(
            "- id: corpus\n  name: 示例门户\n  adcode: '990000'\n  level: county\n"
            f"  home: {home}/\n  delay_seconds: 0.05\n",
            "utf-8",
        )
        data = folder / "data"
        arguments = ("crawl", "--data", data, "--sources", sources, "--json")
        done = nianbao(*arguments, "--allow-net", "127.0.0.0/8")
        assert json.loads(done.stdout)["new"]["reports"] == len(TITLES)
        nianbao("publish", "--data", data)
        again = nianbao(*arguments, NIANBAO_ALLOW_NET="127.0.0.0/8")
    new = json.loads(again.stdout)["new"]
    assert (new["documents"], new["reports"], new["cells"]) == (0, 0, 0)
    return data


@pytest.fixture(scope="module")
def db(archived) -> sqlite3.Connection:
    path = archived / "public" / "nianbao.db"
    return sqlite3.connect(f"file:{path}?immutable=1", uri=True)


def test_every_report_of_the_portal_is_published(db):
    found = db.execute(
        "SELECT a.name, r.report_year, r.template, r.status FROM reports r"
        " JOIN agencies a USING (agency_id) ORDER BY 2, 1"
    ).fetchall()
    assert found == [
        ("上海市人民政府办公厅", 2019, "gk2019", "extracted"),
        ("临清市人民政府办公室", 2020, "gk2019", "extracted"),
        ("山东省机关事务管理局", 2020, "gk2019", "extracted"),
        ("德惠市机关事务管理局", 2020, "gk2019", "extracted"),
        ("济宁市兖州区人民政府", 2020, "gk2019", "extracted"),
        ("莱州市人民政府", 2020, "gk2019", "extracted"),
        ("沭阳县发展和改革局", 2023, "gk2021", "extracted"),
    ]


def test_cells_from_the_web_equal_those_from_files(db, gold):
    wanted = {
        (cell["table"], cell["row"], cell["col"], cell["raw"].strip())
        for cell in gold["001_4f0b927f638ac2dc.txt"]["cells"]
    }
    found = db.execute(
        "SELECT table_code, row_code, col_code, trim(raw) FROM cells"
        " JOIN reports USING (report_id) JOIN agencies USING (agency_id)"
        " WHERE name = '莱州市人民政府'"
    ).fetchall()
    assert set(found) == wanted


def test_contradiction_of_shanghai_2019_is_reported(db):
    failed = db.execute(
        "SELECT rule_id, message FROM checks JOIN reports USING (report_id)"
        " JOIN agencies USING (agency_id)"
        " WHERE name = '上海市人民政府办公厅' AND verdict = 'FAIL'"
    ).fetchall()
    assert [rule for rule, _ in failed] == ["X4"]
    assert "均获维持" in failed[0][1]


def test_a_number_leads_to_a_capture_with_its_address(db, archived):
    url, warc_file, offset = db.execute(
        "SELECT k.url, k.warc_file, k.warc_offset FROM cells c"
        " JOIN reports r USING (report_id) JOIN captures k USING (sha256)"
        " WHERE c.table_code = 'requests' AND c.row_code = 'new_received'"
        " AND c.col_code = 'natural_person' AND c.value = 821"
    ).fetchone()
    assert url.endswith("/nb/shanghai_bgt_2019.html")
    assert (archived / "warc" / warc_file).stat().st_size > offset
