"""Classes of a choropleth: where they begin and end, and what the legend says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.language.errors import StyleError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

FloatArray = NDArray[np.float64]
Classes = Literal["quantiles", "equal"] | Sequence[float]
MOST = 9  # greys of more classes are not told apart


@dataclass(frozen=True, eq=False)
class Breaks(Brief):
    """The edges of classes (k + 1,): a class holds its lower edge, the last one its upper edge too."""

    edges: FloatArray

    @property
    def count(self) -> int:
        """Return the number of classes."""
        return len(self.edges) - 1

    def place(self, values: FloatArray) -> NDArray[np.int64]:
        """Return the class of each value (n,), counted from 0."""
        found = np.searchsorted(self.edges, values, side="right") - 1
        return np.minimum(found, self.count - 1).astype(np.int64)

    def labels(self, decimals: int) -> list[str]:
        """Return each class as `low - high`, with as many more decimals as tell the edges apart."""
        while decimals < 12 and len({f"{one:.{decimals}f}" for one in self.edges}) < len(self.edges):
            decimals += 1
        ends = [f"{one + 0.0:,.{decimals}f}" for one in self.edges]
        return [f"{low} – {high}" for low, high in pairwise(ends)]


def breaks_of(values: Any, classes: Classes, count: int) -> Breaks:
    """Return the classes of values (n,): `count` by quantiles or of equal width, or between edges that are given.

    Quantiles that fall on one value are one edge, so tied values can leave fewer classes than asked for. The
    quantiles are those of `numpy.quantile` (Hyndman and Fan 1996, type 7).

    Raises
    ------
    StyleError
        If `classes` is none of these, edges do not rise, values lie outside them, or there are none.
    """
    held = np.asarray(values, dtype=float)
    if held.size == 0:
        raise StyleError(message("every value is missing, so that there are no classes to draw"))
    if isinstance(classes, str):
        return _made(held, classes, count)
    edges = np.asarray(list(classes), dtype=float)
    if len(edges) < 2 or len(edges) > MOST + 1 or not bool((np.diff(edges) > 0).all()):
        raise StyleError(
            message(
                "{classes} takes rising edges of at most {most} classes, [0, 10, 20], not {given}",
                classes=option("classes"),
                most=MOST,
                given=[f"{one:g}" for one in edges],
            )
        )
    outside = int(((held < edges[0]) | (held > edges[-1])).sum())
    if outside:
        raise StyleError(
            message(
                "{count} of the values lie outside the edges {first:g} to {last:g}: they reach from {low:g} to "
                "{high:g}",
                count=outside,
                first=edges[0],
                last=edges[-1],
                low=held.min(),
                high=held.max(),
            )
        )
    return Breaks(edges)


def _made(held: FloatArray, classes: str, count: int) -> Breaks:
    if classes not in ("quantiles", "equal"):
        raise StyleError(
            message(
                "{classes} is 'quantiles', 'equal' or a list of edges, not {given!r}",
                classes=option("classes"),
                given=classes,
            )
        )
    if not (isinstance(count, int) and 2 <= count <= MOST):
        raise StyleError(
            message(
                "a map has 2 to {most} classes, not {given}: more greys are not told apart",
                most=MOST,
                given=count,
            )
        )
    low, high = float(held.min()), float(held.max())
    if low == high:
        return Breaks(np.array([low, high]))
    shares = np.linspace(0, 1, count + 1)
    return Breaks(
        np.unique(np.quantile(held, shares)) if classes == "quantiles" else low + (high - low) * shares
    )
