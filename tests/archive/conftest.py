"""The invented archive of the site's tests, for the exports too."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import withholding
from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.publish import publish
from tests.archive.site.conftest import R_WORD, forms, sample

__all__ = ["forms", "sample"]  # fixtures

#: What a spreadsheet would run.
FORMULA = "=HYPERLINK(1) 含个人电话"


@pytest.fixture
def copied(sample, tmp_path) -> DataDir:
    """A copy of the invented archive, to change."""
    shutil.copytree(sample.data.root, tmp_path / "data")
    return DataDir(tmp_path / "data")


@pytest.fixture(scope="session")
def withheld(sample, tmp_path_factory) -> DataDir:
    """The invented archive, its Word file taken off the site, published again."""
    root: Path = tmp_path_factory.mktemp("withheld") / "data"
    shutil.copytree(sample.data.root, root)
    data = DataDir(root)
    moment = datetime(2026, 2, 1, 8, tzinfo=UTC)
    with Catalog(data.catalog, clock=lambda: moment) as catalog:
        withholding.decide(catalog, sample.sha256(R_WORD), FORMULA)
        publish(data, catalog, clock=lambda: moment)
    return data
