"""What the picture of a number says about other numbers."""

import math

from pipelines.pixels import NUMERIC, Pixels, best, likelihood


def step(**chances: float) -> tuple[float, ...]:
    """One step: the chance of none and of digits (``d7``), the rest very small."""
    named = {"": chances.get("none", 0.0)}
    named |= {key[1:]: p for key, p in chances.items() if key != "none"}
    return tuple(math.log(max(named.get(c, 0.0), 1e-7)) for c in ("", *NUMERIC))


SEVEN = (step(none=1.0), step(d7=0.7, d1=0.3), step(none=1.0))
CLEAR = (step(d3=1.0), step(none=1.0), step(d3=1.0))


def test_the_likeliest_path_is_read_with_its_least_certain_step():
    text, sure = best(SEVEN)
    assert (text, round(sure, 2)) == ("7", 0.7)


def test_a_digit_that_stands_twice_is_divided_by_a_step_without_any():
    assert best(CLEAR)[0] == "33"
    assert best((CLEAR[0], CLEAR[2]))[0] == "3"


def test_the_likelihood_of_a_text_is_that_of_all_its_alignments():
    assert round(math.exp(likelihood(SEVEN, "7")), 3) == 0.7
    assert round(math.exp(likelihood(SEVEN, "1")), 3) == 0.3


def test_a_near_digit_is_borne_out_and_a_far_one_is_not():
    seen = Pixels(0.7, True, (SEVEN, SEVEN))
    assert round(seen.preference("1", "7"), 2) == -0.85  # ln(0.3 / 0.7)
    assert seen.preference("8", "7") < -10
    assert seen.preference("17", "7") < -10


def test_words_and_cells_without_a_picture_tell_nothing():
    assert Pixels().preference("1", "7") is None
    assert Pixels(1.0, True, (SEVEN,)).preference("1", "见附件") is None
