"""Synthetic controls as other programs tell them: `python synthetic.py > ../synthetic_live.json`.

Needs synthdid-py 0.1.0 (a port of the authors' R package synthdid) and pysyncon 1.7.0 (Python 3.11). A drawn panel of
16 units and 12 periods, the last one or three treated from the ninth period on, or the last four at two dates. The
solver of synthdid stops early by default; here it runs until nothing moves (its steps approach the optimum like 1/t).
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
from pysyncon import Synth
from synthdid import (
    did_estimate,
    jackknife_se,
    load_california_prop99,
    panel_matrices,
    refit,
    sc_estimate,
    staggered_synthdid_estimate,
    synthdid_estimate,
)

warnings.filterwarnings("ignore")
N, T, START = 16, 12, 8
PATIENT = {"min_decrease": 1e-13, "max_iter": 50_000}
V = [0.5, 0.2, 0.3]


def drawn() -> tuple[Any, Any]:
    """Return outcomes (N, T) with two factors, and three predictors (N, 3), four decimals each."""
    rng = np.random.default_rng(2021)
    loadings, factors = rng.normal(size=(N, 2)), rng.normal(size=(2, T)).cumsum(axis=1)
    Y = 10 + rng.normal(size=(N, 1)) + loadings @ factors + 0.5 * rng.normal(size=(N, T))
    X = np.column_stack([loadings + 0.3 * rng.normal(size=(N, 2)), rng.uniform(5, 50, N)])
    return Y.round(4), X.round(4)


def frame(Y: Any, starts: Any) -> pd.DataFrame:
    """Return the panel as rows."""
    unit, time = np.repeat(np.arange(len(Y)), T), np.tile(np.arange(T), len(Y))
    return pd.DataFrame(
        {"unit": unit, "time": time, "y": Y.ravel(), "d": (time >= np.asarray(starts)[unit]).astype(int)}
    )


def blocks(Y: Any, treated: int) -> dict[str, Any]:
    """Return the three estimates of one block, with weights of the first."""
    made: dict[str, Any] = {}
    for name, estimate in (("sdid", synthdid_estimate), ("sc", sc_estimate), ("did", did_estimate)):
        options = {} if name == "did" else PATIENT
        made[name] = float(estimate(Y, N - treated, START, **options))
    fit = synthdid_estimate(Y, N - treated, START, **PATIENT)
    made["zeta"] = float(fit.opts["zeta_omega"])
    made["omega"] = [float(x) for x in fit.weights.omega]
    made["lambda"] = [float(x) for x in fit.weights.lambda_]
    if treated == 1:
        made["placebos"] = [
            float(
                refit(
                    fit,
                    Y=Y[[*(i for i in range(N - 1) if i != j), j]],
                    N0=N - 2,
                    T0=START,
                    X=None,
                    weights=None,
                )
            )
            for j in range(N - 1)
        ]
    else:
        made["jackknife"] = float(jackknife_se(fit))
    return made


def weights_under(X: Any, Y: Any) -> list[float]:
    """Return pysyncon's weights of the first 15 units for the last, predictors over their deviation, V given."""
    names = [str(i) for i in range(N - 1)]
    X0, Z0 = pd.DataFrame(X[:-1].T, columns=names), pd.DataFrame(Y[:-1, :START].T, columns=names)
    made = Synth()
    made.fit(
        X0=X0,
        X1=pd.Series(X[-1], name="last"),
        Z0=Z0,
        Z1=pd.Series(Y[-1, :START], name="last"),
        custom_V=np.array(V),
    )
    return [float(x) for x in made.W]


def california() -> dict[str, Any]:
    """Return the estimates of California's tobacco programme, with the solver's own patience."""
    held = panel_matrices(load_california_prop99())
    return {
        name: float(estimate(held.Y, held.N0, held.T0))
        for name, estimate in (("sdid", synthdid_estimate), ("sc", sc_estimate), ("did", did_estimate))
    }


def main() -> None:
    """Print the oracle."""
    Y, X = drawn()
    starts = [T] * (N - 4) + [6, 6, 8, 8]
    staggered = staggered_synthdid_estimate(
        frame(Y, starts), unit="unit", time="time", outcome="y", treatment="d", **PATIENT
    )
    expect = {
        "one": blocks(Y, 1),
        "three": blocks(Y, 3),
        "staggered": float(staggered),
        "weights_under_v": weights_under(X, Y),
        "california": california(),
    }
    oracle = {
        "kind": "another program",
        "source": "synthdid-py 0.1.0 (port of the authors' R synthdid), pysyncon 1.7.0",
        "made_by": "python tests/oracles/scripts/synthetic.py",
        "input": {"Y": Y.tolist(), "X": X.tolist(), "start": START, "staggered_starts": starts, "v": V},
        "spec": "the last one or three units treated from period `start` on; predictors X under V, the outcome before",
        "expect": expect,
        "printed_digits": 15,
        "rtol": 2e-3,
        "why_rtol": "their Frank-Wolfe steps approach the optimum like 1/t, and end 1e-4 to 1e-3 from it",
    }
    json.dump(oracle, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
