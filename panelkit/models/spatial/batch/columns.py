"""The swept columns of a sample under one W, in an orthonormal frame that many likelihoods share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from panelkit.kernels.identified import identified_root
from panelkit.kernels.within import Effects, FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message
from panelkit.models.spatial.batch.asked import Asked, Cube, Neighbours
from panelkit.models.spatial.likelihood import sweep
from panelkit.models.spatial.sample import refuse_degenerate
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Columns(Brief):
    """What likelihoods need of one sample, W and way of sweeping.

    `basis` (NT, k) = Z T is orthonormal, `root` T (k, k). y = basis `on_y` + `rest_y`, and Wy likewise (zero without
    a lag); `wy` (NT,) is the whole lag. `lag_rest`, `lag_basis` are the spatial lags of `rest_y` and of the basis,
    which a spatial error needs, None without one.
    """

    shape: tuple[int, int]
    root: FloatArray
    basis: FloatArray
    on_y: FloatArray
    rest_y: FloatArray
    on_wy: FloatArray
    rest_wy: FloatArray
    wy: FloatArray
    lag_rest: FloatArray | None
    lag_basis: FloatArray | None

    @property
    def k(self) -> int:
        return self.root.shape[0]


@dataclass(eq=False)
class Shelf:
    """The columns of one sample and W, each made once."""

    cube: Cube
    w: Neighbours
    _held: dict[Any, Columns | Message] = field(default_factory=dict)

    def columns(self, asked: Asked) -> Columns | Message:
        """Return the columns of a likelihood, or why its regressors are not identified."""
        key = (
            asked.lagged,
            asked.error,
            asked.positions(self.cube.X.shape[2]),
            asked.effects,
            asked.resweeps(),
            asked.durbin_swept,
        )
        if key not in self._held:
            try:
                self._held[key] = columns_of(self.cube, self.w, asked)
            except (SpecError, DataError) as error:
                self._held[key] = error.said
        return self._held[key]


def lag_dense(w: FloatArray, cube: FloatArray) -> FloatArray:
    """Return W applied to the first axis of (N, T, ...)."""
    return np.asarray((w @ cube.reshape(len(w), -1)).reshape(cube.shape))


def columns_of(cube: Cube, w: Neighbours, asked: Asked) -> Columns:
    """Return the columns of one likelihood.

    Raises
    ------
    SpecError, DataError
        If the effects absorb a column, or columns repeat each other: what `SpatialPanel` refuses.
    """
    effects: Effects = asked.effects
    raw = _design(cube, w, asked, swept=False)
    swept = _design(cube, w, asked, swept=True)
    n, t, k = raw.shape
    flat = swept.reshape(n * t, k)
    names = tuple(map(str, range(k)))
    root = identified_root(raw.reshape(n * t, k), flat, names, effects, squares=True).inverse
    y = sweep(cube.y[..., None], effects)[..., 0]
    refuse_degenerate(cube.y, y, swept, "y", effects)
    basis = flat @ root
    wy = np.zeros(n * t)
    if asked.lagged:
        lagged = lag_dense(w.matrix, cube.y if asked.resweeps() else y)
        wy = (sweep(lagged, effects) if asked.resweeps() else lagged).reshape(-1)
    on_y, rest_y = _split(basis, y.reshape(-1))
    on_wy, rest_wy = _split(basis, wy)
    lag_rest, lag_basis = None, None
    if asked.error:
        source = np.concatenate(
            [cube.y[..., None], raw] if asked.resweeps() else [y[..., None], swept], axis=2
        )
        behind = lag_dense(w.matrix, source)
        behind = (sweep(behind, effects) if asked.resweeps() else behind).reshape(n * t, 1 + k)
        lag_basis = behind[:, 1:] @ root
        lag_rest = behind[:, 0] - lag_basis @ on_y
    return Columns((n, t), root, basis, on_y, rest_y, on_wy, rest_wy, wy, lag_rest, lag_basis)


def _design(cube: Cube, w: Neighbours, asked: Asked, *, swept: bool) -> FloatArray:
    """Return [X, W X] (N, T, k), raw or swept; swept first and then lagged where the mistake is that."""
    positions = asked.positions(cube.X.shape[2])
    own = sweep(cube.X, asked.effects) if swept else cube.X
    if not positions:
        return own
    named = np.ascontiguousarray(cube.X[:, :, list(positions)])
    if swept and asked.durbin_swept:
        behind = lag_dense(w.matrix, sweep(named, asked.effects))
    else:
        behind = lag_dense(w.matrix, named)
        behind = sweep(behind, asked.effects) if swept else behind
    return np.concatenate([own, behind], axis=2)


def _split(basis: FloatArray, column: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what of a column lies in the basis and what is left, projected twice so that rounding is taken out."""
    on = basis.T @ column
    rest = column - basis @ on
    again = basis.T @ rest
    return on + again, rest - basis @ again
