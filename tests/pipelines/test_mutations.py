"""Broken documents are read or refused with a reason: they end and hang nothing.

25 of a form, 40 with NIANBAO_LONG=1; ``tests.torture`` reads them by the thousand.
"""

import os

import pytest

from pipelines.stages import read_here
from tests.pipelines.mutations import FORMS, mutated, originals
from tests.pipelines.trials import Tally, trial

DOCUMENTS = 40 if os.environ.get("NIANBAO_LONG") == "1" else 25
#: Seconds of CPU; the slowest whole document takes a tenth of one.
LIMIT = 10.0
SEED = "20260131"


@pytest.mark.parametrize("form", FORMS)
def test_mutated_documents_are_read_or_refused_with_a_reason(form):
    tally = Tally(form)
    for i in range(DOCUMENTS):
        trial(tally, read_here, f"{SEED}/{i}", LIMIT, cpu=True)
    assert tally.problems == []
    assert tally.documents == DOCUMENTS
    # Neither all refused at the door nor all as good as whole.
    assert len(tally.outcomes) > 1, tally


@pytest.mark.parametrize("form", FORMS)
def test_a_seed_always_gives_the_same_broken_document(form):
    assert mutated(form, "1") == mutated(form, "1")
    made = {mutated(form, str(i)) for i in range(40)}
    assert len(made - set(originals(form))) >= 35
