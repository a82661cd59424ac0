"""What the archive says of itself is there in Chinese and in English."""

import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import archive
import crawler
from archive.phrases import Phrase, phrase, phrases
from archive.troubles import STATES

HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_phrase_has_two_languages_with_the_same_gaps():
    found = phrases()
    assert [key for key, one in found.items() if not HAN.search(one.zh)] == []
    assert [key for key, one in found.items() if HAN.search(one.en)] == []
    assert [key for key, one in found.items() if gaps(one.zh) != gaps(one.en)] == []


def test_every_phrase_is_said_somewhere():
    sources = "\n".join(
        path.read_text("utf-8")
        for package in (archive, crawler)
        for path in Path(str(files(package))).rglob("*.py")
    )
    keys = set(phrases())
    put_together = {
        *(f"trouble.{state}" for state in STATES),
        *(f"state.{state}" for state in ("blocked", "robots", "unreachable")),
        *(f"alarm.{state}" for state in ("open", "acknowledged", "over")),
    }
    unsaid = {
        key
        for key in keys - put_together
        if key not in sources and f'"{key.partition(".")[2]}"' not in sources
    }
    assert unsaid == set()
    assert put_together <= keys


def test_a_phrase_within_a_phrase_is_told_in_the_same_language():
    assert phrase(
        "coverage.shut_note",
        portal="莱州市",
        state=phrase("state.blocked"),
        note="验证码",
    ) == Phrase("莱州市：被拦截，验证码", "莱州市: blocked, 验证码")
