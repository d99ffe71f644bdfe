"""All that is asked of one series: curves and their weights, stages by year, dates, decline, second leap, forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from panelkit.evaluation.life_cycle import stages
from panelkit.evaluation.life_cycle.ceiling import Ceiling, ceiling_of
from panelkit.evaluation.life_cycle.curves import Curve
from panelkit.evaluation.life_cycle.cycle import RIVALS, Cycle, Ways
from panelkit.evaluation.life_cycle.decline import DeclineTest, decline_test, probability_of_fall
from panelkit.evaluation.life_cycle.fitted import Tried, fitted, weighed
from panelkit.evaluation.life_cycle.fitting import Fits, at_bound, fit_many
from panelkit.evaluation.life_cycle.forecasts import curve_paths, random_walk_paths
from panelkit.evaluation.life_cycle.mixtures import mixed, weighted_quantiles
from panelkit.evaluation.life_cycle.resampled import drawn_series
from panelkit.kernels.within import FloatArray


def life_cycle_of(values: FloatArray, times: FloatArray, ways: Ways, rng: np.random.Generator) -> Cycle:
    """Return the life cycle of one series.

    Parameters
    ----------
    values
        Shape (n,), the figure; of a running total, what it gains in every year.
    times
        Shape (n,), years, one apart.
    ways
        Curves, measure, errors, draws.
    rng
        Generator that all draws come from.
    """
    y = np.log(values) if ways.errors == "log" else values
    (tried,) = fitted(y[None], times, ways)
    weights, waves = weighed(tried, y, times, ways, rng)
    decline = decline_test(y, times, reps=max(ways.reps, 199), rng=rng)
    drawn = refits(tried, weights, times, ways, rng)
    probabilities = stage_probabilities(tried.curves, drawn, weights, times)
    probabilities = with_decline(probabilities, decline, y, rng, falls=ways.measure != "cumulative")
    return Cycle(
        times=times,
        values=values,
        ways=ways,
        criteria=tried.criteria,
        weights=weights,
        parameters={key: fit.theta[0] for key, fit in tried.fits.items()},
        rho={key: float(fit.rho[0]) for key, fit in tried.fits.items()},
        fitted={key: _figure(fit.values[0], ways) for key, fit in tried.fits.items()},
        draws={key: fit.theta for key, fit in drawn.items()},
        ceilings=_ceilings(tried, y, times, ways),
        probabilities=probabilities,
        dates=_dates(tried.curves, drawn, weights, times, ways),
        decline=decline,
        waves=waves,
        forecasts=_forecasts(tried, drawn, weights, y, times, ways, rng),
    )


def _figure(values: FloatArray, ways: Ways) -> FloatArray:
    return np.asarray(np.exp(values) if ways.errors == "log" else values)


# curves of less weight are left out of the draws: they move no probability by more
_LEAST_WEIGHT = 0.005


def refits(
    tried: Tried, weights: Mapping[str, float], times: FloatArray, ways: Ways, rng: np.random.Generator
) -> dict[str, Fits]:
    """Return the refits to series drawn from every curve of weight, and from the best of them in any case."""
    mine = [key for key in weights if key in ways.curves]
    best = max(mine, key=lambda key: weights[key])
    found = {}
    for key in mine:
        if key != best and weights[key] < _LEAST_WEIGHT:
            continue
        fit, curve = tried.fits[key], tried.curves[key]
        series = drawn_series(fit, ways.reps, rng)
        found[key] = fit_many(
            curve, series, times, measure=ways.measure, errors=ways.errors, near=fit.theta[0]
        )
    return found


def stage_probabilities(
    curves: Mapping[str, Curve], drawn: Mapping[str, Fits], weights: Mapping[str, float], times: FloatArray
) -> FloatArray:
    """Return the probabilities (n, 5) of the stages of every year over draws and curves; the rivals' are `open`."""
    found = np.zeros((len(times), len(stages.STAGES)))
    for key, fits in drawn.items():
        shares, falls = stages.shares_of(curves[key], fits.theta, times)
        stage = stages.stages_of(shares, falls, at_bound(curves[key], fits.theta, times))
        counted = (stage[..., None] == np.arange(len(stages.STAGES))).mean(axis=0)
        found += weights[key] * counted
    found[:, stages.OPEN] += np.maximum(1.0 - found.sum(axis=1), 0.0)
    return found


