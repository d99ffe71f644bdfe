"""What `fusion_model` returns: growth, interaction and stage of two stocks, with what they say of every province."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.dynamics import fusion_words as words
from panelkit.evaluation.dynamics.equilibria import equilibrium, is_bounded, parameters_of, slowest
from panelkit.evaluation.dynamics.extreme_conditions import extreme_conditions
from panelkit.evaluation.dynamics.shared_rates import SharedRates
from panelkit.evaluation.dynamics.shown import Evaluated, figure, span
from panelkit.evaluation.dynamics.stages import STAGE_WORDS, Stage
from panelkit.evaluation.dynamics.trajectory_fit import TrajectoryFit
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.results.derived import Uncertainty
from panelkit.results.fit import FloatArray
from panelkit.show.canvas import Figure

_ENOUGH = 0.975  # of the draws must have a value, or the end of an interval lies among those that have none


@dataclass(frozen=True, kw_only=True, eq=False)
class FusionModel(Evaluated):
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
        before, drawn = self._parameters(self.fit.shared()[None]), self._parameters(self.draws.mean(axis=1))
        rows = []
        for kind in ("growth", "effect", "interaction"):
            for at, name in enumerate(self.names):
                found = drawn[kind][:, at]
                chances = kind == "effect"  # which has the sign of the interaction
                row = self._row(words.term_of(kind, name), float(before[kind][0, at]), found)
                row["p_positive"] = self.above[at] if chances else np.nan
                row["p_negative"] = self.below[at] if chances else np.nan
                rows.append(row)
        for at, name in enumerate(self.names):
            if name in self.policy:
                raw = float(self.fit.feeds[at])
                rows.append(self._row(words.term_of("policy", name), raw, self.fed_draws[:, at]))
        return pd.DataFrame(rows)

    def equilibria(self) -> pd.DataFrame:
        """Return by unit capacities and equilibrium without policy, in units of the data, stability and "
        "boundedness."""
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
        rows: dict[str, list[tuple[float, bool]]] = {}
        for at in range(len(self.units)):
            for check in extreme_conditions(self.coefficients[at], self.stocks[at, 0], len(self.periods) - 1):
                rows.setdefault(str(check.name), []).append((check.value, check.passed))
        return pd.DataFrame(
            [
                {
                    "check": name,
                    "largest": max((value for value, _ in found if np.isfinite(value)), default=np.nan),
                    "passed": sum(passed for _, passed in found),
                    "units": len(found),
                }
                for name, found in rows.items()
            ]
        )

    def scenario(self, years: int = 5, *, inflow: Mapping[str, float] | None = None) -> Any:
        """Return what the model does in the next `years`, and what an inflow a period would change.

        `inflow` is in means of the stock: {"rd_stock": 0.05} feeds a twentieth of its mean every period. No causal
        effect: interactions are associations of provinces that were fitted.
        """
        from panelkit.evaluation.dynamics.scenarios import scenario

        return scenario(self, years, dict(inflow or {}))

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the parameters as they are shown."""
        beside = self._beside()
        heads = [
            message("Parameter"),
            message("Estimate"),
            message("{level:.0%} interval", level=self.level),
            message("uncorrected"),
            *[message("trajectories")] * bool(beside),
            message("p (>0 | <0)"),
        ]
        rows = [
            [
                words.shown_term(str(row["term"]), self.names).text(language),
                figure(row["estimate"]),
                span(row["conf_low"], row["conf_high"]),
                figure(row["uncorrected"]),
                *[figure(beside.get(str(row["term"]), np.nan))] * bool(beside),
                _chances(row["p_positive"], row["p_negative"]),
            ]
            for row in self.tidy().to_dict("records")
        ]
        return pd.DataFrame(rows, columns=pd.Index([head.text(language) for head in heads]))

    def said(self) -> tuple[Message, ...]:
        """Return stage, bounds, Theil's statistics, rivals and the notes."""
        return (*words.told(self), self.uncertainty.sentence(), *self.notes)

    def plot(
        self, units: list[str] | None = None, *, language: Language = "en", title: str | None = None
    ) -> Figure:
        """Draw observed and simulated stocks of units (two at most) in means of their own, with the band of "
        "the draws."""
        from panelkit.evaluation.dynamics.pictures import trajectory_figure

        return trajectory_figure(self, units, language=language, title=title)

    def plot_phase(self, unit: str, *, language: Language = "en", title: str | None = None) -> Figure:
        """Draw the phase plane of a unit: where neither stock changes, directions, the observed path, the rest."""
        from panelkit.evaluation.dynamics.pictures import phase_figure, place_of

        at = place_of(unit, self.units)
        return phase_figure(
            self.coefficients[at],
            self.means[at],
            self.stocks[at] * self.means[at],
            self.periods,
            self.names,
            language=language,
            title=title,
        )

    def stage_word(self) -> Message:
        """Return the stage in words."""
        return STAGE_WORDS[self.stage]

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

    def _beside(self) -> dict[str, float]:
        """Return the estimates on trajectories by term."""
        if self.trajectories is None:
            return {}
        found = self._parameters(self.trajectories.coefficients.mean(axis=0)[None])
        return {
            words.term_of(kind, name): float(values[0, at])
            for kind, values in found.items()
            for at, name in enumerate(self.names)
        }


def _chances(above: float, below: float) -> str:
    """Return two one-sided p-values in a cell."""
    return figure(np.nan) if np.isnan(above) else f"{figure(above)} | {figure(below)}"
