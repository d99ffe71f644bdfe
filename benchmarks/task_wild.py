"""9,999 and 99,999 restricted wild cluster draws on a provincial panel and on 100,000 rows."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task


def panel(units: int, periods: int, seed: int = 0) -> pd.DataFrame:
    """Return a balanced panel with integer codes, two regressors and two-way effects."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [range(units), range(2000, 2000 + periods)], names=["province", "year"]
    )
    x = rng.normal(size=(units * periods, 2))
    effect = rng.normal(size=units)[index.codes[0]] + rng.normal(size=periods)[index.codes[1]]
    y = 0.05 * x[:, 0] + effect + rng.normal(size=len(index))
    return pd.DataFrame({"y": y, "x1": x[:, 0], "x2": x[:, 1]}, index=index)


def tasks() -> list[Task]:
    """Return the wild bootstrap tasks; fits are made beforehand, only the bootstrap is timed."""
    return [
        _task("9,999 draws, 31 x 14", panel(31, 14), 9_999, repeats=5),
        _task("99,999 draws, 31 x 14", panel(31, 14), 99_999, repeats=3),
        _task("9,999 draws, 100 x 1,000 (100,000 rows)", panel(100, 1_000), 9_999, repeats=3),
    ]


def _task(name: str, data: pd.DataFrame, reps: int, repeats: int) -> Task:
    fit = pk.FixedEffects("y ~ x1 + x2", vcov=pk.Cluster()).fit(data)
    peer = _pyfixest(data)

    def ours() -> Any:
        return pk.wild_cluster_bootstrap(fit, "x1", reps=reps, ties="strict")

    def theirs() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return peer.wildboottest(param="x1", reps=reps, seed=1)

    p_ours, p_theirs = ours().p_value, float(theirs()["Pr(>|t|)"])
    note = f"p {p_ours:.4f} and {p_theirs:.4f}; panelkit's time includes the inverted confidence set"
    return Task(f"wild cluster bootstrap, {name}", ours, {"pyfixest (wildboottest)": theirs}, repeats, note)


def _pyfixest(data: pd.DataFrame) -> Any:
    import pyfixest

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyfixest.feols("y ~ x1 + x2 | province + year", data.reset_index(), vcov={"CRV1": "province"})
