"""The linear candidates of a search for conventions at 31 x 12, against a loop that fits each one."""

from __future__ import annotations

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.printed_papers import FORMULA, figures
from benchmarks.run import Task
from panelkit.audit.convention.asked import read_target
from panelkit.audit.convention.candidate import Predicted
from panelkit.audit.convention.distance import distances
from panelkit.audit.convention.linear.family import linear_candidates
from panelkit.audit.convention.problem import Problem

_PRINTED = {"log(x)": "0.341 (0.052)", "log(z)": "0.198 (0.049)", "N": "372"}
# covariances of the search as specs, in the order in which the loop takes them
_SPECS = {
    "cluster unit, reghdfe": (pk.Cluster(), "reghdfe"),
    "cluster unit, plm": (pk.Cluster(), "plm"),
    "iid": (pk.Iid(), "reghdfe"),
    "HC1": (pk.Robust(), "reghdfe"),
    "CRV3": (pk.CRV3(), "reghdfe"),
    "two-way, reghdfe": (pk.TwoWayCluster(), "reghdfe"),
    "Driscoll-Kraay 2, xtscc": (pk.DriscollKraay(2), "xtreg"),
}
_WINDOWS = ((2009, 2018), (2010, 2020), (2011, 2019), (2012, 2020))


def tasks() -> list[Task]:
    """Return the search one step from a stated regression, all four sets of effects tried."""
    data = figures(np.random.default_rng(0))
    problem = Problem(read_target(_PRINTED), {"": data}, formula=FORMULA, depth=1)
    found = linear_candidates(problem)
    loop = _Loop(data, found)
    loop.checked()
    note = f"{len(found.candidates):,} candidates on {found.fits:,} regressions; {loop.count} refits agree to 1e-8"
    peers = {"a loop of refits": loop}
    return [Task("search for a convention, 31 x 12", lambda: _searched(problem), peers, 3, note)]


def _searched(problem: Problem) -> np.ndarray:
    found = linear_candidates(problem)
    return distances(found.matrix, problem.target).order(found.rank)


class _Loop:
    """Candidates one by one by `FixedEffects`: some windows under some covariances, taken for all."""

    scale: float

    def __init__(self, data: pd.DataFrame, found: Predicted) -> None:
        self.data, self.found = data, found
        self.count = len(_WINDOWS) * len(_SPECS)
        self.scale = len(found.candidates) / self.count

    def __call__(self) -> list[tuple[str, str, float, float]]:
        made = []
        for first, last in _WINDOWS:
            for key, (vcov, convention) in _SPECS.items():
                spec = pk.FixedEffects(
                    FORMULA, vcov=vcov, convention=convention, where=f"year >= {first} & year <= {last}"
                )
                fit = spec.fit(self.data)
                window = f"{first}-{last}"
                made.append((window, key, float(fit.params["log(x)"]), float(fit.std_errors["log(x)"])))
        return made

    def checked(self) -> None:
        """Hold the numbers of the loop against those of the search."""
        slots = self.found.slots
        places = {}
        for at in range(len(self.found.candidates)):
            held = dict(self.found.candidates[at].axes)
            if held.get("window") and held["effects"] == "twoway" and len(held) == 3:
                places[held["window"], held["covariance"]] = at
        for window, key, b, error in self():
            row = dict(zip(slots, self.found.matrix[places[window, key]], strict=True))
            np.testing.assert_allclose(row["log(x)", "estimate"], b, rtol=1e-8)
            np.testing.assert_allclose(row["log(x)", "error"], error, rtol=1e-8)
