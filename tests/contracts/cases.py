"""One row an estimator: how its spec is made from a regressor's name, and what its `fit` needs beside the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from panelkit.spatial.weights import Weights, as_weights
from tests.every_result import CITIES, city_panel, lattice


@dataclass(frozen=True)
class Case:
    """A spec by regressor, the options of `fit`, and what of the result hangs on chance or on the calendar."""

    spec: Callable[[str], Any]
    options: dict[str, Any] = field(default_factory=dict)
    spatial: bool = False
    drawn: bool = False  # intervals come from resampled units, so that another order of units draws others
    year: int | None = None  # the one year that it takes

    def fit(
        self, data: pd.DataFrame, *, regressor: str = "x", w: Weights | None = None, shift: int = 0
    ) -> Any:
        """Fit the spec to a frame whose years lie `shift` later than those of `city_panel`."""
        options = dict(self.options)
        if self.spatial:
            options["w"] = lattice() if w is None else w
        if self.year is not None:
            options["year"] = self.year + shift
        return self.spec(regressor).fit(data, **options)


CASES: dict[str, Case] = {
    "adjusted_moments": Case(lambda x: pk.AdjustedMoments(f"y ~ lag(y, 1) + {x} + w")),
    "between": Case(lambda x: pk.BetweenEffects(f"y ~ {x} + w")),
    "cce": Case(lambda x: pk.CommonCorrelatedEffects(f"y ~ {x}")),
    "difference_gmm": Case(lambda x: pk.DifferenceGMM(f"y ~ lag(y, 1) + {x} + w | gmm(y, 2) + iv({x} + w)")),
    "bias_corrected_lsdv": Case(lambda x: pk.BiasCorrectedLSDV(f"y ~ lag(y, 1) + {x} + w")),
    # every city is a fold, so that nothing is drawn
    "double_ml": Case(lambda x: pk.DoubleML("y ~ w", x, learner="ols", folds=len(CITIES))),
    "dynamic_spatial_panel": Case(lambda x: pk.DynamicSpatialPanel(f"y ~ {x} + w"), spatial=True),
    "event_study": Case(
        lambda x: pk.EventStudy(f"y ~ {x} + w", treatment="pilot", window=(-3, 2), estimator="twfe"),
        {"reps": 19},
        drawn=True,
    ),
    "first_difference": Case(lambda x: pk.FirstDifference(f"y ~ {x} + w")),
    "fixed_effects": Case(lambda x: pk.FixedEffects(f"y ~ {x} + w")),
    "gspre": Case(lambda x: pk.GeneralisedRandomEffects(f"y ~ {x}"), spatial=True),
    "half_panel_jackknife": Case(lambda x: pk.HalfPanelJackknife(f"y ~ lag(y, 1) + {x} + w")),
    "instrumental": Case(lambda x: pk.InstrumentalFE(f"y ~ w + [{x} ~ z1 + z2]")),
    "interactive_effects": Case(lambda x: pk.InteractiveEffects(f"y ~ {x} + w")),
    "mean_group": Case(lambda x: pk.MeanGroup(f"y ~ {x} + w")),
    "mediation": Case(lambda x: pk.Mediation("y", x, "m", "w"), {"reps": 199}, drawn=True),
    "panel_var": Case(lambda x: pk.PanelVAR(("y", x), instruments="exact")),
    "pooled": Case(lambda x: pk.PooledOLS(f"y ~ {x} + w")),
    "random_effects": Case(lambda x: pk.RandomEffects(f"y ~ {x} + w")),
    "spatial_cross_section": Case(
        lambda x: pk.SpatialCrossSection(f"y ~ {x}", "sar"), spatial=True, year=2012
    ),
    "spatial_mediation": Case(
        lambda x: pk.SpatialMediation("y", x, "m"), {"reps": 99}, spatial=True, drawn=True
    ),
    "spatial_panel": Case(lambda x: pk.SpatialPanel(f"y ~ {x} + w"), spatial=True),
    "spatial_random_effects": Case(lambda x: pk.SpatialRandomEffects(f"y ~ {x}", "sar"), spatial=True),
    "staggered_did": Case(
        lambda x: pk.StaggeredDiD(f"y ~ {x} + w", treatment="pilot"),
        {"reps": 19, "by": ("overall", "event")},  # cohorts and periods are named by years
        drawn=True,
    ),
    "synthetic_control": Case(
        lambda x: pk.SyntheticControl(f"y ~ {x} + w", treatment="pilot", v="equal", placebos=19), drawn=True
    ),
    "synthetic_did": Case(lambda x: pk.SyntheticDiD(f"y ~ {x} + w", treatment="pilot", reps=19), drawn=True),
    "threshold": Case(lambda x: pk.PanelThreshold(f"y ~ {x}", "z2", ("w",), trim=0.15), {"reps": 99}),
    "system_gmm": Case(
        lambda x: pk.SystemGMM(
            f"y ~ lag(y, 1) + {x} + w | gmm(y, 2, diff) + gmm({x}, 1, level) + iv({x} + w)"
        )
    ),
    "transformed_likelihood": Case(lambda x: pk.TransformedLikelihood(f"y ~ lag(y, 1) + {x} + w")),
}


@cache
def fitted(key: str) -> Any:
    """Return the result of a case on the panel as it is."""
    return CASES[key].fit(city_panel())


def relabelled(frame: pd.DataFrame, shift: int) -> tuple[pd.DataFrame, Weights]:
    """Return the panel with other names for its units, which sort the other way round, and later years."""
    labels = {name: f"unit {99 - int(name[1:])}" for name in frame.index.unique(0)}
    index = pd.MultiIndex.from_tuples(
        [(labels[name], year + shift) for name, year in frame.index], names=frame.index.names
    )
    w = lattice()
    moved = as_weights(w.matrix, [labels[name] for name in w.ids], name=w.name).normalised("row")
    return frame.set_axis(index), moved


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in another order."""
    return frame.iloc[np.random.default_rng(3).permutation(len(frame))]
