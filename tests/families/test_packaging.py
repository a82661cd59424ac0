"""Pages with files, and reports that two columns list, are one version each."""

from collections import Counter
from dataclasses import replace

import pytest

from archive.catalog import Catalog
from archive.records import Capture
from pipelines.load import load
from tests.families.model import model
from tests.families.test_contract import walked


@pytest.mark.parametrize("name", ["trs", "lonsun"])
def test_every_report_of_a_portal_has_one_version_whatever_it_is_made_of(
    name, tmp_path
):
    with Catalog(tmp_path / "catalog.db") as catalog:
        run_id = catalog.start_run("crawl")
        for number, (one, extraction) in enumerate(walked(name).documents()):
            at = f"2026-04-01T00:{number // 60:02}:{number % 60:02}Z"
            capture = Capture(
                f"urn:uuid:{number}", one.row.url, at, 200, "ok", extraction.sha256,
                "w", number, 1, run_id,
            )  # fmt: skip
            catalog.add_capture(capture)
            context = replace(one.context, captured_at=at)
            load(catalog, capture, extraction, context)
        reports = catalog.rows("SELECT n_versions FROM reports")
        assert [row["n_versions"] for row in reports] == [1] * len(model().expected())
        found = Counter(
            (row["form"], row["role"])
            for row in catalog.rows(
                "SELECT form, role FROM report_documents JOIN documents USING (sha256)"
            )
        )
        assert found["text", "duplicate"] == 1
        assert (found["docx", "main"], found["docx", "duplicate"]) == (1, 1)
        assert not any(role == "attachment" for _, role in found)
        assert catalog.rows("SELECT * FROM checks WHERE rule_id = 'F1'") == []
