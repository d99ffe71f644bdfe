"""The other codings of a shipped policy beside the declared one: years, zones or whole provinces, estimators."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.claims.findings import Condition
from panelkit.language.message import Message, listed, message, verbatim
from panelkit.language.register import keys
from panelkit.studies.grid import share_with_sign
from panelkit.studies.tally import NOT_COMPUTED, reason_of

if TYPE_CHECKING:
    from panelkit.claims.designs.policy import PolicyDesign

CODINGS = ("any-zone", "whole-province")
SHIFTS = (0, 1)
OTHER = ("callaway-santanna", "twfe")
"""Estimators that are printed beside imputation: one that compares cell by cell, and the regression of old."""


def codings_of(design: PolicyDesign, frame: pd.DataFrame, direction: float) -> Iterator[Condition]:
    """Yield what the other codings, and other estimators under the declared one, find: printed, decides nothing."""
    shifts = (0,) if design.policy is None else SHIFTS
    codings = CODINGS if design.policy is not None else ("any-zone",)
    mine = design.coding, design.year_shift
    others = [pair for pair in product(codings, shifts) if pair != mine]
    if others:
        said: list[Message] = []
        estimates = []
        for coding, shift in others:
            name = message("{coding}, {shift:+d} {periods}", coding=coding, shift=shift)
            estimates.append(_told(design, frame, coding, shift, "imputation", name, said))
        yield _printed("codings", message("other codings of the policy"), estimates, said, direction)
    said, estimates = [], []
    for key in (one for one in OTHER if one in keys("staggered")):
        estimates.append(_told(design, frame, *mine, key, verbatim(key), said))
    if estimates:
        yield _printed("estimators", message("other estimators"), estimates, said, direction)


def _told(
    design: PolicyDesign,
    frame: pd.DataFrame,
    coding: Any,
    shift: Any,
    estimator: str,
    name: Message,
    said: list[Message],
) -> float:
    """Return an effect and say it; missing, with the reason, where it cannot be computed."""
    try:
        found = design.effect_of(frame, coding, shift, estimator)
    except NOT_COMPUTED as error:
        said.append(message("{name}: cannot be computed ({why})", name=name, why=reason_of(error)))
        return float("nan")
    value, low, high = found
    if np.isnan(low):
        said.append(message("{name}: {value:.3g}", name=name, value=value))
    else:
        said.append(
            message(
                "{name}: {value:.3g} ({low:.3g} to {high:.3g})", name=name, value=value, low=low, high=high
            )
        )
    return value


def _printed(
    key: str, asks: Message, estimates: list[float], said: list[Message], direction: float
) -> Condition:
    share = share_with_sign(estimates, direction, len(estimates))
    return Condition(
        key=key,
        asks=asks,
        outcome="printed",
        found=message("the claimed sign in {share:.0%}: {found}", share=share, found=listed(said)),
        decides=False,
        numbers={"share": share, "n": len(estimates)},
    )
