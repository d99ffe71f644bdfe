"""Staggered adoption: every estimator on a provincial panel, and 100,000 units, against pyfixest and moderndid."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Contender, Task


def panel(units: int, periods: int, treated: int, seed: int = 0) -> pd.DataFrame:
    """Return a balanced panel with staggered adoption: unit, year, y, first (0 never), did."""
    rng = np.random.default_rng(seed)
    years = np.arange(2010, 2010 + periods)
    first = np.zeros(units)
    first[:treated] = rng.choice(years[periods // 3 : -2], treated)
    on = (first[:, None] > 0) & (years[None, :] >= first[:, None])
    y = rng.normal(size=(units, 1)) + 0.1 * years + rng.normal(size=(units, periods)) + 0.3 * on
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), periods),
            "year": np.tile(years, units),
            "y": y.ravel(),
            "first": np.repeat(first, periods),
            "did": on.ravel().astype(float),
        }
    )


def tasks() -> list[Task]:
    """Return the tasks; each call goes from the data frame to errors by unit."""
    small, large = panel(31, 14, 12), panel(100_000, 10, 40_000)
    return [
        *[
            _estimators(name, data, repeats)
            for name, data, repeats in (("31 x 14", small, 9), ("100,000 x 10", large, 1))
        ],
        Task(
            "999 assignments of dates, imputation, 31 x 14",
            _fit(panel(31, 14, 5), "imputation", by="overall"),
        ),
        Task(
            "1,000 multiplier draws for a uniform band, 31 x 14",
            _band(small),
            _moderndid(small, reps=1_000),
            5,
        ),
    ]


def _estimators(name: str, data: pd.DataFrame, repeats: int) -> Task:
    """Return imputation against did2s, and the other estimators beside."""
    few = len(data) < 10_000  # did2s makes a dense dummy of every unit: 93 GB at 100,000
    theirs = {
        "pyfixest did2s": _did2s(data),
        "pyfixest saturated": _saturated(data),
        **_moderndid(data, reps=0),
    }
    peers = {
        **(theirs if few else _moderndid(data, reps=0)),
        "panelkit sun-abraham": _fit(data, "sun-abraham"),
        "panelkit callaway-santanna": _fit(data, "callaway-santanna"),
        "panelkit stacked": _fit(data, "stacked"),
        "panelkit local-projections": _fit(data, "local-projections"),
    }
    note = f"ATT equals did2s to {_gap(data):.0e}" if few else ""
    return Task(f"staggered adoption, imputation, {name}", _fit(data, "imputation"), peers, repeats, note)


def _gap(data: pd.DataFrame) -> float:
    """Return how far the effect overall is from that of did2s."""
    own = pk.StaggeredDiD("y ~ 1", cohort="first").fit(data, unit="unit", time="year", by="overall")
    return abs(float(own.estimates[0]) - float(_did2s(data)().coef().iloc[0]))


def _fit(data: pd.DataFrame, estimator: str, by: Any = None) -> Contender:
    spec = pk.StaggeredDiD("y ~ 1", cohort="first", estimator=estimator)
    return lambda: spec.fit(data, unit="unit", time="year", by=by)


def _band(data: pd.DataFrame) -> Contender:
    spec = pk.StaggeredDiD("y ~ 1", cohort="first", estimator="callaway-santanna", errors="analytic")
    return lambda: spec.fit(data, unit="unit", time="year", by="event").bands(reps=1_000)


def _did2s(data: pd.DataFrame) -> Any:
    def run() -> Any:
        import pyfixest

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pyfixest.did2s(
                data.copy(),
                yname="y",
                first_stage="~ 0 | unit + year",
                second_stage="~ i(did, ref=0)",
                treatment="did",
                cluster="unit",
            )

    return run


def _saturated(data: pd.DataFrame) -> Contender:
    def run() -> Any:
        import pyfixest

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pyfixest.event_study(
                data.copy(),
                yname="y",
                idname="unit",
                tname="year",
                gname="first",
                estimator="saturated",
                cluster="unit",
            ).aggregate()

    return run


def _moderndid(data: pd.DataFrame, reps: int) -> dict[str, Contender]:
    """Return Callaway and Sant'Anna by moderndid where it is at hand, with a multiplier bootstrap or without."""
    try:
        import moderndid
        import polars
    except ImportError:
        return {}
    frame = polars.from_pandas(data)

    def run() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = moderndid.att_gt(
                frame,
                yname="y",
                tname="year",
                idname="unit",
                gname="first",
                boot=reps > 0,
                biters=max(reps, 100),
            )
            return moderndid.aggte(found, type="dynamic")

    return {"moderndid att_gt + aggte": run}
