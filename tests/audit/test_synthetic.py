"""Synthetic papers: what is printed is true to the rounding, an error is one, a number makes the same table again."""

from __future__ import annotations

import pytest

from benchmarks.synthetic.layouts import grid, table_of
from benchmarks.synthetic.truths import truths
from benchmarks.synthetic_tables import KINDS, MORE, MORE_FROM, sample, whole_paper


@pytest.mark.parametrize("number", [*range(len(KINDS)), *range(MORE_FROM, MORE_FROM + len(MORE))])
def test_true_tables_hold_and_errors_do_not(number: int) -> None:
    clean = sample(number, error=False)
    held = list(truths(clean.printout))
    assert held
    assert all(truth.holds(clean.printout) for truth in held)
    wrong = sample(number, error=True)
    if wrong.planted is not None:
        assert not wrong.planted.truth.holds(wrong.printout)
        changed = {p for p, text in wrong.printout.pieces.items() if clean.printout.pieces[p] != text}
        assert changed == {wrong.planted.place}


@pytest.mark.parametrize("number", range(0, len(KINDS), 3))
def test_a_number_is_a_table(number: int) -> None:
    assert sample(number, error=True).text == sample(number, error=True).text


def test_tables_are_grids_and_entries() -> None:
    for number in range(len(KINDS)):
        printout = sample(number, error=False).printout
        rows = grid(printout)
        assert {len(row) for row in rows} == {len(rows[0])}
        assert len(table_of(printout).entries) == sum(part == "number" for _, _, part in printout.pieces)


def test_a_paper_differs_from_the_clean_one_in_one_number() -> None:
    clean, wrong = (whole_paper(0, error=error).printouts for error in (False, True))
    changed = [
        place
        for one, other in zip(clean, wrong, strict=True)
        for place, text in one.pieces.items()
        if other.pieces[place] != text
    ]
    assert len(changed) == (whole_paper(0, error=True).planted is not None)
