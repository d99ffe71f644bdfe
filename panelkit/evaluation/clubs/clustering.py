"""The clustering of Phillips and Sul (2007): order, core, sieve, and again with those who are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.evaluation.clubs.log_t import CRITICAL, LogT, Regression, growing, one_more, variation
from panelkit.kernels.within import FloatArray
from panelkit.show.brief import Brief

ConventionName = Literal["psecta", "r"]


@dataclass(frozen=True)
class Convention:
    """What programs do differently.

    `trim` is the share r of periods left out at the start, rounded half up or (`half_even`) to even; `absolute` whether
    the core is the group of the largest |t| instead of the largest t; `raises` whether c* is raised by `step` up to
    `cap` until the whole club converges.
    """

    trim: float
    half_even: bool
    absolute: bool
    raises: bool
    step: float = 0.05
    cap: float = 50.0

    def dropped(self, periods: int, trim: float | None = None) -> int:
        """Return how many periods are left out at the start."""
        share = periods * (self.trim if trim is None else trim)
        return round(share) if self.half_even else int(np.floor(share + 0.5))


CONVENTIONS: Mapping[str, Convention] = {
    "psecta": Convention(0.3, half_even=False, absolute=False, raises=True),
    "r": Convention(1.0 / 3.0, half_even=True, absolute=True, raises=False),
}


@dataclass(frozen=True, eq=False)
class Club(Brief):
    """A club: its units as rows of the data, the regression of the whole club, c* and which clubs it was merged of."""

    rows: NDArray[np.intp]
    regression: LogT
    sieve: float = 0.0
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Clustering(Brief):
    """Clubs from the top down, and the rows that belong to none."""

    clubs: tuple[Club, ...]
    divergent: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    def labels(self, count: int) -> NDArray[np.intp]:
        """Return the number of each row's club from 1, 0 for none, (count,)."""
        out = np.zeros(count, dtype=np.intp)
        for number, club in enumerate(self.clubs, 1):
            out[club.rows] = number
        return out


def find_clubs(
    x: FloatArray,
    regression: Regression,
    convention: Convention,
    *,
    sieve: float = 0.0,
    last: int = 1,
) -> Clustering:
    """Return the clubs of x (N, T).

    Parameters
    ----------
    x
        Values, one row a unit, with positive means by period.
    regression
        The log t regression.
    convention
        What programs do differently.
    sieve
        c*: a unit joins the core where the t of core and unit exceeds it.
    last
        Units are ordered by the mean of so many last periods.

    Returns
    -------
    Clustering
        Units that converge with nobody are divergent; where all units do not reject convergence there is one club.
    """
    order = np.argsort(-x[:, -last:].mean(axis=1), kind="stable")
    clubs: list[Club] = []
    while len(order) > 1:
        whole = regression.of(variation(x[order]))
        if whole.converges()[0]:
            return Clustering((*clubs, Club(order, whole, sieve)))
        core = core_of(x[order], regression, convention)
        if core is None:
            break
        club = _sieved(x, order, core, regression, convention, sieve)
        clubs.append(club)
        order = order[~np.isin(order, club.rows)]
    return Clustering(tuple(clubs), order)


def core_of(x: FloatArray, regression: Regression, convention: Convention) -> slice | None:
    """Return the core among ordered units x (n, T): the neighbours with the largest t, None if no pair converges.

    It starts at the first pair of neighbours that does not reject; units are added one by one until convergence is
    rejected. Of equal t the larger group counts, with |t| the smaller one, as the programs have it.
    """
    pairs = _pairs(x)
    passing = np.flatnonzero(regression.of(pairs).converges())
    if not len(passing):
        return None
    start = int(passing[0])
    t = regression.of(growing(x[start:])).t
    stops = np.flatnonzero(~(t > CRITICAL))
    t = t[: int(stops[0])] if len(stops) else t
    best = int(np.argmax(np.abs(t))) if convention.absolute else len(t) - 1 - int(np.argmax(t[::-1]))
    return slice(start, start + best + 2)


def _pairs(x: FloatArray) -> FloatArray:
    """Return H of each unit with the next one, (n - 1, T)."""
    total, gap = x[:-1] + x[1:], x[:-1] - x[1:]
    return np.asarray((gap / total) ** 2)


def _sieved(
    x: FloatArray,
    order: NDArray[np.intp],
    core: slice,
    regression: Regression,
    convention: Convention,
    sieve: float,
) -> Club:
    """Return the core with all units whose t together with it exceeds c*, raised where the convention says so."""
    held = order[core]
    others = order[~np.isin(order, held)]
    t = regression.of(one_more(x[held], x[others])).t if len(others) else np.empty(0)
    steps = int(np.ceil((convention.cap - sieve) / convention.step)) if convention.raises else 0
    before = -1
    for at in range(max(steps, 0) + 1):
        bound = sieve + at * convention.step
        joined = t > bound
        if int(joined.sum()) == before:
            continue
        before = int(joined.sum())
        rows = np.concatenate([held, others[joined]])
        found = regression.of(variation(x[rows]))
        if not convention.raises or found.converges()[0] or not before:
            return Club(rows, found, bound)
    return Club(held, regression.of(variation(x[held])), bound)
