"""What one fit of a batch is: its sample, its weights, and how its likelihood sweeps and counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from panelkit.kernels.within import Effects, FloatArray
from panelkit.models.spatial.conventions import SpatialConvention
from panelkit.models.spatial.likelihood import Counting
from panelkit.models.spatial.shell import DURBIN, ERROR, LAGGED, Model
from panelkit.show.brief import Brief
from panelkit.spatial.normalising import UNIT_SUM
from panelkit.spatial.spectrum import EDGE, EigenSpectrum, build_spectrum

GRID = 41
_OUTSIDE = 10  # points of a lopsided interval beyond -reach and reach


@dataclass(frozen=True, eq=False)
class Cube(Brief):
    """A balanced sample: y (N, T) and X (N, T, k), raw."""

    y: FloatArray
    X: FloatArray


@dataclass(frozen=True, eq=False)
class Neighbours(Brief):
    """A weights matrix (N, N) as it enters a likelihood; nothing is normalised here.

    `alike` is one with the same eigenvalues, where there is one.
    """

    matrix: FloatArray
    alike: Neighbours | None = None

    @cached_property
    def spectrum(self) -> EigenSpectrum:
        """Return its eigenvalues."""
        if self.alike is not None:
            return self.alike.spectrum
        spectrum = build_spectrum(sparse.csr_array(self.matrix), "eigen")
        if not isinstance(spectrum, EigenSpectrum):  # what the method "eigen" returns
            raise TypeError(type(spectrum).__name__)
        return spectrum

    def reordered(self, order: NDArray[np.int64]) -> Neighbours:
        """Return the matrix with rows and columns taken in another order: its eigenvalues are the same."""
        return Neighbours(self.matrix[np.ix_(order, order)], self)

    @cached_property
    def row_standardised(self) -> bool:
        """Return whether every row sums to one."""
        return bool(np.abs(self.matrix.sum(axis=1) - 1.0).max() < UNIT_SUM)

    @cached_property
    def values(self) -> NDArray[Any]:
        """Return the eigenvalues (N,)."""
        return self.spectrum.values

    @cached_property
    def values_without_one(self) -> NDArray[Any]:
        """Return the eigenvalues (N,) with zero in place of the one that is one: those of F_N' W F_N."""
        values = self.values.copy()
        values[int(np.argmin(np.abs(values - 1.0)))] = 0.0
        return values

    def ends(self, *, without_one: bool) -> tuple[float, float]:
        """Return where a spatial parameter is searched, as `maximum.search_interval` does."""
        low, high = self.spectrum.interval
        low, high = max(low, -1e3), min(high, 1e3)
        if without_one:
            high = min(high, 1.0)
        edge = EDGE * (high - low)
        return low + edge, high - edge

    def grid(self, *, without_one: bool) -> FloatArray:
        """Return where a likelihood is first read (GRID,): evenly, and more closely around zero if lopsided."""
        low, high = self.ends(without_one=without_one)
        reach = min(-low, high, 1.0)
        if max(-low, high) <= 2.0 * reach:
            return np.linspace(low, high, GRID)
        left = _OUTSIDE if -low > reach else 0
        right = _OUTSIDE if high > reach else 0
        inside = np.linspace(-reach, reach, GRID - left - right)
        return np.r_[
            np.linspace(low, -reach, left, endpoint=False),
            inside,
            np.linspace(high, reach, right, endpoint=False)[::-1],
        ]


@dataclass(frozen=True)
class Asked:
    """One likelihood: a model under a convention, or under one with a known mistake.

    `one_determinant` counts ln|I - rho W| once instead of once a period; `lag_swept` takes W(Qy) whatever the
    convention takes, `durbin_swept` W(Qx) (all columns demeaned first, then lagged). `durbin` names the regressors
    with a spatial lag by position; None is all.
    """

    model: Model
    effects: Effects
    convention: SpatialConvention
    durbin: tuple[int, ...] | None = None
    one_determinant: bool = False
    lag_swept: bool = False
    durbin_swept: bool = False

    @property
    def lagged(self) -> bool:
        return self.model in LAGGED

    @property
    def error(self) -> bool:
        return self.model in ERROR

    def positions(self, k: int) -> tuple[int, ...]:
        """Return which of k regressors have a spatial lag."""
        if self.model not in DURBIN:
            return ()
        return tuple(range(k)) if self.durbin is None else self.durbin

    def counting(self, n: int, t: int) -> Counting:
        """Return what the convention counts of N units and T periods."""
        return Counting(n, t, self.effects, self.convention)

    def resweeps(self) -> bool:
        """Return whether lags of the outcome are swept after they are taken."""
        return self.convention not in ("splm", "xsmle") and not self.lag_swept


class Job(NamedTuple):
    """One fit of a batch."""

    cube: Cube
    w: Neighbours
    asked: Asked
