"""Time what stands before every estimate: loading figures, reading formulas, building a design."""

from __future__ import annotations

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.run import Task
from panelkit.formula.formula import parse_formula
from panelkit.panel.design import build_design

KEYS = ("gdp", "rd_expenditure", "rd_funds_government", "population", "va_primary")


def panel(n_units: int = 10_000, n_times: int = 20, *, shuffled: bool = False) -> pd.DataFrame:
    """Return 200,000 rows of an outcome and three regressors."""
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product(
        [range(n_units), range(2000, 2000 + n_times)], names=["province", "year"]
    )
    frame = pd.DataFrame(rng.normal(size=(len(index), 4)), index=index, columns=["y", "x1", "x2", "x3"])
    return frame.sample(frac=1, random_state=0) if shuffled else frame


def formulaic_matrices(frame: pd.DataFrame) -> object:
    """Return outcome and regressors as formulaic makes them, unsorted and without the panel's checks."""
    from formulaic import model_matrix

    return model_matrix("y ~ x1 + x2 + x3", frame)


def tasks() -> list[Task]:
    """Return the tasks."""
    ordered, shuffled = panel(), panel(shuffled=True)
    crossed = "y ~ " + "*".join(f"x{at}" for at in range(10))
    return [
        Task("load five indicators, 31 x 8", lambda: pk.load_provinces(KEYS, (2016, 2023))),
        Task("read a formula of 1,023 terms", lambda: parse_formula(crossed)),
        Task(
            "design of 200,000 rows",
            lambda: build_design("y ~ x1 + x2 + x3", ordered),
            {"formulaic": lambda: formulaic_matrices(ordered)},
            note="the peer neither sorts nor checks units and years",
        ),
        Task("design of 200,000 shuffled rows", lambda: build_design("y ~ x1 + x2 + x3", shuffled)),
    ]
