"""Many broken documents, read as the product reads them: in workers with limits."""

import os

import pytest

from pipelines import contain, stages
from tests.pipelines.mutations import FORMS
from tests.torture.mutated import LONG, SHORT, read_many


@pytest.mark.parametrize("form", FORMS)
def test_no_broken_document_ends_or_hangs_a_run_or_goes_unlisted(form):
    most = LONG if os.environ.get("NIANBAO_LONG") == "1" else SHORT
    tally = read_many(form, most)
    print(tally)
    assert tally.problems == []
    assert tally.documents == most


def test_the_worker_lives_on_after_broken_documents():
    read_many("pdf", SHORT)
    worker = contain.shared(stages.read_here)
    assert worker is contain.shared(stages.read_here)
    assert read_many("doc", 5).documents == 5
