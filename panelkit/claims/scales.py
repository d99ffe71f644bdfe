"""From a coefficient to the number that a reading claims, and back."""

from __future__ import annotations

import math

from panelkit.claims.file.parts import EffectName

_FACTOR: dict[EffectName, float] = {
    "coefficient": 1.0,
    "one_percent_of_treatment": math.log(1.01),
    "percent_of_outcome": 100.0,
}


def factor(effect: EffectName) -> float:
    """Return what a coefficient is multiplied by to stand beside the claimed number."""
    return _FACTOR[effect]
