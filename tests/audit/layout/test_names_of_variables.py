"""Variables named as statistics and parts are called: stars over brackets make a regressor of any of them."""

from __future__ import annotations

import pytest

from tests.audit.layout.sheets import table

TAKEN = (
    *(
        "lrd",
        "L.rd",
        "lr",
        "lm",
        "LM",
        "n",
        "r",
        "ng",
        "iv",
        "IV",
        "aic",
        "lnl",
        "ll",
        "LL",
        "rss",
        "bs",
        "reps",
    ),
    *("se", "SE", "sig", "prob", "CI", "wage", "L.n", "AR1", "lag_inno", "obs", "R2", "LR"),
)


@pytest.mark.parametrize("name", TAKEN)
def test_stars_over_t_values_make_a_regressor(name: str) -> None:
    first = "变量 | (1) | (2)\nage | 0.352*** | 0.341***\n | (4.12) | (4.02)"
    rows = f"{first}\n{name} | 0.412*** | 0.398**\n | (5.21) | (-2.14)"
    held = table(f"{rows}\nN | 300 | 300\nR2 | 0.61 | 0.62").entries
    ours = [one for one in held if one.row == 3]
    assert [(one.role, one.subject, len(one.attached)) for one in ours] == [("coefficient", name, 1)] * 2


@pytest.mark.parametrize("name", ["n", "r", "lnl", "SE", "iv"])
def test_brackets_in_the_same_cell_do_as_well(name: str) -> None:
    held = table(f"变量 | (1)\nage | 0.352*** (0.08)\n{name} | 0.412*** (0.05)\nN | 300").entries
    assert [one.role for one in held] == ["coefficient", "coefficient", "nobs"]


def test_rows_of_statistics_keep_their_brackets() -> None:
    text = "变量 | (1)\nrd | 0.352*** (0.08)\nF | 45.31*** (0.000)\nLR | 47.30***\n | (0.000)\nN | 300"
    held = table(text).entries
    assert [one.role for one in held] == ["coefficient", "f", "lr", "nobs"]


def test_moments_of_the_outcome_below_a_regression_describe_no_sample() -> None:
    text = "变量 | (1)\nrd | 0.352***\n | (4.40)\nhc | 0.2*\n | (1.80)\nMean | 3.21\nSD | 1.20\nN | 300\nR2 | 0.6"
    assert [one.role for one in table(text).entries][:2] == ["coefficient", "coefficient"]