def with_decline(
    probabilities: FloatArray,
    decline: DeclineTest,
    y: FloatArray,
    rng: np.random.Generator,
    *,
    falls: bool = True,
) -> FloatArray:
    """Return the probabilities with what the test of decline says of the years after the peak.

    Where a fall is shown they are in decline with the probability that growth after the peak is negative; where it is
    not, what Bass's curve takes for decline is open. Without `falls` y are the gains of a running total, which grows as
    long as they are positive: that they fall is its growth slowing, from half of its ceiling on.
    """
    found = probabilities.copy()
    found[:, stages.OPEN] += found[:, stages.DECLINE]
    found[:, stages.DECLINE] = 0.0
    if falls and decline.shown:
        after = np.arange(len(y)) >= len(y) - decline.after
        chance = probability_of_fall(y, len(y) - 1 - decline.after, reps=decline.reps, rng=rng)
        found[after] *= 1.0 - chance
        found[after, stages.DECLINE] += chance
    return found


def _dates(
    curves: Mapping[str, Curve],
    drawn: Mapping[str, Fits],
    weights: Mapping[str, float],
    times: FloatArray,
    ways: Ways,
) -> FloatArray:
    """Return median, ends and the probability to have passed (3, 4) of the years at 21.13, 50, 78.87 per cent."""
    parts = {}
    for key, fits in drawn.items():
        dates = stages.dates_of(curves[key], fits.theta, ways.launch)
        dates[at_bound(curves[key], fits.theta, times)] = np.inf
        parts[key] = dates
    draws, mass = mixed(parts, weights)
    tail = (1.0 - ways.level) / 2.0
    ends = weighted_quantiles(draws, mass, (0.5, tail, 1.0 - tail))
    passed = (mass[:, None] * (draws <= times[-1])).sum(axis=0)
    return np.column_stack([ends.T, passed])


def _ceilings(tried: Tried, y: FloatArray, times: FloatArray, ways: Ways) -> dict[str, Ceiling]:
    return {
        key: ceiling_of(
            curve, tried.fits[key], y, times, measure=ways.measure, errors=ways.errors, level=ways.level
        )
        for key, curve in tried.curves.items()
        if key not in ("two_wave", *RIVALS)
    }


def _forecasts(
    tried: Tried,
    drawn: Mapping[str, Fits],
    weights: Mapping[str, float],
    y: FloatArray,
    times: FloatArray,
    ways: Ways,
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    if ways.horizon == 0:
        return {}
    options = {"measure": ways.measure, "errors": ways.errors, "rng": rng}

    def paths(key: str, fits: Fits) -> FloatArray:
        return curve_paths(tried.curves[key], tried.fits[key], fits, y, times, ways.horizon, **options)  # type: ignore[arg-type]

    trend = "constant_growth"
    own = tried.fits[trend]
    series = drawn_series(own, ways.reps, rng)
    refit = fit_many(
        tried.curves[trend], series, times, measure=ways.measure, errors=ways.errors, near=own.theta[0]
    )
    kinds = {
        "curves": mixed({key: paths(key, fits) for key, fits in drawn.items()}, weights),
        trend: mixed({trend: paths(trend, refit)}, {trend: 1.0}),
        "random_walk": mixed({"w": random_walk_paths(y, ways.horizon, ways.reps, rng)}, {"w": 1.0}),
    }
    tail = (1.0 - ways.level) / 2.0
    return {
        kind: _figure(weighted_quantiles(draws, mass, (0.5, tail, 1.0 - tail)).T, ways)
        for kind, (draws, mass) in kinds.items()
    }


def cycles_of(values: FloatArray, times: FloatArray, ways: Ways, rng: np.random.Generator) -> list[Cycle]:
    """Return the life cycle of every series of values (S, n) over the same years; each has a generator of its own."""
    return [
        life_cycle_of(one, times, ways, own) for one, own in zip(values, rng.spawn(len(values)), strict=True)
    ]


def of_stages(cycles: Sequence[Cycle]) -> FloatArray:
    """Return the stage probabilities (S, n, 5) of several series, in the order of `stages.STAGES`."""
    return np.stack([one.probabilities for one in cycles])
