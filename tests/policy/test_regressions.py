"""Sun-Abraham, stacked, local projections and the two-way regression: pyfixest live, and panels written out by hand."""

from __future__ import annotations

import warnings
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import DataError, SpecError
from tests.policy.adopting import adopting_panel

ROUNDING = 1e-9  # both are least squares of dummies


@cache
def het() -> pd.DataFrame:
    with resources.as_file(resources.files("pyfixest.did.data") / "df_het.csv") as path:
        data = pd.read_csv(path)
    kept = (data["unit"] % 10 == 0) & (
        data["year"] >= 1995
    )  # a part of it, in which the numbers are the same
    return data[kept & (data["year"] <= 2015)]


def fitted(frame: pd.DataFrame, estimator: str, by: Any = None, **options: Any) -> Any:
    """Return the effects with errors as programs print them."""
    spec = pk.StaggeredDiD(
        options.pop("formula", "y ~ 1"),
        cohort=options.pop("cohort", "first"),
        estimator=estimator,
        errors="analytic",
        shares="fixed",
        **options,
    )
    return spec.fit(frame, unit="unit", time="year", by=by)


def test_sun_abraham_is_the_saturated_event_study_of_pyfixest() -> None:
    pf = pytest.importorskip("pyfixest")
    found = fitted(het(), "sun-abraham", "event", formula="dep_var ~ 1", cohort="g").tidy().set_index("term")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pf.event_study(
            het(),
            yname="dep_var",
            idname="unit",
            tname="year",
            gname="g",
            estimator="saturated",
            cluster="unit",
        ).aggregate()
    for event in (-15, -5, -2, 0, 1, 5, 15):
        row = found.loc[str(event)]
        assert row["estimate"] == pytest.approx(float(theirs.loc[float(event), "Estimate"]), abs=1e-6)
        assert row["std_error"] == pytest.approx(float(theirs.loc[float(event), "Std. Error"]), abs=1e-6)


