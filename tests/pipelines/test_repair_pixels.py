"""Pixels decide between misread and printed so."""

from archive.records import Cell
from pipelines.pixels import Pixels
from pipelines.repair import repair
from tests.pipelines.test_pixels import step

COLUMNS = ("upheld", "corrected", "other_result", "pending", "total")
TABLE = "review_litigation"


def row(*values: str) -> dict[tuple[str, str, str], Cell]:
    return {
        (TABLE, "reconsideration", col): Cell(
            TABLE, "reconsideration", col, raw,
            float(raw) if raw.isdigit() else None, "count",
            "text" if not raw.isdigit() else "number" if raw != "0" else "zero",
            "ocr", f"page 1 cell {col}",
        )
        for col, raw in zip(COLUMNS, values, strict=True)
    }  # fmt: skip


def sure(digit: str) -> Pixels:
    return Pixels(0.999, True, ((step(**{f"d{digit}": 1.0}),),) * 2)


def seen(cells, **others: Pixels) -> dict[tuple[str, str, str], Pixels]:
    found = {key: sure(cell.raw) for key, cell in cells.items() if cell.raw.isdigit()}
    return found | {(TABLE, "reconsideration", c): p for c, p in others.items()}


def test_a_misreading_the_picture_bears_out_is_recovered_and_its_reading_kept():
    cells = row("1", "2", "0", "0", "9")
    cells[TABLE, "reconsideration", "corrected"] = row("1", "1", "0", "0", "9")[
        TABLE, "reconsideration", "corrected"
    ]
    doubtful = Pixels(0.6, True, ((step(d1=0.6, d8=0.4),),) * 2)
    done = repair(cells, "gk2021", TABLE, pixels=seen(cells, corrected=doubtful))
    cell = done.cells[TABLE, "reconsideration", "corrected"]
    assert (cell.raw, cell.value, cell.method) == ("1", 8.0, "recovered")
    assert done.changed == ((TABLE, "reconsideration", "corrected"),)


def test_a_sum_that_is_printed_wrong_stays_as_it_is_printed_and_is_named():
    cells = row("1", "2", "0", "0", "9")
    done = repair(cells, "gk2021", TABLE, pixels=seen(cells))
    assert done.cells == cells
    assert done.changed == ()
    assert done.note.startswith(f"table {TABLE}: sums are broken")


def test_the_least_suspect_set_is_named_when_its_picture_says_otherwise():
    cells = row("1", "2", "0", "0", "9")
    faint = Pixels(0.5, True, ((step(d9=1.0),),) * 2)
    done = repair(cells, "gk2021", TABLE, pixels=seen(cells, total=faint))
    assert done.cells == cells
    assert done.note == (
        "table review_litigation: sums are broken as printed, or these may be "
        "misreadings, which their picture does not bear out: reconsideration/total "
        "(read 9, not 3)"
    )


def test_a_cell_that_was_read_in_two_ways_is_settled_by_its_sum():
    cells = row("1", "7", "0", "0", "2")
    key = (TABLE, "reconsideration", "corrected")
    cells[key] = Cell(*key, "7", None, "count", "text", "ocr", "page 1 cell corrected")
    torn = Pixels(0.5, False, ((step(d7=0.5, d1=0.5),),) * 2)
    done = repair(cells, "gk2021", TABLE, pixels=seen(cells, corrected=torn))
    assert (done.cells[key].raw, done.cells[key].value) == ("7", 1.0)


def test_words_in_a_cell_are_never_taken_for_a_misread_number():
    cells = row("1", "见附件", "0", "0", "3")
    key = (TABLE, "reconsideration", "corrected")
    done = repair(cells, "gk2021", TABLE, pixels=seen(cells, corrected=Pixels(0.99)))
    assert done.cells[key] == cells[key]
    assert done.changed == ()
