"""Decisions of people: they stay with their finding, and outlive the catalogue."""

from __future__ import annotations

import json
import sqlite3

import pytest
from click.testing import CliRunner

from archive import reviews
from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.errors import UsageError
from archive.publish import publish
from archive.reindex import rebuild
from archive.reviewcli import review
from archive.warc import WarcStore
from pipelines.intake import ingest
from pipelines.reference import open_archive
from pipelines.rereading import reread, select
from tests.pipelines import printed_form as form

GRANTED = ("requests", "granted", "total")


def page(**totals: str) -> bytes:
    """A report in which one row of requests does not add up."""
    values = dict.fromkeys(form.keys(), "0")
    for row, value in totals.items():
        values["requests", row, "total"] = value
    tables = [form.proactive(values), form.requests(values), form.review(values)]
    return form.page([form.table(t) for t in tables]).encode()


def take_in(data: DataDir, name: str, content: bytes) -> None:
    path = data.root.parent / name
    path.write_bytes(content)
    with open_archive(data) as catalog:
        run_id = catalog.start_run("ingest")
        with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
            ingest(catalog, store, [(path, name)])
        catalog.finish_run(run_id, "complete", {})


@pytest.fixture
def data(tmp_path) -> DataDir:
    """An archive of a report with 5 requests granted to nobody."""
    data = DataDir(tmp_path / "data")
    data.prepare()
    take_in(data, "page.html", page(granted="5"))
    return data


def run(data: DataDir, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(
        review, [arguments[0], "--data", str(data.root), *arguments[1:]]
    )
    if isinstance(done.exception, UsageError):
        assert code == done.exception.exit_code, done.exception
        return str(done.exception)
    assert done.exit_code == code, done.output
    return done.output


def found(data: DataDir, *arguments: str) -> list[dict]:
    return json.loads(run(data, "list", "--json", *arguments))["findings"]


def granted(data: DataDir) -> str:
    """The fingerprint of the finding on the row of what was granted."""
    (one,) = [f for f in found(data, "--rule", "Q3") if f["scope"] == "granted"]
    return str(one["fingerprint"])


def decide(data: DataDir, fingerprint: str, decision: str, note: str = "") -> str:
    return run(
        data, "decide", fingerprint, "--decision", decision,
        "--note", note, "--reviewer", "王",
    )  # fmt: skip


def test_a_finding_is_open_until_somebody_decides(data):
    fingerprint = granted(data)
    assert fingerprint in [f["fingerprint"] for f in found(data, "--open")]
    assert found(data, "--decided") == []
    told = decide(data, fingerprint, "confirmed", "原件如此")
    assert "[confirmed by 王 on " in told
    assert fingerprint not in [f["fingerprint"] for f in found(data, "--open")]
    (one,) = found(data, "--decided")
    assert (one["decision"], one["note"], one["reviewer"]) == (
        "confirmed", "原件如此", "王",
    )  # fmt: skip
    assert (one["rule_id"], one["scope"]) == ("Q3", "granted")


def test_the_beginning_of_a_fingerprint_names_it(data):
    fingerprint = granted(data)
    assert fingerprint in decide(data, fingerprint[:8], "ignored")


@pytest.mark.parametrize(
    ("fingerprint", "message"),
    [
        ("ab", "expected at least 6 characters of a fingerprint, found 'ab'"),
        ("ffffffffff", "expected the fingerprint of one finding, no finding has it"),
    ],
)
def test_an_unknown_finding_is_refused(data, fingerprint, message):
    told = run(
        data, "decide", fingerprint, "--decision", "ignored", "--reviewer", "王",
        code=2,
    )  # fmt: skip
    assert message in told


def test_what_is_explained_needs_a_note(data):
    told = run(
        data, "decide", granted(data), "--decision", "explained", "--reviewer", "王",
        code=2,
    )  # fmt: skip
    assert told == "a finding that is explained needs a note that says how"
    assert found(data, "--decided") == []


def test_a_decision_without_a_name_is_refused(data, monkeypatch):
    monkeypatch.delenv("NIANBAO_REVIEWER", raising=False)
    told = run(data, "decide", granted(data), "--decision", "ignored", code=2)
    assert told == "say who decides: --reviewer, or $NIANBAO_REVIEWER"


def test_a_decision_can_be_taken_back(data):
    fingerprint = granted(data)
    decide(data, fingerprint, "misread")
    decide(data, fingerprint, "reopened", "再看一次")
    assert found(data, "--decided") == []
    (one,) = [f for f in found(data, "--open") if f["fingerprint"] == fingerprint]
    assert (one["decision"], one["note"]) == ("reopened", "再看一次")


def test_a_decision_survives_reading_again(data):
    decide(data, granted(data), "confirmed")
    before = found(data, "--decided")
    with open_archive(data) as catalog:
        reread(catalog, WarcStore(data.warc), select(catalog, everything=True))
        catalog.db.execute("UPDATE triage SET template_version = 'old'")
        catalog.db.execute("UPDATE readings SET template_version = 'old'")
        reread(catalog, WarcStore(data.warc), select(catalog))
    assert found(data, "--decided") == before


def test_a_decision_comes_back_from_the_warc_files_alone(data):
    fingerprint = granted(data)
    decide(data, fingerprint, "ignored")
    decide(data, fingerprint, "confirmed", "电话核实")
    before = found(data, "--decided")
    data.catalog.unlink()
    assert rebuild(data).problems == []
    with Catalog(data.catalog) as catalog:
        (one,) = reviews.listing(catalog)
        assert (one.state, one.message) == ("obsolete", before[0]["message"])
    with open_archive(data) as catalog:
        reread(catalog, WarcStore(data.warc), select(catalog, everything=True))
    assert found(data, "--decided") == before


def test_a_decision_whose_finding_is_gone_is_obsolete_and_says_what_it_was(data):
    fingerprint = granted(data)
    shown = found(data, "--rule", "Q3")[0]
    message, english = shown["message"], shown["message_en"]
    assert english.startswith("Row “Granted”: ")
    decide(data, fingerprint, "confirmed", "应为0")
    take_in(data, "corrected.html", page())
    (one,) = found(data, "--obsolete")
    assert (one["fingerprint"], one["message"]) == (fingerprint, message)
    assert one["message_en"] == english
    assert (one["rule_id"], one["scope"], one["note"]) == ("Q3", "granted", "应为0")
    assert found(data, "--obsolete", "--rule", "Q2") == []
    assert found(data, "--decided") == []


def test_the_last_line_counts_by_state(data):
    decide(data, granted(data), "confirmed")
    number = len(found(data, "--open"))
    last = run(data, "list").splitlines()[-1]
    assert last == f"{number} open, 1 decided, 0 obsolete"
    assert run(data, "list", "--obsolete").splitlines() == ["0 obsolete"]


def test_decisions_are_published_with_what_they_are_about(data):
    fingerprint = granted(data)
    decide(data, fingerprint, "explained", "含上年结转")
    with open_archive(data) as catalog:
        publish(data, catalog)
    connection = sqlite3.connect(data.published)
    row = connection.execute(
        "SELECT v.decision, v.note, v.reviewer, v.rule_id, c.scope FROM check_reviews v"
        " JOIN checks c USING (fingerprint)"
    ).fetchall()
    connection.close()
    assert row == [("explained", "含上年结转", "王", "Q3", "granted")]
