"""The kink against a fine grid of regressions on dummies, and its errors against White's of the derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import panelkit as pk
from panelkit.models.threshold.words import kink_notes
from panelkit.show.tables import to_text
from tests.threshold.panels import panel


def bent(seed: int, *, units: int = 15, at: float = 0.3, bend: float = 1.5, **options: float) -> pd.DataFrame:
    """Return a panel whose slope of q is 1 below the kink, and `bend` more above."""
    frame = panel(seed, units=units, jump=0.0, **options)  # type: ignore[arg-type]
    gap = frame["q"] - at
    return frame.assign(y=frame["y"] - 0.5 * frame["x"] + gap + bend * gap.clip(lower=0.0))


def dummies(frame: pd.DataFrame) -> np.ndarray:
    unit, year = frame.index.get_level_values(0), frame.index.get_level_values(1)
    effects = [(unit == u) * 1.0 for u in unit.unique()] + [(year == t) * 1.0 for t in year.unique()[1:]]
    return np.column_stack([*effects, frame["z"], frame["q"]])


def left(frame: pd.DataFrame, D: np.ndarray, kink: float) -> float:
    X = np.column_stack([D, np.maximum(frame["q"] - kink, 0.0)])
    y = frame["y"].to_numpy()
    return float(((y - X @ np.linalg.lstsq(X, y, rcond=None)[0]) ** 2).sum())


@pytest.mark.parametrize("holes", [0.0, 0.2])
def test_place_and_region_of_a_fine_grid(holes: float) -> None:
    frame = bent(2, holes=holes)
    fit = pk.PanelThreshold("y ~ z", "q", kink=True, trim=0.1).fit(frame, reps=0)
    q, D = np.sort(frame["q"]), dummies(frame)
    values = fit.regions[0].values
    assert values[0] == q[int(np.ceil(0.1 * len(q) - 1e-9)) - 1]
    grid = np.linspace(values[0], values[-1], 1_501)
    sums = np.array([left(frame, D, value) for value in grid])
    # the grid misses the minimum by up to half a step; none of it lies below
    assert fit.sums[-1] <= sums.min() + 1e-9
    assert fit.sums[-1] == pytest.approx(sums.min(), rel=1e-5)
    assert fit.sums[-1] == pytest.approx(left(frame, D, fit.thresholds[0]), rel=1e-10)
    assert abs(grid[sums.argmin()] - fit.thresholds[0]) < 0.05
    ratios = (sums - fit.sums[-1]) * fit.searched.search.space.degrees / fit.sums[-1]
    parts = fit.regions[0].intervals
    inside = np.any([(grid >= low) & (grid <= high) for low, high in parts], axis=0)
    assert (inside == (ratios <= stats.chi2.ppf(0.95, 1))).all()


def test_joint_errors_are_whites_of_the_derivatives() -> None:
    frame = bent(4)
    spec = pk.PanelThreshold("y ~ z", "q", kink=True, trim=0.1, vcov=pk.Robust("HC0"), convention="plm")
    fit = spec.fit(frame, reps=0)
    b, kink = fit.params, fit.thresholds[0]
    gap = frame["q"].to_numpy() - kink
    by_kink = -b["q:regime1"] * (gap <= 0) - b["q:regime2"] * (gap > 0)
    D = dummies(frame)[:, :-2]
    X = np.column_stack([frame["z"], np.minimum(gap, 0.0), np.maximum(gap, 0.0), by_kink])
    X = X - D @ np.linalg.lstsq(D, X, rcond=None)[0]
    # HC0 about the residuals of the regression on the derivatives, which a kink between values shares
    y = frame["y"].to_numpy()
    y = y - D @ np.linalg.lstsq(D, y, rcond=None)[0]
    e = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    bread = np.linalg.inv(X.T @ X)
    V = bread @ (X.T * e**2) @ X @ bread
    assert list(fit.params.index) == ["z", "q:regime1", "q:regime2", "threshold"]
    np.testing.assert_allclose(fit.covariance, V, rtol=1e-6)


def test_f_of_a_drawn_outcome_is_that_of_a_fit() -> None:
    frame = bent(5, units=10)
    fit = pk.PanelThreshold("y ~ z", "q", kink=True, trim=0.1).fit(frame, reps=19, rng=2)
    found = fit.searched
    draws = found.drawn(np.zeros(80), found.left(1), 1, reps=4, rng=np.random.default_rng(3))
    picked = np.random.default_rng(3).integers(0, 10, (4, 10))
    for which, drawn in zip(picked, draws, strict=True):
        again = frame.assign(y=found.left(1).reshape(10, 8)[which].ravel())
        one = pk.PanelThreshold("y ~ z", "q", kink=True, trim=0.1).fit(again, reps=0)
        assert drawn == pytest.approx(one.f_statistics[0], rel=1e-8)


def test_a_threshold_in_other_units_moves_with_them() -> None:
    frame = bent(1)
    one, two = (
        pk.PanelThreshold("y ~ z", "q", kink=True).fit(each, reps=0)
        for each in (frame, frame.assign(q=1e5 + 1e-3 * frame["q"]))
    )
    assert two.thresholds[0] == pytest.approx(1e5 + 1e-3 * one.thresholds[0], abs=1e-9)
    assert two.params["q:regime2"] == pytest.approx(1e3 * one.params["q:regime2"], rel=1e-6)


def test_no_bend_is_seldom_found_and_a_region_holds_the_kink() -> None:
    """100 worlds, AR(.5): three standard errors of a share of .05 are 6.5 points, of .95 likewise."""
    found = held = 0
    spec = pk.PanelThreshold("y ~ z", "q", kink=True, trim=0.1)
    for seed in range(100):
        found += spec.fit(bent(seed, units=31, bend=0.0, rho=0.5), reps=99, rng=seed).tests[0].p_value < 0.05
        parts = spec.fit(bent(seed, units=31), reps=0).regions[0].intervals
        held += any(low <= 0.3 <= high for low, high in parts)
    assert found <= 11.5
    assert held >= 88.5


def test_a_kink_predicts_nothing() -> None:
    fit = pk.PanelThreshold("y ~ z", "q", kink=True).fit(bent(0), reps=0)
    with pytest.raises(pk.SpecError, match="not linear in its place"):
        fit.predict()


def test_tables_and_tests_of_a_kink_speak_of_a_kink() -> None:
    frame = bent(5)
    with pytest.raises(pk.SpecError, match="`q`: a kink gives .* leave it out of the formula"):
        pk.PanelThreshold("y ~ z + q", "q", kink=True)
    fit = pk.PanelThreshold("y ~ z", "q", kink=True, trim=0.1).fit(frame, reps=19)
    zh, table = fit.summary(language="zh"), to_text([fit], language="zh")
    for said in (zh, table):
        assert {word for word in ("q（区制1）", "拐点", "threshold", "regime") if word in said} == {
            "q（区制1）",
            "拐点",
        }
    assert "拐点的自助法 F 检验" in zh
    assert "，p = " in zh
    english = fit.summary()
    assert "Bootstrap F of a kink" in english
    assert "no kink, one slope" in english
    assert "q, regime 2" in to_text([fit])
    assert "Income, regime 2" in to_text([fit], labels={"q": "Income"})


def test_a_region_of_many_parts_is_listed_once() -> None:
    fit = pk.PanelThreshold("y ~ z", "q", kink=True, trim=0.1).fit(bent(5), reps=0)
    parts = tuple((0.1 * at, 0.1 * at + 0.05) for at in range(9))
    many, few = (replace(fit.regions[0], intervals=parts[:count]) for count in (9, 2))
    assert any("has 9 parts between 0 and 0.85" in note for note in kink_notes(fit.searched, many))
    assert any("has 2 parts: [0, 0.05]" in note for note in kink_notes(fit.searched, few))
