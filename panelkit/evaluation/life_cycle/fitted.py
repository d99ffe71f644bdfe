"""The curves fitted to series, and the weight of each: by AICc, two waves only where they are admitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.life_cycle.choice import (
    WAVE_GAIN,
    WaveTest,
    akaike_weights,
    criterion_of,
    random_walk_criterion,
    test_of_waves,
)
from panelkit.evaluation.life_cycle.curves import Curve, curve_of
from panelkit.evaluation.life_cycle.cycle import Ways
from panelkit.evaluation.life_cycle.endless import endless_growth
from panelkit.evaluation.life_cycle.fitting import Fits, fit_many
from panelkit.kernels.within import FloatArray


@dataclass(frozen=True, eq=False)
class Tried:
    """The curves fitted to one series, and their AICc beside that of rivals that are no curves."""

    curves: Mapping[str, Curve]
    fits: Mapping[str, Fits]
    criteria: Mapping[str, float]


def fitted(y: FloatArray, times: FloatArray, ways: Ways, *, endless: bool = False) -> list[Tried]:
    """Return the curves fitted to every series of y (B, n) over the same years, all at once.

    With `endless` growth that slows and has no ceiling is a rival too, of curves in logarithms.
    """
    keys = (*ways.curves, "constant_growth")
    curves = {key: curve_of(key, ways.measure, ways.launch, origin=float(times.mean())) for key in keys}
    fits = {
        key: fit_many(curve, y, times, measure=ways.measure, errors=ways.errors)
        for key, curve in curves.items()
    }
    criteria = {key: criterion_of(fit) for key, fit in fits.items()}
    criteria["random_walk"] = random_walk_criterion(y)
    if endless:
        criteria |= endless_growth(y, times)
    return [
        Tried(
            curves,
            {key: fit.one(at) for key, fit in fits.items()},
            {key: float(value[at]) for key, value in criteria.items()},
        )
        for at in range(len(y))
    ]


def weighed(
    tried: Tried, y: FloatArray, times: FloatArray, ways: Ways, rng: np.random.Generator
) -> tuple[dict[str, float], WaveTest | None]:
    """Return the Akaike weights of curves and rivals for one series y (n,), and the test of a second wave."""
    waves = _second_wave(tried, y, times, ways, rng)
    kept = {
        key: value
        for key, value in tried.criteria.items()
        if key != "two_wave" or (waves is not None and waves.admitted)
    }
    weights = akaike_weights(np.array(list(kept.values()))).tolist()
    return dict(zip(kept, weights, strict=True)), waves


def _second_wave(
    tried: Tried, y: FloatArray, times: FloatArray, ways: Ways, rng: np.random.Generator
) -> WaveTest | None:
    """Return what speaks for a second wave; the bootstrap is run where AICc falls by more than four."""
    if "two_wave" not in tried.curves:
        return None
    others = {key: value for key, value in tried.criteria.items() if key != "two_wave"}
    against = min(others, key=lambda key: others[key])
    gain = others[against] - tried.criteria["two_wave"]
    if not gain > WAVE_GAIN:
        return WaveTest(gain, against, float("nan"), None, 0)
    single = min((key for key in others if key in tried.curves), key=lambda key: others[key])
    statistic, p_value = test_of_waves(
        (tried.curves[single], tried.fits[single]),
        (tried.curves["two_wave"], tried.fits["two_wave"]),
        y,
        times,
        measure=ways.measure,
        errors=ways.errors,
        reps=ways.reps,
        rng=rng,
    )
    return WaveTest(gain, against, statistic, p_value, ways.reps)
