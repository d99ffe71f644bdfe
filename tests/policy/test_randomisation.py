"""Randomisation over dates of adoption: against loops over whole fits, all assignments, and intervals by grid."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.kernels.permutation import random_permutations
from panelkit.language.errors import SpecError
from tests.policy.adopting import adopting_panel

ROUNDING = 1e-9


def fitted(frame: pd.DataFrame, formula: str = "y ~ 1", by: Any = "overall", **options: Any) -> Any:
    reps = options.pop("reps", 99)
    spec = pk.StaggeredDiD(formula, cohort="first", inference="randomisation", **options)
    return spec.fit(frame, unit="unit", time="year", by=by, reps=reps)


def dealt(frame: pd.DataFrame, role: np.ndarray) -> pd.DataFrame:
    """Return the panel had unit i the date of unit role[i]."""
    dates = frame.groupby("unit")["first"].first()
    moved = pd.Series(dates.to_numpy()[role], index=dates.index)
    return frame.assign(first=frame["unit"].map(moved))


@pytest.mark.parametrize("estimator", ["imputation", "sun-abraham", "stacked", "local-projections", "twfe"])
def test_draws_are_whole_fits_under_other_dates(estimator: str) -> None:
    frame = adopting_panel(3, treated=5)
    found = fitted(frame, by=["overall", "event"], estimator=estimator, reps=19)
    roles = random_permutations(np.zeros(31, dtype=np.int64), 19, np.random.default_rng(0))
    for at in (0, 7, 18):
        spec = pk.StaggeredDiD("y ~ 1", cohort="first", estimator=estimator, inference="clusters")
        again = spec.fit(dealt(frame, roles[at]), unit="unit", time="year", by=["overall", "event"])
        assert np.allclose(found.drawn.draws[at], again.estimates, atol=ROUNDING)


def test_draws_with_covariates_are_whole_fits() -> None:
    frame = adopting_panel(3, treated=5, covariates=1)
    found = fitted(frame, "y ~ x0", reps=9)
    roles = random_permutations(np.zeros(31, dtype=np.int64), 9, np.random.default_rng(0))
    spec = pk.StaggeredDiD("y ~ x0", cohort="first", inference="clusters")
    again = spec.fit(dealt(frame, roles[4]), unit="unit", time="year", by="overall")
    assert np.allclose(found.drawn.draws[4], again.estimates, atol=ROUNDING)


def test_all_assignments_are_taken_where_there_are_few() -> None:
    frame = adopting_panel(5, treated=2)
    frame = frame.assign(first=np.where(frame["first"] > 0, 2006.0, 0.0))
    found = fitted(frame, reps=999)
    assert found.drawn.enumerated
    assert found.drawn.reps == 31 * 30 // 2 - 1
    wide = frame.pivot(index="unit", columns="year", values="y").to_numpy()
    late, early = wide[:, 5:].mean(axis=1), wide[:, :5].mean(axis=1)
    change = late - early
    every = []
    for pair in combinations(range(31), 2):
        rest = np.setdiff1d(np.arange(31), pair)
        every.append(change[list(pair)].mean() - change[rest].mean())
    assert found.p_values.iloc[0] == pytest.approx(np.mean(np.abs(every) >= abs(every[0]) - 1e-12))


def test_the_interval_holds_what_is_not_rejected() -> None:
    frame = adopting_panel(6, treated=4)
    found = fitted(frame, by="event", reps=199)
    low, high = (found.conf_int()[name].to_numpy() for name in ("conf_low", "conf_high"))
    for j in range(len(low)):
        grid = np.linspace(low[j] - 1.0, high[j] + 1.0, 401)
        p = np.array([found.drawn._p_of(np.full(len(low), c))[j] for c in grid])
        kept = grid[p > 0.05]
        step = grid[1] - grid[0]
        assert abs(kept.min() - low[j]) <= step
        assert abs(kept.max() - high[j]) <= step


def test_p_of_a_constant_effect_is_that_of_the_outcome_less_it() -> None:
    frame = adopting_panel(6, treated=4)
    found = fitted(frame, reps=199)
    on = (frame["year"] >= frame["first"].replace(0.0, np.inf)).astype(float)
    less = fitted(frame.assign(y=frame["y"] - 0.3 * on), reps=199)
    assert found.drawn._p_of(np.array([0.3]))[0] == pytest.approx(less.p_values.iloc[0])


def test_few_treated_are_randomised_unless_told() -> None:
    spec = pk.StaggeredDiD("y ~ 1", cohort="first")
    few = spec.fit(adopting_panel(1, treated=7), unit="unit", time="year", by="overall")
    assert few.drawn is not None
    assert any("fewer than 8 units are treated (7)" in note for note in few.notes)
    many = spec.fit(adopting_panel(1, treated=8), unit="unit", time="year", by="overall")
    assert many.drawn is None
    assert any(
        "8 treated units, 8 or more: p-values and intervals from errors" in note for note in many.notes
    )
    told = pk.StaggeredDiD("y ~ 1", cohort="first", inference="clusters")
    fit = told.fit(adopting_panel(1, treated=7), unit="unit", time="year", by="overall")
    assert any("reject too often" in note for note in fit.notes)


def test_where_nobody_can_exchange_it_is_said() -> None:
    frame = adopting_panel(2, treated=5, n_units=12)
    holes = frame[frame["unit"].str[1:].astype(int) % 10 + 2001 != frame["year"]]
    alone = holes[holes["unit"] < "u10"]
    with pytest.raises(SpecError, match="exchange its date"):
        fitted(alone)
    spec = pk.StaggeredDiD("y ~ 1", cohort="first")
    found = spec.fit(alone, unit="unit", time="year", by="overall")
    assert found.drawn is None
    assert any("no randomisation" in note for note in found.notes)


def test_size_with_three_treated() -> None:
    rejected = 0
    for seed in range(120):
        frame = adopting_panel(1000 + seed, treated=3, effect=0.0, growth=0.0)
        rejected += fitted(frame, reps=99).p_values.iloc[0] <= 0.05
    # an exact test: 5 % up to the binomial spread of 120 panels, three of whose deviations are 6 points
    assert rejected / 120 <= 0.11


def test_same_seed_same_numbers() -> None:
    frame = adopting_panel(6, treated=4)
    assert np.array_equal(fitted(frame).p_values, fitted(frame.sample(frac=1.0, random_state=2)).p_values)


def test_what_cannot_be_randomised_is_refused() -> None:
    frame = adopting_panel(6, treated=4)
    with pytest.raises(SpecError, match="by='cells'"):
        fitted(frame, by="cells")
    with pytest.raises(SpecError, match="inference is one of"):
        pk.StaggeredDiD("y ~ 1", cohort="first", inference="magic")


@pytest.mark.parametrize("estimator", ["imputation", "sun-abraham", "callaway-santanna"])
def test_what_is_drawn_are_the_averages_that_are_shown_with_gaps_too(estimator: str) -> None:
    frame = adopting_panel(4, treated=14, held=0.8)
    spec = pk.StaggeredDiD("y ~ 1", cohort="first", estimator=estimator, inference="clusters")
    for by in ("overall", "event", "cohort", "calendar"):
        found = spec.fit(frame, unit="unit", time="year", by=by)
        points = spec._method().points(found.panel, found.panel.y[:, None], by)
        assert np.array_equal(points.labels, found.labels, equal_nan=True)
        assert np.allclose(points.values[:, 0], found.estimates, atol=ROUNDING)
