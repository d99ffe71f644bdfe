"""Location quotients: the share of one figure that places hold over their share of another. Arrays only.

`values (N, 2)` are the figure and what it is compared with, missing where a unit holds not both: such a unit is in no
total, and places with one have no quotient.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, islice

import numpy as np

from panelkit.kernels.within import IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.results.fit import FloatArray

_MOST = 200_000


def of_places(values: FloatArray, chosen: IntArray, *, each: bool) -> FloatArray:
    """Return the quotients (S,) of sets of units (S, m) together, or with `each` the smallest of theirs."""
    if values.shape[0] <= chosen.max():
        return np.full(len(chosen), np.nan)
    return _quotients(values[chosen], np.nansum(values, axis=0), each)


def resampled(values: FloatArray, named: IntArray, counts: FloatArray, *, each: bool) -> FloatArray:
    """Return the quotient (R,) of named units, the others taken as often as `counts` (R, N - m) says."""
    others = np.delete(values, named, axis=0)
    totals = counts @ np.nan_to_num(others) + values[named].sum(axis=0)
    return _quotients(np.broadcast_to(values[named], (len(counts), *values[named].shape)), totals, each)


@cache
def sets_of(units: int, places: int) -> IntArray:
    """Return all sets of `places` units, (S, places).

    Raises
    ------
    DataError
        If there are too many to count.
    """
    sets = np.array(list(islice(combinations(range(units), places), _MOST + 1)))
    if len(sets) > _MOST:
        raise DataError(
            message(
                "there are more than {most:,} sets of {n} {units}: name fewer places", most=_MOST, n=places
            )
        )
    return sets


def _quotients(own: FloatArray, totals: FloatArray, each: bool) -> FloatArray:
    """Return quotients (S,) of values (S, m, 2) against totals (2,) or (S, 2)."""
    parts = own if each else own.sum(axis=1, keepdims=True)
    base = totals if totals.ndim == 1 else totals[:, None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (parts[..., 0] / parts[..., 1]) / (base[..., 0] / base[..., 1])
    return np.asarray(found.min(axis=1))
