"""Imputation against dummies written out, against weights on clusters moved by hand, and against pyfixest's did2s."""

from __future__ import annotations

import warnings
from importlib import resources

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from tests.policy.adopting import adopting_panel

# Both are least squares of well-scaled columns: rounding, with room for the normal equations of the small system.
ROUNDING = 1e-9


def by_hand(frame: pd.DataFrame, covariates: list[str], weight: np.ndarray) -> pd.Series:
    """Return effects by cohort and period: dummies of the untreated rows by lstsq, weighted means of what is left."""
    dummies = pd.get_dummies(frame[["unit", "year"]].astype(str), dtype=float)
    Z = np.column_stack([dummies.to_numpy(), frame[covariates].to_numpy()])
    free = (frame["did"] == 0.0).to_numpy()
    root = np.sqrt(weight[free])[:, None]
    b = np.linalg.lstsq(Z[free] * root, frame["y"].to_numpy()[free] * root[:, 0], rcond=None)[0]
    left = frame["y"].to_numpy() - Z @ b
    on = ~free
    cells = frame.loc[on, ["first", "year"]].assign(e=left[on] * weight[on], w=weight[on])
    sums = cells.groupby(["first", "year"])[["e", "w"]].sum()
    return sums["e"] / sums["w"]


def overall(frame: pd.DataFrame, covariates: list[str], weight: np.ndarray) -> float:
    """Return the effect over all treated rows."""
    effects = by_hand(frame, covariates, weight)
    sizes = frame.assign(w=weight)[frame["did"] == 1.0].groupby(["first", "year"])["w"].sum()
    return float((effects * sizes).sum() / sizes.sum())


@pytest.mark.parametrize("seed", range(6))
def test_cells_are_those_of_dummies(seed: int) -> None:
    frame = adopting_panel(seed, held=(1.0, 0.85)[seed % 2], covariates=seed % 3)
    names = [f"x{j}" for j in range(seed % 3)]
    weighted = seed >= 3
    spec = pk.StaggeredDiD(
        f"y ~ {' + '.join(names) or '1'}", cohort="first", weights="pw=w" if weighted else None
    )
    found = spec.fit(frame, unit="unit", time="year", by="cells")
    held = frame["w"].to_numpy() if weighted else np.ones(len(frame))
    assert np.allclose(found.estimates, by_hand(frame, names, held).to_numpy(), atol=ROUNDING)


@pytest.mark.parametrize("seed", range(4))
def test_influence_is_what_a_clusters_weight_moves(seed: int) -> None:
    frame = adopting_panel(seed, held=(1.0, 0.9)[seed % 2], covariates=seed % 2)
    names = [f"x{j}" for j in range(seed % 2)]
    found = pk.StaggeredDiD(f"y ~ {' + '.join(names) or '1'}", cohort="first", errors="analytic").fit(
        frame, unit="unit", time="year", by="overall"
    )
    step = 1e-5  # a central difference of a smooth function: its error is of the order of the square
    moved = []
    for unit in np.unique(frame["unit"]):
        one = (frame["unit"] == unit).to_numpy()
        up, down = (overall(frame, names, np.where(one, 1.0 + s, 1.0)) for s in (step, -step))
        moved.append((up - down) / (2 * step))
    assert np.allclose(found.influence[:, 0], moved, atol=1e-7)
    assert found.std_errors.iloc[0] == pytest.approx(np.sqrt(np.sum(np.square(moved))), rel=1e-5)


def test_points_are_the_estimates_of_every_outcome() -> None:
    frame = adopting_panel(1, covariates=1)
    spec = pk.StaggeredDiD("y ~ x0", cohort="first")
    found = spec.fit(frame, unit="unit", time="year", by="event")
    method = spec._method()
    panel = found.panel
    outcomes = np.column_stack([panel.y, 2.0 * panel.y + 1.0])
    points = method.points(panel, outcomes, "event")
    assert np.array_equal(points.labels, found.labels, equal_nan=True)
    assert np.allclose(points.values[:, 0], found.estimates, atol=ROUNDING)
    assert np.allclose(points.values[:, 1], 2.0 * points.values[:, 0], atol=ROUNDING)


def test_leads_are_a_regression_of_untreated_rows() -> None:
    frame = adopting_panel(2)
    found = pk.StaggeredDiD("y ~ 1", cohort="first", leads=2).fit(frame, unit="unit", time="year", by="event")
    free = frame[frame["did"] == 0.0]
    since = free["year"] - free["first"].replace(0.0, np.inf)
    dummies = pd.get_dummies(free[["unit", "year"]].astype(str), dtype=float).to_numpy()
    Z = np.column_stack([since == -2, since == -1, dummies]).astype(float)
    b = np.linalg.lstsq(Z, free["y"].to_numpy(), rcond=None)[0]
    assert np.allclose(found.estimates[found.labels < 0], b[:2], atol=ROUNDING)


def test_did2s_of_pyfixest() -> None:
    did2s = pytest.importorskip("pyfixest").did2s
    with resources.as_file(resources.files("pyfixest.did.data") / "df_het.csv") as path:
        data = pd.read_csv(path)
    warnings.simplefilter("ignore")  # what pyfixest does with pandas is its own affair
    theirs = did2s(
        data,
        yname="dep_var",
        first_stage="~ 0 | unit + year",
        second_stage="~ i(treat, ref=False)",
        treatment="treat",
        cluster="state",
    )
    found = pk.StaggeredDiD("dep_var ~ 1", cohort="g", cluster="state", errors="analytic").fit(
        data, unit="unit", time="year", by="overall"
    )
    assert found.estimates[0] == pytest.approx(float(theirs.coef().iloc[0]), abs=1e-6)
    assert found.estimates[0] == pytest.approx(2.230482, abs=5e-7)  # six printed digits
    assert found.std_errors.iloc[0] == pytest.approx(0.024709, abs=5e-7)


def test_what_cannot_be_imputed_is_named() -> None:
    frame = adopting_panel(4, treated=31)
    found = pk.StaggeredDiD("y ~ 1", cohort="first").fit(frame, unit="unit", time="year")
    assert any("have no prediction" in note for note in found.notes)
    assert any("stays untreated" in note for note in found.notes)
    together = frame.assign(first=2005.0)
    with pytest.raises(DataError, match="no effect can be imputed"):
        pk.StaggeredDiD("y ~ 1", cohort="first").fit(together, unit="unit", time="year")


def test_options_of_other_estimators_are_refused() -> None:
    with pytest.raises(SpecError, match="`control` do not apply"):
        pk.StaggeredDiD("y ~ 1", cohort="first", control="never")
    with pytest.raises(SpecError, match="leads is a whole number"):
        pk.StaggeredDiD("y ~ 1", cohort="first", leads=-1)
