"""Placebo noise of the never treated, and the bootstrap of clusters: by hand, and by their size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError
from tests.policy.adopting import adopting_panel


def fitted(frame: pd.DataFrame, inference: str, by: Any = "overall", reps: int = 199, **options: Any) -> Any:
    spec = pk.StaggeredDiD(options.pop("formula", "y ~ 1"), cohort="first", inference=inference, **options)
    return spec.fit(frame, unit="unit", time="year", by=by, reps=reps, rng=1)


def one_date(
    seed: int, treated: int, *, sizes: np.ndarray | None = None, effect: float = 0.0
) -> pd.DataFrame:
    """Return a panel whose treated units adopt in 2006; `sizes` (31,) divide the variance of the errors."""
    rng = np.random.default_rng(seed)
    scale = np.ones(31) if sizes is None else 1.0 / np.sqrt(sizes)
    y = rng.normal(size=(31, 10)) * scale[:, None] + rng.normal(size=10)
    y[:treated, 5:] += effect
    return pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:02d}" for i in range(31)], 10),
            "year": np.tile(np.arange(2001, 2011), 31),
            "y": y.ravel(),
            "first": np.repeat(np.where(np.arange(31) < treated, 2006.0, 0.0), 10),
            "size": np.repeat(np.ones(31) if sizes is None else sizes, 10),
        }
    )


def changes(frame: pd.DataFrame) -> np.ndarray:
    """Return the mean from 2006 on less that before, of each unit."""
    wide = frame.pivot(index="unit", columns="year", values="y").to_numpy()
    return wide[:, 5:].mean(axis=1) - wide[:, :5].mean(axis=1)


def test_placebo_noise_of_one_treated_unit_is_that_of_its_controls() -> None:
    frame = one_date(1, 1, effect=2.0)
    found = fitted(frame, "conley-taber", reps=199)
    control = changes(frame)[1:]
    noise = (control - control.mean()) * np.sqrt((1 + 1 / 30) * 30 / 29)
    assert np.allclose(np.sort(found.drawn.draws[:, 0]), np.sort(noise), atol=1e-9)  # all 30 of them
    estimate = found.estimates[0]
    assert found.p_values.iloc[0] == pytest.approx((1 + (np.abs(noise) >= abs(estimate)).sum()) / 31)
    low, high = found.conf_int(0.9).iloc[0]  # three of 31 may be as extreme: two placebos and itself
    assert high - estimate == pytest.approx(estimate - low)
    assert high - estimate == pytest.approx(np.sort(np.abs(noise))[-3])
    assert np.isinf(found.conf_int(0.99).to_numpy()).all()  # 31 outcomes cannot reject at one per cent


def test_noise_of_two_treated_units_is_independent() -> None:
    frame = one_date(3, 2)
    found = fitted(frame, "conley-taber", reps=999)
    control = changes(frame)[2:]
    noise = (control - control.mean()) * np.sqrt((1 + 2 / 29) * 29 / 28)
    every = [(a + b) / 2 for a in noise for b in noise]
    assert np.allclose(np.sort(found.drawn.draws[:, 0]), np.sort(every), atol=1e-9)


def test_noise_is_rescaled_by_size() -> None:
    sizes = np.linspace(0.2, 5.0, 31)
    frame = one_date(2, 1, sizes=sizes)
    found = fitted(frame, "ferman-pinto", size="size", reps=199)
    control = changes(frame)[1:]
    noise = control - control.mean()
    X = np.column_stack([np.ones(30), 1.0 / sizes[1:]])
    a, b = np.linalg.lstsq(X, noise**2, rcond=None)[0]
    fitted_variance = X @ [a, b]
    assert (fitted_variance > 0).all()
    scaled = noise * np.sqrt((a + b / sizes[0]) / fitted_variance) * np.sqrt((1 + 1 / 30) * 30 / 29)
    assert np.allclose(np.sort(found.drawn.draws[:, 0]), np.sort(scaled), atol=1e-8)


def test_size_of_placebo_noise_with_two_treated() -> None:
    rejected = sum(
        fitted(one_date(seed, 2), "conley-taber", reps=99).p_values.iloc[0] <= 0.05
        for seed in range(100, 180)
    )
    # 4 of 80 are expected; the bound is three binomial deviations (1.9) above
    assert rejected <= 9


def test_a_small_treated_unit_needs_the_rescaling() -> None:
    sizes = np.r_[0.1, np.full(10, 0.3), np.full(20, 4.0)]
    plain, scaled = 0, 0
    for seed in range(300, 360):
        frame = one_date(seed, 1, sizes=sizes)
        plain += fitted(frame, "conley-taber", reps=99).p_values.iloc[0] <= 0.05
        scaled += fitted(frame, "ferman-pinto", size="size", reps=99).p_values.iloc[0] <= 0.05
    assert plain >= 15  # the treated unit is ten times as noisy as most: the plain noise is far too small
    assert scaled <= plain / 2


def test_the_bootstrap_agrees_with_the_errors_of_clusters() -> None:
    frame = adopting_panel(4, n_units=120, treated=50)
    found = fitted(frame, "bootstrap", reps=300)
    clusters = fitted(frame, "clusters")
    # 300 draws tell a standard deviation to 4 % (one deviation); three of them, and the factor n/(n-1)
    assert found.drawn.draws[:, 0].std() == pytest.approx(clusters.std_errors.iloc[0], rel=0.15)
    assert found.p_values.iloc[0] <= 2 / 301


@pytest.mark.parametrize("estimator", ["imputation", "callaway-santanna", "sun-abraham", "stacked", "twfe"])
def test_weights_of_the_bootstrap_reach_every_estimator(estimator: str) -> None:
    frame = adopting_panel(4, treated=12)
    found = fitted(frame, "bootstrap", reps=99, estimator=estimator)
    drawn = np.random.default_rng(1).exponential(size=31)
    weighed = frame.assign(v=np.repeat(drawn, 10))
    again = fitted(weighed, "clusters", estimator=estimator, weights="pw=v")
    assert found.drawn.draws[0, 0] == pytest.approx(again.estimates[0], abs=1e-9)


def test_what_cannot_be_drawn_is_refused() -> None:
    frame = adopting_panel(4, treated=4, covariates=1)
    with pytest.raises(SpecError, match="has covariates"):
        fitted(frame, "conley-taber", formula="y ~ x0")
    with pytest.raises(SpecError, match="too few for 14 treated"):
        fitted(adopting_panel(4, treated=14), "conley-taber")
    with pytest.raises(SpecError, match="is unbalanced"):
        fitted(adopting_panel(4, treated=4, held=0.9), "conley-taber")
    with pytest.raises(SpecError, match="`size` names the column"):
        pk.StaggeredDiD("y ~ 1", cohort="first", inference="ferman-pinto")
    with pytest.raises(SpecError, match="this estimator fails: local-projections takes no weights"):
        fitted(adopting_panel(4), "bootstrap", estimator="local-projections")
