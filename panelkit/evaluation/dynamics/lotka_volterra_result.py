"""What `lotka_volterra` returns: one system a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.evaluation.dynamics.equilibria import equilibrium, is_bounded, slowest
from panelkit.evaluation.dynamics.one_system import ENOUGH_UNITS
from panelkit.evaluation.dynamics.shown import Evaluated, compact, figure, named_units, shown_units, span
from panelkit.evaluation.dynamics.stages import CHANCE, LEAST, STAGE_WORDS, Stage
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Language, Message, message
from panelkit.results.derived import Uncertainty
from panelkit.results.fit import FloatArray
from panelkit.show.canvas import Figure


@dataclass(frozen=True, kw_only=True, eq=False)
class LotkaVolterra(Evaluated):
    """A system of two stocks for every unit, all stocks in means of their own.

    `coefficients` (N, 2, 3): growth, own effect, cross effect; `draws` (B, N, 2, 3), reflected at the estimate, so
    that their middle is free of the bias that the draws show; `above` and `below` (N, 2) one-sided p-values of the
    effects; `stage` and `share` what the signs say.
    """

    names: tuple[str, str]
    units: tuple[str, ...]
    periods: tuple[int, ...]
    values: FloatArray
    means: FloatArray
    coefficients: FloatArray
    draws: FloatArray
    above: FloatArray
    below: FloatArray
    stage: tuple[Stage, ...]
    share: FloatArray
    shares: Mapping[Stage, FloatArray]
    margin: float
    level: float
    uncertainty: Uncertainty
    levels: Levels = PROVINCIAL

    def effects(self) -> FloatArray:
        """Return the effects (N, 2): the middle of the draws, which are reflected at least squares; NaN without any."""
        held = np.isfinite(self.draws[..., 2]).any(axis=0)
        middle = np.nanmedian(np.where(held, self.draws[..., 2], 0.0), axis=0)
        return np.asarray(np.where(held, middle, np.nan))

    def intervals(self) -> tuple[FloatArray, FloatArray]:
        """Return low and high ends (N, 2) of the effects; NaN where fewer than nine in ten draws could be fitted."""
        effects = self.draws[..., 2]
        enough = np.isfinite(effects).mean(axis=0) >= 0.9
        tail = (1.0 - self.level) / 2.0
        filled = np.where(enough, effects, 0.0)
        low, high = np.nanquantile(filled, [tail, 1.0 - tail], axis=0)
        return np.where(enough, low, np.nan), np.where(enough, high, np.nan)

    def tidy(self) -> pd.DataFrame:
        """Return one row a unit and stock: coefficients in own means, the effect with interval and p-values."""
        low, high = self.intervals()
        effects = self.effects()
        rest, slow, held = self.rest()
        rows = [
            {
                "unit": name,
                "stock": self.names[at],
                "growth": self.coefficients[i, at, 0],
                "own": self.coefficients[i, at, 1],
                "effect": effects[i, at],
                "uncorrected": self.coefficients[i, at, 2],
                "conf_low": low[i, at],
                "conf_high": high[i, at],
                "p_positive": self.above[i, at],
                "p_negative": self.below[i, at],
                "equilibrium": rest[i, at],
                "stable": None if np.isnan(slow[i]) else bool(slow[i] < 0.0),
                "bounded": bool(held[i]) if np.isfinite(self.coefficients[i]).all() else None,
                "stage": self.stage[i],
                "share": self.share[i],
            }
            for i, name in enumerate(self.units)
            for at in (0, 1)
        ]
        # a system without an equilibrium, or without an estimate, is neither stable nor not
        return pd.DataFrame(rows).astype({"stable": "boolean", "bounded": "boolean"})

    def stages(self) -> pd.DataFrame:
        """Return unit, stage and the share of the draws in the likeliest stage."""
        return pd.DataFrame({"unit": self.units, "stage": self.stage, "share": self.share})

    def rest(self) -> tuple[FloatArray, FloatArray, np.ndarray]:
        """Return equilibria (N, 2) in units of the data, the slowest root there (N,), and whether each is bounded."""
        found = equilibrium(self.coefficients)
        return found * self.means, slowest(self.coefficients, found), is_bounded(self.coefficients)

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return one row a unit: both effects with intervals, the equilibrium, the stage."""
        low, high = self.intervals()
        effects = self.effects()
        rest, slow, _ = self.rest()
        heads = [
            message("{unit}").spoken(*self.levels),
            message("effect on {column}", column=self.names[0]),
            message("its {level:.0%} interval", level=self.level),
            message("on {column}", column=self.names[1]),
            message("{level:.0%} interval", level=self.level),
            message("equilibrium"),
            message("stable"),
            message("stage"),
            message("share"),
        ]
        yes, no = message("yes").text(language), message("no").text(language)
        rows = [
            [
                name,
                figure(effects[i, 0]),
                span(low[i, 0], high[i, 0], 2),
                figure(effects[i, 1]),
                span(low[i, 1], high[i, 1], 2),
                f"{compact(rest[i, 0])}, {compact(rest[i, 1])}",
                "–" if np.isnan(slow[i]) else yes if slow[i] < 0.0 else no,
                STAGE_WORDS[self.stage[i]].text(language),
                figure(self.share[i], 2),
            ]
            for i, name in enumerate(shown_units(self.units, language))
        ]
        return pd.DataFrame(rows, columns=pd.Index([head.text(language) for head in heads]))

    def said(self) -> tuple[Message, ...]:
        """Return the counts of stages, how they are named, and the notes."""
        named = [one for one in self.stage if one != "undetermined"]
        counts = [
            message("{stage} {count}", stage=STAGE_WORDS[stage], count=named.count(stage))
            for stage in dict.fromkeys(named)
        ]
        told = (
            message(
                "{named} of {count} {units} have a stage: {stages}",
                named=len(named),
                count=len(self.units),
                stages=counts,
            )
            if named
            else message("no {unit} has a stage that the figures determine")
        )
        return (
            told.spoken(*self.levels),
            message(
                "effect: growth a {period} that the other stock adds at its mean; below {margin:g} either way it "
                "counts as none",
                margin=self.margin,
            ).spoken(*self.levels),
            _rule(),
            *self._alike(),
            *self._drawn(),
            self.uncertainty.sentence(),
            *self.notes,
        )

    def _alike(self) -> tuple[Message, ...]:
        found = np.asarray(np.isfinite(self.coefficients).all(axis=(1, 2)))
        lost = [name for name, held in zip(self.units, found, strict=True) if not held]
        if not lost:
            return ()
        return (
            message(
                "no system could be fitted where one stock is nearly a multiple of the other, or constant: "
                "{units_named}",
                units_named=named_units(lost),
            ),
        )

    def _drawn(self) -> tuple[Message, ...]:
        if len(self.units) >= ENOUGH_UNITS:
            return ()
        said = message(
            "of fewer than {least} {units} the errors are drawn {period} by {period}: where they are serially "
            "correlated a stage is named too often",
            least=ENOUGH_UNITS,
        )
        return (said.spoken(*self.levels),)

    def plot_phase(self, unit: str, *, language: Language = "en", title: str | None = None) -> Figure:
        """Draw the phase plane of a unit: where neither stock changes, directions, the observed path, the rest."""
        from panelkit.evaluation.dynamics.pictures import phase_figure, place_of

        at = place_of(unit, self.units)
        return phase_figure(
            self.coefficients[at],
            self.means[at],
            self.values[at],
            self.periods,
            self.names,
            language=language,
            title=title,
        )


def _rule() -> Message:
    return message(
        "a stage is named where {least:.0%} of the draws agree and each sign has p <= {chance:g} against stocks "
        "that do not act on each other; two series that grow together are no evidence of it",
        least=LEAST,
        chance=CHANCE,
    )
