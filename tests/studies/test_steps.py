"""Changes of slope at a threshold: F and change by regressions on dummies, sizes, conditions."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.language.errors import DataError
from panelkit.studies.dynamics.step_power import detectable_change, smallest_change
from panelkit.studies.dynamics.step_trials import inside_middle, step_trials
from panelkit.studies.dynamics.steps import StepPanel, main_step

UNITS, PERIODS = 31, 10


def _panel(y: np.ndarray, rng: np.random.Generator, level: float = 0.0) -> StepPanel:
    """Return made figures: x with a level of its own in every unit, q that grows."""
    x = level + rng.normal(size=(UNITS, 1)) + rng.normal(size=(UNITS, PERIODS))
    q = rng.normal(size=(UNITS, 1)) + 0.1 * np.arange(PERIODS) + 0.2 * rng.normal(size=(UNITS, PERIODS))
    return StepPanel(
        y=np.atleast_2d(y).reshape(len(np.atleast_2d(y)), -1),
        x=x.ravel(),
        q=q.ravel(),
        controls=np.empty((UNITS * PERIODS, 0)),
        unit=np.repeat(np.arange(UNITS), PERIODS),
        time=np.tile(np.arange(PERIODS), UNITS),
        regions=np.arange(UNITS) % 4,
    )


def _errors(rng: np.random.Generator, worlds: int) -> np.ndarray:
    shocks = rng.normal(size=(worlds, UNITS, PERIODS + 5))
    for t in range(1, PERIODS + 5):
        shocks[..., t] += 0.5 * shocks[..., t - 1]
    return shocks[..., 5:].reshape(worlds, -1)


def test_f_and_change_are_those_of_regressions_on_dummies() -> None:
    """The least sum of squares over all values, by hand; the change is the coefficient of the upper regime."""
    rng = np.random.default_rng(2)
    panel = _panel(_errors(rng, 1), rng)
    found = main_step(panel, 19, 1)
    units = panel.unit[:, None] == np.arange(UNITS)
    periods = panel.time[:, None] == np.arange(1, PERIODS)
    means = np.array([panel.x[panel.unit == i].mean() for i in range(UNITS)])
    inside = panel.x - means[panel.unit]
    base = np.column_stack([units, periods, panel.q, inside]).astype(float)
    y = panel.y[0]

    def squares(design: np.ndarray) -> tuple[float, float]:
        coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
        return float(((y - design @ coefficients) ** 2).sum()), float(coefficients[-1])

    n = len(y)
    least = int(np.ceil(0.1 * n))
    tried = []
    for value in np.unique(panel.q):
        above = panel.q > value
        if least <= above.sum() <= n - least:
            tried.append((*squares(np.column_stack([base, above * inside])), value))
    best, change, value = min(tried)
    degrees = n - UNITS - (PERIODS - 1)
    # cross-products against least squares on dummies
    assert found.f[0] == pytest.approx((squares(base)[0] - best) * degrees / best, rel=1e-8)
    assert found.change[0] == pytest.approx(change, rel=1e-8)
    assert found.value[0] == value


def test_a_level_of_the_treatment_changes_nothing() -> None:
    """x in other units of its level (a million more) leaves F, threshold and change: no shift of levels is found."""
    y = _errors(np.random.default_rng(3), 1)
    first, second = (main_step(_panel(y, np.random.default_rng(4), level), 19, 1) for level in (0.0, 1e6))
    np.testing.assert_allclose(first.f, second.f, rtol=1e-6)
    np.testing.assert_allclose(first.change, second.change, rtol=1e-6)


def test_size_power_and_what_a_steady_change_is() -> None:
    """No threshold: rejected about once in twenty; a threshold is found; a steady change of slope is none."""
    rng = np.random.default_rng(5)
    panel = _panel(_errors(rng, 200), rng)
    # 5 % and two Monte Carlo errors of 1.5
    assert np.mean(main_step(panel, 99, 1).p < 0.05) < 0.085

    def with_part(part: np.ndarray, worlds: int = 30) -> StepPanel:
        y = panel.y[:worlds] + part
        return StepPanel(y, panel.x, panel.q, panel.controls, panel.unit, panel.time, panel.regions)

    bent = with_part((panel.q > np.median(panel.q)) * panel.inside)
    step = main_step(bent, 99, 1)
    trials = {trial.name: trial for trial in step_trials(bent, step, 99, 1)}
    assert np.mean(step.p < 0.05) > 0.9
    assert np.mean(np.abs(step.value - np.median(panel.q)) < 0.3) > 0.9
    assert np.mean(trials["trends"].passes) > 0.8
    assert np.mean(trials["steady"].passes) > 0.5

    steady = with_part(0.8 * panel.inside * (panel.q - panel.q.mean()))
    step = main_step(steady, 99, 1)
    trials = {trial.name: trial for trial in step_trials(steady, step, 99, 1)}
    assert np.mean(step.p < 0.05) > 0.9
    assert np.mean(trials["steady"].passes) < 0.3  # 10 % by its level


def test_the_detectable_change_is_found_four_times_in_five() -> None:
    """Outcomes with the detectable change are significant in about 80 of 100."""
    rng = np.random.default_rng(6)
    panel = _panel(_errors(rng, 120), rng)
    first = main_step(panel, 199, 1)
    size = detectable_change(panel, first, 199, 1)
    above = panel.q > np.median(panel.q)
    moved = StepPanel(
        panel.y + size * above * panel.inside, panel.x, panel.q, panel.controls, panel.unit, panel.time
    )
    # 72 on average over outcomes that it is made from, 60 to 90 for one of them, whose errors are smaller or larger
    assert 0.55 < np.mean(main_step(moved, 199, 1).p < 0.05) < 0.95
    assert smallest_change(panel, first)[0] < size


def _rows(panel: StepPanel, kept: np.ndarray) -> StepPanel:
    return StepPanel(
        panel.y[:, kept],
        panel.x[kept],
        panel.q[kept],
        panel.controls[kept],
        panel.unit[kept],
        panel.time[kept],
    )


def test_the_size_holds_where_units_have_different_periods() -> None:
    """Random signs need the residuals without a threshold: those of the search reject 13 to 17 of 100 true nulls."""
    rng = np.random.default_rng(7)
    panel = _panel(_errors(rng, 200), rng)
    found = main_step(_rows(panel, rng.random(len(panel.x)) > 0.2), 99, 1)
    # 5 % and two Monte Carlo errors of 1.5
    assert np.mean(found.p < 0.05) <= 0.085
    assert found.p.min() >= 0.01  # one of a hundred: what is observed counts among the draws


def test_what_is_fitted_exactly_is_refused() -> None:
    """Nothing is left to resample: without a threshold, with one, and but for rounding."""
    rng = np.random.default_rng(9)
    panel = _panel(_errors(rng, 1), rng)
    above = panel.inside * (panel.q > np.median(panel.q))
    for y in (2.0 * panel.x, above, above + 1e-9 * rng.normal(size=len(above))):
        exact = StepPanel(y[None], panel.x, panel.q, panel.controls, panel.unit, panel.time)
        with pytest.raises(DataError, match="exactly"):
            main_step(exact, 19, 1)


def test_a_region_that_holds_an_end_of_the_search_is_not_inside() -> None:
    """Either end: what was not searched may belong to it."""
    rng = np.random.default_rng(10)
    errors = _errors(rng, 150)
    panel = _panel(errors, rng)
    step = main_step(panel, 19, 1)
    regions = [step.region(world) for world in range(150)]
    ends = {region.edges for region in regions}
    assert {(True, False), (False, True)} <= ends
    assert not any(inside_middle(panel, region) for region in regions if any(region.edges))
    bent = StepPanel(
        errors + 3.0 * panel.inside * (panel.q > np.median(panel.q)),
        panel.x, panel.q, panel.controls, panel.unit, panel.time,
    )  # fmt: skip
    assert inside_middle(bent, main_step(bent, 19, 1).region(0))


def test_a_condition_that_leaves_nothing_is_not_computed() -> None:
    """Every unit a region of its own."""
    rng = np.random.default_rng(11)
    panel = _panel(_errors(rng, 1), rng)
    y = panel.y + 3.0 * panel.inside * (panel.q > np.median(panel.q))
    alone = StepPanel(y, panel.x, panel.q, panel.controls, panel.unit, panel.time, regions=np.arange(UNITS))
    trials = {trial.name: trial for trial in step_trials(alone, main_step(alone, 99, 1), 99, 1)}
    assert trials["regions"].step is None
    assert trials["regions"].reason is not None
    assert trials["trends"].passes.all()
