"""StatsPAI's xtabond on two small panels: python tests/oracles/scripts/dynamic_gmm.py (pip install statspai)

Writes tests/oracles/dynamic_gmm_live.json. Nothing of the package is imported.
"""

from __future__ import annotations

import itertools
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import statspai as sp

N, T = 34, 8


def panel(seed: int, *, gaps: bool) -> pd.DataFrame:
    """Return a dynamic panel: x is predetermined, w strictly exogenous; with gaps rows and cells of x lack."""
    rng = np.random.default_rng(seed)
    mu = rng.normal(size=N)
    x, y, w = np.zeros((N, T)), np.zeros((N, T)), rng.normal(size=(N, T))
    for t in range(T):
        e = rng.normal(size=N) * (0.5 + rng.random(N))
        x[:, t] = 0.5 * (x[:, t - 1] if t else 0) + 0.3 * mu + rng.normal(size=N)
        y[:, t] = 0.5 * (y[:, t - 1] if t else mu) + 0.4 * x[:, t] + 0.2 * w[:, t] + mu + e
    frame = pd.DataFrame(
        {
            "id": np.repeat(np.arange(N), T),
            "year": np.tile(np.arange(2000, 2000 + T), N),
            "y": y.ravel().round(4),
            "x": x.ravel().round(4),
            "w": w.ravel().round(4),
        }
    )
    if gaps:
        frame = frame[rng.random(len(frame)) > 0.12].reset_index(drop=True)
        frame.loc[rng.random(len(frame)) < 0.04, "x"] = np.nan
    return frame


def fitted(frame: pd.DataFrame, options: dict[str, Any]) -> dict[str, Any]:
    """Return what StatsPAI prints of one specification."""
    made = sp.xtabond(
        frame,
        y="y",
        x=["w"],
        id="id",
        time="year",
        lags=1,
        gmm_lags=(2, 3),
        predetermined=["x"],
        predetermined_lags=(1, 2),
        **options,
    )
    told = made.model_info
    named = dict(
        zip(
            made.detail["variable"],
            zip(made.detail["coefficient"], made.detail["se"], strict=True),
            strict=True,
        )
    )
    return {
        "options": options,
        "coefficients": {
            name: [float(b), float(se)]
            for name, (b, se) in named.items()
            if name in ("L1.y", "w", "x", "_cons")
        },
        "n_instruments": told["n_instruments"],
        "nobs": told["n_obs"],
        "n_transformed": told["n_obs_diff"],
        "n_regressors": told["n_regressors"],
        "ar": [told["ar1_z"], told["ar2_z"]],
        "hansen": [told["hansen_stat"], told["hansen_df"]],
        "sargan": told["sargan_stat"],
        "difference": {
            key: [value["statistic"], value["df"]]
            for key, value in (told["difference_in_hansen"] or {}).items()
        },
    }


def main() -> None:
    """Write the oracle."""
    warnings.filterwarnings("ignore")
    held: dict[str, Any] = {"inputs": {}, "fits": []}
    for name, gaps in (("balanced", False), ("gaps", True)):
        frame = panel(5 + gaps, gaps=gaps)
        held["inputs"][name] = {
            key: [None if pd.isna(v) else v for v in column.tolist()] for key, column in frame.items()
        }
        for method, orthogonal, steps, collapse, h in itertools.product(
            ("difference", "system"), (False, True), (1, 2), (False, True), (2, 3)
        ):
            if (method == "difference" and h == 2) or (steps == 2 and not collapse):
                continue
            options = {
                "method": method,
                "orthogonal": orthogonal,
                "steps": steps,
                "collapse": collapse,
                "h": h,
            }
            held["fits"].append({"panel": name, **fitted(frame, options)})
        options = {"method": "difference", "steps": 2, "collapse": True, "time_dummies": True}
        held["fits"].append({"panel": name, **fitted(frame, options)})
    oracle = {
        "kind": "another program",
        "source": f"StatsPAI {sp.__version__}, xtabond, which holds itself against Stata's xtabond2",
        "made_by": "python tests/oracles/scripts/dynamic_gmm.py",
        "input": held["inputs"],
        "spec": "y on its first lag, w (strictly exogenous) and x (predetermined); gmm(y, 2:3), gmm(x, 1:2), iv(w)",
        "expect": held["fits"],
        "printed_digits": 15,
        "rtol": 1e-8,
        "why_rtol": "both solve the same normal equations in double precision; weights have condition numbers to 1e5",
    }
    path = Path(__file__).parents[1] / "dynamic_gmm_live.json"
    path.write_text(json.dumps(oracle) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
