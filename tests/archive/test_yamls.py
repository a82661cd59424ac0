"""libyaml and PyYAML agree on every data file of the software."""

from pathlib import Path

import pytest
import yaml

from archive import yamls

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for package in ("archive", "pipelines", "crawler")
    for path in (ROOT / package).rglob("*.yml")
    if "sources" not in path.parts  # lists of portals, read so from the beginning
)


def test_data_files_say_the_same_to_both_readers():
    assert len(FILES) > 30
    for path in FILES:
        text = path.read_text("utf-8")
        assert yamls.load(text) == yaml.safe_load(text), path


def test_only_plain_values_are_made_of_a_text():
    with pytest.raises(yaml.YAMLError):
        yamls.load("!!python/object/apply:os.getcwd []")
