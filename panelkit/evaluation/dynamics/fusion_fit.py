"""The numbers of a fusion model: parameters with intervals, equilibria, the tests that it has to pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.dynamics.equilibria import equilibrium, is_bounded, parameters_of, slowest
from panelkit.evaluation.dynamics.extreme_conditions import extreme_conditions
from panelkit.evaluation.dynamics.shared_rates import SharedRates
from panelkit.evaluation.dynamics.shown import Evaluated
from panelkit.evaluation.dynamics.stages import STAGE_WORDS, Stage
from panelkit.evaluation.dynamics.trajectory_fit import TrajectoryFit
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Message
from panelkit.results.derived import Uncertainty
from panelkit.results.fit import FloatArray

TERMS: Mapping[str, str] = {
    "growth": "growth of",
    "effect": "effect on",
    "interaction": "interaction on",
    "policy": "policy on",
}
_ENOUGH = 0.975  # of the draws must have a value, or the end of an interval lies among those that have none


def term_of(kind: str, name: str) -> str:
    """Return what a parameter is called in `tidy`."""
    return f"{TERMS[kind]} {name}"


@dataclass(frozen=True, kw_only=True, eq=False)
class FusionFit(Evaluated):
    """Two logistic stocks that act on each other, rates shared by all units; `stocks` (N, T, 2) in own means (N, 2).

    `draws` (B, N, 2, 3) are coefficients reflected at the estimate, so that their middle is free of the bias that
    the draws show. `above` and `below` (2,) are the one-sided p-values of shuffled partners. `statistics` holds
    Theil's statistics in the sample, `held_out` the errors of the last periods beside rivals, `trajectories` the
    second estimate.
    """

    names: tuple[str, str]
    units: tuple[str, ...]
    periods: tuple[int, ...]
    stocks: FloatArray
    means: FloatArray
    fit: SharedRates
    draws: FloatArray
    fed_draws: FloatArray
    decay: FloatArray
    above: FloatArray
    below: FloatArray
    stage: Stage
    share: float
    margin: float
    trajectories: TrajectoryFit | None
    statistics: pd.DataFrame
    held_out: pd.DataFrame
    shuffles: int
    level: float
    uncertainty: Uncertainty
    policy: Mapping[str, str] = field(default_factory=dict)
    levels: Levels = PROVINCIAL

    @property
    def coefficients(self) -> FloatArray:
        """Return the coefficients (N, 2, 3) in own means, free of the bias that the draws show."""
        return np.asarray(np.nanmean(self.draws, axis=0))

    def tidy(self) -> pd.DataFrame:
        """Return one row a parameter: estimate, interval, what least squares gave before the correction, p-values.

        `growth` a period; `effect`, the growth a period that the other stock adds at its mean; `interaction`, a_SI
        and a_IS; `policy`, what one unit of it brings. An interaction without an interval needs a capacity that too
        many draws do not have.
        """
        raw, moved = self.fit.shared()[None], self.draws.mean(axis=1)
        before, drawn = self._parameters(raw), self._parameters(moved)
        # a ratio is reflected as such: reflected coefficients would skew its draws the other way
        drawn["interaction"] = (
            2.0 * before["interaction"] - self._parameters(2.0 * raw - moved)["interaction"]
        )
        rows = []
        for kind in ("growth", "effect", "interaction"):
            for at, name in enumerate(self.names):
                found = drawn[kind][:, at]
                chances = kind == "effect"  # which has the sign of the interaction
                row = self._row(term_of(kind, name), float(before[kind][0, at]), found)
                row["p_positive"] = self.above[at] if chances else np.nan
                row["p_negative"] = self.below[at] if chances else np.nan
                rows.append(row)
        for at, name in enumerate(self.names):
            if name in self.policy:
                brought = float(self.fit.feeds[at])
                rows.append(self._row(term_of("policy", name), brought, self.fed_draws[:, at]))
        return pd.DataFrame(rows)

    def equilibria(self) -> pd.DataFrame:
        """Return by unit capacities and equilibrium without policy, in units of the data, stability and
        boundedness."""
        coefficients = self.coefficients
        rest = equilibrium(coefficients)
        capacity = parameters_of(coefficients, self.decay).capacity * self.means
        last = self.stocks[:, -1] * self.means
        frame: dict[str, Any] = {"unit": self.units}
        for at, name in enumerate(self.names):
            frame[f"capacity of {name}"] = capacity[:, at]
            frame[f"equilibrium of {name}"] = rest[:, at] * self.means[:, at]
            frame[f"last over equilibrium of {name}"] = last[:, at] / (rest[:, at] * self.means[:, at])
        slow = slowest(coefficients, rest)
        stable = pd.array([None if np.isnan(one) else bool(one < 0.0) for one in slow], dtype="boolean")
        return pd.DataFrame(frame).assign(stable=stable, bounded=is_bounded(coefficients))

    def conditions(self) -> pd.DataFrame:
        """Return the tests that the model has to pass whatever its numbers: name, distance, passed; of all units."""
        checks = extreme_conditions(self.coefficients, self.stocks[:, 0], len(self.periods) - 1)
        return pd.DataFrame(
            [
                {
                    "check": str(check.name),
                    "largest": float(max(check.value[np.isfinite(check.value)], default=np.nan)),
                    "passed": int(check.passed.sum()),
                    "units": len(self.units),
                }
                for check in checks
            ]
        )

    def stage_word(self) -> Message:
        """Return the stage in words."""
        return STAGE_WORDS[self.stage]

    def beside(self) -> dict[str, float]:
        """Return the estimates on trajectories by term."""
        if self.trajectories is None:
            return {}
        found = self._parameters(self.trajectories.coefficients.mean(axis=0)[None])
        return {
            term_of(kind, name): float(values[0, at])
            for kind, values in found.items()
            for at, name in enumerate(self.names)
        }

    def _parameters(self, shared: FloatArray) -> dict[str, FloatArray]:
        """Return growth, effect and interaction (B, 2) of shared coefficients (B, 2, 3)."""
        found = parameters_of(shared, self.decay)
        return {"growth": found.growth, "effect": shared[..., 2], "interaction": found.alpha}

    def _row(self, term: str, raw: float, draws: FloatArray) -> dict[str, Any]:
        """Return a row of `tidy`."""
        tail = (1.0 - self.level) / 2.0
        held = draws[np.isfinite(draws)]
        enough = len(held) >= _ENOUGH * len(draws)
        low, middle, high = np.quantile(held, [tail, 0.5, 1.0 - tail]) if enough else [np.nan] * 3
        return {
            "term": term,
            "estimate": float(middle),
            "conf_low": float(low),
            "conf_high": float(high),
            "uncorrected": raw,
        }
