"""Sensitivity of the Darfur regression as PySensemakr tells it: `python darfur.py > ../darfur.json`.

Cinelli and Hazlett (2020, section 5): peace index on having been harmed. PySensemakr 0.0.8 ships the survey; it is not
copied here, only what the regression made of it. Needs PySensemakr with pandas below 3 and statsmodels.
"""

from __future__ import annotations

import json
from typing import Any

import sensemakr
import statsmodels.formula.api as smf

CONTROLS = "age + farmer_dar + herder_dar + pastvoted + hhsize_darfur + female + village"
TERM, BENCHMARK, MULTIPLES = "directlyharmed", "female", [1, 2, 3]


def main() -> dict[str, Any]:
    """Return the oracle."""
    survey = sensemakr.load_darfur()
    outcome = smf.ols(f"peacefactor ~ {TERM} + {CONTROLS}", data=survey).fit()
    treatment = smf.ols(f"{TERM} ~ {CONTROLS}", data=survey).fit()
    made = sensemakr.Sensemakr(model=outcome, treatment=TERM, benchmark_covariates=[BENCHMARK], kd=MULTIPLES)
    told = made.sensitivity_stats
    half = sensemakr.Sensemakr(model=outcome, treatment=TERM, q=0.5)
    return {
        "kind": "another program",
        "source": "Cinelli and Hazlett 2020, J. R. Stat. Soc. B 82(1), table 1; PySensemakr 0.0.8",
        "made_by": "python tests/oracles/scripts/darfur.py",
        "input": {"file": "the survey of PySensemakr (GPL), not stored; what is needed of it in `spec`"},
        "spec": {
            "estimate": float(outcome.params[TERM]),
            "std_error": float(outcome.bse[TERM]),
            "df": int(outcome.df_resid),
            "r2_female_with_treatment": float(sensemakr.partial_r2(model=treatment, covariates=BENCHMARK)),
            "r2_female_with_outcome": float(sensemakr.partial_r2(model=outcome, covariates=BENCHMARK)),
        },
        "expect": {
            "partial_r2": float(told["r2yd_x"]),
            "rv": float(told["rv_q"]),
            "rv_alpha": float(told["rv_qa"]),
            "rv_half": float(half.sensitivity_stats["rv_q"]),
            "rv_half_alpha": float(half.sensitivity_stats["rv_qa"]),
            "bounds": [
                {
                    "times": times,
                    "r2_treatment": float(row.r2dz_x),
                    "r2_outcome": float(row.r2yz_dx),
                    "estimate": float(row.adjusted_estimate),
                    "std_error": float(row.adjusted_se),
                    "t": float(row.adjusted_t),
                }
                for times, row in zip(MULTIPLES, made.bounds.itertuples(), strict=True)
            ],
        },
        "printed_digits": 16,
        "rtol": 1e-8,
        "why_rtol": "sufficient statistics of a regression with 490 regressors, solved by another routine",
    }


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
