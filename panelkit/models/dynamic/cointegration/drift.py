"""What changes of series are like: how far they drift and spread by unit, and how they move together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

_SAID = 0.25  # standard deviations of a change: a mean drift that is said


@dataclass(frozen=True, eq=False)
class Steps(Brief):
    """Changes of y and x: means (N, 1 + k) in standard deviations, deviations (N, 1 + k), a root of correlations.

    `root` (1 + k, 1 + k) turns independent columns into ones that correlate as changes of all units do.
    """

    mean: FloatArray
    spread: FloatArray
    root: FloatArray

    @property
    def drift(self) -> FloatArray:
        """Return mean changes (N, 1 + k) in the units of the series."""
        return self.mean * self.spread

    @property
    def drifting(self) -> list[int]:
        """Return which of y and x (0, 1, ...) drift so far that it is said."""
        return [int(j) for j in np.flatnonzero(np.sqrt((self.mean**2).mean(axis=0)) > _SAID)]

    def drawn(self, independent: FloatArray) -> FloatArray:
        """Return steps (..., N, T, 1 + k) like those in hand from standard normal ones; spreads are one on average."""
        relative = self.spread / self.spread.mean(axis=0)
        made: FloatArray = (independent @ self.root + self.mean[:, None, :]) * relative[:, None, :]
        return made


def steps_of(y: FloatArray, X: FloatArray, *, drifting: bool) -> Steps:
    """Return what changes of y (N, T) and X (N, T, k) are like; without drifts unless `drifting`.

    Means of units are drawn towards their mean over units by the share of sampling error in their variance, on the
    scale on which units are more alike: that of the series, or in standard deviations of a change.
    """
    changes = np.concatenate([np.diff(y, axis=-1)[..., None], np.diff(X, axis=-2)], axis=-1)
    n, free = changes.shape[1], changes.shape[1] - 1
    mean, spread = changes.mean(axis=1), changes.std(axis=1, ddof=1)
    unit = ((changes - mean[:, None, :]) / spread[:, None, :]).reshape(-1, changes.shape[-1])
    root = np.linalg.qr(unit / np.linalg.norm(unit, axis=0))[1]
    plain, apart = _drawn_together(mean, spread**2 / n)
    own = mean / spread * (1.0 - 3.0 / (4.0 * free - 1.0))
    middle = own.mean(axis=0)
    error = free / max(1.0, free - 2.0) * (1.0 / n + middle**2 / (2.0 * free))
    scaled, scaled_apart = _drawn_together(own, np.broadcast_to(error, own.shape))
    means = np.where(apart < scaled_apart, plain / spread, scaled)
    return Steps(means * float(drifting), spread, root)


def _drawn_together(means: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return means (N, q) of given error variances (N, q) drawn together, and their spread over their mean (q,)."""
    weight = 1.0 / errors
    middle = (weight * means).sum(axis=0) / weight.sum(axis=0)
    between = np.clip(means.var(axis=0, ddof=1) - errors.mean(axis=0), 0.0, None)
    kept = between / (between + errors)
    return middle + kept * (means - middle), np.sqrt(between) / np.abs(middle)
