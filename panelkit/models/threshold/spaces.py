"""How effects are taken out of the columns of a threshold model: exactly, or as Hansen's program of 1999 did.

A space moves columns from the n rows of the panel to the m rows of the regression, `moved = L columns`. The search
needs beside that the adjoint L' of residuals, and what L takes away from the squares of a column by unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.identified import orthonormal_columns
from panelkit.kernels.within import FloatArray, IntArray, Layout, within
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class WithinSpace(Brief):
    """Unit effects, and with `periods` period effects, swept out: L is a projection, m = n."""

    layout: Layout
    periods: bool

    @property
    def degrees(self) -> int:
        """Return the rows less the rank of the effects, Hansen's n(T - 1) in a balanced panel without periods."""
        return self.layout.n - self.layout.absorbed("twoway" if self.periods else "unit")

    @property
    def unit(self) -> IntArray:
        """Return the units (m,) of the rows of the regression."""
        return self.layout.unit

    def moved(self, columns: FloatArray) -> FloatArray:
        """Return the columns (n, k) without their effects."""
        return within(columns, self.layout, "twoway" if self.periods else "unit")

    def adjoint(self, residuals: FloatArray) -> FloatArray:
        """Return L' of residuals (B, m), which are swept already."""
        return residuals

    @cached_property
    def effects(self) -> FloatArray:
        """Return an orthonormal basis (m, p) of the period effects beside those of the units."""
        if not self.periods:
            return np.empty((self.layout.n, 0))
        dummies = (self.layout.time[:, None] == np.arange(1, self.layout.n_times)).astype(np.float64)
        return orthonormal_columns(within(dummies, self.layout, "unit"))

    @cached_property
    def functionals(self) -> tuple[FloatArray, ...]:
        """Return weights (n,) whose squared sums by unit are what L takes from the squares of a column."""
        return (1.0 / np.sqrt(self.layout.unit_counts.astype(np.float64))[self.layout.unit],)


@dataclass(frozen=True, eq=False)
class HansenSpace(Brief):
    """Deviations from means of the unit without the last period, as Hansen's program: balanced, m = N(T - 1)."""

    layout: Layout

    @property
    def degrees(self) -> int:
        """Return N(T - 1), the rows of the regression."""
        return int(self.kept.sum())

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """Mark the rows (n,) that stay."""
        return np.asarray(self.layout.time != self.layout.n_times - 1)

    @property
    def unit(self) -> IntArray:
        """Return the units (m,) of the rows of the regression."""
        return np.asarray(self.layout.unit[self.kept])

    def moved(self, columns: FloatArray) -> FloatArray:
        """Return the deviations (m, k) of columns (n, k)."""
        return within(columns, self.layout, "unit")[self.kept]

    def adjoint(self, residuals: FloatArray) -> FloatArray:
        """Return L' of residuals (B, m): zero in the last period, then deviations from the mean of the unit."""
        whole = np.zeros((len(residuals), self.layout.n))
        whole[:, self.kept] = residuals
        cube = whole.reshape(len(residuals), self.layout.n_units, self.layout.n_times)
        cube -= cube.mean(axis=2, keepdims=True)
        return whole

    @property
    def effects(self) -> FloatArray:
        """Return the basis of period effects, of which there are none."""
        return np.empty((self.degrees, 0))

    @cached_property
    def functionals(self) -> tuple[FloatArray, ...]:
        """Return weights (n,) whose squared sums by unit are what L takes from the squares of a column."""
        share = 1.0 / self.layout.n_times
        return (np.full(self.layout.n, np.sqrt(share)), (~self.kept).astype(np.float64) - share)


Space = WithinSpace | HansenSpace
