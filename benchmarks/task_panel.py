"""Time the specification curve and leave-one-out influence against loops over peers."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task
from panelkit.studies.specification_curve import Sample, SpecificationCurve, control_sets
from tests.panels import random_panel


def provincial(units: int = 31, periods: int = 14) -> pd.DataFrame:
    """Return a panel with five outcomes and ten regressors."""
    frame = random_panel(1, units, periods, regressors=10).sort_index()
    rng = np.random.default_rng(2)
    for at in range(5):
        frame[f"o{at}"] = frame["y"] + rng.normal(size=len(frame))
    return frame


def curve(vcov: str) -> SpecificationCurve:
    """Return 10,240 specifications: 5 outcomes, 2 treatments, 256 control sets, 2 samples, 2 lags."""
    controls = control_sets(tuple(f"x{at}" for at in range(3, 11)))
    samples = (Sample(), Sample("late", years=(2013, 2023)))
    outcomes = tuple(f"o{at}" for at in range(5))
    return SpecificationCurve(outcomes, ("x1", "x2"), controls, samples, (0, 1), (vcov,))


def tasks() -> list[Task]:
    """Return the tasks; peers loop over forty of the specifications."""
    data = provincial()
    flat = data.reset_index()
    flat["province"] = flat["province"].str[1:].astype(int)
    one = curve("CRV1")
    short = SpecificationCurve(one.outcomes, ("x1",), control_sets(("x3", "x4", "x5")), vcovs=("CRV1",))
    some = [row for _, row in short.fit(data).frame.iterrows()]
    _agree(flat, some)
    small = pk.FixedEffects("y ~ x1 + x2 + x3", vcov=pk.Cluster()).fit(provincial())
    large = pk.FixedEffects("y ~ x1 + x2 + x3", vcov=pk.Cluster()).fit(provincial(5_000, 10))
    return [
        Task(
            "10,240 specifications, 31 x 14, CRV1",
            lambda: one.fit(data),
            repeats=3,
        ),
        Task("10,240 specifications, 31 x 14, CRV3", lambda: curve("CRV3").fit(data), repeats=3),
        Task(
            f"{len(some)} of these specifications",
            lambda: short.fit(data),
            {
                "pyfixest, a loop": lambda: [_pyfixest(flat, row) for row in some],
                "linearmodels, a loop": lambda: [_linearmodels(data, row) for row in some],
            },
            repeats=1,
            note="estimates agree to 1e-6; a loop over all 10,240 takes 256 times as long",
        ),
        Task("leave out each of 31 provinces, 31 x 14", lambda: pk.influence(small, "x1")),
        Task("leave out each of 434 cells, 31 x 14", lambda: pk.influence(small, "x1", "cell")),
        Task("leave out each of 5,000 units, 5,000 x 10", lambda: pk.influence(large, "x1"), repeats=3),
        Task(
            "leave out each of 50,000 cells, 5,000 x 10", lambda: pk.influence(large, "x1", "cell"), repeats=3
        ),
    ]


def _right(row: pd.Series) -> str:
    return " + ".join([row["treatment"], *([] if row["controls"] == "none" else [row["controls"]])])


def _pyfixest(flat: pd.DataFrame, row: pd.Series) -> float:
    import pyfixest as pf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = pf.feols(f"{row['outcome']} ~ {_right(row)} | province + year", flat, vcov={"CRV1": "province"})
        return float(fit.coef()[row["treatment"]])


def _linearmodels(data: pd.DataFrame, row: pd.Series) -> float:
    from linearmodels import PanelOLS

    names = _right(row).split(" + ")
    model = PanelOLS(data[row["outcome"]], data[names], entity_effects=True, time_effects=True)
    return float(model.fit(cov_type="clustered", cluster_entity=True).params[row["treatment"]])


def _agree(flat: pd.DataFrame, rows: list[pd.Series]) -> None:
    found = [_pyfixest(flat, row) for row in rows[:5]]
    # pyfixest demeans by iteration to 1e-6
    np.testing.assert_allclose([row["estimate"] for row in rows[:5]], found, rtol=1e-6)
