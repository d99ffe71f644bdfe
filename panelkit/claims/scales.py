"""From a coefficient to the number that a reading claims, and back."""

from __future__ import annotations

import math

from panelkit.claims.file.document import EffectName, Text

_FACTOR: dict[EffectName, float] = {
    "coefficient": 1.0,
    "one_percent_of_treatment": math.log(1.01),
    "percent_of_outcome": 100.0,
}
_SPELLED: dict[EffectName, Text] = {
    "coefficient": Text(en="b", zh="b"),
    "one_percent_of_treatment": Text(en="b ln 1.01", zh="b ln 1.01"),
    "percent_of_outcome": Text(en="100 b", zh="100 b"),
}


def factor(effect: EffectName) -> float:
    """Return what a coefficient is multiplied by to stand beside the claimed number."""
    return _FACTOR[effect]


def spelled(effect: EffectName) -> Text:
    """Return the multiplication as a table prints it."""
    return _SPELLED[effect]
