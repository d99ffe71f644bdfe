"""Numbers that differ print differently, and thousands as a person writes them."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from panelkit.report.numbers import moved, number
from panelkit.show.digits import apart, figures, pair, signed_percent, written

numbers = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)


@pytest.mark.parametrize(
    ("old", "new", "texts"),
    [
        (0.0080578, 0.0080612, ("0.008058", "0.008061")),
        (17981712.0, 17981714.0, ("17,981,712", "17,981,714")),
        (17981712.25, 17981712.5, ("17,981,712.2", "17,981,712.5")),
        (0.5, 0.5, ("0.500", "0.500")),
        (-0.12, 0.0, ("−0.120", "0")),
        (1.0, math.nan, ("1.00", "–")),
        (3e-7, 3.0001e-7, ("3.0000e-07", "3.0001e-07")),
        (0.0, 1e-9, ("0", "1.00e-09")),
        (math.inf, 2.0, ("∞", "2.00")),
    ],
)
def test_pairs(old: float, new: float, texts: tuple[str, str]) -> None:
    assert pair(old, new) == texts
    assert moved(old, new) == " → ".join(texts).replace("−", "-")


@given(old=numbers, new=numbers)
@example(old=1.0, new=1.0 + 2**-52)
@example(old=123456789012345.0, new=123456789012345.02)
@example(old=1e300, new=1.0000000000000002e300)
@example(old=0.00009999999, new=0.0001)
def test_different_numbers_print_differently_and_equal_ones_alike(old: float, new: float) -> None:
    before, after = pair(old, new)
    assert (before == after) == (old == new)
    assert len(set(figures(old, new))) == len({old, new})


@given(values=st.lists(numbers, min_size=1, max_size=6))
def test_a_column_prints_as_many_texts_as_it_has_numbers(values: list[float]) -> None:
    assert len(set(apart(values))) == len(set(values))


@given(value=numbers)
def test_what_is_written_is_the_number(value: float) -> None:
    """Three digits: half a unit of the third, relatively 5e-3."""
    text = written(value).replace("−", "-").replace(",", "")
    assert float(text) == pytest.approx(value, rel=5.1e-3)
    assert number(value) == written(value).replace("−", "-"), (
        "in sentences a sign is a hyphen: − is the mark of no answer"
    )


def test_figures_lose_closing_zeros_together() -> None:
    assert figures(5.0, 7.0) == ["5", "7"]
    assert figures(1012.5, 1012.25) == ["1,012.50", "1,012.25"]
    assert figures(17981712.0) == ["17,981,712"]
    assert figures(100.0, 100.0) == ["100", "100"]
    assert figures(3.14159265) == ["3.14159"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.234, "+1.23 %"),
        (-0.004, "-0.0040 %"),
        (0.0, "+0.00 %"),
        (1234.5, "+1,234.50 %"),
        (2e-9, "+2.0e-09 %"),
    ],
)
def test_a_small_change_is_not_zero_per_cent(value: float, text: str) -> None:
    assert signed_percent(value) == text
