"""Which stages a series is seen to pass: those assigned to its years, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from panelkit.evaluation.life_cycle.choice import LEAST_FOR_TWO
from panelkit.evaluation.life_cycle.cycle import Ways
from panelkit.evaluation.life_cycle.decline import decline_test
from panelkit.evaluation.life_cycle.fitted import Tried, fitted, weighed
from panelkit.evaluation.life_cycle.one_series import refits, stage_probabilities, with_decline
from panelkit.evaluation.life_cycle.stages import ENOUGH, STAGES, settled
from panelkit.kernels.within import FloatArray

_CURVES = ("logistic", "gompertz", "bass", "two_wave")


def passages(
    series: Mapping[str, tuple[FloatArray, FloatArray]], *, reps: int, rng: np.random.Generator
) -> dict[str, tuple[str, ...]]:
    """Return the stages that every series, positive values and their years, is seen in, in order of appearance.

    A stage is seen where one of its years is assigned to it, with probability .8 over draws, curves and rivals. Beside
    constant growth and a random walk these are growths that slow without end, from which a ceiling must be told.
    """
    found = {}
    for (name, (values, times)), own in zip(series.items(), rng.spawn(len(series)), strict=True):
        y, ways = np.log(values), ways_of(len(times), reps)
        (tried,) = fitted(y[None], times, ways, endless=True)
        found[name] = stages_seen(tried, y, times, ways, own)
    return found


def ways_of(n: int, reps: int) -> Ways:
    """Return the curves that n years can tell, with `reps` draws."""
    return Ways(curves=_CURVES if n >= LEAST_FOR_TWO else _CURVES[:-1], reps=reps, horizon=0)


def stages_seen(
    tried: Tried, y: FloatArray, times: FloatArray, ways: Ways, rng: np.random.Generator
) -> tuple[str, ...]:
    """Return the stages that log output y (n,) is seen in; its curves come from `fitted`, beside endless growth.

    Where all curves together weigh less than .8, no draw of them can assign a stage, and none is made: decline alone,
    which has its own test, can be seen.
    """
    weights, _ = weighed(tried, y, times, ways, rng)
    decline = decline_test(y, times, reps=max(ways.reps, 199), rng=rng)
    curved = sum(weight for key, weight in weights.items() if key in ways.curves) >= ENOUGH
    drawn = refits(tried, weights, times, ways, rng) if curved else {}
    chances = with_decline(stage_probabilities(tried.curves, drawn, weights, times), decline, y, rng)
    return tuple(dict.fromkeys(STAGES[at] for at in settled(chances) if at >= 0))


def passes(seen: Sequence[str]) -> bool:
    """Return whether a later stage is seen after an earlier one."""
    order = [STAGES.index(stage) for stage in seen]
    return any(after > before for at, before in enumerate(order) for after in order[at + 1 :])


def lowest_share(count: int, of: int, level: float = 0.95) -> float:
    """Return the lower end of the interval of Clopper and Pearson (1934) for a share of `of` draws."""
    return float(stats.beta.ppf((1.0 - level) / 2.0, count, of - count + 1)) if count else 0.0


def detectable_distance(of: int, bound: float, power: float = 0.8) -> float:
    """Return how far above a bound a share must lie for its lowest share to clear the bound four times in five.

    NaN where no count clears it.
    """
    clears = [count for count in range(of + 1) if lowest_share(count, of) > bound]
    if not clears:
        return float("nan")
    shares = np.linspace(0.0, 1.0, 1001)
    reached = stats.binom.sf(clears[0] - 1, of, shares) >= power
    return float(max(shares[reached.argmax()] - bound, 0.0))
