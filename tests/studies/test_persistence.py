"""What stays from year to year: half-panel slopes by hand, and how often trends are taken for memory."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.language.message import Message
from panelkit.studies.dynamics.half_panel import half_panel_slope, halves
from panelkit.studies.dynamics.persistence import Persistence, persistence
from panelkit.studies.scrutiny.cube import Cube, cube
from panelkit.studies.scrutiny.designs import main_slopes, trend_slopes

UNITS = 31


def _paths(rng: np.random.Generator, worlds: int, periods: int, rho: float) -> np.ndarray:
    shocks = rng.normal(size=(worlds, UNITS, periods + 30)) * np.exp(
        0.4 * rng.normal(size=(worlds, UNITS, 1))
    )
    y = np.zeros_like(shocks)
    for t in range(1, y.shape[2]):
        y[..., t] = rho * y[..., t - 1] + shocks[..., t]
    return y[..., -periods - 1 :]


def _cube(y: np.ndarray) -> Cube:
    return cube(y[..., 1:], y[..., :-1], regions=np.arange(UNITS) % 4)


def _by_dummies(y: np.ndarray, x: np.ndarray, held: np.ndarray, *, trends: bool) -> float:
    """Regress on dummies of units and periods, and on unit trends, rows of a mask alone."""
    unit, when = np.nonzero(held)
    columns = [x[held], *(unit == i for i in np.unique(unit)), *(when == t for t in np.unique(when)[1:])]
    if trends:
        columns += [(unit == i) * when for i in np.unique(unit)]
    design = np.column_stack(columns).astype(float)
    return float(np.linalg.lstsq(design, y[held], rcond=None)[0][0])


@pytest.mark.parametrize(("periods", "trends"), [(8, False), (9, False), (9, True)])
def test_half_panel_slopes_by_dummies(periods: int, trends: bool) -> None:
    """Slopes and what they are without a unit, holes included, against regressions on dummies."""
    y = _paths(np.random.default_rng(periods), 1, periods, 0.5)
    y[0, 3, 4] = np.nan
    panel = _cube(y)
    found = half_panel_slope(panel, trend_slopes if trends else main_slopes)

    def by_hand(keep: np.ndarray) -> float:
        held = panel.held & keep[:, None]
        all_rows = _by_dummies(panel.y[0], panel.x[0], held, trends=trends)
        parts = [
            _by_dummies(panel.y[0], panel.x[0], held & part, trends=trends) for part in halves(panel.held)
        ]
        return 2.0 * all_rows - float(np.mean(parts))

    everyone = np.ones(UNITS, dtype=bool)
    # both are exact to rounding of a regression with up to 70 columns
    assert found.slope[0] == pytest.approx(by_hand(everyone), abs=1e-9)
    for unit in (0, 3):
        assert found.without[0, unit] == pytest.approx(by_hand(np.arange(UNITS) != unit), abs=1e-9)


def _judged(y: np.ndarray) -> Persistence:
    found = persistence(_cube(y))
    assert isinstance(found, Persistence)
    return found


def test_trends_are_not_taken_for_memory() -> None:
    """Without memory but with trends of a third of the variance the lag alone is fooled, the word is not."""
    rng = np.random.default_rng(11)
    y = _paths(rng, 300, 9, 0.0)
    slope = rng.normal(size=(300, UNITS, 1)) * np.linspace(-1.0, 1.0, 10)
    found = _judged(y + 0.9 * y.std() * slope)
    assert np.mean(found.main.p < 0.05) > 0.7  # about 80, and more where trends are larger
    # 2 % in the long run; 300 worlds give 1.6 points more at most in 97 of 100 runs
    assert np.mean(found.word == "SUPPORTED") <= 0.036
    assert np.mean(found.word == "NOT SUPPORTED") > 0.5


def test_memory_is_found_and_its_absence_is_no_memory() -> None:
    """Bias, size and power at 31 units and 12 periods."""
    rng = np.random.default_rng(12)
    found = _judged(_paths(rng, 300, 12, 0.5))
    assert abs(found.main.slope.mean() - 0.5) < 0.02  # bias of order 1/T**2, and Monte Carlo error .005
    low, high = found.main.interval(0.95)
    assert np.mean((low < 0.5) & (high > 0.5)) > 0.92  # 95 less two Monte Carlo errors
    assert np.mean(found.word == "SUPPORTED") > 0.6  # the common path costs: about 70, and 97 without it
    nothing = _judged(_paths(rng, 300, 12, 0.0))
    assert np.mean(nothing.word == "SUPPORTED") <= 0.03
    assert np.mean(nothing.word == "CONTRADICTED") <= 0.03


def test_too_few_periods_are_said() -> None:
    """Five periods have no halves; seven have none for trends, so that the word is PARTLY at most."""
    rng = np.random.default_rng(13)
    assert isinstance(persistence(_cube(_paths(rng, 2, 5, 0.5))), Message)
    short = _judged(_paths(rng, 40, 7, 0.8))
    assert not {"SUPPORTED", "CONTRADICTED"} & set(short.word)
    assert "PARTLY" in set(short.word)
    assert short.trials[0].reason is not None


def test_units_that_come_and_go_are_halved_by_their_own_rows() -> None:
    """Half of the units in the first years, half in the last: without halves of their own nothing is corrected."""
    y = _paths(np.random.default_rng(14), 200, 16, 0.5)
    outcome, before = y[..., 1:].copy(), y[..., :-1].copy()
    outcome[:, :15, 8:], outcome[:, 15:, :8] = np.nan, np.nan
    panel = cube(outcome, before)
    found = half_panel_slope(panel, main_slopes)
    assert found.uncorrected.mean() < 0.32
    # 8 rows a unit: bias of order 1/64, Monte Carlo error .01; .29 with halves of all years
    assert abs(found.slope.mean() - 0.5) < 0.05
    first, second = halves(panel.held)
    assert (first.sum(axis=1) == 4).all()
    assert (second.sum(axis=1) == 4).all()
    assert not (first & second).any()
    assert ((first | second) == panel.held).all()


def test_a_few_units_with_rows_in_one_half_leave_the_halves_of_years() -> None:
    """Three of 31 units that come late: the years are halved, so that a common path can still be told."""
    y = _paths(np.random.default_rng(15), 1, 12, 0.5)
    y[:, :3, :8] = np.nan
    panel = _cube(y)
    first, _ = halves(panel.held)
    assert not first[:3].any()
    assert not first[:, 6:].any()
    trials = {trial.name: trial for trial in _judged(y).trials}
    assert trials["path"].reason is None


def test_what_has_no_error_is_not_computed() -> None:
    """Every unit a region of its own: the years of regions leave nothing, and that passes no condition."""
    y = _paths(np.random.default_rng(16), 3, 10, 0.5)
    alone = persistence(cube(y[..., 1:], y[..., :-1], regions=np.arange(UNITS)))
    assert isinstance(alone, Persistence)
    regions = alone.trials[2]
    assert regions.reason is not None
    assert not regions.passes.any()
    # two units: without one, nothing is left of the other
    assert isinstance(persistence(cube(y[:, :2, 1:], y[:, :2, :-1])), Message)
