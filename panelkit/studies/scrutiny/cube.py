"""A panel as a cube: units by years, with holes where no row stands, and many outcomes or worlds at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cube(Brief):
    """W worlds of one sample: `y` and `x` (W, N, T), `controls` (k, N, T), `held` (N, T) where there is a row.

    T are consecutive years; what stands in a hole is never read. `lead` (W, N, T) is x of the next year, missing where
    there is none; None takes it from the sample. `regions` (N,) are codes, `income` (N,) is the income at the start,
    `places` (N, 2) latitude and longitude in degrees; None where they are not known.
    """

    y: FloatArray
    x: FloatArray
    held: Mask
    controls: FloatArray
    lead: FloatArray | None = None
    regions: NDArray[Any] | None = None
    income: FloatArray | None = None
    places: FloatArray | None = None

    @property
    def worlds(self) -> int:
        return len(self.y)

    @property
    def units(self) -> int:
        return self.held.shape[0]

    @property
    def years(self) -> int:
        return self.held.shape[1]

    @cached_property
    def rows(self) -> int:
        return int(self.held.sum())

    @cached_property
    def clusters(self) -> int:
        """Return how many units hold a row."""
        return int(self.held.any(axis=1).sum())

    def on(self, held: Mask) -> Cube:
        """Return the cube on some of its rows (N, T)."""
        return replace(self, held=self.held & held)

    def part(self, first: int, last: int) -> Cube:
        """Return some of the worlds."""
        lead = None if self.lead is None else self.lead[first:last]
        return replace(self, y=self.y[first:last], x=self.x[first:last], lead=lead)


def cube(y: FloatArray, x: FloatArray, controls: FloatArray | None = None, **beside: Any) -> Cube:
    """Return the cube of arrays in which a missing value is no row.

    Parameters
    ----------
    y, x
        Shapes (W, N, T) or (N, T): outcomes and regressors of W worlds on one sample.
    controls
        Shape (k, N, T), the same in every world; None is no control.
    beside
        Further fields of the cube: `lead`, `regions`, `income`, `places`.

    Returns
    -------
    Cube
    """
    outcome, focal = _worlds(y), _worlds(x)
    more = np.empty((0, *outcome.shape[1:])) if controls is None else np.asarray(controls, dtype=float)
    held: Mask = np.isfinite(np.concatenate([outcome, focal, more])).all(axis=0)
    count = max(len(outcome), len(focal))
    outcome, focal = (np.broadcast_to(part, (count, *part.shape[1:])) for part in (outcome, focal))
    return Cube(outcome, focal, held, more, **beside)


def _worlds(values: FloatArray) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    return array[None] if array.ndim == 2 else array
