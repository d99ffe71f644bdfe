"""The batched specification curve against one fit at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.studies.specification_curve import Sample, SpecificationCurve, control_sets
from tests.panels import random_panel

# cross-products against a fit on swept columns: half the digits of a double
ANEW = 1e-7


def panel(seed: int = 41, share: float = 1.0, missing: bool = True) -> pd.DataFrame:
    frame = random_panel(seed, 14, 8, share, regressors=4).sort_index()
    frame["y2"] = frame["y"] + np.random.default_rng(seed).normal(size=len(frame))
    if missing:
        frame.iloc[5:9, frame.columns.get_loc("x3")] = np.nan
    return frame


SPEC = SpecificationCurve(
    outcomes=("y", "y2"),
    treatments=("x1", "exp(x2)"),
    controls=control_sets(("x3", "x4")),
    samples=(Sample(), Sample("late", years=(2012, 2017)), Sample("short", without_units=("P03", "P07"))),
    lags=(0, 1),
    vcovs=("CRV1", "CRV3"),
)


@pytest.mark.parametrize("effects", ["twoway", "unit", "none"])
@pytest.mark.parametrize("share", [1.0, 0.8])
def test_every_row_is_that_of_a_single_fit(effects: str, share: float) -> None:

    data = panel(share=share)
    curve = replace(SPEC, effects=effects)
    result = curve.fit(data)
    assert len(result.frame) == curve.size == 2 * 2 * 4 * 3 * 2 * 2
    samples = {
        "all": data,
        "late": data[data.index.get_level_values(1) >= 2012],
        "short": data.drop(["P03", "P07"], level=0),
    }
    rng = np.random.default_rng(1)
    for at in rng.choice(len(result.frame), 12, replace=False):
        row = result.frame.loc[at]
        term = row["treatment"] if row["lag"] == 0 else f"lag({row['treatment']})"
        right = " + ".join([term] + ([] if row["controls"] == "none" else [row["controls"]]))
        vcov = {"CRV1": pk.Cluster(), "CRV3": pk.CRV3()}[row["vcov"]]
        rows = samples[row["sample"]]
        if row["sample"] == "late" and row["lag"] == 1:
            # the years are those of the outcome: the lag may reach back before them
            moved = data.assign(before=pk_lag(data, row["treatment"]))
            rows = moved[moved.index.get_level_values(1) >= 2012]
            right = right.replace(term, "before")
            term = "before"
        fit = pk.FixedEffects(f"{row['outcome']} ~ {right}", effects=effects, vcov=vcov).fit(rows)
        found = fit.tidy().set_index("term").loc[next(t for t in fit.terms if t != "Intercept")]
        assert row["nobs"] == fit.nobs
        for name in ("estimate", "std_error", "p_value", "conf_low"):
            assert row[name] == pytest.approx(found[name], rel=ANEW, abs=1e-9), (at, name)


@pytest.mark.parametrize("effects", ["twoway", "unit", "none"])
@pytest.mark.parametrize("convention", ["linearmodels", "plm", "lsdv", "fixest"])
def test_every_convention_counts_as_a_single_fit_does(effects: str, convention: str) -> None:
    data = panel(share=0.8)
    spec = SpecificationCurve(
        outcomes=("y",),
        treatments=("x1",),
        controls=(("x3", ("x3",)),),
        vcovs=("CRV1", "CRV3"),
        effects=effects,
        convention=convention,
    )
    for _, row in spec.fit(data).frame.iterrows():
        vcov = {"CRV1": pk.Cluster(), "CRV3": pk.CRV3()}[row["vcov"]]
        fit = pk.FixedEffects("y ~ x1 + x3", effects=effects, vcov=vcov, convention=convention).fit(data)
        found = fit.tidy().set_index("term").loc["x1"]
        for name in ("estimate", "std_error", "p_value", "conf_low", "conf_high"):
            assert row[name] == pytest.approx(found[name], rel=ANEW, abs=1e-9), (row["vcov"], name)


def pk_lag(data: pd.DataFrame, expression: str) -> pd.Series:
    from panelkit.formula.formula import evaluate

    return evaluate(f"lag({expression}, 1)", data)


def test_facts_medians_and_plot() -> None:
    result = SPEC.fit(panel())
    assert result.facts["specifications"] == SPEC.size
    assert result.facts["median"] == pytest.approx(result.frame["estimate"].median())
    by = result.medians("treatment")
    assert by["specifications"].sum() == SPEC.size
    assert "share_positive_significant" in result.summary()
    assert result.plot() is not None


def test_permutation_test_is_seeded_and_its_draws_are_new_curves() -> None:
    data = panel(missing=False)
    curve = SpecificationCurve(("y",), ("x1",), control_sets(("x3", "x4")), vcovs=("CRV1",))
    result = curve.fit(data)
    test = result.permutation_test(99, rng=3)
    assert test.p_value == result.permutation_test(99, rng=3).p_value
    assert test.table.loc["median estimate", "observed"] == pytest.approx(result.frame["estimate"].median())
    assert test.table.loc["mean t", "observed"] == pytest.approx(result.frame["statistic"].mean())
    assert test.p_value == pytest.approx(0.01)  # x1 has slope one: no permutation comes near
    from panelkit.kernels.permutation import random_permutations

    draw = random_permutations(np.zeros(14, dtype=np.int64), 99, np.random.default_rng(3))[0]
    wide = data["x1"].unstack()
    moved = pd.DataFrame(wide.to_numpy()[draw], wide.index, wide.columns).stack()
    again = curve.fit(data.assign(x1=moved)).frame["estimate"].median()
    assert abs(again) < abs(result.facts["median"])


def test_a_random_treatment_is_rejected_about_as_often_as_it_should() -> None:
    """Forty seeded panels at nominal 10 %: a binomial count within four standard deviations of four."""
    rejected = 0
    for seed in range(40):
        data = panel(seed, missing=False)
        rng = np.random.default_rng(1_000 + seed)
        data["z"] = rng.normal(size=len(data)) + np.repeat(rng.normal(size=14), 8)
        curve = SpecificationCurve(("y", "y2"), ("z",), control_sets(("x3",)), vcovs=("CRV1",))
        rejected += curve.fit(data).permutation_test(99, rng=seed).p_value <= 0.10
    assert rejected <= 4 + 4 * np.sqrt(40 * 0.1 * 0.9)


def test_an_empty_cell_of_the_grid_is_named() -> None:
    data = panel()
    data.loc[data.index.get_level_values(1) > 2013, "x4"] = np.nan
    curve = SpecificationCurve(
        ("y",), ("x1",), control_sets(("x4",)), (Sample(), Sample("late", years=(2015, 2017)))
    )
    with pytest.raises(
        pk.DataError, match=r"empty cells.*controls x4, sample late, lag 0 \(0 complete rows\)"
    ):
        curve.fit(data)


def test_bad_grids_are_refused() -> None:
    with pytest.raises(pk.SpecError, match="at least one entry in controls, lags"):
        SpecificationCurve(("y",), ("x1",), controls=(), lags=())
    with pytest.raises(pk.SpecError, match="vcovs are among"):
        SpecificationCurve(("y",), ("x1",), vcovs=("HC1",))
    with pytest.raises(pk.SpecError, match="leaves out Nowhere"):
        SpecificationCurve(("y",), ("x1",), samples=(Sample("s", without_units=("Nowhere",)),)).fit(panel())
    data = panel().assign(fixed=1.0)
    with pytest.raises(pk.SpecError, match="not identified in outcome y, treatment fixed"):
        SpecificationCurve(("y",), ("fixed",)).fit(data)


def _with_failures() -> tuple[SpecificationCurve, pd.DataFrame]:
    """Eight specifications of which four fail: two have no rows, two an absorbed treatment."""
    data = panel(missing=False)
    late = data.index.get_level_values(1) > 2013
    data["x4"] = data["x4"].where(~late)
    data["fixed"] = data.index.get_level_values(0).factorize()[0].astype(float)
    samples = (Sample(), Sample("late", years=(2014, 2017)))
    curve = SpecificationCurve(
        ("y",), ("x1", "fixed"), (("none", ()), ("x4", ("x4",))), samples, failures="count"
    )
    return curve, data


def test_what_cannot_be_computed_counts_in_every_share() -> None:
    curve, data = _with_failures()
    result = curve.fit(data)
    frame = result.frame
    assert len(frame) == result.facts["specifications"] == curve.size == 8
    computed = frame["failed"] == ""
    held = frame.loc[computed, ["treatment", "controls", "sample"]].to_numpy().tolist()
    assert held == [["x1", "none", "all"], ["x1", "none", "late"], ["x1", "x4", "all"]]
    assert result.facts["not_computed"] == 5
    assert frame["estimate"].notna().equals(computed)
    # brute force: the count of the computed over all that were declared
    assert result.facts["share_positive"] == (frame["estimate"] > 0).sum() / 8 == 3 / 8
    assert result.facts["share_positive_significant"] == (frame["p_value"][computed] < 0.05).sum() / 8
    assert result.facts["median_p"] == 1.0  # five of eight have none
    assert result.medians("sample").loc["late", "share_positive"] == 1 / 4
    assert list(result.medians("sample")["not_computed"]) == [2, 3]
    assert "not computed: 2 x too few complete rows" in result.summary()
    assert "not computed: 3 x a regressor is absorbed" in result.summary()
    alone = SpecificationCurve(("y",), ("x1",)).fit(data).frame["estimate"]
    assert frame["estimate"].iloc[0] == pytest.approx(
        alone.iloc[0], rel=1e-12
    )  # the same solve in a larger batch
    with pytest.raises(pk.DataError, match='failures="count"'):
        SpecificationCurve(("y",), ("x1",), (("x4", ("x4",)),), (Sample("late", years=(2014, 2017)),)).fit(
            data
        )


def test_a_constant_outcome_fails_alone() -> None:
    data = panel(missing=False).assign(flat=1.0)
    curve = SpecificationCurve(("y", "flat"), ("x1",), (("none", ()), ("x4", ("x4",))), failures="count")
    frame = curve.fit(data).frame
    assert list(frame["failed"] == "") == [True, True, False, False]
    assert frame["failed"].iloc[2].startswith("the outcome")
    alone = SpecificationCurve(("y",), ("x1",), curve.controls).fit(data).frame["estimate"]
    assert list(frame["estimate"][:2]) == pytest.approx(list(alone), rel=1e-9)
    with pytest.raises(pk.DataError, match="flat"):
        SpecificationCurve(("flat",), ("x1",), failures="count").fit(data)


def test_failures_count_in_the_permutation_test_and_are_said_on_the_figure() -> None:
    curve, data = _with_failures()
    result = curve.fit(data)
    test = result.permutation_test(99, rng=3)
    crv1 = SpecificationCurve(
        ("y",), ("x1", "fixed"), curve.controls, curve.samples, vcovs=("CRV1",), failures="count"
    ).fit(data)
    assert test.table.loc["mean t", "observed"] == pytest.approx(crv1.frame["statistic"].sum() / 8, rel=1e-9)
    assert test.facts == {"regressions": 8, "not_computed": 5}
    assert any("5 of 8 specifications could not be computed" in note for note in test.notes)
    assert "5 of 8 specifications could not be computed" in result.plot().svg()
    assert "8个设定中有5个未能计算" in result.plot(language="zh").svg()


def test_a_permuted_curve_that_cannot_be_computed_counts_as_far() -> None:
    """The path of unit 0 lands on unit 1, where the control repeats it, in one permutation of fourteen."""
    data = panel(missing=False)
    units = data.index.get_level_values(0).factorize()[0]
    years = data.index.get_level_values(1)
    rng = np.random.default_rng(5)
    data["z"] = np.where(units == 0, years - 2012.0, 0.0) + 1e-3 * rng.normal(size=len(data)) * (units == 0)
    data["y"] += 50.0 * data["z"]  # no computed draw comes near
    data["w"] = np.where(units == 1, data["z"].unstack().to_numpy()[0][years - years.min()], 0.0)
    result = SpecificationCurve(("y",), ("z",), (("w", ("w",)),), vcovs=("CRV1",)).fit(data)
    p_value = result.permutation_test(499, rng=1).table.loc["median estimate", "p_value"]
    from panelkit.kernels.permutation import random_permutations

    draws = random_permutations(np.zeros(14, dtype=np.int64), 499, np.random.default_rng(1))
    lost, same = (draws[:, 1] == 0).sum(), (draws[:, 0] == 0).sum()
    assert lost > 20
    assert p_value == pytest.approx((1 + lost + same) / 500)


def test_an_outcome_that_the_effects_hold_fails_alone() -> None:
    data = panel(missing=False)
    early = data.index.get_level_values(1) <= 2012
    unit = data.index.get_level_values(0).factorize()[0].astype(float)
    data["held"] = data["y"].where(~early, unit)
    samples = (Sample(), Sample("early", years=(2000, 2012)))
    curve = SpecificationCurve(("y", "held"), ("x1",), samples=samples, failures="count")
    frame = curve.fit(data).frame
    assert list(frame["failed"] == "") == [True, True, True, False]
    assert frame["failed"].iloc[3].startswith("the outcome `held` does not vary after")
    with pytest.raises(pk.SpecError, match="held"):
        SpecificationCurve(("y", "held"), ("x1",), samples=samples).fit(data)


@pytest.mark.parametrize("effects", ["twoway", "unit", "none"])
def test_a_control_made_of_the_outcome_leaves_rounding_and_no_number(effects: str) -> None:
    data = panel(missing=False)
    controls = (("none", ()), ("made", ("x4", "I(2 * y + 3)")))
    curve = SpecificationCurve(("y",), ("x1",), controls, vcovs=("CRV1", "CRV3"), effects=effects)  # type: ignore[arg-type]
    with pytest.raises(pk.SpecError, match="reproduce the outcome exactly in .*controls made"):
        curve.fit(data)
    result = replace(curve, failures="count").fit(data)
    assert list(result.frame["failed"] == "") == [True, True, False, False]
    assert result.frame.loc[2:, ["estimate", "p_value"]].isna().all(axis=None)
    assert result.facts["share_positive"] == 0.5
    # one part in a million of noise is a residual, and stays
    data["near"] = data["y"] + 1e-6 * np.random.default_rng(1).normal(size=len(data))
    near = SpecificationCurve(("y",), ("x1",), (("near", ("near",)),), effects=effects).fit(data)  # type: ignore[arg-type]
    assert near.frame["estimate"].notna().all()
