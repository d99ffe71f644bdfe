"""What is judged against what: figures of units and years, and the sets of them that span one frontier each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from panelkit.evaluation.efficiency.directional import Disposability
from panelkit.evaluation.efficiency.programs import Returns
from panelkit.evaluation.efficiency.slacks_based import Slanted
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

Model = Literal["ccr", "bcc", "radial", "super", "sbm", "super_sbm", "ddf", "network"]
Frontier = Literal["year", "global", "pooled", "window"]

MODELS = ("ccr", "bcc", "radial", "super", "sbm", "super_sbm", "ddf", "network")
FRONTIERS = ("year", "global", "pooled", "window")

# Farrell scores against the envelope of a set of rows that holds the row itself
PLAIN_RADIAL = ("ccr", "bcc", "radial")


@dataclass(frozen=True, eq=False)
class EfficiencyProblem(Brief):
    """Figures of n rows, and the sets of rows that are judged against each other.

    Attributes
    ----------
    model, returns, orientation, disposability
        The measure.
    inputs, intermediates, outputs, undesirable
        (n, m), (n, q), (n, s), (n, b); without columns where there are none.
    units, years
        (n,), where a row belongs; the year is that of its outputs.
    sets
        Row numbers, one array a frontier; under windows a row stands in several.
    columns
        Names of the inputs, intermediates, outputs and undesirable outputs.
    """

    model: Model
    returns: Returns
    orientation: Slanted
    disposability: Disposability
    inputs: FloatArray
    intermediates: FloatArray
    outputs: FloatArray
    undesirable: FloatArray
    units: NDArray[Any]
    years: NDArray[Any]
    sets: tuple[IntArray, ...]
    columns: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]

    @property
    def is_radial(self) -> bool:
        """Return whether scores are Farrell's, which a smoothed bootstrap can draw anew."""
        return self.model in PLAIN_RADIAL

    @property
    def scores_are_factors(self) -> bool:
        """Return whether scores are factors of outputs (1 and more inside), not shares (1 and less)."""
        return self.orientation == "output" and self.model in (*PLAIN_RADIAL, "super")

    @property
    def dimensions(self) -> int:
        """Return the number of inputs and outputs of every kind."""
        return sum(map(len, self.columns))


def frontier_sets(years: NDArray[Any], frontier: Frontier, width: int) -> tuple[IntArray, ...]:
    """Return the row numbers of each frontier: one a year, one of all rows, or one a window of years.

    A window holds `width` years that follow each other in the data.

    Raises
    ------
    SpecError
        If a window is wider than the data.
    """
    held = np.unique(years)
    if frontier in ("global", "pooled"):
        return (np.arange(len(years)),)
    if frontier == "year":
        return tuple(np.flatnonzero(years == year) for year in held)
    if width > len(held):
        raise SpecError(
            message(
                "a window of {width} {periods} is wider than the {count} {periods} held",
                width=width,
                count=len(held),
            )
        )
    starts = range(len(held) - width + 1)
    return tuple(np.flatnonzero(np.isin(years, held[first : first + width])) for first in starts)


def least_units(inputs: int, outputs: int) -> int:
    """Return the usual rule for the number of points: max(m s, 3 (m + s)) (Cooper, Seiford and Tone 2007)."""
    return max(inputs * outputs, 3 * (inputs + outputs))


def settled(model: Model, orientation: str | None, returns: str | None) -> tuple[Slanted, Returns]:
    """Return orientation and returns of a model, its own where none was asked for.

    Raises
    ------
    SpecError
        If the model is defined for others alone.
    """
    directions, scales, own = _OPTIONS[model]
    way: Any = orientation or directions[0]
    scale: Any = returns or own
    if way not in directions:
        raise SpecError(
            message(
                "model {model!r} takes the orientations {allowed}, not {value!r}",
                model=model,
                allowed=list(directions),
                value=way,
            )
        )
    if scale not in scales:
        raise SpecError(
            message(
                "model {model!r} takes the returns {allowed}, not {value!r}",
                model=model,
                allowed=list(scales),
                value=scale,
            )
        )
    return way, scale


_EVERY: tuple[Returns, ...] = ("constant", "variable", "decreasing", "increasing")
_RADIAL: tuple[Slanted, ...] = ("input", "output")
_ANY: tuple[Slanted, ...] = ("none", "input", "output")
_OPTIONS: dict[Model, tuple[Sequence[Slanted], Sequence[Returns], Returns]] = {
    "ccr": (_RADIAL, ("constant",), "constant"),
    "bcc": (_RADIAL, ("variable",), "variable"),
    "radial": (_RADIAL, _EVERY, "variable"),
    "super": (_RADIAL, _EVERY, "constant"),
    "sbm": (_ANY, _EVERY, "variable"),
    "super_sbm": (_ANY, _EVERY, "constant"),
    "ddf": (("none",), _EVERY, "constant"),
    # theta = theta_1 theta_2 holds under constant returns alone (Kao and Hwang 2008), where phi = 1 / theta
    "network": (("input",), ("constant",), "constant"),
}
