"""One slope a world: least squares on swept columns, and the same without each unit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief
from panelkit.studies.scrutiny.cube import Mask
from panelkit.studies.scrutiny.nuisance import Nuisance

# a regressor with less than this share of its squares left is absorbed
_ABSORBED = 1e-12
# squares below this share of those of its level are what rounding left
_ROUNDING = 1e-28
_LOST = 1e-9


@dataclass(frozen=True, eq=False)
class Slopes(Brief):
    """W regressions of `y` on `x`, both (W, N, T) and swept; `slope` and `size` = x'x are (W,).

    `beside` (W, N, T, m) is an orthonormal basis of what else is regressed on in each world, and swept out of both.
    A slope is missing where x is absorbed.
    """

    nuisance: Nuisance
    x: FloatArray
    y: FloatArray
    size: FloatArray
    slope: FloatArray
    beside: FloatArray

    @property
    def rows(self) -> int:
        return int(self.nuisance.held.sum())

    @cached_property
    def residuals(self) -> FloatArray:
        """Return what x leaves of y, (W, N, T)."""
        left: FloatArray = self.y - self.slope[:, None, None] * self.x
        return left

    def by_unit(self, columns: FloatArray) -> FloatArray:
        """Return the sums by unit of columns (W, N, T) times the basis of all regressors, (W, N, p)."""
        common = self.nuisance.common
        if len(common) == 1:
            shared = np.matmul(columns.transpose(1, 0, 2), common[0]).transpose(1, 0, 2)
        else:
            shared = np.matmul(columns[:, :, None, :], common)[:, :, 0, :]
        own = np.matmul(columns[:, :, None, :], self.beside)[:, :, 0, :]
        focal = (columns * self.x).sum(axis=-1, keepdims=True) / np.sqrt(self.size)[:, None, None]
        return np.concatenate([shared, own, focal], axis=-1)

    def without_each(self) -> FloatArray:
        """Return the slopes with each unit left out and everything else estimated anew, (W, N).

        Missing where a deletion leaves nothing of x. Regressors `beside` are not carried here.
        """
        common = self.nuisance.common
        gram = np.einsum("wntr,wnts->wnrs", common, common)
        values, vectors = np.linalg.eigh(np.eye(gram.shape[-1]) - gram)
        inverse = np.where(values > _LOST, 1.0 / np.where(values > _LOST, values, 1.0), 0.0)
        moved = [self._taken(column, vectors) for column in (self.x, self.y)]
        left = []
        for a, b in ((0, 0), (0, 1)):
            first, second = (self.x, self.y)[a], (self.x, self.y)[b]
            own = (first * second).sum(axis=-1)
            left.append(own.sum(axis=1, keepdims=True) - own - (inverse * moved[a] * moved[b]).sum(axis=-1))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(left[0] > _LOST * self.size[:, None], left[1] / left[0], np.nan)

    def _taken(self, column: FloatArray, vectors: FloatArray) -> FloatArray:
        """Return what a unit's rows share with the common columns, in the directions given, (W, N, r)."""
        common = self.nuisance.common
        if len(common) == 1:
            sums = np.matmul(column.transpose(1, 0, 2), common[0]).transpose(1, 0, 2)
        else:
            sums = np.matmul(column[:, :, None, :], common)[:, :, 0, :]
        return np.matmul(sums[:, :, None, :], vectors)[:, :, 0, :]


def slopes(nuisance: Nuisance, x: FloatArray, y: FloatArray, beside: FloatArray | None = None) -> Slopes:
    """Regress y on x, (W, N, T) each, after sweeping.

    Parameters
    ----------
    nuisance
        What is projected out in every world.
    x, y
        Shapes (W, N, T).
    beside
        Shape (W, N, T): one more regressor, another in every world.

    Returns
    -------
    Slopes
    """
    (x, level), (y, _) = _centred(x, nuisance.held), _centred(y, nuisance.held)
    total = (x**2).sum(axis=(1, 2))
    absorbed = np.maximum(_ABSORBED * total, _ROUNDING * nuisance.held.sum() * level**2)
    x, y = nuisance.sweep(x), nuisance.sweep(y)
    basis = np.empty((*x.shape, 0))
    if beside is not None:
        other = nuisance.sweep(_centred(beside, nuisance.held)[0])
        norm = np.sqrt((other**2).sum(axis=(1, 2), keepdims=True))
        other = other / np.where(norm > 0.0, norm, 1.0)
        basis = other[..., None]
        for _ in range(2):
            x, y = (c - other * (other * c).sum(axis=(1, 2), keepdims=True) for c in (x, y))
    size = (x**2).sum(axis=(1, 2))
    size = np.where(size > absorbed, size, np.nan)
    return Slopes(nuisance, x, y, size, (x * y).sum(axis=(1, 2)) / size, basis)


def _centred(columns: FloatArray, held: Mask) -> tuple[FloatArray, FloatArray]:
    """Return columns (W, N, T) less their mean over the rows, zero in holes, and the means (W,).

    Every design sweeps a constant out, and a level that is large beside the movements takes digits from them.
    """
    level = columns[:, held].mean(axis=1)
    return np.where(held, columns - level[:, None, None], 0.0), level


def jackknife_error(estimates: FloatArray, without: FloatArray) -> FloatArray:
    """Return the delete-one-unit standard errors of estimates (W,) from those without each unit (W, N).

    Around the estimate of the whole sample, as CRV3; missing where a deletion loses the slope.
    """
    groups = without.shape[1]
    moves = without - estimates[:, None]
    made: FloatArray = np.sqrt((groups - 1) / groups * (moves**2).sum(axis=1))
    return made
