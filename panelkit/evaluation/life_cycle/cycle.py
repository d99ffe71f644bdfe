"""How a series is read, and what is found for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from panelkit.evaluation.life_cycle import stages
from panelkit.evaluation.life_cycle.ceiling import Ceiling
from panelkit.evaluation.life_cycle.choice import WaveTest
from panelkit.evaluation.life_cycle.curves import Errors, Measure
from panelkit.evaluation.life_cycle.decline import DeclineTest
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

RIVALS = ("constant_growth", "random_walk")


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How series are read: curves, what the figure is, its errors, Bass's launch, how much is drawn."""

    curves: tuple[str, ...]
    measure: Measure = "flow"
    errors: Errors = "log"
    launch: float | None = None
    reps: int = 999
    horizon: int = 5
    level: float = 0.95


@dataclass(frozen=True, eq=False)
class Cycle(Brief):
    """What was found for one series of n years.

    `criteria` and `weights` by curve and rival; `parameters` by curve; `draws` of parameters (reps, k) by curve of
    weight; `probabilities` (n, 5) of the stages of every year; `dates` (D, 4): estimate, ends and the probability that
    the date has passed; `forecasts` by kind: (horizon, 3) medians and ends on the scale of the figure.
    """

    times: FloatArray
    values: FloatArray
    ways: Ways
    criteria: Mapping[str, float]
    weights: Mapping[str, float]
    parameters: Mapping[str, FloatArray]
    rho: Mapping[str, float]
    fitted: Mapping[str, FloatArray]
    draws: Mapping[str, FloatArray]
    ceilings: Mapping[str, Ceiling]
    probabilities: FloatArray
    dates: FloatArray
    decline: DeclineTest
    waves: WaveTest | None
    forecasts: Mapping[str, FloatArray]

    @property
    def best(self) -> str:
        """Return the curve of most weight, rivals apart."""
        return max((key for key in self.weights if key not in RIVALS), key=lambda key: self.weights[key])

    @property
    def of_curves(self) -> float:
        """Return the weight of all curves together; the rest is that of constant growth and the random walk."""
        return float(sum(weight for key, weight in self.weights.items() if key not in RIVALS))

    @property
    def stage(self) -> str | None:
        """Return the stage of the last year, None where it is undetermined."""
        return self.stages[-1]

    @property
    def stages(self) -> list[str | None]:
        """Return the stage of every year, None where it is undetermined."""
        return [None if at < 0 else stages.STAGES[at] for at in stages.settled(self.probabilities)]