@pytest.mark.parametrize("att", [True, False])
def test_local_projections_are_those_of_pyfixest(att: bool) -> None:
    pf = pytest.importorskip("pyfixest")
    found = fitted(
        het(),
        "local-projections",
        "overall" if att else "event",
        formula="dep_var ~ 1",
        cohort="g",
        horizon=(5, 5),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pf.lpdid(
            het(),
            yname="dep_var",
            idname="unit",
            tname="year",
            gname="g",
            vcov={"CRV1": "unit"},
            pre_window=5,
            post_window=5,
            att=att,
        ).tidy()
    ours = found.tidy().iloc[0 if att else 1 :]
    assert np.allclose(ours["estimate"], theirs["Estimate"].astype(float), atol=1e-6)
    assert np.allclose(ours["std_error"], theirs["Std. Error"].astype(float), atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_two_way_is_fixed_effects(seed: int) -> None:
    frame = adopting_panel(seed, held=(1.0, 0.9, 0.9)[seed], covariates=seed % 2)
    formula = "y ~ x0" if seed % 2 else "y ~ 1"
    found = fitted(frame, "twfe", formula=formula)
    frame = frame.assign(on=(frame["year"] >= frame["first"].replace(0.0, np.inf)).astype(float))
    terms = "on + x0" if seed % 2 else "on"
    fit = pk.FixedEffects(f"y ~ {terms}", vcov=pk.Cluster()).fit(frame, unit="unit", time="year")
    assert found.estimates[0] == pytest.approx(fit.params["on"], abs=ROUNDING)
    assert found.std_errors.iloc[0] == pytest.approx(fit.std_errors["on"], rel=1e-8)
    since = (frame["year"] - frame["first"]).where(frame["first"] > 0)
    held = [e for e in np.unique(since.dropna()) if e != -1]
    columns = {f"e{j}": (since == e).astype(float) for j, e in enumerate(held)}
    wide = frame.assign(**columns)
    more = " + x0" if seed % 2 else ""
    fit = pk.FixedEffects(f"y ~ {' + '.join(columns)}{more}", vcov=pk.Cluster()).fit(
        wide, unit="unit", time="year"
    )
    assert np.allclose(found.estimates[2:], fit.params[list(columns)], atol=ROUNDING)


def stack_by_hand(
    frame: pd.DataFrame, before: int, after: int, *, corrected: bool, never: bool
) -> pd.DataFrame:
    """Return the rows of all cohorts with a stack's name in unit and year, event time and weight."""
    last, early = frame["year"].max(), frame["year"].min()
    first = frame["first"].replace(0.0, np.inf)
    parts = []
    for cohort in np.unique(first[np.isfinite(first)]):
        if cohort - before < early or cohort + after > last:
            continue
        window = frame["year"].between(cohort - before, cohort + after)
        clean = np.isinf(first) if never else first > cohort + after
        part = frame[window & ((first == cohort) | clean)]
        mine = part["first"] == cohort
        parts.append(
            part.assign(
                event=np.where(mine, part["year"] - cohort, np.nan),
                treated=mine.astype(float),
                s_unit=part["unit"] + f" {cohort}",
                s_year=part["year"] + 10_000 * int(cohort),
            )
        )
    held = pd.concat(parts, keys=range(len(parts)), names=["stack"]).reset_index("stack")
    counts = held.groupby(["stack", "treated"])["s_unit"].nunique().unstack()
    shares = counts / counts.sum()
    factor = (shares[1.0] / shares[0.0]).reindex(held["stack"]).to_numpy()
    return held.assign(q=np.where(held["treated"] == 1.0, 1.0, factor) if corrected else 1.0)


@pytest.mark.parametrize(("corrected", "never"), [(True, False), (False, False), (True, True)])
def test_stacked_is_the_regression_of_the_stack(corrected: bool, never: bool) -> None:
    frame = adopting_panel(3, treated=14)
    found = fitted(
        frame,
        "stacked",
        "event",
        horizon=(2, 2),
        corrected=corrected,
        control="never" if never else "not-yet",
    )
    held = stack_by_hand(frame, 2, 2, corrected=corrected, never=never)
    names = {f"e{j}": (held["event"] == e).astype(float) for j, e in enumerate((-2, 0, 1, 2))}
    fit = pk.FixedEffects(f"y ~ {' + '.join(names)}", weights="pw=q", vcov=pk.Cluster("unit")).fit(
        held.assign(**names), unit="s_unit", time="s_year"
    )
    assert np.allclose(found.estimates[1:], fit.params[list(names)], atol=ROUNDING)
    # effects of the stacks are nested in the clusters here and count as parameters there: the factor apart
    ratio = found.std_errors.to_numpy()[1:] / fit.std_errors[list(names)].to_numpy()
    assert np.allclose(ratio, ratio[0], rtol=1e-8)
    assert ratio[0] == pytest.approx(1.0, abs=0.1)


def test_corrected_stack_is_the_mean_over_treated_units() -> None:
    frame = adopting_panel(5, treated=14)
    found = fitted(frame, "stacked", "event", horizon=(1, 1))
    first = frame.groupby("unit")["first"].first().replace(0.0, np.inf)
    wide = frame.pivot(index="unit", columns="year", values="y")
    sums, n = 0.0, 0
    for cohort in np.unique(first[np.isfinite(first)]):
        if cohort + 1 > 2010 or not (first > cohort + 1).any():
            continue
        change = wide[cohort] - wide[cohort - 1]
        gap = change[first == cohort].mean() - change[first > cohort + 1].mean()
        sums, n = sums + gap * (first == cohort).sum(), n + int((first == cohort).sum())
    assert found.params["0"] == pytest.approx(sums / n, abs=ROUNDING)


def test_without_never_treated_the_last_cohort_is_the_control() -> None:
    frame = adopting_panel(6, treated=31)
    found = fitted(frame, "sun-abraham", "cells")
    last = frame["first"].max()
    kept = frame[frame["year"] < last]
    again = fitted(kept.assign(first=kept["first"].where(kept["first"] < last, 0.0)), "sun-abraham", "cells")
    assert np.allclose(found.estimates, again.estimates, atol=ROUNDING)
    assert any("nobody is never treated" in note for note in found.notes)
    with pytest.raises(DataError, match="nobody is left to compare with"):
        fitted(frame.assign(first=2005.0), "sun-abraham")


@pytest.mark.parametrize("estimator", ["sun-abraham", "twfe", "stacked", "local-projections"])
def test_points_are_the_estimates(estimator: str) -> None:
    frame = adopting_panel(7, treated=14)
    for by in ("overall", "event"):
        found = fitted(frame, estimator, by)
        panel = found.panel
        points = found.spec._method().points(panel, np.column_stack([panel.y, 3.0 * panel.y]), by)
        assert np.allclose(points.values[:, 0], found.estimates, atol=ROUNDING)
        assert np.allclose(points.values[:, 1], 3.0 * found.estimates, atol=ROUNDING)
        assert np.array_equal(points.labels, found.labels, equal_nan=True)


def test_what_local_projections_do_not_take_is_refused() -> None:
    with pytest.raises(SpecError, match="takes no covariates"):
        fitted(adopting_panel(1, covariates=1), "local-projections", formula="y ~ x0")
    with pytest.raises(SpecError, match="takes no weights"):
        fitted(adopting_panel(1), "local-projections", weights="pw=w")
    with pytest.raises(SpecError, match="horizon is"):
        pk.StaggeredDiD("y ~ 1", cohort="first", estimator="stacked", horizon=(0, 2))
