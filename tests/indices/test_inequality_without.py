"""Inequality with one copy left out of a resample is what the index gives of the weights without it."""

from __future__ import annotations

import numpy as np
import pytest

import panelkit as pk
from panelkit.indices.arrays import inequality, studentised
from panelkit.indices.arrays.inequality_without import without_each
from panelkit.indices.panels.panel_frame import panel_frame, wide

N, DRAWS = 9, 7


@pytest.mark.parametrize("index", list(inequality.INDICES))
@pytest.mark.parametrize("weighted", [False, True])
def test_every_copy_left_out_is_the_index_without_it(index: str, weighted: bool) -> None:
    rng = np.random.default_rng(5)
    values = np.exp(rng.normal(size=N))
    values[3] = values[4]  # a tie
    people = rng.uniform(1.0, 9.0, size=N) if weighted else np.ones(N)
    counts = rng.multinomial(N, np.full(N, 1.0 / N), size=DRAWS).astype(float)
    found = without_each(index, values, counts * people, people)
    for b in range(DRAWS):
        for k in np.flatnonzero(counts[b]):
            left = counts[b].copy()
            left[k] -= 1.0
            want = inequality.batched(index)(values, (left * people)[None])[0]
            # the coefficient of variation is the root of a difference of squares, which keeps half the digits
            assert found[b, k] == pytest.approx(want, rel=1e-10, abs=1e-9)


def test_the_errors_are_those_of_resampling_each_deletion() -> None:
    rng = np.random.default_rng(6)
    values = np.exp(rng.normal(size=N))
    counts = rng.multinomial(N, np.full(N, 1.0 / N), size=DRAWS).astype(float)

    def gini(times: np.ndarray) -> np.ndarray:
        return inequality.batched_gini(values, times)[:, None]

    ours = studentised.errors_of(without_each("gini", values, counts, np.ones(N))[:, :, None], counts)
    assert ours == pytest.approx(studentised.jackknife_errors(gini, counts), rel=1e-9)


def test_a_studentised_gap_is_that_of_its_pivots() -> None:
    panel = pk.load_provinces(["rd_expenditure", "gdp"], (2021, 2022))
    found = pk.inequality_gap(
        panel, "rd_expenditure", "gdp", index="theil_t", interval="studentised", reps=299, rng=3
    )
    counts = np.random.default_rng(3).multinomial(31, np.full(31, 1 / 31), size=299).astype(float)
    frame = panel_frame(panel, ["rd_expenditure", "gdp"])
    by_province = [wide(frame[name])[0] for name in frame.columns]

    def gap(times: np.ndarray) -> np.ndarray:
        one, other = (
            np.mean([inequality.batched_theil(y[:, t], times) for t in range(2)], axis=0) for y in by_province
        )
        return (one - other)[:, None]

    whole = np.ones((1, 31))
    draws = studentised.pivots(
        gap(whole)[0],
        studentised.jackknife_errors(gap, whole)[0],
        gap(counts),
        studentised.jackknife_errors(gap, counts),
    )
    assert found.conf_int().iloc[2].to_numpy() == pytest.approx(
        np.quantile(draws[:, 0], [0.025, 0.975]), rel=1e-9
    )
