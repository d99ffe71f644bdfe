"""An outcome that leaves nothing to estimate is refused by its name, in every estimator, without a numpy warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.models.linear.fixed_effects import fit_design
from panelkit.panel.design import design_from_arrays

N, T = 12, 7


def data() -> pd.DataFrame:
    r = np.random.default_rng(5)
    frame = pd.DataFrame(
        [(f"u{i:02d}", 2010 + t) for i in range(N) for t in range(T)], columns=["id", "year"]
    )
    for name in ("x", "z", "m", "e"):
        frame[name] = r.normal(size=len(frame))
    frame["flat"] = 3.0
    frame["by_unit"] = r.normal(size=N).repeat(T)
    frame["by_year"] = (frame.year - 2012.0) ** 2
    frame["made"] = 2 * frame.x + frame.m
    frame["plain"] = frame.x + frame.e
    return frame


RING = pk.as_weights(
    np.roll(np.eye(N), 1, 0) + np.roll(np.eye(N), -1, 0), [f"u{i:02d}" for i in range(N)]
).normalised("row")
KEYS: dict[str, Any] = {"unit": "id", "time": "year"}

ALL: dict[str, Callable[[str, pd.DataFrame], Any]] = {
    "FixedEffects": lambda y, d: pk.FixedEffects(f"{y} ~ x + m").fit(d, **KEYS),
    "PooledOLS": lambda y, d: pk.PooledOLS(f"{y} ~ x + m").fit(d, **KEYS),
    "RandomEffects": lambda y, d: pk.RandomEffects(f"{y} ~ x + m").fit(d, **KEYS),
    "BetweenEffects": lambda y, d: pk.BetweenEffects(f"{y} ~ x + m").fit(d, **KEYS),
    "FirstDifference": lambda y, d: pk.FirstDifference(f"{y} ~ x + m").fit(d, **KEYS),
    "InstrumentalFE": lambda y, d: pk.InstrumentalFE(f"{y} ~ m + [x ~ z]").fit(d, **KEYS),
    "Mediation": lambda y, d: pk.Mediation(y, "x", "m").fit(d, reps=100, **KEYS),
    "SpecificationCurve": lambda y, d: pk.SpecificationCurve((y,), ("x",)).fit(d, **KEYS),
    "SpatialPanel": lambda y, d: pk.SpatialPanel(f"{y} ~ x + m", model="sar").fit(d, RING, **KEYS),
    "SpatialPanel sem": lambda y, d: pk.SpatialPanel(f"{y} ~ x + m", model="sem").fit(d, RING, **KEYS),
    "DynamicSpatialPanel": lambda y, d: pk.DynamicSpatialPanel(f"{y} ~ x + m").fit(d, RING, **KEYS),
    "SpatialRandomEffects": lambda y, d: pk.SpatialRandomEffects(f"{y} ~ x + m").fit(d, RING, **KEYS),
    "SpatialMediation": lambda y, d: pk.SpatialMediation(y, "x", "m").fit(
        d.set_index(["id", "year"]), RING, reps=100
    ),
    "SpatialCrossSection": lambda y, d: pk.SpatialCrossSection(f"{y} ~ x + m", model="sar").fit(
        d.set_index(["id", "year"]), RING, year=2013
    ),
}
TWOWAY = (
    "FixedEffects", "InstrumentalFE", "Mediation", "SpecificationCurve", "SpatialPanel", "SpatialPanel sem",
    "DynamicSpatialPanel", "SpatialMediation",
)  # fmt: skip


def refused(name: str, y: str, frame: pd.DataFrame) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((pk.DataError, pk.SpecError)) as caught:
            ALL[name](y, frame)
    return str(caught.value)


@pytest.mark.parametrize("name", list(ALL))
def test_a_constant_outcome(name: str) -> None:
    said = refused(name, "flat", data())
    assert "the outcome `flat` does not vary" in said
    assert "it is 3 in all" in said


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith(("Spatial", "Dynamic"))])
def test_an_outcome_that_is_constant_in_the_rows_that_stay(name: str) -> None:
    """It varies only in the rows of a unit without regressors."""
    frame = data()
    frame["almost"] = np.where(frame.id == "u00", frame.e, 2.0)
    frame.loc[frame.id == "u00", ["x", "m"]] = np.nan
    assert "`almost` does not vary" in refused(name, "almost", frame)


@pytest.mark.parametrize("effects", ["none", "twoway"])
def test_a_mediator_that_does_not_vary(effects: Any) -> None:
    with pytest.raises(pk.SpecError if effects == "twoway" else pk.PanelkitError, match="`flat`"):
        pk.Mediation("plain", "x", "flat", effects=effects).fit(data(), reps=100, **KEYS)


@pytest.mark.parametrize("effects", ["none", "unit", "twoway"])
def test_arrays_take_the_same_refusal(effects: Any) -> None:
    frame = data()
    design = design_from_arrays(np.full(len(frame), 3.0), frame[["x"]], frame.id, frame.year)
    with pytest.raises(pk.DataError, match="the outcome `y` does not vary"):
        fit_design(design, pk.FixedEffects("y ~ x1", effects=effects))


def test_a_policy_that_leaves_a_constant_outcome() -> None:
    frame = data()
    frame["almost"] = np.where(frame.id == "u00", frame.e, 2.0)
    frame.loc[frame.id == "u00", ["x", "m"]] = np.nan
    spec = pk.SpatialPanel("almost ~ x + m", model="sar", missing="drop-unit")
    with pytest.raises(pk.DataError, match="`almost` does not vary"):
        spec.fit(frame, RING, **KEYS)


@pytest.mark.parametrize("name", [*TWOWAY, "FirstDifference", "RandomEffects", "SpatialRandomEffects"])
def test_an_outcome_that_the_unit_effects_hold(name: str) -> None:
    said = refused(name, "by_unit", data())
    assert "by_unit" in said
    assert "vary" in said or "variation" in said


@pytest.mark.parametrize("name", [*TWOWAY, "FirstDifference", "BetweenEffects", "SpatialCrossSection"])
def test_an_outcome_that_the_time_effects_hold(name: str) -> None:
    said = refused(name, "by_year", data())
    assert "by_year" in said
    assert "vary" in said or "variation" in said


@pytest.mark.parametrize(
    "name",
    [
        "RandomEffects", "InstrumentalFE", "SpatialPanel", "SpatialPanel sem", "DynamicSpatialPanel",
        "SpatialRandomEffects", "SpatialMediation", "SpatialCrossSection",
    ],
)  # fmt: skip
def test_an_outcome_that_the_regressors_reproduce(name: str) -> None:
    assert "reproduce the outcome `made` exactly" in refused(name, "made", data())


def test_least_squares_of_an_identity_says_that_it_is_one() -> None:
    fit = pk.FixedEffects("made ~ x + m").fit(data(), **KEYS)
    assert fit.params.to_numpy() == pytest.approx([2.0, 1.0], abs=1e-10)
    assert any("reproduce `made` exactly" in note for note in fit.notes)


@pytest.mark.parametrize("name", list(ALL))
@pytest.mark.parametrize("rows", ["one unit", "two units", "one year"])
def test_a_sample_too_small_is_refused_or_fitted_without_a_warning(name: str, rows: str) -> None:
    frame = data()
    if rows == "one year":
        frame = frame[frame.year == 2013]
    else:
        frame = frame[frame.id.isin(["u00", "u01"][: 1 + (rows == "two units")])]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            made = ALL[name]("plain", frame)
        except pk.PanelkitError:
            return
    table = made.frame if name == "SpecificationCurve" else made.tidy()
    column = "std_error" if "std_error" in table else table.columns[-1]
    assert np.isfinite(table[column]).all()


@pytest.mark.parametrize("size", [1e75, 1e150, 1e200, 1e-75, 1e-200])
@pytest.mark.parametrize("name", list(ALL))
def test_values_beyond_double_precision_are_refused_by_name(name: str, size: float) -> None:
    frame = data()
    frame[["plain", "x", "m", "z"]] *= size
    with pytest.raises(pk.PanelkitError, match=r"leave the range of double precision.*`?plain`?"):
        ALL[name]("plain", frame)


def test_a_curve_reads_the_rows_of_its_samples_only() -> None:
    """What has no logarithm, in a year that no sample holds, does not stand in the way."""
    frame = data()
    frame["x"] = frame["x"].abs().where(frame["year"] < 2015, -1.0)
    curve = pk.SpecificationCurve(("plain",), ("log(x)",), samples=(pk.Sample("early", years=(2010, 2014)),))
    early = frame[frame["year"] < 2015]
    right = pk.FixedEffects("plain ~ log(x)").fit(early, **KEYS)
    assert curve.fit(frame, **KEYS).frame["estimate"].iloc[0] == pytest.approx(
        right.params.iloc[0], rel=1e-10
    )
    with pytest.raises(pk.DataError, match="zero or negative in u00 2015"):
        pk.SpecificationCurve(("plain",), ("log(x)",)).fit(frame, **KEYS)
