"""Growth that slows without a ceiling: AICc of the two rivals, and what they keep a claim from saying."""

from __future__ import annotations

import numpy as np
import pytest

from panelkit.evaluation.life_cycle.choice import aicc, log_likelihood
from panelkit.evaluation.life_cycle.endless import endless_growth
from panelkit.evaluation.life_cycle.fitted import fitted
from panelkit.evaluation.life_cycle.passages import passes, stages_seen, ways_of
from panelkit.evaluation.life_cycle.serial import linear_fit

SINCE = np.arange(25.0)
TIMES = 1998.0 + SINCE


def _noise(rng: np.random.Generator, size: float = 0.05) -> np.ndarray:
    return size * rng.normal(size=25)


def test_both_rivals_have_the_likelihood_of_their_own_regression() -> None:
    """The best power and the best break by hand, on series that were made by one of each."""
    rng = np.random.default_rng(1)
    y = np.stack(
        [2.0 * np.log(SINCE + 4.0), 0.14 * np.minimum(SINCE, 10.0) + 0.03 * np.maximum(SINCE - 10.0, 0.0)]
    )
    y = y + np.stack([_noise(rng), _noise(rng)])
    found = endless_growth(y, TIMES)
    power = log_likelihood(linear_fit(np.column_stack([np.ones(25), np.log(SINCE + 4.0)]), y)[1])
    designs = [np.column_stack([np.ones(25), SINCE, np.maximum(SINCE - at, 0.0)]) for at in range(4, 21)]
    broken = np.max([log_likelihood(linear_fit(design, y)[1]) for design in designs], axis=0)
    assert found["slowing_growth"][0] == pytest.approx(aicc(power, 5, 24)[0])
    assert found["broken_growth"][1] == pytest.approx(aicc(broken, 6, 24)[1])
    assert found["slowing_growth"][0] < found["broken_growth"][0]
    assert found["broken_growth"][1] < found["slowing_growth"][1]


def test_a_linear_fit_is_that_of_statsmodels() -> None:
    """Generalised least squares with AR(1) errors at the autocorrelation that is found: sm.GLSAR there."""
    sm = pytest.importorskip("statsmodels.api")
    y = 0.1 * SINCE + np.cumsum(_noise(np.random.default_rng(3)))
    design = np.column_stack([np.ones(25), SINCE])
    theta, residuals, rho = linear_fit(design, y[None])
    order = np.arange(25)
    sigma = rho[0] ** np.abs(order[:, None] - order)
    assert theta[0] == pytest.approx(sm.GLS(y, design, sigma=sigma).fit().params, rel=1e-9)
    assert residuals[0] == pytest.approx(y - design @ theta[0])


def test_what_slows_without_end_passes_no_stage_and_what_saturates_does() -> None:
    rng = np.random.default_rng(5)
    y = np.stack(
        [2.0 * np.log(SINCE + 3.0) + _noise(rng), -np.log1p(np.exp(-0.4 * (SINCE - 11.0))) + _noise(rng)]
    )
    ways = ways_of(25, 49)
    pairs = zip(fitted(y, TIMES, ways, endless=True), y, rng.spawn(2), strict=True)
    seen = [stages_seen(tried, one, TIMES, ways, own) for tried, one, own in pairs]
    assert not passes(seen[0])
    assert seen[1] == ("startup", "growth", "maturity")
