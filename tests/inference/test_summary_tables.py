"""Summary statistics and correlations as tables: against definitions written out, scipy and statsmodels."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

import panelkit as pk
from tests.panels import random_panel
from tests.show.parsed import FORMATS, METHODS, parsed

EXACT = 1e-12  # the same sums in another order


def with_gaps() -> pd.DataFrame:
    frame = random_panel(17, 9, 7, regressors=2)
    frame.loc[frame.index[[3, 8, 20]], "x1"] = np.nan
    frame.loc[frame.index[[8, 40]], "y"] = np.nan
    return frame


def stata_percentile(values: list[float], share: int) -> float:
    """Stata's manual of `summarize`: x_(i) with i the first whose share exceeds p, the mean of two where it is met."""
    ordered, n = sorted(values), len(values)
    if (n * share) % 100 == 0:
        at = n * share // 100
        return (ordered[at - 1] + ordered[at]) / 2.0
    return ordered[n * share // 100]


def test_statistics_by_their_definitions() -> None:
    frame = with_gaps()
    names = ("n", "mean", "sd", "variance", "cv", "min", "p10", "p25", "p50", "p75", "p90", "max", "sum")
    found = pk.summary_table(frame, ["y", "x1"], stats=(*names, "skewness", "kurtosis")).table
    for name in ("y", "x1"):
        values = frame[name].dropna().tolist()
        n, mean = len(values), math.fsum(values) / len(values)
        second, third, fourth = (math.fsum((v - mean) ** k for v in values) / n for k in (2, 3, 4))
        sd = math.sqrt(second * n / (n - 1))
        wanted = {
            "n": n, "mean": mean, "sd": sd, "variance": sd**2, "cv": sd / mean,
            "min": min(values), "max": max(values), "sum": math.fsum(values),
            "skewness": third / second**1.5, "kurtosis": fourth / second**2,
            **{f"p{share}": stata_percentile(values, share) for share in (10, 25, 50, 75, 90)},
        }  # fmt: skip
        assert found.loc[name].astype(float).to_dict() == pytest.approx(wanted, rel=EXACT)
        assert found.loc[name, "skewness"] == pytest.approx(stats.skew(values), rel=1e-10)


def test_percentiles_where_the_share_is_met() -> None:
    index = pd.MultiIndex.from_product([["a", "b"], range(2010, 2014)], names=["city", "year"])
    frame = pd.DataFrame({"v": [8.0, 1.0, 5.0, 3.0, 2.0, 7.0, 4.0, 6.0]}, index=index)
    found = pk.summary_table(frame, stats=("p25", "p50", "p10")).table.loc["v"]
    assert found.tolist() == [2.5, 4.5, 1.0]


def test_parts_are_those_of_xtsum() -> None:
    frame = random_panel(17, 9, 7, regressors=2)
    found, held = pk.summary_table(frame, ["y"], parts=True).table, pk.describe_panel(frame, ["y"])
    assert found.loc[("y", "within"), "n"] == 7
    assert found["sd"].tolist() == held["sd"].tolist()


def test_listwise_takes_rows_that_hold_all() -> None:
    frame = with_gaps()
    assert pk.summary_table(frame, ["y", "x1"]).table["n"].tolist() == [61, 60]
    assert pk.summary_table(frame, ["y", "x1"], listwise=True).table["n"].tolist() == [59, 59]


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("pairwise", [True, False])
def test_correlations_are_those_of_scipy(method: str, pairwise: bool) -> None:
    frame = with_gaps()
    found = pk.correlation_table(frame, ["y", "x1", "x2"], method=method, pairwise=pairwise)
    theirs = stats.pearsonr if method == "pearson" else stats.spearmanr
    for a, b in (("y", "x1"), ("y", "x2"), ("x1", "x2")):
        rows = frame[[a, b]].dropna() if pairwise else frame[["y", "x1", "x2"]].dropna()
        wanted = theirs(rows[a], rows[b])
        assert found.r.loc[a, b] == found.r.loc[b, a] == pytest.approx(wanted.statistic, rel=1e-10)
        assert found.p_values.loc[a, b] == pytest.approx(wanted.pvalue, rel=1e-8)
        assert found.n.loc[a, b] == len(rows)


def test_within_p_is_that_of_the_slope_beside_dummies_of_units() -> None:
    frame = random_panel(17, 9, 7, regressors=2)
    found = pk.correlation_table(frame, ["y", "x1"], kind="within")
    dummies = pd.get_dummies(frame.index.get_level_values(0), dtype=float).set_axis(frame.index)
    theirs = sm.OLS(frame["y"], dummies.assign(x1=frame["x1"])).fit()
    assert found.p_values.loc["y", "x1"] == pytest.approx(theirs.pvalues["x1"], rel=1e-8)
    between = pk.correlation_table(frame, ["y", "x1"], kind="between")
    means = frame.groupby(level=0).mean()
    assert between.p_values.loc["y", "x1"] == pytest.approx(
        stats.pearsonr(means["y"], means["x1"]).pvalue, rel=1e-8
    )
    assert between.n.loc["y", "x1"] == 9


def test_p_values_are_adjusted_for_all_pairs() -> None:
    frame = random_panel(17, 9, 7, regressors=2)
    plain, bonferroni, sidak = (
        pk.correlation_table(frame, ["y", "x1", "x2"], adjust=how).tidy()["p_value"]
        for how in (None, "bonferroni", "sidak")
    )
    assert bonferroni.tolist() == pytest.approx(np.minimum(1.0, 3.0 * plain).tolist())
    assert sidak.tolist() == pytest.approx((1.0 - (1.0 - plain) ** 3).tolist())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_holds_the_same_cells(tmp_path: Path, language: str, ending: str) -> None:
    frame = with_gaps()
    for found in (
        pk.summary_table(frame, parts=True),
        pk.summary_table(frame),
        pk.correlation_table(frame, pairwise=True),
    ):
        style = {"language": language, "labels": {"y": "产出 R&D_%"}}
        plain, path = tmp_path / "plain.csv", tmp_path / f"t.{ending}"
        found.to_csv(plain, **style)
        getattr(found, METHODS[ending])(path, **style)
        body = parsed(plain)[1:]
        assert any(cell.endswith("产出 R&D_%") for cell, *_ in body)
        rows = [row[: len(body[0])] for row in parsed(path)]
        assert [row for row in rows if row in body] == body


def test_correlation_table_says_stars_p_and_rows() -> None:
    frame = with_gaps()
    found = pk.correlation_table(frame, ["y", "x1"], pairwise=True)
    text = found.to_text(below=("p", "n"), stars=(0.05,), labels={"y": "产出"})
    mark = "*" if found.p_values.loc["y", "x1"] < 0.05 else ""
    assert f"{found.r.loc['y', 'x1']:.3f}{mark} " in text
    assert "(1) 产出" in text
    assert str(int(found.n.loc["y", "x1"])) in text
    assert "N = 59 to 61" in found.to_text()
    assert "N = 59." in pk.correlation_table(frame, ["y", "x1"]).to_text()


def test_columns_that_repeat_each_other_have_correlation_one_and_p_zero() -> None:
    frame = random_panel(17, 9, 7, regressors=2).assign(
        double=lambda f: 2.0 * f["y"], minus=lambda f: -f["y"]
    )
    for kind in ("overall", "within", "between"):
        for method in ("pearson", "spearman"):
            found = pk.correlation_table(frame, ["y", "double", "minus"], kind=kind, method=method)
            assert found.r.loc["y", ["double", "minus"]].tolist() == [1.0, -1.0]
            # squares of doubles near one: t of the order 1e8 at least
            assert (found.p_values.loc["y", ["double", "minus"]] < 1e-20).all()
            assert found.to_text().count("1.000***") == 3


def test_a_variable_without_variation_is_named_and_has_no_correlation() -> None:
    frame = random_panel(17, 9, 7, regressors=1)
    fixed = frame.groupby(level=0).ngroup() / 10.0 + 0.1  # less the unit means: rounding, not zero
    frame = frame.assign(fixed=fixed, same=0.1)
    within = pk.correlation_table(frame, ["y", "fixed", "same"], kind="within")
    assert within.r.loc["y", ["fixed", "same"]].isna().all()
    assert within.r.loc["fixed", "fixed"] != within.r.loc["fixed", "fixed"]
    assert "no correlations of `fixed`, `same`: no variation" in within.to_text()
    assert pk.correlations(frame, ["y", "fixed"], kind="within").isna().loc["y", "fixed"]
    overall = pk.correlation_table(frame, ["y", "fixed"])
    assert overall.r.loc["y", "fixed"] == pytest.approx(np.corrcoef(frame["y"], fixed)[0, 1], rel=1e-10)
    parts = pk.summary_table(frame, ["fixed"], parts=True).table["sd"]
    assert parts.loc[("fixed", "within")] == 0.0
    flat = pk.summary_table(frame, ["same"], stats=("sd", "cv", "skewness")).table.loc["same"]
    assert flat["sd"] == flat["cv"] == 0.0
    assert math.isnan(flat["skewness"])


def test_units_are_counted_between_them() -> None:
    frame = with_gaps()
    for pairwise in (True, False):
        found = pk.correlation_table(frame, ["y", "x1"], kind="between", pairwise=pairwise)
        assert found.n.to_numpy().tolist() == [[9, 9], [9, 9]]
        assert "N = 9." in found.to_text()


def test_ranks_of_deviations_keep_ties() -> None:
    index = pd.MultiIndex.from_product([list("abcd"), range(2010, 2013)], names=["city", "year"])
    thirds = np.array([1, 2, 2, 11, 12, 12, 4, 5, 5, 7, 8, 8], dtype=float)  # deviations -2/3, 1/3, 1/3 each
    other = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], dtype=float)
    frame = pd.DataFrame({"thirds": thirds, "other": other}, index=index)
    found = pk.correlation_table(frame, ["thirds", "other"], kind="within", method="spearman")
    apart = (3 * other.reshape(4, 3) - other.reshape(4, 3).sum(axis=1, keepdims=True)).ravel()
    wanted = stats.spearmanr(np.tile([-2, 1, 1], 4), apart).statistic
    assert found.r.loc["thirds", "other"] == pytest.approx(wanted, rel=1e-12)


