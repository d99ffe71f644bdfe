"""Values: arithmetic, functions and their refusals, categories, splines and interactions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from formulaic import model_matrix

from panelkit.formula.formula import evaluate, materialise
from panelkit.language.errors import DataError, SpecError
from panelkit.panel.design import build_design

YEARS = range(2010, 2020)


@pytest.fixture
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    index = pd.MultiIndex.from_product([["北京", "上海", "西藏", "广东"], YEARS], names=["province", "year"])
    frame = pd.DataFrame(
        rng.uniform(1, 5, (len(index), 4)), index=index, columns=["y", "x", "z", "研发 经费"]
    )
    east = index.get_level_values("province").isin(["北京", "上海"])
    frame["region"] = np.where(
        east, "east", np.where(index.get_level_values("province") == "西藏", "west", "south")
    )
    return frame.sample(frac=1, random_state=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + z * 2", lambda f: f["x"] + f["z"] * 2),
        ("x - z - 1", lambda f: f["x"] - f["z"] - 1),
        ("x / z / 2", lambda f: f["x"] / f["z"] / 2),
        ("-x^2", lambda f: -(f["x"] ** 2)),
        ("2^x^2", lambda f: 2 ** (f["x"] ** 2)),
        ("x^-1", lambda f: f["x"] ** -1),
        ("(x + z)^2", lambda f: (f["x"] + f["z"]) ** 2),
        ("log(x / z)", lambda f: np.log(f["x"] / f["z"])),
        ("I(100 * (x - z) / `研发 经费`)", lambda f: 100 * (f["x"] - f["z"]) / f["研发 经费"]),
        ("log1p(x) + log2(x) + log10(x)", lambda f: np.log1p(f["x"]) + np.log2(f["x"]) + np.log10(f["x"])),
        ("asinh(x - 3) + abs(x - 3)", lambda f: np.arcsinh(f["x"] - 3) + np.abs(f["x"] - 3)),
        ("sqrt(exp(x))", lambda f: np.sqrt(np.exp(f["x"]))),
        ("center(x)", lambda f: f["x"] - f["x"].mean()),
        ("standardize(x)", lambda f: (f["x"] - f["x"].mean()) / f["x"].std()),
        ("scale(log(x))", lambda f: (np.log(f["x"]) - np.log(f["x"]).mean()) / np.log(f["x"]).std()),
        ("winsorize(x, 0.1)", lambda f: f["x"].clip(f["x"].quantile(0.1), f["x"].quantile(0.9))),
        ("x * year", lambda f: f["x"] * f.index.get_level_values("year")),
    ],
)
def test_expressions(text: str, expected, panel: pd.DataFrame) -> None:
    result = evaluate(text, panel)
    assert result.index.equals(panel.index)
    # The same operations on the same doubles; sums of 40 numbers may differ in their last bits.
    np.testing.assert_allclose(result.to_numpy(), expected(panel).to_numpy(), rtol=1e-12)


def test_expressions_need_no_panel() -> None:
    result = evaluate("a / b", pd.DataFrame({"a": [1, 2], "b": [4, 5]}, index=["p", "q"]))
    assert result.to_dict() == {"p": 0.25, "q": 0.4}
    with pytest.raises(DataError, match="row q"):
        evaluate("log(a)", pd.DataFrame({"a": [1, 0]}, index=["p", "q"]))
    with pytest.raises(DataError, match="MultiIndex"):
        evaluate("lag(a)", pd.DataFrame({"a": [1, 2]}, index=["p", "q"]))


@pytest.mark.parametrize(
    ("text", "cell", "words"),
    [
        ("log(x)", 0.0, ["`x` is zero or negative", "asinh(x)"]),
        ("log(x)", -1.0, ["`x` is zero or negative"]),
        ("log10(x / z)", 0.0, ["`x / z` is zero or negative"]),
        ("log1p(x)", -1.0, ["`x` is -1 or less"]),
        ("sqrt(x)", -0.5, ["`x` is negative"]),
        ("z / x", 0.0, ["`x` is zero"]),
        ("z / (x - 1)", 1.0, ["`x - 1` is zero"]),
        ("x^-1", 0.0, ["not a finite number"]),
        ("x^0.5", -1.0, ["not a finite number"]),
        ("exp(x)", 1000.0, ["not a finite number"]),
        ("x * 1e307", 1e10, ["not a finite number"]),
    ],
)
def test_undefined_values_name_column_province_and_year(
    text: str, cell: float, words: list[str], panel: pd.DataFrame
) -> None:
    panel.loc[("西藏", 2013), "x"] = cell
    for run in (lambda: evaluate(text, panel), lambda: build_design(f"y ~ I({text})", panel)):
        with pytest.raises(DataError) as caught:
            run()
        assert "西藏 2013" in str(caught.value)
        assert "Remedy" in str(caught.value)
        for word in words:
            assert word in str(caught.value)


def test_problems_of_several_terms_come_together(panel: pd.DataFrame) -> None:
    panel.loc[("西藏", 2013), "x"] = 0
    panel.loc[("北京", 2011), "z"] = 0
    with pytest.raises(DataError) as caught:
        build_design("y ~ log(x) + log(z) + I(1 / z)", panel)
    assert len(str(caught.value).splitlines()) == 3


def test_many_bad_cells_are_counted(panel: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="and 32 more"):
        evaluate("log(x * 0)", panel)


def test_a_missing_cell_over_zero_is_missing_and_not_refused(panel: pd.DataFrame) -> None:
    panel.loc[("西藏", 2013), ["x", "z"]] = [np.nan, 0.0]
    assert np.isnan(evaluate("x / z", panel).loc[("西藏", 2013)])


def test_missing_cells_stay_missing_and_are_not_refused(panel: pd.DataFrame) -> None:
    panel.loc[("西藏", 2013), "x"] = np.nan
    result = evaluate("log(x / z) + sqrt(x)^2", panel)
    assert list(result.index[result.isna()]) == [("西藏", 2013)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1,234"] + ["2"] * 39, ["is not numeric", "'1,234'", "thousands separators"]),
        (["1.5"] * 39 + ["n/a?"], ["is not numeric", "'n/a?' in "]),
        (["1.5"] * 40, ["is not numeric: '1.5'", "and 32 more"]),
        (["1.5", 2.0, None, "x"] + [3.0] * 36, ["is not numeric: 'x' in "]),
        ([np.inf] + [1.0] * 39, ["is infinite"]),
        (pd.Categorical([1] * 40), ["holds categories", "C(x)"]),
        (pd.date_range("2010-01-01", periods=40), ["is not numeric"]),
        ([1j] * 40, ["is not numeric"]),
    ],
)
def test_columns_that_are_not_numbers_are_refused(values, words: list[str], panel: pd.DataFrame) -> None:
    panel["x"] = values
    with pytest.raises(DataError) as caught:
        evaluate("x", panel)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "boolean", "int32", "float32", "bool", "object"])
def test_every_numeric_type_is_read(dtype: str, panel: pd.DataFrame) -> None:
    panel["x"] = pd.Series(np.arange(40) % 2, index=panel.index).astype(dtype)
    if dtype in ("Int64", "Float64", "boolean", "object"):
        panel.iloc[3, panel.columns.get_loc("x")] = None
    result = evaluate("x * 2", panel)
    assert result.dtype == np.float64
    assert result.isna().sum() == (dtype in ("Int64", "Float64", "boolean", "object"))
    assert result.iloc[5] == 2.0


def test_two_columns_of_one_name_are_refused(panel: pd.DataFrame) -> None:
    double = pd.concat([panel, panel[["x"]]], axis=1)
    with pytest.raises(DataError, match="2 columns called"):
        evaluate("x", double)


# ------------------------------------------------------------------ formulaic on safe input as the reference


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("x*z", "x*z"),
        ("(x + z + w)^2", "(x + z + w)**2"),
        ("C(region)", "C(region)"),
        ("C(region):x", "C(region):x"),
        ("C(region)*x", "C(region)*x"),
        ("0 + C(region)", "0 + C(region)"),
        ("x:C(region) - 1", "x:C(region) - 1"),
        ("C(region):C(half)", "C(region):C(half)"),
        ("0 + C(region)*C(half)", "0 + C(region)*C(half)"),
        ('C(region, base="west")', "C(region, contr.treatment(base='west'))"),
        ("C(period)", "C(period)"),
        ("bs(x, df=5)", "bs(x, df=5)"),
        ("bs(x, df=4, degree=2):z", "bs(x, df=4, degree=2):z"),
        ("poly(x, 3) + z", "poly(x, degree=3) + z"),
        ("center(x) + scale(z)", "center(x) + scale(z)"),
        ("log(x) + I(x^2)", "np.log(x) + I(x**2)"),
    ],
)
def test_designs_equal_those_of_formulaic(ours: str, theirs: str, panel: pd.DataFrame) -> None:
    panel["w"] = panel["x"] * panel["z"] + 1
    panel["period"] = panel.index.get_level_values("year") // 3
    panel["half"] = np.where(panel.index.get_level_values("year") < 2015, "before", "after")
    reference = model_matrix(theirs, panel, context={"np": np})
    _, X = materialise(f"y ~ {ours}", panel)
    assert X.shape == reference.shape
    assert X.index.equals(panel.index)
    # formulaic makes both; only means and deviations are ours, whose sums may differ in their last bits.
    np.testing.assert_allclose(X.to_numpy(), reference.to_numpy(dtype=float), rtol=1e-10, atol=1e-12)


def test_public_names_of_columns(panel: pd.DataFrame) -> None:
    _, X = materialise(
        "y ~ C(region)*x + bs(`研发 经费`, df=4) + C(year, base=2015):z", panel[panel["region"] != ""]
    )
    names = list(X.columns)
    assert names[:5] == ["Intercept", "C(region)[south]", "C(region)[west]", "x", "bs(`研发 经费`, df=4)[1]"]
    assert "C(region)[south]:x" in names
    assert "C(year, base=2015)[2010]:z" in names
    assert len(set(names)) == len(names)


def test_levels_with_colons_brackets_and_our_own_codes(panel: pd.DataFrame) -> None:
    panel["odd"] = np.resize(["a:b", "v1", "L0", "x[T.y]"], len(panel))
    _, X = materialise("y ~ C(odd):x", panel)
    assert list(X.columns) == [
        "Intercept",
        *(f"C(odd)[{level}]:x" for level in sorted(["a:b", "v1", "L0", "x[T.y]"])),
    ]
    for level in ("a:b", "v1", "L0", "x[T.y]"):
        np.testing.assert_array_equal(
            X[f"C(odd)[{level}]:x"], np.where(panel["odd"] == level, panel["x"], 0.0)
        )


def test_categories_keep_their_order_and_numbers_sort_as_numbers(panel: pd.DataFrame) -> None:
    panel["grade"] = pd.Categorical(
        np.resize(["low", "mid", "high"], 40), categories=["low", "mid", "high", "none"]
    )
    panel["number"] = pd.Series(np.resize([2, 10, 1], 40), index=panel.index).astype("Int64")
    _, X = materialise("y ~ C(grade) + C(number)", panel)
    assert list(X.columns)[1:] == ["C(grade)[mid]", "C(grade)[high]", "C(number)[2]", "C(number)[10]"]


def test_missing_categories_are_missing_not_the_base(panel: pd.DataFrame) -> None:
    panel.loc[("西藏", 2013), "region"] = None
    _, X = materialise("y ~ C(region) + x", panel)
    assert X.loc[("西藏", 2013)].isna().all()
    assert int(X.isna().any(axis=1).sum()) == 1
    design = build_design("y ~ C(region) + x", panel)
    assert design.dropped.to_dict("records") == [
        {"province": "西藏", "year": 2013, "reason": "missing: region"}
    ]


def test_an_unknown_base_lists_the_levels(panel: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="east, south, west"):
        materialise('y ~ C(region, base="north")', panel)


def test_levels_that_read_alike_are_refused(panel: pd.DataFrame) -> None:
    panel["mixed"] = pd.Series([1, "1"] * 20, index=panel.index, dtype=object)
    with pytest.raises(DataError, match="spelled alike"):
        materialise("y ~ C(mixed)", panel)


def test_splines_and_polynomials_that_cannot_be_are_refused(panel: pd.DataFrame) -> None:
    with pytest.raises(SpecError, match="bs\\(x, df=2\\)"):
        materialise("y ~ bs(x, df=2)", panel)
    panel["flat"] = 1.0
    with pytest.raises((DataError, SpecError), match="flat"):
        materialise("y ~ poly(flat, 2)", panel)


def test_scaling_a_constant_is_refused(panel: pd.DataFrame) -> None:
    panel["flat"] = 0.1
    with pytest.raises(DataError, match="does not vary"):
        evaluate("standardize(flat)", panel)


def test_dummies_by_the_million_are_refused(panel: pd.DataFrame) -> None:
    n = 30_000
    index = pd.MultiIndex.from_arrays([np.arange(n), np.zeros(n, dtype=int)], names=["province", "year"])
    frame = pd.DataFrame({"y": 1.0, "firm": np.arange(n)}, index=index)
    with pytest.raises(SpecError, match="effects="):
        materialise("y ~ C(firm)", frame)


def test_means_and_levels_are_those_of_the_estimation_sample(panel: pd.DataFrame) -> None:
    panel.loc[("西藏", 2013), ["x"]] = 1000.0
    panel.loc[("西藏", 2013), ["z"]] = np.nan
    panel.loc[panel["region"] == "south", "z"] = np.nan
    design = build_design("y ~ center(x) + z + C(region)", panel)
    frame = design.frame()
    # A centred column sums to zero but for rounding of 29 numbers of size one.
    assert abs(frame["center(x)"].sum()) < 1e-12
    assert design.terms == ("Intercept", "center(x)", "z", "C(region)[west]")


def test_materialise_keeps_order_and_missing_rows(panel: pd.DataFrame) -> None:
    panel.loc[("西藏", 2013), "x"] = np.nan
    panel.loc[("北京", 2010), "y"] = np.nan
    y, X = materialise("log(y) ~ x + z", panel)
    assert y.name == "log(y)"
    assert y.index.equals(panel.index)
    assert list(y.index[y.isna()]) == [("北京", 2010)]
    assert X.loc[("西藏", 2013)].isna().all()
    # A row that misses only its outcome is out of the sample too, and its regressors are left missing.
    assert int(X.isna().any(axis=1).sum()) == 2


def test_materialise_without_a_complete_row(panel: pd.DataFrame) -> None:
    panel["x"] = np.nan
    for text in ("y ~ x", "y ~ x + C(region)", "y ~ x + bs(z)"):
        with pytest.raises(DataError, match="no row"):
            materialise(text, panel)
        with pytest.raises(DataError, match="no complete row"):
            build_design(text, panel)
