"""What libraries say about a document stays with it."""

from __future__ import annotations

import logging

import pytest

from pipelines.extract.complaints import LONGEST, MOST, complaints


def test_remarks_become_notes_and_are_not_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with complaints(["pdfminer"]) as heard:
        logging.getLogger("pdfminer.pdffont").warning("no FontBBox")
        logging.getLogger("pdfminer").warning("no FontBBox")
        logging.getLogger("pdfminer").warning("x" * 300)
    assert heard.notes() == ("no FontBBox (2 times)", "x" * LONGEST + "…")
    assert capsys.readouterr().err == ""


def test_a_flood_of_remarks_is_counted() -> None:
    with complaints(["pdfminer"]) as heard:
        for i in range(40):
            logging.getLogger("pdfminer").warning("object %d is broken", i)
    assert len(heard.notes()) == MOST + 1
    assert heard.notes()[-1] == "35 more remarks of that kind"


def test_afterwards_the_logger_is_as_before() -> None:
    logger = logging.getLogger("pdfminer")
    before = (logger.propagate, list(logger.handlers))
    with pytest.raises(ValueError), complaints(["pdfminer"]):
        raise ValueError
    assert (logger.propagate, list(logger.handlers)) == before
