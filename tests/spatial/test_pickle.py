"""Every spatial fit and result can be pickled and copied, and does afterwards what it did before."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.models.spatial.fit import SpatialFit
from panelkit.spatial import provincial
from panelkit.spatial.moran import local_moran, moran
from tests.spatial.data import lattice, simulate

W = provincial.contiguity()
DATA = simulate(W, 6, np.random.default_rng(5), rho=0.3, beta=(1.0, 0.5), theta=(0.5, 0.0))
F = "y ~ x1"

FITS: dict[str, Callable[[], SpatialFit]] = {
    **{
        f"{model}, {convention}": (
            lambda m=model, c=convention: pk.SpatialPanel(F, m, convention=c, vcov=pk.Cluster()).fit(DATA, W)  # type: ignore[misc]
        )
        for model in ("sar", "sem", "sdm", "slx", "sdem", "sac")
        for convention in ("lee-yu", "lsdv", "splm", "elhorst")
        if (model, convention) != ("sac", "elhorst")
    },
    "by sparse LU": lambda: pk.SpatialPanel(F, "sar", logdet="lu").fit(DATA, W),
    "two weights": lambda: pk.SpatialPanel(F, "sac").fit(DATA, W, w_error=provincial.nearest(4)),
    "dynamic": lambda: pk.DynamicSpatialPanel(F, "sdm").fit(DATA, W),
    "random": lambda: pk.SpatialRandomEffects(F, "sdm", means=True).fit(DATA, W),
    "cross-section": lambda: pk.SpatialCrossSection(F, "sar").fit(DATA, W, year=2002),
}

OTHERS: dict[str, Callable[[], Any]] = {
    "weights": lambda: W,
    "impacts": lambda: FITS["sdm, lee-yu"]().impacts(),
    "impacts by draws": lambda: FITS["sdm, lee-yu"]().impacts("draws", reps=50),
    "impacts by order": lambda: FITS["sdm, lee-yu"]().impacts().by_order(3),
    "long run": lambda: FITS["dynamic"]().impacts(horizon="long"),
    "mediation": lambda: pk.SpatialMediation("y", "x1", "x2").fit(DATA, W, reps=60, rng=1),
    "LM tests": lambda: pk.spatial_lm_tests(F, DATA, W),
    "path": lambda: pk.select_model(pk.SpatialPanel(F, "sdm"), DATA, W),
    "sensitivity": lambda: pk.weights_sensitivity(pk.SpatialPanel(F, "sdm"), DATA, {"w": W}),
    "placebo": lambda: pk.placebo(pk.SpatialPanel(F, "sdm"), DATA, W, permutations=19),
    "hausman": lambda: pk.spatial_hausman(pk.SpatialRandomEffects(F, "sar"), DATA, W),
    "moran": lambda: moran(DATA["y"], W, permutations=19),
    "local moran": lambda: local_moran(DATA["y"], W, permutations=19),
}
ROADS: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}


def same(one: Any, other: Any) -> bool:
    """Compare what two results print and hold."""
    if isinstance(one, tuple):
        return all(map(same, one, other))
    if isinstance(one, pd.DataFrame):
        return one.equals(other)
    if hasattr(one, "estimates"):
        return bool(
            np.array_equal(one.estimates, other.estimates)
            and np.array_equal(one.covariance, other.covariance)
        )
    return str(one) == str(other)


@pytest.mark.parametrize("road", list(ROADS))
@pytest.mark.parametrize("name", list(FITS))
def test_fits(name: str, road: str) -> None:
    fit = FITS[name]()
    before = fit.impacts().estimates  # and everything that an answer leaves in the fit's memory
    again = ROADS[road](fit)
    assert same(fit, again)
    assert str(again) == str(fit)
    assert [note.text("zh") for note in again.notes] == [n.text("zh") for n in fit.notes]
    assert np.array_equal(again.impacts().estimates, before)
    if not isinstance(fit.spec, pk.SpatialRandomEffects | pk.DynamicSpatialPanel) and name != "cross-section":
        one, other = (item.with_vcov(pk.QML()).covariance for item in (again, fit))
        assert np.allclose(one, other, rtol=1e-9, atol=0)  # sums over arrays that lie otherwise in memory


@pytest.mark.parametrize("road", list(ROADS))
@pytest.mark.parametrize("name", list(OTHERS))
def test_results(name: str, road: str) -> None:
    thing = OTHERS[name]()
    assert same(thing, ROADS[road](thing))


def test_large_fits_that_keep_factors() -> None:
    w = lattice(35, 35)  # above the size of dense inverses: factorisations stay in the fit's memory
    data = simulate(w, 4, np.random.default_rng(1), rho=0.4)
    fit = pk.SpatialPanel(F, "sar").fit(data, w)
    assert "_factors" in vars(fit.curvature.g)
    again = pickle.loads(pickle.dumps(fit))
    assert "_factors" not in vars(again.curvature.g)
    assert np.array_equal(again.params, fit.params)
    assert np.array_equal(again.with_vcov(pk.Hessian()).covariance, fit.with_vcov(pk.Hessian()).covariance)
