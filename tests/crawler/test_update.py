"""The nightly command on the sample portals, as a timer starts it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from click.testing import CliRunner

from archive.datadir import DataDir
from archive.errors import UsageError
from crawler.cli import cli
from crawler.sample.data import load_portals
from crawler.sample.server import PortalServer, listen
from tests.conftest import BIN

LOOPBACK = "127.0.0.0/8"
LONG_AGO = "2000-01-01T00:00:00.000000Z"


class Night:
    """An archive, the registry it is fed from, and the portals of that."""

    def __init__(self, folder: Path, servers: list[PortalServer], run: Any) -> None:
        self.servers, self._run = servers, run
        self.data, self.registry = folder / "data", folder / "portals.yml"
        self.pause(0.0)

    def pause(self, seconds: float) -> None:
        """Write the registry, with so long a pause between two requests."""
        entries = [
            {
                "id": portal.id,
                "name": portal.name,
                "adcode": portal.adcode,
                "level": portal.level,
                "home": f"http://127.0.0.1:{server.server_address[1]}/",
                "delay_seconds": seconds,
            }
            for portal, server in zip(load_portals(), self.servers, strict=True)
        ]
        self.registry.write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")

    def command(self, *more: object) -> list[object]:
        where = ("--data", self.data, "--sources", self.registry)
        return ["update", *where, "--allow-net", LOOPBACK, *more]

    def update(self, *more: object, code: int = 0) -> dict[str, Any]:
        """Update and return what ``--json`` printed."""
        done = self._run(*self.command(*more), "--json", code=code)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def status(self, *more: object, code: int = 0) -> dict[str, Any]:
        done = self._run("status", "--data", self.data, "--json", *more, code=code)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data / "catalog.db")) as connection:
            found = connection.execute(sql).fetchall()
            connection.commit()
            return found

    def a_year_later(self, number: int | None = None) -> None:
        """Everything that is known, or all of one portal, is due."""
        name = "%" if number is None else load_portals()[number].id
        self.rows(
            f"UPDATE frontier SET next_due = '{LONG_AGO}' WHERE source_id LIKE '{name}'"
        )

    def take_down(self, number: int) -> None:
        self.servers[number].shutdown()
        self.servers[number].server_close()

    @property
    def manifest(self) -> dict[str, Any]:
        text = (self.data / "public" / "manifest.json").read_text("utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    def feed(self) -> list[str]:
        """Titles in the feed, the latest first."""
        root = ET.parse(self.data / "public" / "alarms.atom").getroot()
        return [e.text or "" for e in root.iter("{http://www.w3.org/2005/Atom}title")]


def start(server: PortalServer) -> PortalServer:
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


@pytest.fixture(scope="module")
def servers() -> Iterator[list[PortalServer]]:
    """The sample portals in this process; those taken down are up again next time."""
    found = [start(server) for server in listen([0] * len(load_portals()))]
    yield found
    for server in found:
        server.shutdown()
        server.server_close()


@pytest.fixture
def fresh(tmp_path: Path, servers: list[PortalServer], nianbao: Any) -> Iterator[Night]:
    """The portals up, and no archive yet."""
    made = Night(tmp_path, servers, nianbao)
    yield made
    for number, server in enumerate(servers):
        if server.socket.fileno() < 0:
            again = PortalServer(server.server_address[1])
            again.site = server.site
            servers[number] = start(again)


@pytest.fixture(scope="module")
def first_night(
    tmp_path_factory: Any, servers: list[PortalServer], nianbao: Any
) -> tuple[Path, dict[str, Any]]:
    """The archive after a first update, and what that printed."""
    made = Night(tmp_path_factory.mktemp("first"), servers, nianbao)
    return made.data, made.update()


@pytest.fixture
def night(fresh: Night, first_night: tuple[Path, dict[str, Any]]) -> Night:
    """An archive that was updated once."""
    shutil.copytree(first_night[0], fresh.data)
    return fresh


def test_a_second_update_finds_nothing_due_and_publishes_nothing(night, first_night):
    first = first_night[1]
    assert first["new"]["reports"] == 44
    assert first["publish"]["changed"] is True
    manifest = night.manifest
    captures = night.rows("SELECT count(*) FROM captures")
    second = night.update()
    assert second["summary"] == (
        "none of 3 portals has anything due; nothing new to publish"
    )
    assert set(second["new"].values()) == {0}
    assert night.update()["summary"] == second["summary"]
    assert night.manifest == manifest
    assert night.rows("SELECT count(*) FROM captures") == captures
    assert night.rows("SELECT command, outcome FROM runs ORDER BY run_id") == [
        ("update", "complete"),
        ("update", "complete"),
        ("update", "complete"),
    ]


def test_what_is_due_again_is_asked_for_conditionally_and_brings_nothing_new(night):
    night.a_year_later()
    second = night.update()
    assert {k: v for k, v in second["new"].items() if k != "captures"} == {
        "sources": 0,
        "documents": 0,
        "agencies": 0,
        "reports": 0,
        "cells": 0,
    }
    statuses = night.rows(
        "SELECT http_status, outcome FROM captures WHERE run_id ="
        " (SELECT max(run_id) FROM runs) AND http_status NOT IN (301, 302, 404)"
    )
    assert len(statuses) > 60
    assert set(statuses) == {(304, "revisit")}


def test_a_portal_that_is_down_alarms_until_a_person_takes_note(night, tmp_path):
    night.a_year_later()
    night.take_down(1)
    told = tmp_path / "told"
    script = tmp_path / "hook"
    script.write_text(
        f'#!/bin/sh\ncat >> {told}; echo "$NIANBAO_ALARMS_NEW new" >> {told}\n'
    )
    script.chmod(0o755)
    down = load_portals()[1]
    second = night.update("--hook", script, code=1)
    (alarm,) = second["alarms"]["new"]
    assert (alarm["kind"], alarm["subject"]) == ("unreachable", down.id)
    assert second["attention"][0].startswith(f"new: {down.id} {down.name} could not")
    assert second["crawl"]["by_source"][load_portals()[0].id]["unchanged"] > 10
    assert "1 new\n" in told.read_text("utf-8")
    assert down.name in told.read_text("utf-8")
    assert down.name in night.feed()[1]
    told.unlink()

    third = night.update("--hook", script, code=1)
    assert (third["alarms"]["new"], len(third["alarms"]["open"])) == ([], 1)
    assert not told.exists()

    shown = night.status(code=1)
    assert [one["alarm_id"] for one in shown["alarms"]] == [alarm["alarm_id"]]
    night.status("--ack", alarm["alarm_id"][:6], "--note", "搬迁中", "--by", "王")
    fourth = night.update("--hook", script)
    assert (fourth["alarms"]["open"], fourth["alarms"]["acknowledged"]) == ([], 1)
    assert night.feed()[1].startswith("acknowledged: ")
    assert night.status()["alarms"][0]["note"] == "搬迁中"


def test_what_was_acknowledged_outlives_the_catalogue(night, nianbao):
    night.a_year_later(2)
    night.take_down(2)
    night.update(code=1)
    night.status("--ack", "--all", "--by", "王")
    (night.data / "catalog.db").unlink()
    nianbao("reindex", "--data", night.data)
    (alarm,) = night.status()["alarms"]
    assert (alarm["state"], alarm["kind"]) == ("acknowledged", "unreachable")
    assert alarm["acknowledged_by"] == "王"


def test_two_at_once_are_one_and_the_second_says_who_holds_the_lock(fresh, nianbao):
    data = DataDir(fresh.data).prepare()
    with data.lock():
        done = nianbao(*fresh.command(), code=4)
    assert f"in use by process {os.getpid()}" in done.stderr


def test_an_update_that_is_stopped_goes_on_where_it_stood(fresh):
    fresh.pause(0.1)
    arguments = [str(BIN / "nianbao"), *map(str, fresh.command())]
    child = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
    captured = 0
    for _ in range(200):
        time.sleep(0.1)
        if (fresh.data / "catalog.db").exists():
            try:
                ((captured,),) = fresh.rows("SELECT count(*) FROM captures")
            except sqlite3.OperationalError:
                continue
            if captured > 10:
                break
    child.send_signal(signal.SIGTERM)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 11, said
    assert fresh.rows("SELECT outcome FROM runs") == [("Interrupted",)]
    fresh.pause(0.0)
    second = fresh.update()
    assert second["new"]["reports"] > 0
    assert fresh.rows("SELECT count(*) FROM reports") == [(44,)]
    assert (
        fresh.rows(
            "SELECT url FROM captures WHERE url NOT LIKE '%/robots.txt' AND run_id ="
            " (SELECT max(run_id) FROM runs)"
            " AND sha256 IN (SELECT sha256 FROM documents) INTERSECT"
            " SELECT url FROM captures WHERE run_id = (SELECT min(run_id) FROM runs)"
        )
        == []
    )


def test_what_the_time_does_not_suffice_for_is_left_for_the_next_update(fresh):
    fresh.pause(0.2)
    first = fresh.update("--max-time-per-portal", "2s")
    assert sorted(first["crawl"]["cut"]) == sorted(p.id for p in load_portals())
    assert "the time of 3 portals was up" in first["summary"]
    found = first["new"]["reports"]
    assert found < 44
    assert fresh.manifest["rows"]["reports"] == found
    short = fresh.update("--max-time", "2s")
    assert "the time was up, the next run goes on" in short["summary"]
    assert fresh.rows("SELECT count(*) > 0 FROM frontier WHERE state = 'pending'") == [
        (1,)
    ]


def test_a_step_that_fails_is_an_alarm_and_ends_no_other(night):
    # Every copy of one document, of a portal that is not due: nothing makes it whole.
    night.rows(
        "UPDATE captures SET warc_offset = 7 WHERE sha256 ="
        " (SELECT min(sha256) FROM captures JOIN triage USING (sha256)"
        f" WHERE captures.source_id = '{load_portals()[1].id}')"
    )
    night.rows("UPDATE triage SET template_version = 'old'")
    night.a_year_later(0)
    second = night.update(code=5)
    assert set(second["failed"]) == {"extract"}
    assert second["attention"][0].startswith("new: the step extract failed: ")
    assert second["publish"]["changed"] is True
    assert night.rows("SELECT outcome FROM runs ORDER BY run_id DESC LIMIT 1") == [
        ("attention",)
    ]


def test_a_hook_that_fails_is_an_alarm_itself(night):
    night.a_year_later(0)
    night.take_down(0)
    second = night.update("--hook", "sh -c 'echo no such list; exit 3'", code=1)
    assert [one["kind"] for one in second["alarms"]["new"]] == ["unreachable", "step"]
    assert second["failed"] == {"hook": "sh: exit code 3: no such list"}


def test_the_hook_is_told_of_a_run_that_breaks_off(night, nianbao, tmp_path):
    told = tmp_path / "told"
    (night.data / "catalog.db").write_bytes(b"no database at all" * 100)
    for end in ("-wal", "-shm"):
        (night.data / f"catalog.db{end}").unlink(missing_ok=True)
    done = nianbao(*night.command("--hook", f"sh -c 'cat > {told}'"), code=3)
    assert "file is not a database" in done.stderr
    assert "broke off" in told.read_text("utf-8")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--max-time", "soon", "expected a span of time"),
        ("--max-time", "0", "expected more than no time"),
        ("--hook", "'half", "is no command line"),
        ("--allow-net", "everything", "everything"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_before_anything_is_done(
    fresh, nianbao, option, value, said
):
    done = nianbao(*fresh.command(option, value), code=2)
    assert said in done.stderr
    assert not fresh.data.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--ack"], "say which alarms"),
        (["--ack", "--all", "abcdef"], "say which alarms"),
        (["--all"], "to acknowledge alarms say"),
        (["--ack", "abcdef"], "no lasting alarm has it"),
        (["--ack", "ab"], "at least 4 characters"),
    ],
)
def test_status_wants_to_know_which_alarms_are_meant(night, words, said):
    result = CliRunner().invoke(cli, ["status", "--data", str(night.data), *words])
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)
