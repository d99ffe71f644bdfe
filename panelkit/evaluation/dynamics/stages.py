"""What two stocks are to each other: mutualism, competition and the rest, by the signs of their effects.

A sign is that of the growth a period which the other stock adds at its mean; below `margin` either way it counts as
none. A stage is named where its share of the draws reaches `LEAST`, and where every sign in it is also beyond
chance: otherwise it is undetermined.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term
from panelkit.language.options import check_number
from panelkit.results.fit import FloatArray

Stage = Literal[
    "mutualism", "commensalism", "parasitism", "amensalism", "competition", "neutral", "undetermined"
]
STAGES: tuple[Stage, ...] = get_args(Stage)[:-1]
LEAST = 0.8
CHANCE = 0.05
MARGIN = 0.01  # one percentage point of growth a period

STAGE_WORDS: Mapping[Stage, Message] = {
    "mutualism": term("stage of two stocks", "mutualism"),
    "commensalism": term("stage of two stocks", "commensalism"),
    "parasitism": term("stage of two stocks", "parasitism"),
    "amensalism": term("stage of two stocks", "amensalism"),
    "competition": term("stage of two stocks", "competition"),
    "neutral": term("stage of two stocks", "neutral"),
    "undetermined": term("stage of two stocks", "undetermined"),
}

_SIGNS: Mapping[Stage, tuple[tuple[int, int], ...]] = {
    "mutualism": ((1, 1),),
    "commensalism": ((1, 0), (0, 1)),
    "parasitism": ((1, -1), (-1, 1)),
    "amensalism": ((-1, 0), (0, -1)),
    "competition": ((-1, -1),),
    "neutral": ((0, 0),),
}


def checked_margin(margin: float) -> float:
    """Return a margin of 0 or more.

    Raises
    ------
    SpecError
        If it is below zero, where every effect would have a sign.
    """
    if check_number("margin", margin) < 0.0:
        raise SpecError(message("margin is 0 or more, not {given:g}", given=margin))
    return float(margin)


def signs(effects: FloatArray, margin: float = MARGIN) -> FloatArray:
    """Return -1, 0 or 1 of effects (..., 2); NaN is kept."""
    with np.errstate(invalid="ignore"):
        found = np.sign(effects) * (np.abs(effects) >= margin)
    return np.asarray(np.where(np.isnan(effects), np.nan, found))


def stage_shares(draws: FloatArray, margin: float = MARGIN) -> dict[Stage, FloatArray]:
    """Return the share (...,) of each stage among draws of effects (B, ..., 2).

    A draw without an effect (NaN) counts for no stage, and so against all.
    """
    found = signs(draws, margin)
    return {
        stage: np.asarray(
            sum((found == np.array(pair)).all(axis=-1).mean(axis=0) for pair in pairs), dtype=float
        )
        for stage, pairs in _SIGNS.items()
    }


def assigned_stages(
    draws: FloatArray, above: FloatArray, below: FloatArray, margin: float = MARGIN
) -> tuple[np.ndarray, FloatArray]:
    """Return stages (...,) and the share of the likeliest one, of draws (B, ..., 2).

    `above` and `below` (..., 2) are one-sided p-values of positive and of negative effects. A stage needs `LEAST`
    of the draws, and each sign of the pair that the draws take most often in it p <= `CHANCE`.
    """
    found = signs(draws, margin)
    best = np.full(draws.shape[1:-1], "undetermined", dtype=object)
    highest = np.zeros(draws.shape[1:-1])
    for stage, pairs in _SIGNS.items():
        each = np.stack([(found == np.array(pair)).all(axis=-1).mean(axis=0) for pair in pairs])
        share, chosen = each.sum(axis=0), np.array(pairs)[each.argmax(axis=0)]
        p = np.where(chosen > 0, above, np.where(chosen < 0, below, 0.0))
        named = (share >= LEAST) & (p <= CHANCE).all(axis=-1)
        best[named] = stage
        highest = np.maximum(highest, share)
    return best, highest
