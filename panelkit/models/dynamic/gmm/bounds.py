"""Where an estimate of persistence lies between pooled least squares, biased upwards, and within, biased downwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.identified import dependent_terms, least_squares
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.message import Message, message
from panelkit.models.dynamic.gmm.rows import DynamicRows
from panelkit.show.brief import Brief

_STILL = 1e-9


@dataclass(frozen=True, eq=False)
class Bounds(Brief):
    """The sum of the coefficients of own lags: by least squares pooled and within, by the fit, and its largest root."""

    pooled: float
    within: float
    estimate: float
    root: float

    def sentence(self) -> Message:
        """Say on which side of the two least-squares estimates the fit lies (Bond 2002)."""
        told = {"estimate": self.estimate, "within": self.within, "pooled": self.pooled}
        if self.within <= self.estimate <= self.pooled:
            return message(
                "own lags sum to {estimate:.4f}, between within ({within:.4f}, biased downwards) and pooled least "
                "squares "
                "({pooled:.4f}, biased upwards)",
                **told,
            )
        if self.estimate < self.within:
            return message(
                "own lags sum to {estimate:.4f}, below within least squares ({within:.4f}, itself biased downwards; "
                "pooled "
                "{pooled:.4f}): the instruments are weak or not valid",
                **told,
            )
        return message(
            "own lags sum to {estimate:.4f}, above pooled least squares ({pooled:.4f}, itself biased upwards; within "
            "{within:.4f}): the instruments are not valid, or the sample is small",
            **told,
        )


def bounds_of(rows: DynamicRows, own: dict[str, int], params: FloatArray) -> Bounds | None:
    """Return the bounds on the rows of the fit; None without a lag of the outcome."""
    at = [rows.names.index(name) for name in own if name in rows.names]
    if not at:
        return None
    everyone = np.zeros(len(rows.y), dtype=np.int64)
    pooled = _slopes(rows, everyone, at)
    within = _slopes(rows, rows.unit, at)
    return Bounds(
        pooled,
        within,
        float(params[at].sum()),
        largest_root(dict(zip(own.values(), params[at], strict=True))),
    )


def largest_root(lags: dict[int, float]) -> float:
    """Return the largest modulus of the roots of y_t = sum_l a_l y_(t-l)."""
    last = max(lags)
    companion = np.zeros((last, last))
    companion[0, [lag - 1 for lag in lags]] = list(lags.values())
    companion[np.arange(1, last), np.arange(last - 1)] = 1.0
    return float(np.abs(np.linalg.eigvals(companion)).max())


def _slopes(rows: DynamicRows, groups: IntArray, at: list[int]) -> float:
    """Return the sum of the slopes of columns by least squares after group means are taken off."""
    both = np.column_stack([rows.X, rows.y])
    counts = np.bincount(groups).astype(float)
    means = np.stack([np.bincount(groups, column) / counts for column in both.T], axis=1)
    left = both - means[groups]
    size = np.abs(both).max(axis=0)
    moving = np.abs(left).max(axis=0) > _STILL * np.where(size > 0.0, size, 1.0)
    kept = np.flatnonzero(moving[:-1])
    if not moving[at].all():
        return float("nan")
    kept = kept[~dependent_terms(left[:, kept])]
    slopes = dict(zip(kept.tolist(), least_squares(left[:, kept], left[:, -1]), strict=True))
    return float(sum(slopes.get(j, np.nan) for j in at))
