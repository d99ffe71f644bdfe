"""The within kernel and the group moments against explicit dummies."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.kernels.linear import fit_swept
from panelkit.kernels.moments import group_moments, regress
from panelkit.kernels.within import EFFECTS, Layout, check_effects, within
from panelkit.language.errors import SpecError
from tests.panels import brute_force, codes, dummies, random_panel

# least squares on explicit dummies loses a few digits itself: 1e-9 of numbers of order one
TOL = 1e-9


def projected(
    columns: np.ndarray, unit: np.ndarray, time: np.ndarray, effects: str, w: np.ndarray
) -> np.ndarray:
    blocks = {"unit": [dummies(unit)], "time": [dummies(time)], "twoway": [dummies(unit), dummies(time)]}
    Z = np.hstack(blocks[effects])
    root = np.sqrt(w)[:, None]
    return columns - Z @ np.linalg.lstsq(Z * root, columns * root, rcond=None)[0]


@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
@pytest.mark.parametrize(
    ("units", "periods", "share"), [(12, 7, 1.0), (12, 7, 0.6), (5, 20, 0.7), (30, 3, 0.5)]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_within_equals_dummies(effects: str, units: int, periods: int, share: float, weighted: bool) -> None:
    frame, unit, time = codes(random_panel(1, units, periods, share))
    columns = frame[["y", "x1", "x2"]].to_numpy()
    rng = np.random.default_rng(2)
    weights = rng.random(len(frame)) * (rng.random(len(frame)) < 0.8) if weighted else None
    used = np.ones(len(frame)) if weights is None else weights
    swept = within(columns, Layout(unit, time), effects, weights)
    expected = projected(columns, unit, time, effects, used)
    np.testing.assert_allclose(swept[used > 0], expected[used > 0], atol=TOL)


def test_none_is_a_copy() -> None:
    frame, unit, time = codes(random_panel(1))
    columns = frame[["y"]].to_numpy()
    swept = within(columns, Layout(unit, time), "none")
    np.testing.assert_array_equal(swept, columns)
    assert swept is not columns


def test_disconnected_panel() -> None:
    """Two groups of provinces that share no year: one more effect is redundant."""
    unit = np.repeat(np.arange(6), 4)
    time = np.concatenate([np.tile(np.arange(4), 3), np.tile(np.arange(4, 8), 3)])
    columns = np.random.default_rng(3).normal(size=(24, 2))
    layout = Layout(unit, time)
    expected = projected(columns, unit, time, "twoway", np.ones(24))
    np.testing.assert_allclose(within(columns, layout, "twoway"), expected, atol=TOL)
    assert layout.absorbed("twoway") == 12
    assert layout.components == 2


@pytest.mark.parametrize("effects", EFFECTS)
def test_absorbed_is_the_rank_of_the_dummies(effects: str) -> None:
    frame, unit, time = codes(random_panel(4, 9, 6, 0.6))
    brute = brute_force(frame["y"].to_numpy(), frame[["x1"]].to_numpy(), unit, time, effects)
    assert Layout(unit, time).absorbed(effects) == brute.rank


def test_unknown_effects() -> None:
    with pytest.raises(SpecError, match="effects is one of none, unit, time, twoway"):
        check_effects("both")


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize("share", [1.0, 0.6])
def test_reweighted_moments_equal_weighted_dummies(effects: str, share: float) -> None:
    frame, unit, time = codes(random_panel(5, 10, 6, share))
    y, X = frame["y"].to_numpy(), frame[["x1", "x2"]].to_numpy()
    if effects == "none":
        X = np.column_stack([np.ones(len(X)), X])
    layout = Layout(unit, time)
    rng = np.random.default_rng(6)
    weights = rng.multinomial(10, np.ones(10) / 10, size=25).astype(float)
    moments = group_moments(np.column_stack([X, y]), layout, effects)
    beta, identified = regress(moments.swept(weights), range(X.shape[1]), [X.shape[1]])
    assert identified.all()
    for draw, row in enumerate(weights):
        brute = brute_force(y, X, unit, time, effects, row[unit])
        np.testing.assert_allclose(
            beta[draw, :, 0], brute.beta, atol=1e-8
        )  # squared columns: half the digits


@pytest.mark.parametrize("by_year", [False, True])
@pytest.mark.parametrize("share", [1.0, 0.7])
def test_delete_one_refits_everything(by_year: bool, share: float) -> None:
    frame, unit, time = codes(random_panel(7, 8, 6, share))
    y, X = frame["y"].to_numpy(), frame[["x1", "x2"]].to_numpy()
    groups = time if by_year else unit
    fit = fit_swept(y, X, ("x1", "x2"), Layout(unit, time), "twoway")
    betas, identified = fit.without_groups(groups)
    assert identified.all()
    for group, beta in enumerate(betas):
        left = groups != group
        brute = brute_force(y[left], X[left], unit[left], time[left], "twoway")
        np.testing.assert_allclose(beta, brute.beta, atol=1e-8)


def test_a_treatment_of_one_unit_is_lost_without_it() -> None:
    frame, unit, time = codes(random_panel(8, 8, 6))
    treated = ((unit == 3) & (time >= 3)).astype(float)
    X = np.column_stack([frame["x1"], treated])
    fit = fit_swept(frame["y"].to_numpy(), X, ("x1", "treated"), Layout(unit, time), "twoway")
    _, identified = fit.without_groups(unit)
    assert identified.tolist() == [group != 3 for group in range(8)]


def test_large_numbers_keep_their_digits() -> None:
    """A regressor of 1e9 with variation of order one is still identified, and to six digits."""
    frame, unit, time = codes(random_panel(9, 12, 7, 0.8))
    y, X = frame["y"].to_numpy(), frame[["x1", "x2"]].to_numpy()
    plain = fit_swept(y, X, ("x1", "x2"), Layout(unit, time), "twoway")
    moved = fit_swept(y + 1e9, X + 1e7, ("x1", "x2"), Layout(unit, time), "twoway")
    np.testing.assert_allclose(moved.beta, plain.beta, rtol=1e-6)


def test_absorbed_and_repeated_regressors_are_named() -> None:
    frame, unit, time = codes(random_panel(10))
    y, x = frame["y"].to_numpy(), frame["x1"].to_numpy()
    layout = Layout(unit, time)
    fixed = np.random.default_rng(1).normal(size=12)[unit]
    with pytest.raises(SpecError, match="`distance`: no variation is left after the unit effects"):
        fit_swept(y, np.column_stack([x, fixed]), ("x1", "distance"), layout, "unit")
    with pytest.raises(SpecError, match="`trend`: no variation is left after the unit and time effects"):
        fit_swept(y, np.column_stack([x, time.astype(float)]), ("x1", "trend"), layout, "twoway")
    with pytest.raises(SpecError, match="`twice`: a linear combination"):
        fit_swept(y, np.column_stack([x, 2.0 * x + fixed]), ("x1", "twice"), layout, "unit")


@pytest.mark.parametrize("gone", range(6))
def test_a_period_without_weight_does_not_hold_the_reference(gone: int) -> None:
    """Whichever period has no weight, the others' effects are solved against one that has."""
    frame, unit, time = codes(random_panel(31, 9, 6, 0.75))
    columns = frame[["y", "x1"]].to_numpy()
    weights = (time != gone).astype(float)
    swept = within(columns, Layout(unit, time), "twoway", weights)
    expected = projected(columns, unit, time, "twoway", weights)
    np.testing.assert_allclose(swept[weights > 0], expected[weights > 0], atol=TOL)
