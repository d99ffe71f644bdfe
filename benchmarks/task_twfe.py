"""Two-way fixed effects with clustered errors, small and at a million rows, against linearmodels and pyfixest."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task

FORMULA = "y ~ x1 + x2 + x3"
NAMES = ["x1", "x2", "x3"]


def panel(units: int, periods: int, seed: int = 0) -> pd.DataFrame:
    """Return a balanced panel with three regressors correlated with the effects."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [range(units), range(2000, 2000 + periods)], names=["province", "year"]
    )
    effect = rng.normal(size=units)[index.codes[0]] + rng.normal(size=periods)[index.codes[1]]
    x = rng.normal(size=(len(index), 3)) + 0.5 * effect[:, None]
    y = x @ [1.0, -0.5, 0.2] + effect + rng.normal(size=len(index))
    return pd.DataFrame(np.column_stack([y, x]), columns=["y", *NAMES], index=index)


def tasks() -> list[Task]:
    """Return the fixed-effects tasks; each call goes from the data frame to clustered standard errors."""
    return [
        _task("31 x 14", panel(31, 14), repeats=9),
        _task("50,000 x 20 = 1,000,000 rows", panel(50_000, 20), repeats=3),
    ]


def _task(name: str, data: pd.DataFrame, repeats: int) -> Task:
    from linearmodels.panel import PanelOLS

    flat = data.reset_index()

    def ours() -> Any:
        return pk.FixedEffects(FORMULA, vcov=pk.Cluster()).fit(data)

    def flat_ours() -> Any:
        return pk.FixedEffects(FORMULA, vcov=pk.Cluster()).fit(flat, unit="province", time="year")

    def pyfixest_feols() -> Any:
        import pyfixest

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pyfixest.feols(f"{FORMULA} | province + year", flat, vcov={"CRV1": "province"})

    def panel_ols() -> Any:
        model = PanelOLS(data["y"], data[NAMES], entity_effects=True, time_effects=True)
        return model.fit(cov_type="clustered", cluster_entity=True)

    own, feols = ours(), pyfixest_feols()
    gap = float(np.abs(own.std_errors.to_numpy() / feols.se().to_numpy() - 1.0).max())
    peers = {
        "panelkit, columns": flat_ours,
        "pyfixest": pyfixest_feols,
        "linearmodels PanelOLS": panel_ols,
    }
    return Task(f"two-way FE, CRV1, {name}", ours, peers, repeats, f"SE equal pyfixest's to {gap:.0e}")
