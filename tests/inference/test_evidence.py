"""The quick path of the simulated size gives the p-values of the package; every evidence module can be loaded."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import panelkit as pk
from benchmarks.evidence.__main__ import names
from benchmarks.evidence.panel_size import UNITS, design_of, errors, regressor
from benchmarks.evidence.panel_size_close import p_values
from panelkit.inference.randomisation import randomisation_inference
from panelkit.inference.wild.bootstrap import draw_weights
from panelkit.kernels.permutation import random_permutations
from panelkit.models.linear.fixed_effects import FixedEffects, fit_design


@pytest.mark.parametrize("name", names())
def test_every_evidence_module_loads_and_offers_main(name):
    assert callable(importlib.import_module(f"benchmarks.evidence.{name}").main)


@pytest.mark.parametrize(("periods", "treated"), [(8, 8), (14, 15), (8, None), (14, None)])
def test_quick_p_values_are_those_of_the_package(periods, treated):
    rng = np.random.default_rng(5)
    x, y = regressor(rng, periods, "serial", treated), errors(rng, periods, "serial")
    fit = fit_design(design_of(x, y), FixedEffects("y ~ x", vcov=pk.CRV3()))
    # the same draws as the package makes of the seed: the p-values are then shares of the same counts
    signs = draw_weights(UNITS, 199, "rademacher", np.random.default_rng(3), "strict")[0]
    orders = random_permutations(np.zeros(UNITS, dtype=np.int64), 199, np.random.default_rng(3))
    quick = p_values(x, y, signs, orders)
    # the jackknife by downdating and by cross-products: both lose a few digits of a well-conditioned sum
    assert quick["CRV3"] == pytest.approx(fit.p_values["x"], rel=1e-9)
    wild = pk.wild_cluster_bootstrap(fit, "x", reps=199, rng=3, interval=False)
    assert quick["wild cluster bootstrap"] == pytest.approx(wild.p_value, rel=1e-12)
    for statistic in ("coefficient", "t"):
        found = randomisation_inference(fit, "x", reps=199, rng=3, statistic=statistic).p_value
        assert quick[f"randomisation ({statistic})"] == pytest.approx(found, rel=1e-12)
