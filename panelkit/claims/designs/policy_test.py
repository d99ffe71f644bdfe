"""The main test of a policy's effect: by its error where enough units are treated, else by dealt dates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.language.message import Message, message, verbatim
from panelkit.models.policy.effects.randomisation import FEW_TREATED, Randomised
from panelkit.models.policy.effects.result import PolicyEffects
from panelkit.show.brief import Brief
from panelkit.studies.adoption.sizes import found_by_width


@dataclass(frozen=True, kw_only=True)
class PolicyTest(Brief):
    """The average effect with the intervals that decide, 95 % and 90 %, and its p.

    `error` and `df` are missing where dealt dates decide, and `detectable` holds what they find four times in five.
    """

    value: float
    low: float
    high: float
    inner_low: float
    inner_high: float
    p: float
    error: float = math.nan
    df: float = math.nan
    detectable: float = math.nan
    few: bool
    by: Message
    treated: int
    units: int
    years: str

    def sentence(self) -> Message:
        """Return the effect in words, and how it was tested."""
        return message(
            "Average effect on the treated {value:.3g}, 95 % interval {low:.3g} to {high:.3g}, p {p:.3g} ({treated} of "
            "{n} {units} treated, {years}; {by}).",
            value=self.value,
            low=self.low,
            high=self.high,
            p=self.p,
            treated=self.treated,
            n=self.units,
            years=verbatim(self.years),
            by=self.by,
        )


def policy_test(fit: PolicyEffects, dealt: PolicyEffects) -> PolicyTest:
    """Return the main test of the average effect, by its errors or, where few units are treated, by dealt dates."""
    treated, periods = int(fit.facts["n_treated"]), fit.panel.periods
    few = treated < FEW_TREATED or not np.isfinite(fit.covariance[0, 0])
    return PolicyTest(
        value=float(fit.estimates[0]),
        few=few,
        treated=treated,
        units=int(fit.facts["n_units"]),
        years=f"{periods[0]:.0f}-{periods[-1]:.0f}",
        **(_by_dealing(dealt, treated) if few else _by_error(fit)),
    )


def _by_error(fit: PolicyEffects) -> dict[str, Any]:
    (low, high), (inner_low, inner_high) = (fit.conf_int(level).iloc[0] for level in (0.95, 0.90))
    df = float(np.broadcast_to(np.asarray(fit.df, dtype=float), fit.estimates.shape)[0])
    return {
        "low": float(low),
        "high": float(high),
        "inner_low": float(inner_low),
        "inner_high": float(inner_high),
        "p": float(fit.p_values.iloc[0]),
        "error": float(np.sqrt(fit.covariance[0, 0])),
        "df": df,
        "by": message("errors by {unit}, {df:.0f} degrees of freedom", df=df),
    }


def _by_dealing(dealt: PolicyEffects, treated: int) -> dict[str, Any]:
    (low, high), (inner_low, inner_high) = (dealt.conf_int(level).iloc[0] for level in (0.95, 0.90))
    return {
        "low": float(low),
        "high": float(high),
        "inner_low": float(inner_low),
        "inner_high": float(inner_high),
        "p": float(dealt.p_values.iloc[0]),
        "detectable": found_by_width(float(low), float(high), max(treated - 1.0, 1.0)),
        "by": message(
            "fewer than {few} treated {units}: dates of adoption dealt to others, {assignments}",
            few=FEW_TREATED,
            assignments=assignments(drawn_of(dealt)),
        ),
    }


def drawn_of(dealt: PolicyEffects) -> Randomised:
    """Return what was drawn for effects by randomisation."""
    assert isinstance(dealt.drawn, Randomised)  # asked for
    return dealt.drawn


def assignments(drawn: Randomised) -> Message:
    """Return how many other assignments were taken."""
    if drawn.enumerated:
        return message("all {n} other assignments", n=drawn.reps)
    return message("{n} assignments", n=drawn.reps)
