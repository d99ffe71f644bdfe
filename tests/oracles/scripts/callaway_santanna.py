"""Effects by cohort and period as moderndid tells them: `python callaway_santanna.py > ../callaway_santanna_live.json`.

Needs moderndid 0.2.0 (Python 3.11, polars). A drawn panel of 72 units and 6 periods; `balanced` by its `att_gt` (from
R did), `gaps` without a tenth of the rows by its two-period estimators (from DRDID) on the units held in both of the
periods compared.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from moderndid import att_gt
from moderndid.drdid import drdid_panel, reg_did_panel, std_ipw_did_panel

warnings.filterwarnings("ignore")
N, T = 72, 6
METHODS = {"regression": "reg", "ipw": "ipw", "doubly-robust": "dr"}
PAIRS = {"regression": reg_did_panel, "ipw": std_ipw_did_panel, "doubly-robust": drdid_panel}


def drawn() -> pd.DataFrame:
    """Return the panel: cohorts that hang on a covariate which moves, a second one that stays, weights."""
    rng = np.random.default_rng(20211)
    z = rng.standard_normal(N)
    x = z[:, None] + 0.5 * rng.standard_normal((N, T))
    late = 0.3 * z + 1.5 * rng.standard_normal(N)
    cohort = np.select([late > 1.2, late > 0.2], [4.0, 5.0], 0.0)
    cohort[:15] = 6.0
    base = rng.standard_normal(N)[:, None] + rng.standard_normal((N, T)) + 0.4 * x
    effect = (cohort > 0)[:, None] * (np.arange(1, T + 1) >= cohort[:, None]) * 0.7
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(N), T),
            "time": np.tile(np.arange(1, T + 1), N),
            "g": np.repeat(cohort, T),
            "y": (base + effect).round(4).ravel(),
            "x": x.round(4).ravel(),
            "z": np.repeat(rng.standard_normal(N).round(4), T),
            "w": np.repeat(rng.uniform(0.5, 2.0, N).round(3), T),
        }
    )


def told(frame: pd.DataFrame, **options: Any) -> list[list[float]]:
    """Return cohort, period, effect and analytic error of every cell."""
    control = {"never": "nevertreated", "not-yet": "notyettreated"}[options.pop("control")]
    made = att_gt(
        pl.from_pandas(frame), yname="y", tname="time", idname="unit", gname="g", control_group=control,
        est_method=METHODS[options.pop("adjustment")], base_period=options.pop("base"), boot=False, cband=False,
        anticipation=options.pop("anticipation"), weightsname="w" if options.pop("weights") else None,
        xformla=options.pop("covariates"),
    )  # fmt: skip
    rows = zip(made.groups, made.times, made.att_gt, made.se_gt, strict=True)
    return [[float(g), float(t), float(a), float(s)] for g, t, a, s in rows]


def in_pairs(frame: pd.DataFrame, adjustment: str, *, weighted: bool) -> list[list[float]]:
    """Return the same by two-period estimators, not yet treated as controls, varying base."""
    rows = []
    for g in (4.0, 5.0, 6.0):
        for t in range(2, T + 1):
            base = t - 1 if t < g else g - 1
            late, early = (frame[frame["time"] == at].set_index("unit") for at in (t, base))
            both = late.index.intersection(early.index)
            late, early = late.loc[both], early.loc[both]
            inside = (early["g"] == g) | (early["g"] == 0) | (early["g"] > t)
            late, early = late[inside], early[inside]
            held = PAIRS[adjustment](
                late["y"].to_numpy(), early["y"].to_numpy(), (early["g"] == g).to_numpy().astype(float),
                np.column_stack([np.ones(len(early)), early["x"], early["z"]]),
                early["w"].to_numpy() if weighted else np.ones(len(early)), influence_func=True,
            )  # fmt: skip
            error = float(np.sqrt((held.att_inf_func**2).sum()) / len(early))
            rows.append([g, float(t), float(held.att), error])
    return rows


def main() -> dict[str, Any]:
    """Return the oracle."""
    panel = drawn()
    gone = np.random.default_rng(5).choice(len(panel), len(panel) // 10, replace=False)
    balanced = []
    for adjustment in METHODS:
        for control, base, anticipation, weights, covariates in (
            ("never", "varying", 0, False, "~ x + z"),
            ("not-yet", "varying", 0, True, "~ x + z"),
            ("not-yet", "varying", 1, False, "~ x + z"),
            ("never", "universal", 0, True, "~ z"),
        ):
            options = {
                "adjustment": adjustment, "control": control, "base": base, "anticipation": anticipation,
                "weights": weights, "covariates": covariates,
            }  # fmt: skip
            balanced.append({"options": dict(options), "cells": told(panel, **options)})
    holes = panel.drop(index=gone)
    return {
        "kind": "another program",
        "source": "moderndid 0.2.0, att_gt (port of R did) and its two-period estimators (port of R DRDID)",
        "made_by": "python tests/oracles/scripts/callaway_santanna.py",
        "input": {
            "columns": list(panel),
            "rows": panel.to_numpy().tolist(),
            "gone": sorted(int(i) for i in gone),
        },
        "spec": "y on covariates, cohort g; cells hold cohort, period, effect, analytic error",
        "expect": {
            "balanced": balanced,
            "gaps": [
                {
                    "options": {"adjustment": a, "weights": w, "covariates": "~ x + z"},
                    "cells": in_pairs(holes, a, weighted=w),
                }
                for a in METHODS
                for w in (False, True)
            ],
        },
        "printed_digits": 15,
        "rtol": 1e-6,
        "why_rtol": "their logit stops at a relative deviance of 1e-8, ours at a step of 1e-10",
    }


if __name__ == "__main__":
    text = json.dumps(main(), indent=None, separators=(", ", ": "))
    sys.stdout.write(text + "\n")
