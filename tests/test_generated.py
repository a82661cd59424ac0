"""Files that are made from the data dictionary are as it makes them today."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "path, arguments",
    [
        ("datasette-metadata.json", ["metadata"]),
        ("docs/data-dictionary.md", ["metadata", "--docs"]),
    ],
)
def test_generated_file_is_fresh(nianbao, path, arguments):
    made = nianbao(*arguments).stdout
    assert (ROOT / path).read_text("utf-8") == made, "run `make metadata`"
