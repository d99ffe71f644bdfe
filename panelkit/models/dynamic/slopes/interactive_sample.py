"""The rows of factors: a panel without gaps, swept of its effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.identified import identified_root
from panelkit.kernels.index import listed
from panelkit.kernels.outcome import refuse_absorbed, refuse_constant
from panelkit.kernels.within import Effects, FloatArray, within
from panelkit.language.errors import DataError
from panelkit.language.message import message
from panelkit.language.spelt import option
from panelkit.models.shell import without_intercept
from panelkit.panel.design import Design
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Swept(Brief):
    """A panel without gaps, swept of its effects: y (N, T), X (k, N, T) orthonormal, X = (swept columns) `root`."""

    design: Design
    y: FloatArray
    X: FloatArray
    root: FloatArray
    absorbed: int
    effects: Effects

    @property
    def dimensions(self) -> tuple[int, int]:
        """Return how many units and periods the effects leave free."""
        units = self.y.shape[0] - (self.effects in ("time", "twoway"))
        return units, self.y.shape[1] - (self.effects in ("unit", "twoway"))

    def parameters(self, factors: int) -> int:
        """Return how many parameters effects, factors and loadings are: those of a matrix of that rank."""
        units, periods = self.dimensions
        return self.absorbed + factors * (units + periods - factors)


def settled_rows(design: Design, effects: Effects) -> Swept:
    """Sweep the effects out of a panel without gaps.

    Raises
    ------
    DataError
        If a unit lacks a period (named).
    SpecError
        If a regressor is absorbed or repeats others.
    """
    refuse_gaps(design)
    if effects != "none":
        design = without_intercept(design)
    refuse_constant(design.y, design.outcome)
    columns = within(np.column_stack([design.X, design.y]), design.layout, effects)
    root = identified_root(design.X, columns[:, :-1], design.terms, effects).inverse
    shape = (len(design.unit_labels), len(design.time_labels))
    basis = columns[:, :-1] @ root
    refuse_absorbed(design.y, columns[:, -1], design.outcome, effects, ())
    return Swept(
        design,
        columns[:, -1].reshape(shape),
        np.ascontiguousarray(basis.T).reshape(-1, *shape),
        root,
        design.layout.absorbed(effects),
        effects,
    )


def refuse_gaps(design: Design) -> None:
    """Refuse a panel in which a unit lacks a period.

    Raises
    ------
    DataError
        Which names the units.
    """
    periods = len(design.time_labels)
    rows = np.bincount(design.unit)
    short = np.flatnonzero(rows < periods)
    if len(short):
        names = [
            message(
                "{label} ({rows} of {all})",
                label=str(design.unit_labels[at]),
                rows=int(rows[at]),
                all=periods,
            )
            for at in short
        ]
        raise DataError(
            message(
                "factors are estimated from panels without gaps, and {periods} lack: {names}. Take a "
                "condition that leaves a whole panel ({where}), or CommonCorrelatedEffects, which takes "
                "gaps",
                where=option("where"),
                names=listed(names, len(names)),
            )
        )
