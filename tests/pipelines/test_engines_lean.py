"""Workers do not load what only others need."""

import importlib
import sys

from archive.records import PageContext
from pipelines import lean
from pipelines.contain import Containment, refused

CONTEXT = PageContext(url="file:///x", captured_at="2026-01-31T08:00:00Z")


def loaded(data: bytes, context: PageContext):
    """Which of the unwanted modules this process has, in place of an error."""
    return refused(data, ",".join(m for m in lean.UNWANTED if sys.modules.get(m)))


def test_a_worker_has_no_library_for_tables_of_others():
    with Containment(loaded) as containment:
        assert containment.read(b"x", CONTEXT).error == ""


def test_other_processes_may_load_what_they_like():
    before = {name: sys.modules.get(name) for name in lean.UNWANTED}
    importlib.reload(lean)
    assert {name: sys.modules.get(name) for name in lean.UNWANTED} == before
    assert all(sys.modules.get(name, lean) is not None for name in lean.UNWANTED)
