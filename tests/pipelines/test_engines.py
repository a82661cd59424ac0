"""Documents are read by many workers, and a bad one costs itself and nothing else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from archive import readings
from archive.datadir import DataDir
from archive.errors import UsageError
from archive.records import PageContext
from archive.warc import WarcStore
from crawler.cluster import workers
from crawler.sample.portals import build, expected
from pipelines import engines, stages
from pipelines.contain import Containment, Limits
from pipelines.engines import Cluster, Marked, Processes, batches, mark, read_marked
from pipelines.intake import ingest
from pipelines.reference import open_archive
from pipelines.rereading import reread, select
from tests.pipelines.hostile_many import obey_marked

CONTEXT = PageContext(url="file:///x", captured_at="2026-01-31T08:00:00Z")
LIMITS = Limits(cpu=10, wall=2.0, memory=400 * 1024 * 1024)
POISON = {30: "abort", 60: "sleep", 90: "raise"}
REASONS = {
    30: "the reader crashed with signal SIGABRT",
    60: "reading took more than 2 seconds",
    90: "the reader failed: ValueError: no such table",
}


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    sites = build()
    return [sites[r.portal].pages[r.path].body for r in expected()][:6]


def work(count: int):
    """Numbered documents of which three misbehave."""
    for number in range(count):
        yield number, POISON.get(number, str(number)).encode(), CONTEXT


def judged(found: list[tuple[int, Marked]], count: int) -> None:
    """All in order: three with their reasons, the others read."""
    assert [number for number, _ in found] == list(range(count))
    errors = {n: marked.error for n, marked in found}
    assert {n: errors[n] for n in POISON} == REASONS
    healthy = [error for n, error in errors.items() if n not in POISON]
    assert len(healthy) == count - 3
    assert all(str(error).startswith("read in process ") for error in healthy)


def test_three_bad_documents_cost_three_results_in_processes_here():
    with Containment(obey_marked, 2, LIMITS) as containment:
        judged(list(Processes(containment).read_all(work(120))), 120)


def test_three_bad_documents_cost_three_results_in_a_cluster():
    """Its threads have a process each; here the cluster is an executor of threads."""
    with ThreadPoolExecutor(2) as executor:
        engine = Cluster(executor, 2, obey_marked, LIMITS, size=25)
        judged(list(engine.read_all(work(120))), 120)


def test_only_a_few_batches_are_taken_ahead():
    taken = []

    def watched():
        for number in range(100):
            taken.append(number)
            yield number, b"x", CONTEXT

    with ThreadPoolExecutor(1) as executor:
        results = Cluster(executor, 1, obey_marked, LIMITS, size=5).read_all(watched())
        next(results)
        assert len(taken) <= 16
        results.close()


def test_batches_are_cut_by_number_and_by_size():
    sizes = [10, 10, 10, 90, 10, 200, 1]
    documents = [(n, bytes(size), CONTEXT) for n, size in enumerate(sizes)]
    assert [keys for keys, _ in batches(documents, size=3, most=100)] == [
        [0, 1, 2], [3, 4], [5], [6],
    ]  # fmt: skip


def test_a_reading_keeps_what_it_is_while_it_is_packed(pages):
    whole = stages.read_here(pages[0], CONTEXT)
    packed = read_marked(pages[0], CONTEXT)
    assert isinstance(packed.reading, bytes)
    assert packed.unpacked() == whole
    assert packed.digests == mark(whole).digests
    assert packed.digests == (readings.reading_of(whole, "", "").digest,)
    assert packed.error is None and not packed.refused


@pytest.fixture
def archive(tmp_path, pages):
    data = DataDir(tmp_path / "data").prepare()
    files = []
    for number, page in enumerate(pages):
        path = tmp_path / f"{number}.html"
        path.write_bytes(page)
        files.append((path, path.name))
    with open_archive(data) as catalog:
        run_id = catalog.start_run("ingest")
        with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
            ingest(catalog, store, files)
        yield catalog, WarcStore(data.warc)


def told(catalog) -> list[dict]:
    return catalog.rows("SELECT * FROM cells ORDER BY 1, 2, 3, 4")


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_read_again_by_any_engine_is_the_same(archive, jobs):
    catalog, store = archive
    before = told(catalog)
    rows = select(catalog, everything=True)
    done = reread(catalog, store, rows, jobs=jobs)
    assert (done.documents, done.known, done.differences) == (6, 6, ())
    # a reading of other forms is made and stored again, and says the same
    with catalog.atomic():
        catalog.db.execute("UPDATE readings SET template_version = 'old'")
    done = reread(catalog, store, rows, jobs=jobs)
    assert (done.documents, done.known, done.differences) == (6, 0, ())
    assert told(catalog) == before


def test_a_reading_that_says_otherwise_is_unpacked_and_compared(archive):
    catalog, store = archive
    rows = select(catalog, everything=True)
    with catalog.atomic():
        catalog.db.execute(
            "UPDATE readings SET digest = 'x', status = 'partial' WHERE url = ?",
            [rows[2]["url"]],
        )
    done = reread(catalog, store, rows, jobs=2, dry_run=True)
    assert (done.documents, done.known) == (6, 5)
    assert [d.facts for d in done.differences] == [{"status": ("partial", "extracted")}]


def test_the_cluster_at_an_address_is_an_engine_like_the_others(archive, monkeypatch):
    catalog, store = archive
    asked = []

    def connect(address):
        asked.append(address)
        return workers.threads(2)

    monkeypatch.setattr(engines, "connect", connect)
    rows = select(catalog, everything=True)
    done = reread(catalog, store, rows, cluster="tcp://127.0.0.1:1")
    assert (done.documents, done.known) == (6, 6)
    assert asked == ["tcp://127.0.0.1:1"]


def test_a_cluster_that_is_not_there_is_told_with_its_address(monkeypatch):
    pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    monkeypatch.setattr(workers, "PATIENCE", 1)
    with (
        pytest.raises(UsageError, match=r"no scheduler .* at tcp://127.0.0.1:9"),
        workers.connect("tcp://127.0.0.1:9"),
    ):
        pass


def test_a_cluster_without_the_extra_says_how_to_install_it(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(workers, "import_module", missing)
    with (
        pytest.raises(UsageError, match=r"pip install 'nianbao\[cluster\]'"),
        workers.connect("tcp://127.0.0.1:9"),
    ):
        pass
