"""Size of the LM tests with two-way effects at 31 provinces: the transformed form and Elhorst's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.evidence.record import write
from panelkit.models.spatial.lm_tests import lm_arrays
from panelkit.spatial.provincial import contiguity

REPS = 2000
NAMES = ("LM lag", "LM error", "robust LM lag", "robust LM error")


def main() -> Path:
    """Write the share of panels without spatial dependence in which a nominal 5 % test rejects."""
    w, rng = contiguity(), np.random.default_rng(7)
    limit, rows = stats.chi2.ppf(0.95, 1), []
    for t in (8, 14, 20):
        X = rng.standard_normal((w.n, t, 1))
        counts = {"transformed": np.zeros(4), "elhorst": np.zeros(4)}
        for _ in range(REPS):
            y = (
                X[:, :, 0]
                + rng.standard_normal((w.n, 1))
                + rng.standard_normal((1, t))
                + rng.standard_normal((w.n, t))
            )
            for form, count in counts.items():
                s = lm_arrays(y, X, w, "twoway", form)  # type: ignore[arg-type]
                count += np.array([s.lag, s.error, s.robust_lag, s.robust_error]) > limit
        for form, count in counts.items():
            rows.append(
                {"T": t, "form": form, **dict(zip(NAMES, np.round(100 * count / REPS, 1), strict=True))}
            )
    facts = {"replications": REPS, "Monte Carlo error": "one standard error at 5 % is 0.5 points"}
    return write("spatial_lm_size", pd.DataFrame(rows), seed=7, facts=facts)
