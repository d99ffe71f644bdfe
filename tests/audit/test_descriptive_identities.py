"""Descriptive statistics and correlations: bounds against brute force, published examples, made ones."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.audit.entries import Table
from panelkit.audit.identities.descriptives.definite import nearest_room
from tests.audit.by_hand import entry, put, states, table


def variable(name: str = "x", **said: str) -> Table:
    return table(*(entry(role, text, name, column=at) for at, (role, text) in enumerate(said.items(), 1)))


def test_order_of_mean_median_and_ends() -> None:
    held = variable(mean="2.10", median="1.90", minimum="0.30", maximum="7.20", sd="1.20", count="248")
    assert set(states("order", held)) == {"consistent"}
    assert "inconsistent" in states("order", put(held, "mean", "8.10"))
    assert "inconsistent" in states("order", put(held, "minimum", "3.30"))


def test_a_deviation_is_bounded_by_the_range_and_the_mean() -> None:
    held = variable(mean="2.10", minimum="0.30", maximum="7.20", sd="1.20", count="248")
    assert states("deviation-bound", held) == ["consistent"]
    assert states("deviation-bound", put(held, "sd", "3.60")) == [
        "inconsistent"
    ]  # (7.2 - 2.1)(2.1 - .3) = 3.03²
    assert states("deviation-bound", put(held, "sd", "0.12")) == [
        "inconsistent"
    ]  # the two ends alone give .34
    assert states("deviation-sign", put(held, "sd", "-1.20")) == ["inconsistent"]


@pytest.mark.parametrize("n", [2, 3, 10, 40])
def test_no_data_break_the_bounds(n: int) -> None:
    rng = np.random.default_rng(n)
    for draw in range(200):
        x = rng.integers(0, 2, n) * 1.0 if draw % 2 else rng.lognormal(0, 2, n)
        said = {"mean": x.mean(), "sd": x.std(ddof=draw % 3 > 0), "minimum": x.min(), "maximum": x.max()}
        held = variable(**{role: f"{value:.3f}" for role, value in said.items()}, count=str(n))
        assert "inconsistent" not in states("deviation-bound", held)


def test_variance_and_coefficient_of_variation() -> None:
    held = variable(mean="4.00", sd="1.20", variance="1.44", cv="0.30")
    assert states("variance", held) == ["consistent"]
    assert states("variation", held) == ["consistent"]
    assert states("variation", put(held, "cv", "30.0%")) == ["consistent"]
    assert states("variation", put(held, "cv", "30.0")) == ["consistent"]
    assert states("variance", put(held, "variance", "1.54")) == ["inconsistent"]
    assert states("variation", put(held, "cv", "0.33")) == ["inconsistent"]


def test_means_of_whole_numbers() -> None:
    """Brown and Heathers 2017: a mean of 5.19 of 28 whole numbers is impossible; 5.18 and 5.21 are not."""
    held = variable("number of items", mean="5.18", count="28")
    held = table(*held.entries, entry("minimum", "1", "number of items", column=3),
                 entry("maximum", "9", "number of items", column=4))  # fmt: skip
    assert states("whole-means", held) == ["consistent"]
    assert states("whole-means", put(held, "mean", "5.21")) == ["consistent"]
    assert states("whole-means", put(held, "mean", "5.19")) == ["inconsistent"]
    assert states("whole-means", variable("GDP", mean="5.20", count="28")) == []


def test_the_deviation_of_a_dummy() -> None:
    held = variable("treated (dummy)", mean="0.300", sd="0.459", minimum="0", maximum="1", count="248")
    assert states("dummy-deviation", held) == ["consistent"]
    assert states("dummy-deviation", put(held, "sd", "0.458")) == ["consistent"]  # divided by n
    assert states("dummy-deviation", put(held, "sd", "0.495")) == ["inconsistent"]
    index = variable("index", mean="0.300", sd="0.200", minimum="0", maximum="1", count="248")
    assert states("dummy-deviation", index) == []


def matrix(rows: list[list[str]], n: str = "248", notes: tuple[str, ...] = ()) -> Table:
    found = [
        entry("correlation", text, f"x{i}", other=f"x{j}", row=i, column=j)
        for i, row in enumerate(rows)
        for j, text in enumerate(row)
    ]
    return table(*found, entry("nobs", n, ""), notes=notes)


def test_correlations_have_a_range_a_diagonal_and_one_number_a_pair() -> None:
    whole = matrix([["1", "0.52"], ["0.52", "1"]])
    assert set(states("correlation-range", whole)) == {"consistent"}
    assert states("correlation-range", matrix([["1"], ["1.25", "1"]])).count("inconsistent") == 1
    assert states("correlation-range", matrix([["1"], ["0.25", "0.9"]])).count("inconsistent") == 1
    assert states("correlation-symmetry", whole) == ["consistent"]
    assert states("correlation-symmetry", matrix([["1", "0.52"], ["0.25", "1"]])) == ["inconsistent"]
    assert (
        states("correlation-symmetry", matrix([["1", "0.5"], ["0.2", "1"]], notes=("上三角为Spearman",)))
        == []
    )


def test_stars_of_correlations_at_whichever_levels_explain_most() -> None:
    # |r| of 248 rows: 5 % from .125, 1 % from .163
    held = matrix([["1"], ["0.140*", "1"], ["0.110", "0.300**", "1"]])
    assert set(states("correlation-stars", held)) == {"consistent"}
    assert "decision" in states(
        "correlation-stars", matrix([["1"], ["0.020*", "1"], ["0.110", "0.300**", "1"]])
    )
    assert "decision" in states(
        "correlation-stars", matrix([["1"], ["0.140*", "1"], ["0.410", "0.300**", "1"]])
    )


def test_a_matrix_that_no_data_have() -> None:
    """With .9 and .9 the third is at least .62; printed with two digits, from .58."""
    assert states("correlation-definite", matrix([["1"], ["0.90", "1"], ["0.90", "0.62", "1"]])) == [
        "consistent"
    ]
    assert states("correlation-definite", matrix([["1"], ["0.90", "1"], ["0.90", "0.61", "1"]])) == [
        "consistent"
    ]
    assert states("correlation-definite", matrix([["1"], ["0.90", "1"], ["0.90", "0.55", "1"]])) == [
        "inconsistent"
    ]


def test_room_in_a_box_of_matrices_is_found_exactly_for_three_variables() -> None:
    """r23 of a valid matrix runs over r12 r13 ± sqrt((1 - r12²)(1 - r13²)): a fine grid of the box decides."""
    rng = np.random.default_rng(5)
    seen = set()
    for _ in range(200):
        r = np.sign(rng.normal(size=3)) * rng.uniform(0.5, 1.0, 3)
        half = float(rng.choice([0.005, 0.05]))
        low, high = np.eye(3), np.eye(3)
        ends = []
        for (i, j), value in zip(((0, 1), (0, 2), (1, 2)), r, strict=True):
            ends.append((max(value - half, -1.0), min(value + half, 1.0)))
            low[i, j] = low[j, i] = ends[-1][0]
            high[i, j] = high[j, i] = ends[-1][1]
        a, b = np.meshgrid(np.linspace(*ends[0], 201), np.linspace(*ends[1], 201))
        room = np.sqrt((1 - a**2) * (1 - b**2))
        gap = np.maximum(a * b - room - ends[2][1], ends[2][0] - a * b - room).min()
        if abs(gap) > 2e-3:  # the grid is too coarse to tell closer cases
            assert nearest_room(low, high) == (gap < 0.0)
            seen.add(bool(gap < 0.0))
    assert seen == {True, False}


def test_a_rounded_matrix_of_collinear_data_is_possible() -> None:
    rng = np.random.default_rng(6)
    for _ in range(60):
        x = rng.normal(size=(60, 6))
        x[:, 5] = x[:, :3] @ rng.normal(size=3)
        r = np.corrcoef(x.T)
        step = 10.0 ** -int(rng.integers(1, 5))
        printed = np.round(r / step) * step
        off = 0.5 * step * (1 - np.eye(6))
        assert nearest_room(np.clip(printed - off, -1, 1), np.clip(printed + off, -1, 1))
