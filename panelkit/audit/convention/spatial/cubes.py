"""Balanced samples of the plans of a search: outcome and regressors by unit and period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.linear.plans import Plan
from panelkit.audit.convention.linear.regressions import Rows, columns_of_plan, terms_of
from panelkit.audit.convention.spatial.orders import Order
from panelkit.kernels.within import FloatArray
from panelkit.language.message import message
from panelkit.models.spatial.batch.asked import Cube
from panelkit.show.brief import Brief

IntArray = NDArray[np.int64]
_FEWEST_UNITS = 4

_GAPS = {
    "drop-unit": message("units with gaps left out"),
    "drop-year": message("periods with gaps left out"),
}


@dataclass(frozen=True, eq=False)
class Sampled(Brief):
    """One sample: `keep` (n,) are the codes of its units, `places` (K,) where each term of the question stands (-1)."""

    cube: Cube
    keep: IntArray
    places: IntArray
    options: tuple[Option, ...]

    @property
    def departures(self) -> int:
        """Return how many steps lie between it and what was stated."""
        return sum(one.departure for one in self.options)

    @property
    def shape(self) -> tuple[int, int]:
        n, t = self.cube.y.shape
        return n, t

    def stacked(self, order: Order) -> Sampled:
        """Return the sample as a program reads it that takes rows by unit, in an order of units, for rows by period."""
        n, t = self.shape
        rank = {code: at for at, code in enumerate(order.places)}
        at = np.array(sorted(range(n), key=lambda row: rank[int(self.keep[row])]), dtype=np.int64)

        def read(columns: FloatArray) -> FloatArray:
            return np.ascontiguousarray(columns[at].reshape(t, n, -1).transpose(1, 0, 2))

        said = message("rows sorted by unit where W expects them by period ({order})", order=order.said)
        option = Option("mistake", f"stacked {order.key}", said, 1, mistake=True)
        cube = Cube(read(self.cube.y)[..., 0], read(self.cube.X))
        return replace(self, cube=cube, keep=self.keep[at], options=(*self.options, option))


def sampled(rows: Rows, plan: Plan, keep: NDArray[np.bool_] | None = None) -> Iterator[Sampled]:
    """Yield the balanced samples of a plan: its rows where they are balanced, else what is left without gaps."""
    keep = rows.of(plan) if keep is None else keep
    held = np.zeros((rows.unit.max() + 1, rows.time.max() + 1), dtype=bool)
    held[rows.unit[keep], rows.time[keep]] = True
    units, times = held.any(axis=1), held.any(axis=0)
    if held[np.ix_(units, times)].all():
        yield from _whole(rows, plan, keep, ())
        return
    whole = {
        "drop-unit": np.isin(rows.unit, np.flatnonzero(units & held[:, times].all(axis=1))),
        "drop-year": np.isin(rows.time, np.flatnonzero(times & held[units].all(axis=0))),
    }
    for policy, stays in whole.items():
        yield from _whole(rows, plan, keep & stays, (Option("gaps", policy, _GAPS[policy]),))


def _whole(rows: Rows, plan: Plan, keep: NDArray[np.bool_], options: tuple[Option, ...]) -> Iterator[Sampled]:
    at = np.flatnonzero(keep)
    units, times = np.unique(rows.unit[at]), np.unique(rows.time[at])
    if len(units) < _FEWEST_UNITS or len(times) < 2:
        return
    columns = columns_of_plan(rows.pool.made(plan.recipe), rows.pool, plan, at)
    cube = columns[np.lexsort((rows.time[at], rows.unit[at]))].reshape(len(units), len(times), -1)
    entered = terms_of(rows.pool, plan)
    labels = [one.label for one in rows.pool.question.regressors]
    places = np.array([entered.index(label) if label in entered else -1 for label in labels], dtype=np.int64)
    said = tuple(one for one in plan.options if one.axis != "effects")
    sample = Cube(np.ascontiguousarray(cube[..., 0]), np.ascontiguousarray(cube[..., 1:]))
    yield Sampled(sample, units, places, (*said, *options))
