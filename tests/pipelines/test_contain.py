"""Documents that hang, explode or crash cost themselves and nothing else."""

import os
import resource
import time

import pytest

from archive.records import PageContext
from pipelines import stages
from pipelines.contain import Containment, Limits, is_risky
from tests.pipelines.hostile_readers import obey
from tests.pipelines.pdf_maker import Maker

CONTEXT = PageContext(url="file:///x", captured_at="2026-01-31T08:00:00Z")
LIMITS = Limits(cpu=1, wall=30.0, memory=400 * 1024 * 1024)


@pytest.fixture(scope="module")
def workers():
    with Containment(obey, 2, LIMITS) as pool:
        yield pool


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("spin", "reading took more than 1 seconds of CPU time"),
        ("bomb", "reading needs more than 400 MB of memory"),
        ("abort", "the reader crashed with signal SIGABRT"),
        ("exit", "the reader ended its process with code 3"),
        ("recurse", "the reader failed: RecursionError: "),
        ("flood", "what was read takes 400002"),
        ("connect", "the reader failed: PermissionError: reading a document opens no"),
        ("raise", "the reader failed: ValueError: no such table"),
    ],
)
def test_a_hostile_document_is_listed_with_its_reason(workers, document, reason):
    done = workers.read(document.encode(), CONTEXT)
    assert done.report is None
    assert done.error.startswith(reason)
    assert done.verdict.reason == f"not read: {done.error}"


def test_a_document_that_only_waits_is_ended_by_the_clock():
    with Containment(obey, 1, Limits(wall=1.0)) as pool:
        done = pool.read(b"sleep", CONTEXT)
    assert done.error == "reading took more than 1 seconds"


def test_the_run_goes_on_in_order_around_documents_that_end_their_worker(workers):
    names = ["1", "abort", "2", "bomb", "3", "exit", "4", "spin", "5", "raise", "6"]
    work = [(name, name.encode(), CONTEXT) for name in names]
    done = dict(workers.read_all(iter(work)))
    assert list(done) == names
    for name in "123456":
        assert done[name].error.startswith("read in process ")
        assert done[name].error != f"read in process {os.getpid()}"
    assert "SIGABRT" in done["abort"].error
    assert "CPU time" in done["spin"].error


def test_a_worker_that_dies_between_two_documents_takes_none_with_it():
    with Containment(obey, 1, LIMITS) as pool:
        for _ in range(2):
            assert pool.read(b"exit later", CONTEXT).error.startswith("read in")
            time.sleep(1)
            assert pool.read(b"1", CONTEXT).error.startswith("read in process ")


def test_a_worker_that_ran_out_of_memory_reads_nothing_more():
    with Containment(obey, 1, LIMITS) as one:
        before = one.read(b"1", CONTEXT).error
        assert one.read(b"bomb", CONTEXT).error.startswith("reading needs more than")
        assert one.read(b"2", CONTEXT).error != before


def test_bombs_leave_the_parent_as_small_as_it_was(workers):
    workers.read(b"1", CONTEXT)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for document in (b"bomb", b"flood", b"bomb", b"flood"):
        assert workers.read(document, CONTEXT).error
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 <= 50_000_000


def test_documents_ahead_are_few_however_many_there_are(workers):
    taken = []

    def work():
        for i in range(40):
            taken.append(i)
            yield i, b"1", CONTEXT

    reading = workers.read_all(work())
    assert next(reading)[0] == 0
    assert len(taken) == 9  # four a worker, and the one that is given out


def test_pages_of_common_size_are_read_here_and_other_forms_in_a_worker():
    small = "<html><body>一、总体情况</body></html>".encode()
    assert not is_risky(small)
    assert is_risky(small + b" " * 1_000_000)
    assert is_risky(Maker().done())


def nested_arrays(depth: int) -> bytes:
    """A PDF whose page tree is arrays in arrays."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages"
        b"/Count 1/Kids " + b"[" * depth + b"]" * depth + b">>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def page_tree_loop() -> bytes:
    """A PDF whose page tree has itself for a child."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages"
        b"/Count 9/Kids[2 0 R 2 0 R 2 0 R]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


@pytest.mark.parametrize(
    "data",
    [nested_arrays(100_000), page_tree_loop()],
    ids=["arrays in arrays", "page tree in a circle"],
)
def test_a_pdf_built_to_break_its_reader_is_listed(data):
    done = stages.read(data, CONTEXT)
    assert (done.form, done.report) == ("pdf", None)
    assert done.error


def test_a_small_file_that_unpacks_to_a_giant_ends_at_the_limit():
    maker = Maker(numbers=False)
    maker.canvas.setPageCompression(1)
    maker.canvas._code.append("0 0 m 9 9 l S\n" * 2_000_000)
    data = maker.done()
    assert len(data) < 500_000
    with Containment(stages.read_here, 1, Limits(cpu=1)) as pool:
        done = pool.read(data, CONTEXT)
    assert done.report is None
    assert done.error == "reading took more than 1 seconds of CPU time"
