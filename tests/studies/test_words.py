"""Every case has exactly one of six words, and the first line that holds gives it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from panelkit.studies.scrutiny.words import words

# intervals of 95 % and, inside them, of 90 %; the smallest effect is 1 and the stated number 2
INTERVALS = {
    "above": ((0.5, 3.0), (0.7, 2.8)),
    "below": ((-3.0, -0.5), (-2.8, -0.7)),
    "small": ((-0.9, 0.9), (-0.8, 0.8)),
    "wide": ((-3.0, 3.0), (-2.8, 2.8)),
    "without the number": ((-1.5, 1.5), (-1.2, 1.2)),
    "missing": ((np.nan, np.nan), (np.nan, np.nan)),
    "endless": ((-np.inf, np.inf), (-np.inf, np.inf)),
}


def _word(
    where: str, passed: bool, taken: bool, number: float | None = None, inside: bool | None = None
) -> str:
    interval, inner = ([np.array([end]) for end in ends] for ends in INTERVALS[where])
    return str(
        words(
            tuple(interval),
            tuple(inner),
            np.ones(1),
            np.array([passed]),
            np.array([taken]),
            number=None if number is None else np.array([number]),
            inside=None if inside is None else np.array([inside]),
        )[0]
    )


def _by_the_text(
    where: str, passed: bool, taken: bool, number: float | None, inside: bool | None
) -> list[str]:
    """Return the words of all lines that hold, in the order of the specification."""
    (low, high), (inner_low, inner_high) = INTERVALS[where]
    if np.isnan(low):
        return ["NOT TESTABLE"]
    lines = []
    if low > 0.0:
        lines.append(
            "NOT SUPPORTED" if taken else "SUPPORTED" if passed and inside is not False else "PARTLY"
        )
    if high < 0.0:
        lines.append("CONTRADICTED" if passed and not taken else "NOT SUPPORTED")
    if low <= 0.0 <= high:
        if inner_low > -1.0 and inner_high < 1.0:
            lines.append("NOT SUPPORTED")
        if number is not None and not low <= number <= high:
            lines.append("NOT SUPPORTED")
        lines.append("UNDECIDED")
    return lines


CASES = [
    case
    for case in itertools.product(INTERVALS, (True, False), (True, False), (None, 2.0), (None, True, False))
    if (case[3] is None) == (case[4] is None)
]


@pytest.mark.parametrize(("where", "passed", "taken", "number", "inside"), CASES)
def test_every_case_has_exactly_one_word(
    where: str, passed: bool, taken: bool, number: float | None, inside: bool | None
) -> None:
    assert (
        _word(where, passed, taken, number, inside) == _by_the_text(where, passed, taken, number, inside)[0]
    )


def test_six_words_are_said() -> None:
    said = {_word(*case) for case in CASES}
    assert said == {"SUPPORTED", "PARTLY", "UNDECIDED", "NOT SUPPORTED", "CONTRADICTED", "NOT TESTABLE"}
