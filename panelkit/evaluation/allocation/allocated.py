"""Actual and optimal money by unit and link, how sure each change is, the frontier and the rules, as frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.evaluation.allocation.chain import Chain
from panelkit.evaluation.allocation.changes import cells, changes, moved_share
from panelkit.evaluation.allocation.frontier import Frontier
from panelkit.evaluation.allocation.optimality import Optimality
from panelkit.evaluation.allocation.plan import Plan
from panelkit.evaluation.allocation.uncertain import Drawn, Gain
from panelkit.kernels.within import FloatArray
from panelkit.language.levels import Levels
from panelkit.language.message import Message
from panelkit.results.numbers import number
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Point(Brief):
    """An allocation `x` (J, K), its imbalance, the share of the money that it moves, and its gain.

    `gini` is that of its marginal products of money, zero where no yuan could be moved for more.
    """

    x: FloatArray
    imbalance: float
    moved: float
    gini: float
    gain: Gain


@dataclass(frozen=True, kw_only=True, eq=False)
class Allocated(Brief):
    """The numbers of an allocation.

    `chain` holds units, links, money, outputs and elasticities; `plan` the bounds, the measure of balance and its
    weight; `optimal` (J, K) the optimum and `met` how well it meets the conditions of one. `draws` holds the optima
    of drawn elasticities and outputs, `gain` what is left of the gain, `curve` the frontier, `rules` the allocations
    of simple rules.
    """

    title: Message
    chain: Chain
    plan: Plan
    optimal: FloatArray
    met: Optimality
    gain: Gain
    curve: Frontier
    points: Mapping[str, Point]
    draws: Drawn | None = None
    level: float = 0.95
    certain: float = 0.975
    notes: tuple[Message, ...] = ()
    levels: Levels

    @property
    def level_names(self) -> Levels:
        """Return what unit and time are called in the data."""
        return self.levels

    def cells(self) -> pd.DataFrame:
        """Return one row a unit and link: actual, optimal, change, interval, chances of more and less, conclusion."""
        return self._changes(cells(self.chain.units, self.chain.links), None)

    def by_unit(self) -> pd.DataFrame:
        """Return the same for the money of every unit, all links together."""
        return self._changes(pd.Index(self.chain.units, name="unit"), 1)

    def by_link(self) -> pd.DataFrame:
        """Return the same for the money of every link, all units together."""
        return self._changes(pd.Index(self.chain.links, name="link"), 0)

    def surviving(self) -> pd.DataFrame:
        """Return the cells whose change has the same sign in a share of the draws of at least `certain`."""
        table = self.cells()
        return table[table["conclusion"] != "open"]

    def moved(self) -> pd.DataFrame:
        """Return which share of the money changes its place: in all, and by link what leaves some units for others.

        Columns `moved`, `low`, `high`; half the sum of absolute differences of shares.
        """
        drawn = None if self.draws is None else self.draws.optimal
        parts: list[tuple[str, slice | list[int]]] = [("all", slice(None))]
        parts += [(link, [k]) for k, link in enumerate(self.chain.links)]
        rows = []
        for _, part in parts:
            actual = self.chain.spending[:, part]
            over = np.full(1, np.nan) if drawn is None else moved_share(actual, drawn[:, :, part])
            low, high = np.quantile(over, self._tails())
            rows.append((float(moved_share(actual, self.optimal[:, part])), low, high))
        index = pd.Index([name for name, _ in parts], name="link")
        return pd.DataFrame(rows, index=index, columns=["moved", "low", "high"])

    def frontier(self) -> pd.DataFrame:
        """Return the frontier: weight of balance, output index, imbalance."""
        curve = self.curve
        return pd.DataFrame(
            {"balance_weight": curve.penalty, "output": curve.output, "imbalance": curve.imbalance}
        )

    def rivals(self) -> pd.DataFrame:
        """Return the optimum beside the actual allocation and simple rules.

        Columns `output` (the index), `corrected` for the choice by estimates (every rule takes numbers from them, the
        optimum most), `chance` of more than the actual output among the draws, `imbalance`, `moved` money, and the
        `gini` of the marginal products.
        """
        rows = [
            (
                1.0 + one.gain.apparent,
                1.0 + one.gain.corrected,
                one.gain.positive,
                one.imbalance,
                one.moved,
                one.gini,
            )
            for one in self.points.values()
        ]
        columns = pd.Index(["output", "corrected", "chance", "imbalance", "moved", "gini"])
        return pd.DataFrame(rows, index=pd.Index(self.points, name="allocation"), columns=columns)

    def tidy(self) -> pd.DataFrame:
        """Return `cells()` with unit and link as columns."""
        return self.cells().reset_index()

    def _changes(self, names: pd.Index, over: int | None) -> pd.DataFrame:
        actual, optimal = self.chain.spending, self.optimal
        drawn = None if self.draws is None else self.draws.optimal
        if over is None:
            flat = None if drawn is None else drawn.reshape(len(drawn), -1)
            actual, optimal = actual.ravel(), optimal.ravel()
        else:
            flat = None if drawn is None else drawn.sum(axis=over + 1)
            actual, optimal = actual.sum(axis=over), optimal.sum(axis=over)
        return changes(names, actual, optimal, flat, self.level, self.certain)

    def _tails(self) -> Sequence[float]:
        tail = (1.0 - self.level) / 2.0
        return tail, 1.0 - tail

    def _brief(self) -> str:
        J, K = self.chain.spending.shape
        told = f"{J} units, {K} links, gain={number(self.gain.apparent)}"
        return f"{told}, corrected={number(self.gain.corrected)}"
