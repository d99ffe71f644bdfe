"""A kink: the slope of the threshold variable changes at a value, the line itself does not jump (Hansen 2017).

Between two neighbouring values of q, v the lower, the rows below are the same, so that the column of a kink at g,
(q - g) 1(q <= v), is linear in g. What it takes from the squares is (a - g b)^2 / (p - 2 g r + g^2 s), with a, b its
products with the residuals and p, r, s its own: the best g between two values has a closed form, and so have the ends
of a region.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy import stats

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.models.threshold.bootstrap import drawn_statistics
from panelkit.models.threshold.candidates import Candidates, candidates
from panelkit.models.threshold.regions import ThresholdRegion
from panelkit.models.threshold.rows import ThresholdColumns
from panelkit.models.threshold.search import Search, search_of
from panelkit.models.threshold.spaces import Space
from panelkit.show.brief import Brief

# a column that keeps less than this share of its squares is none that cross-products can tell
_LOST = 1e-9


@dataclass(frozen=True, eq=False)
class Kinked(Brief):
    """A search for a kink that was done.

    `search` holds the columns q and 1, q about its mean in units of its deviation (`centre`, `scale`); `residuals` (m,)
    are those of the straight line, `place` the kink in these units.
    """

    is_kink: ClassVar[bool] = True
    name: str
    columns: ThresholdColumns
    candidates: Candidates
    search: Search
    residuals: FloatArray
    centre: float
    scale: float
    place: float
    squares: float

    @property
    def thresholds(self) -> FloatArray:
        """Return the kink in the units of its variable, (1,)."""
        return np.array([self.centre + self.scale * self.place])

    @property
    def values(self) -> FloatArray:
        """Return the values searched in the units of the search, (G,)."""
        return np.asarray((self.candidates.values - self.centre) / self.scale)

    def regime(self) -> IntArray:
        """Return which side of the kink every row lies on, (n,): 0 at or below."""
        return np.asarray(self.columns.q > self.thresholds[0]).astype(np.int64)

    def sides(self) -> FloatArray:
        """Return the columns (n, 2) of the slopes below and above: the variable less the kink, else zero."""
        gap = self.columns.q - self.thresholds[0]
        return np.column_stack([np.minimum(gap, 0.0), np.maximum(gap, 0.0)])

    def left(self, number: int) -> FloatArray:
        """Return the residuals (m,) without and with the kink."""
        if number == 0:
            return self.residuals
        column = self.search.without(self.search.space.moved(self.sides()[:, 1:]).T)[0]
        return np.asarray(self.residuals - column * (column @ self.residuals) / (column @ column))

    def f(self, number: int) -> float:
        """Return F of the kink against the straight line."""
        return float(
            (self.residuals @ self.residuals - self.squares) * self.search.space.degrees / self.squares
        )

    def drawn(self, null: FloatArray, residuals: FloatArray, number: int, **how: Any) -> FloatArray:
        """Return F* against the straight line, as `bootstrap_f` does."""

        def statistic(outcomes: FloatArray) -> FloatArray:
            total = np.einsum("bm,bm->b", outcomes, outcomes)
            left = total - best_kinks(self.search, self.values, outcomes)[1]
            return np.asarray((total - left) * self.search.space.degrees / left)

        return drawn_statistics(self.search, null, residuals, statistic, **how)

    def region(self, level: float) -> ThresholdRegion:
        """Return all kinks that the likelihood ratio does not refuse: chi2(1), since the estimate is normal."""
        critical = float(stats.chi2.ppf(level, 1))
        a, b = _products(self.search, self.residuals[None])
        p, r, s = _squares(self.search)
        least_gain = self.residuals @ self.residuals - self.squares * (
            1.0 + critical / self.search.space.degrees
        )
        quadratic = (
            b[0] ** 2 - least_gain * s,
            2.0 * (least_gain * r - a[0] * b[0]),
            a[0] ** 2 - least_gain * p,
        )
        parts = _where_positive(self.values, quadratic, self.place)
        values = self.values
        gains = (a[0] - values * b[0]) ** 2 / np.where(s > 0, p - 2.0 * values * r + values**2 * s, np.inf)
        ratios = (
            (self.residuals @ self.residuals - gains - self.squares)
            * self.search.space.degrees
            / self.squares
        )
        ends = [(self.centre + self.scale * low, self.centre + self.scale * high) for low, high in parts]
        return ThresholdRegion(
            float(self.thresholds[0]),
            self.candidates.values,
            np.maximum(ratios, 0.0),
            tuple(ends),
            level,
            critical,
            (parts[0][0] <= values[0], parts[-1][1] >= values[-1]),
        )


def kinked(columns: ThresholdColumns, name: str, *, trim: float, space: Space) -> Kinked:
    """Search the kink of a model whose regime regressor is the threshold variable.

    Raises
    ------
    DataError
        If the variable has few values, the trim leaves less than two, or no kink can be told from a line.
    """
    found = candidates(columns.q, name, trim, columns=1, search="exact")
    centre, scale = float(columns.q.mean()), float(columns.q.std())
    q = (columns.q - centre) / scale
    beside = np.column_stack([columns.common, q])
    search = search_of(space, q, np.column_stack([q, np.ones(len(q))]), beside, found.cuts, whiten=False)
    residuals = search.without(space.moved(columns.design.y[:, None]).T)
    values = (found.values - centre) / scale
    places, gains = best_kinks(search, values, residuals)
    if len(values) < 2 or not np.isfinite(places[0]):
        raise DataError(
            message("`{name}`: no kink inside the trimmed range can be told from a straight line", name=name)
        )
    squares = float((residuals**2).sum() - gains[0])
    return Kinked(name, columns, found, search, residuals[0], centre, scale, float(places[0]), squares)


def best_kinks(search: Search, values: FloatArray, residuals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the best kink of outcomes (B, m) and what it takes from their squares: (B,), (B,)."""
    a, b = _products(search, residuals)
    p, r, s = _squares(search)
    low, high = values[:-1], values[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = ((a * r - b * p) / (a * s - b * r))[:, :-1]
    inner = np.where((inner > low) & (inner < high), inner, low)
    tried = np.stack([np.broadcast_to(low, inner.shape), inner, np.broadcast_to(high, inner.shape)])
    plain = (search.plain[:-1, 0], search.plain[:-1, 1])
    size = p[:-1] - 2.0 * tried * r[:-1] + tried**2 * s[:-1]
    told = size > _LOST * (plain[0] + tried**2 * plain[1])
    gains = np.where(told, (a[:, :-1] - tried * b[:, :-1]) ** 2 / np.where(told, size, 1.0), -np.inf)
    flat = np.moveaxis(gains, 0, -1).reshape(len(residuals), -1)
    at = flat.argmax(axis=1)
    here = np.arange(len(at))
    best = np.moveaxis(tried, 0, -1).reshape(len(residuals), -1)[here, at]
    gain = flat[here, at]
    return np.where(np.isfinite(gain), best, np.nan), np.maximum(gain, 0.0)


def _products(search: Search, residuals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the running products of q and of 1 with residuals (B, m): (B, G) each."""
    rows = search.space.adjoint(residuals)[:, search.order]
    made = [np.cumsum(rows * column, axis=1)[:, search.cuts - 1] for column in search.x.T]
    return np.asarray(made[0]), np.asarray(made[1])


def _squares(search: Search) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return p, r and s (G,)."""
    return search.gram[:, 0, 0], search.gram[:, 0, 1], search.gram[:, 1, 1]


def _where_positive(
    values: FloatArray, quadratic: tuple[FloatArray, FloatArray, FloatArray], inside: float
) -> list[tuple[float, float]]:
    """Return where one quadratic a piece is not negative between the first and the last value, as joined intervals."""
    two, one, none = (part[:-1] for part in quadratic)
    low, high = values[:-1], values[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(one**2 - 4.0 * two * none)
        ends = np.sort(
            np.clip(
                np.nan_to_num(np.stack([(-one - root) / (2 * two), (-one + root) / (2 * two)]), nan=0.0),
                low,
                high,
            ),
            axis=0,
        )
    edges = np.stack([low, ends[0], ends[1], high])
    middle = (edges[:-1] + edges[1:]) / 2.0
    held = (two * middle**2 + one * middle + none >= 0.0) & (edges[1:] > edges[:-1])
    pieces = [
        (float(edges[j, i]), float(edges[j + 1, i])) for i in range(len(low)) for j in range(3) if held[j, i]
    ]
    pieces.append((inside, inside))
    joined: list[tuple[float, float]] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