def test_columns_without_an_index_are_taken_where_no_unit_is_needed() -> None:
    frame = random_panel(17, 9, 7, regressors=2)
    bare, names = frame.reset_index(), ["y", "x1"]
    levels = {"unit": frame.index.names[0], "time": frame.index.names[1]}
    held = pk.correlation_table(frame, names, adjust="bonferroni")
    assert "times 1 pair (" in str(held)
    assert pk.summary_table(bare, names).tidy().equals(pk.summary_table(frame, names).tidy())
    assert str(pk.correlation_table(bare, names, adjust="bonferroni")) == str(held)
    assert str(pk.correlation_table(bare, names, adjust="bonferroni", **levels)) == str(held)  # type: ignore[arg-type]
    with pytest.raises(pk.DataError, match="MultiIndex, or unit= and time="):
        pk.correlation_table(bare, names, kind="within")


def test_refusals() -> None:
    frame = random_panel(17, 9, 7, regressors=2)
    for options, told in (
        ({"kind": "all"}, "kind is overall"),
        ({"method": "kendall"}, "method is pearson"),
        ({"adjust": "holm"}, "adjust is bonferroni"),
        ({"variables": ["y"]}, "two variables or more"),
    ):
        with pytest.raises(pk.SpecError, match=told):
            pk.correlation_table(frame, **options)
    with pytest.raises(pk.SpecError, match="stats= lists some of"):
        pk.summary_table(frame, stats=("median",))
    with pytest.raises(pk.DataError, match="`x1` hold no value"):
        pk.summary_table(frame.assign(x1=np.nan), ["x1"])
    with pytest.raises(pk.SpecError, match="below is"):
        pk.correlation_table(frame).to_text(below="se")
