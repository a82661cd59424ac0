"""The shipped schedules: read by the linters of their own formats, where they are."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from crawler.cli import cli
from tests.conftest import BIN

DEPLOY = Path(__file__).parent.parent / "deploy"
OPERATIONS = DEPLOY.parent / "docs" / "operations.md"
SHIPPED = (
    "nianbao-update.service",
    "nianbao-update.timer",
    "nianbao.cron",
    "github-actions.yml",
    "Dockerfile",
)


def tool(name: str) -> str:
    """Where a linter is; without it the test is skipped."""
    found = shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(w) for w in words], capture_output=True, text=True, check=False, timeout=60
    )


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    analyze = tool("systemd-analyze")
    for path in DEPLOY.glob("*.service"):
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", path.read_text())
        (tmp_path / path.name).write_text(text)
    for path in DEPLOY.glob("*.timer"):
        shutil.copy(path, tmp_path)
    units = sorted(tmp_path.iterdir())
    assert [u.name for u in units] == [
        "nianbao-serve.service",
        "nianbao-update.service",
        "nianbao-update.timer",
    ]
    done = run(analyze, "verify", "--man=no", *units)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_service_can_do_little_beside_its_work():
    done = run(
        tool("systemd-analyze"),
        "security",
        "--offline=true",
        "--threshold=20",  # of 100; without any hardening it is 96
        DEPLOY / "nianbao-update.service",
    )
    if "Unknown" in done.stderr or "unrecognized option" in done.stderr:
        pytest.skip("this systemd cannot look at units offline")
    assert done.returncode == 0, done.stdout


def test_hadolint_finds_nothing_wrong_with_the_image():
    done = run(tool("hadolint"), "--no-color", DEPLOY / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_actionlint_finds_nothing_wrong_with_the_workflow():
    done = run(tool("actionlint"), "-no-color", DEPLOY / "github-actions.yml")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_workflow_has_one_writer_and_ends_before_github_ends_it():
    flow = yaml.safe_load((DEPLOY / "github-actions.yml").read_text("utf-8"))
    assert flow["concurrency"] == {"group": "update"}
    assert flow["permissions"] == {"contents": "read"}
    assert flow["jobs"]["update"]["timeout-minutes"] < 360


def test_the_image_runs_as_somebody_without_rights():
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    last = max(i for i, line in enumerate(lines) if line.startswith("FROM"))
    assert [x for x in lines[last:] if x.startswith("USER")] == ["USER 10001:10001"]
    assert sum(line.startswith("FROM") for line in lines) == 2


def test_cron_gets_five_fields_a_user_and_no_percent_sign():
    lines = (DEPLOY / "nianbao.cron").read_text("utf-8").splitlines()
    (job,) = [x for x in lines if x and not x.startswith("#") and "=" not in x[:20]]
    assert job.split()[:6] == ["30", "2", "*", "*", "*", "nianbao"]
    assert "%" not in job  # a new line, to cron


def commands() -> list[str]:
    """Every call of nianbao in the shipped files and the manual."""
    found = []
    for path in (*(DEPLOY / name for name in SHIPPED[:4]), OPERATIONS):
        text = path.read_text("utf-8")
        pattern = r"(?<![\w./-])(?:\S*/)?nianbao ((?:update|status)[^\n]*)"
        for line in re.findall(pattern, text):
            words = re.split(r"[|;`#\"(]| 2>| \|\||\s{2,}", line)[0]
            found.append(words.strip().rstrip(":"))
    return sorted(set(found))


@pytest.mark.parametrize("words", commands())
def test_every_option_that_is_shown_exists(words):
    name, *given = words.split()
    help_text = CliRunner().invoke(cli, [name, "--help"]).output
    for option in re.findall(r"--[a-z-]+", " ".join(given)):
        assert option in help_text, words


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_file_is_explained(name):
    assert f"deploy/{name}" in OPERATIONS.read_text("utf-8")


def test_the_manual_names_every_kind_of_alarm():
    from archive import troubles
    from crawler import updatereport

    text = OPERATIONS.read_text("utf-8")
    kinds = {*troubles.KINDS, *updatereport.OF_RUN, "step", "unchecked"}
    assert {k for k in kinds if f"`{k}`" not in text} == set()


def test_the_hook_examples_are_command_lines():
    lines = re.findall(r"NIANBAO_HOOK=('[^\n]+')", OPERATIONS.read_text("utf-8"))
    assert len(lines) == 2
    for line in lines:
        (command,) = shlex.split(line)
        assert shlex.split(command)[0] in ("mail", "curl")
