"""The other codings of a shipped policy beside the declared one: years, zones or whole provinces, estimators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from panelkit.claims.findings import Condition
from panelkit.data.policies import Coding, Shift
from panelkit.language.message import Message, listed, message, verbatim
from panelkit.language.register import keys
from panelkit.studies.grid import share_with_sign
from panelkit.studies.tally import NOT_COMPUTED, reason_of

CODINGS: tuple[Coding, ...] = ("any-zone", "whole-province")
SHIFTS: tuple[Shift, ...] = (0, 1)
OTHER = ("callaway-santanna", "twfe")
"""Estimators that are printed beside imputation: one that compares cell by cell, and the regression of old."""

EffectOf = Callable[[Coding, Shift, str], tuple[float, float, float]]
"""From a coding, a shift of years and an estimator to the effect with the ends of its interval."""


def codings_of(
    mine: tuple[Coding, Shift], effect_of: EffectOf, direction: float, *, recorded: bool
) -> Iterator[Condition]:
    """Yield what other codings, and other estimators under the declared one, find: printed, decides nothing.

    Parameters
    ----------
    mine
        The declared coding and shift of years.
    effect_of
        Computes one.
    direction
        The claimed sign, 1 or -1.
    recorded
        Whether the dates are those of a shipped policy, which has other codings.
    """
    others = [pair for pair in product(CODINGS, SHIFTS) if pair != mine] if recorded else []
    if others:
        named = [
            (message("{coding}, dates {shift:+d}", coding=coding, shift=shift), (coding, shift, "imputation"))
            for coding, shift in others
        ]
        yield _printed("codings", message("other codings of the policy"), named, effect_of, direction)
    estimators = [(verbatim(key), (*mine, key)) for key in OTHER if key in keys("staggered")]
    if estimators:
        yield _printed("estimators", message("other estimators"), estimators, effect_of, direction)


def _printed(
    key: str,
    asks: Message,
    named: list[tuple[Message, tuple[Coding, Shift, str]]],
    effect_of: EffectOf,
    direction: float,
) -> Condition:
    told = [_told(name, effect_of, which) for name, which in named]
    share = share_with_sign([value for value, _ in told], direction, len(told))
    return Condition(
        key=key,
        asks=asks,
        outcome="printed",
        found=message(
            "the claimed sign in {share:.0%}: {found}", share=share, found=listed(said for _, said in told)
        ),
        decides=False,
        numbers={"share": share, "n": len(told)},
    )


def _told(name: Message, effect_of: EffectOf, which: tuple[Coding, Shift, str]) -> tuple[float, Message]:
    """Return an effect and what is said of it; missing, with the reason, where it cannot be computed."""
    try:
        value, low, high = effect_of(*which)
    except NOT_COMPUTED as error:
        return np.nan, message("{name}: cannot be computed ({why})", name=name, why=reason_of(error))
    if np.isnan(low):
        return value, message("{name}: {value:.3g}", name=name, value=value)
    return value, message(
        "{name}: {value:.3g} ({low:.3g} to {high:.3g})", name=name, value=value, low=low, high=high
    )
