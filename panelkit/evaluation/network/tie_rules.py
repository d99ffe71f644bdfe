"""Which scores count as ties: thresholds by row, over all pairs, or a fixed share of the strongest pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import is_real

BoolArray = NDArray[np.bool_]
Threshold = str | float
# of a threshold: a mean of equal scores lies above them by the rounding of its sum, of N terms at most
_ROUNDING = 1e-12

RULES: dict[str, Message] = {
    "row_mean": message("at or above the mean of its row"),
    "row_mean_all": message("at or above the sum of its row over N, the diagonal counted as a zero"),
    "row_median": message("at or above the median of its row"),
    "mean": message("at or above the mean of all pairs"),
    "median": message("at or above the median of all pairs"),
    "positive": message("above zero"),
}


def check_threshold(threshold: Any) -> Threshold:
    """Return a rule of ties: one of `RULES`, or the share of strongest pairs, between 0 and 1.

    Raises
    ------
    SpecError
        If it is neither.
    """
    if isinstance(threshold, str) and threshold in RULES:
        return threshold
    if is_real(threshold) and 0.0 < threshold < 1.0:
        return float(threshold)
    raise SpecError(
        message(
            "threshold is one of {rules} or the share of the strongest pairs between 0 and 1, not {given!r}",
            rules=list(RULES),
            given=threshold,
        )
    )


def rule_said(threshold: Threshold) -> Message:
    """Return a rule of ties in words."""
    if isinstance(threshold, str):
        return message("a tie is a positive score {rule}", rule=RULES[threshold])
    return message("a tie is one of the strongest {share:.0%} of all pairs", share=threshold)


def rule_named(rule: str) -> Message:
    """Return a rule of ties, or a share as it is written, in few words."""
    return (
        RULES[rule] if rule in RULES else message("the strongest {share:.0%} of all pairs", share=float(rule))
    )


def ties_of(scores: FloatArray, threshold: Threshold) -> BoolArray:
    """Return where scores (..., N, N) are ties; scores of zero never are, and no unit has a tie with itself.

    Row means and medians are over the N - 1 others (`row_mean_all`: over N). Where a share of the strongest pairs is
    asked for, pairs that are equal at the border are all in. Scores that differ by rounding alone are equal.
    """
    n = scores.shape[-1]
    off = ~np.eye(n, dtype=bool)
    least = _least(scores, threshold, off) * (1.0 - _ROUNDING)
    return np.asarray((scores >= least) & (scores > 0.0) & off)


def _least(scores: FloatArray, threshold: Threshold, off: BoolArray) -> FloatArray:
    n = scores.shape[-1]
    others = scores[..., off].reshape(*scores.shape[:-2], n, n - 1)
    pairs = others.reshape(*scores.shape[:-2], n * (n - 1))
    if threshold == "row_mean":
        return np.asarray(others.mean(axis=-1)[..., None])
    if threshold == "row_mean_all":
        return np.asarray((others.sum(axis=-1) / n)[..., None])
    if threshold == "row_median":
        return np.asarray(np.median(others, axis=-1)[..., None])
    if threshold == "positive":
        return np.zeros((1, 1))
    if threshold == "mean":
        return np.asarray(pairs.mean(axis=-1)[..., None, None])
    if threshold == "median":
        return np.asarray(np.median(pairs, axis=-1)[..., None, None])
    kept = max(1, round(float(threshold) * n * (n - 1)))
    return np.asarray(np.sort(pairs, axis=-1)[..., -kept][..., None, None])
