"""The catalogue keeps every name under which an authority was met."""

import sqlite3

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.publish import publish
from archive.records import Agency, AgencyName


def agency(name: str, year: int, uscc: str | None = None) -> Agency:
    return Agency(
        "990101-gov", "云川区人民政府", "government", "county", "990101",
        uscc=uscc,
        names=(AgencyName(name, "printed", year, year, "title"),),
    )  # fmt: skip


def names(catalog: Catalog) -> list[tuple[str, int, int]]:
    rows = catalog.rows(
        "SELECT name, valid_from, valid_to FROM agency_names ORDER BY name"
    )
    return [(r["name"], r["valid_from"], r["valid_to"]) for r in rows]


def test_printed_names_have_their_first_and_last_year(tmp_path):
    catalog = Catalog(tmp_path / "catalog.db")
    for name, year in [
        ("云川区人民政府", 2020),
        ("云川市人民政府", 2012),
        ("云川区人民政府", 2016),
        ("云川区人民政府", 2018),
    ]:
        catalog.put_agency(agency(name, year))
    assert names(catalog) == [
        ("云川区人民政府", 2016, 2020),
        ("云川市人民政府", 2012, 2012),
    ]


def test_a_credit_code_once_seen_stays(tmp_path):
    catalog = Catalog(tmp_path / "catalog.db")
    catalog.put_agency(agency("云川区人民政府", 2020, "11370900004341590P"))
    catalog.put_agency(agency("云川区人民政府", 2021))
    row = catalog.one("SELECT uscc FROM agencies")
    assert row == {"uscc": "11370900004341590P"}


def test_the_published_divisions_lead_from_former_codes_to_those_of_today(tmp_path):
    data = DataDir(tmp_path)
    catalog = Catalog(data.catalog)
    publish(data, catalog)
    with sqlite3.connect(data.published) as connection:
        rows = connection.execute(
            "SELECT adcode, name, valid_to, successors, current_adcode FROM divisions"
            " WHERE current_adcode IN ('370812', '370684') ORDER BY adcode"
        ).fetchall()
    assert rows == [
        ("370684", "蓬莱市", 2020, '["370614"]', "370684"),
        ("370812", "兖州区", None, "[]", "370812"),
        ("370882", "兖州市", 2013, '["370812"]', "370812"),
    ]
