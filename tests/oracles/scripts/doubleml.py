"""Double machine learning by the DoubleML package on clusters: python tests/oracles/scripts/doubleml.py

Writes tests/oracles/doubleml.json. DoubleML and scikit-learn alone are imported (an environment of its own). Folds
are given and learners have no chance in them, so that two programs must agree to rounding: 30 clusters in 5 folds of 6,
each with 8 rows, because DoubleML weighs folds alike and not rows.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.pop(0)  # this file is called as the package is

import numpy as np
import pandas as pd
from doubleml import DoubleMLData, DoubleMLIRM, DoubleMLPLIV, DoubleMLPLR
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.tree import DecisionTreeRegressor

CLUSTERS, ROWS, FOLDS, SEED = 30, 8, 5, 20261130
X = ["x1", "x2", "x3"]


def data() -> pd.DataFrame:
    """Return the rows: outcome, treatments, instrument, confounders; printed with six digits, which are the data."""
    rng = np.random.default_rng(SEED)
    n = CLUSTERS * ROWS
    cluster = np.repeat(np.arange(CLUSTERS), ROWS)
    shared = rng.normal(size=(CLUSTERS, 3))[cluster]
    x = rng.normal(size=(n, 3)) + 0.5 * shared
    z = rng.normal(size=n) + 0.4 * x[:, 1]
    hidden = rng.normal(size=n)
    d = 0.5 * x[:, 0] + np.tanh(x[:, 1]) + 0.8 * z + hidden + 0.5 * shared[:, 2]
    b = (0.5 * x[:, 0] - 0.3 * x[:, 2] + rng.normal(size=n) > 0.0).astype(float)
    y = 0.6 * d + 0.4 * b + x[:, 0] + 0.5 * x[:, 1] ** 2 + hidden + shared[:, 0] + rng.normal(size=n)
    table = pd.DataFrame({"cluster": cluster, "period": np.tile(np.arange(ROWS), CLUSTERS)})
    for name, values in {"y": y, "d": d, "b": b, "z": z, "x1": x[:, 0], "x2": x[:, 1], "x3": x[:, 2]}.items():
        table[name] = np.round(values, 6)
    return table


def fold_of() -> np.ndarray:
    """Return the fold of every cluster."""
    rng = np.random.default_rng(7)
    dealt = np.empty(CLUSTERS, dtype=int)
    dealt[rng.permutation(CLUSTERS)] = np.arange(CLUSTERS) % FOLDS
    return dealt


def fitted(
    kind: Any, table: pd.DataFrame, treatment: str, folds: np.ndarray, **options: Any
) -> dict[str, float]:
    """Return estimate and standard error of a model."""
    instrument = {"z_cols": "z"} if kind is DoubleMLPLIV else {}
    held = DoubleMLData(table, "y", treatment, X, cluster_cols="cluster", **instrument)
    model = kind(held, n_folds=FOLDS, draw_sample_splitting=False, **options)
    cluster = table["cluster"].to_numpy()
    row_fold = folds[cluster]
    splits = [(np.flatnonzero(row_fold != k), np.flatnonzero(row_fold == k)) for k in range(FOLDS)]
    by_cluster = [([np.flatnonzero(folds != k)], [np.flatnonzero(folds == k)]) for k in range(FOLDS)]
    model.set_sample_splitting([splits], all_smpls_cluster=[by_cluster])
    model.fit()
    return {"estimate": float(model.coef[0]), "std_error": float(model.se[0])}


def _lines(oracle: dict[str, Any]) -> str:
    """Return the file with one line a column of the data."""
    columns = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in oracle["input"].items()
    )
    text = json.dumps({**oracle, "input": "HERE"}, indent=1)
    return text.replace('"HERE"', "{\n" + columns + "\n }") + "\n"


def main() -> None:
    """Fit every model and write the file."""
    table, folds = data(), fold_of()
    ols, ridge, tree = (
        LinearRegression(),
        Ridge(alpha=5.0),
        DecisionTreeRegressor(max_depth=3, random_state=1),
    )
    logit = LogisticRegression(C=1.0, max_iter=10_000, tol=1e-10)
    plr, pliv, irm = DoubleMLPLR, DoubleMLPLIV, DoubleMLIRM
    expect = {
        "plr ols": fitted(plr, table, "d", folds, ml_l=ols, ml_m=ols),
        "plr ridge": fitted(plr, table, "d", folds, ml_l=ridge, ml_m=ridge),
        "plr tree": fitted(plr, table, "d", folds, ml_l=tree, ml_m=tree),
        "plr iv-type ridge": fitted(
            plr, table, "d", folds, ml_l=ridge, ml_m=ridge, ml_g=ridge, score="IV-type"
        ),
        "pliv ridge": fitted(pliv, table, "d", folds, ml_l=ridge, ml_m=ridge, ml_r=ridge),
        "irm ate": fitted(irm, table, "b", folds, ml_g=tree, ml_m=logit, score="ATE"),
        "irm atte": fitted(irm, table, "b", folds, ml_g=ridge, ml_m=logit, score="ATTE"),
    }
    oracle = {
        "kind": "other program",
        "source": f"DoubleML {version('doubleml')}, scikit-learn {version('scikit-learn')}",
        "made_by": "tests/oracles/scripts/doubleml.py",
        "input": {name: table[name].tolist() for name in table},
        "spec": {
            "folds": folds.tolist(),
            "learners": "ols: LinearRegression(); ridge: Ridge(alpha=5); tree: DecisionTreeRegressor(max_depth=3, "
            "random_state=1); propensity: LogisticRegression(C=1, max_iter=10000, tol=1e-10)",
            "std_error": "clusters, no small-sample factor; scores of each fold weigh alike",
        },
        "expect": expect,
        "printed_digits": "doubles",
        "rtol": 1e-8,
        "why_rtol": "the same learners on the same rows; sums are taken in another order, logit stops at 1e-10",
    }
    home = Path(__file__).resolve().parents[1]
    (home / "doubleml.json").write_text(_lines(oracle), encoding="utf-8")


if __name__ == "__main__":
    main()
