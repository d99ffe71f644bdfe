"""The Goodman-Bacon decomposition against printed numbers, 2x2 comparisons by hand and the coefficient itself."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.inference.bacon import BaconWeights
from tests.policy.compared_panels import adopting_panel, castle, ehec, swept_treatment
from tests.stored import stored

# one regression or one mean against another in doubles; estimates are of the order of one
ROUNDING = 1e-11
ALL = {0.0: 2, 2.0: 3, 3.0: 4, 5.0: 2, np.inf: 5}
PUBLISHED = stored("bacon_published")


def fitted(frame: pd.DataFrame, formula: str = "y ~ d", **options: object) -> pk.FitResult:
    return pk.FixedEffects(formula, **options).fit(frame, unit="province", time="year")


def total(found: BaconWeights) -> float:
    return float((found.pairs["weight"] * found.pairs["estimate"]).sum())


@pytest.mark.parametrize("case", ["ehec", "ehec_treated", "ehec_dynamic", "castle", "castle_early"])
def test_printed_numbers(case: str) -> None:
    if case.startswith("ehec"):
        data, unit = ehec(), "stfips"
        data = data if case == "ehec" else data[data["yexp2"].notna()]
        formula = "dins2 ~ did" if case == "ehec_dynamic" else "dins ~ did"
    else:
        data, unit = castle(), "sid"
        formula = "l_homicide ~ early" if case == "castle_early" else "l_homicide ~ post"
    found = pk.bacon_weights(pk.FixedEffects(formula).fit(data, unit=unit, time="year"))
    expect = dict(PUBLISHED["expect"][case])
    near = PUBLISHED["rtol"]
    assert found.estimate == pytest.approx(
        expect.pop("estimate"), abs=near * (10 if case == "castle_early" else 1)
    )
    assert total(found) == pytest.approx(found.estimate, abs=ROUNDING)
    assert list(found.types.index) == list(expect)
    for kind, numbers in expect.items():
        np.testing.assert_allclose(found.types.loc[kind], numbers, rtol=0.0, atol=near)


def by_hand(frame: pd.DataFrame) -> dict[tuple[float, float], tuple[float, float]]:
    """Return weight and estimate by (treated, control) start, from the formulas as Goodman-Bacon prints them."""
    start = frame.groupby("province")["start"].first()
    periods = sorted(frame["year"].unique())
    n = {g: float((start == g).mean()) for g in start.unique()}
    bar = {g: float(np.mean([year - 2010 >= g for year in periods])) for g in n}
    variance = float((swept_treatment(frame) ** 2).mean())
    found = {}
    for k, u in itertools.permutations(sorted(n), 2):
        pair, share = n[k] + n[u], n[k] / (n[k] + n[u])
        if u == np.inf or u == 0.0:
            if k in (0.0, np.inf):
                continue
            weight = pair**2 * share * (1 - share) * bar[k] * (1 - bar[k])
        elif k in (0.0, np.inf):
            continue
        elif k < u:
            weight = (pair * (1 - bar[u])) ** 2 * share * (1 - share)
            weight *= (bar[k] - bar[u]) / (1 - bar[u]) * (1 - bar[k]) / (1 - bar[u])
        else:
            weight = (pair * bar[u]) ** 2 * share * (1 - share) * bar[k] / bar[u] * (bar[u] - bar[k]) / bar[u]
        part = frame[frame["start"].isin([k, u])]
        if k < u < np.inf:
            part = part[part["year"] - 2010 < u]
        if 0.0 < u < k:
            part = part[part["year"] - 2010 >= u]
        mean = part.assign(post=part["year"] - 2010 >= k).groupby(["start", "post"])["y"].mean()
        estimate = (mean[k, True] - mean[k, False]) - (mean[u, True] - mean[u, False])
        found[k, u] = weight / variance, estimate
    return found


@pytest.mark.parametrize("starts", [ALL, {2.0: 3, 3.0: 4, 6.0: 1}, {3.0: 4, np.inf: 3}, {0.0: 3, 4.0: 2}])
def test_every_pair_by_hand(starts: dict[float, int]) -> None:
    frame = adopting_panel(1, starts)
    found, expect = pk.bacon_weights(fitted(frame)), by_hand(frame)
    named = {"never treated": np.inf, "always treated": 0.0}
    starting = {
        label: named.get(label, label) for label in {*found.pairs["treated"], *found.pairs["control"]}
    }
    got = {
        tuple(
            v - 2010 if isinstance(v, int) else v for v in (starting[row.treated], starting[row.control])
        ): (
            row.weight,
            row.estimate,
        )
        for row in found.pairs.itertuples()
    }
    assert got.keys() == expect.keys()
    for pair, numbers in expect.items():
        np.testing.assert_allclose(got[pair], numbers, atol=ROUNDING)
    assert found.pairs["weight"].sum() == pytest.approx(1.0, abs=ROUNDING)
    assert total(found) == pytest.approx(float(fitted(frame).params["d"]), abs=ROUNDING)


def test_weights_constant_in_a_unit_are_units_repeated() -> None:
    frame = adopting_panel(2, ALL)
    many = frame["province"].str[1:].astype(int) % 3 + 1
    frame = frame.assign(n=many)
    found = pk.bacon_weights(fitted(frame, weights="fw=n"))
    copies = pd.concat(
        [frame[frame["n"] > i].assign(province=lambda f, i=i: f["province"] + f"c{i}") for i in range(3)]
    )
    again = pk.bacon_weights(fitted(copies))
    np.testing.assert_allclose(found.types, again.types, atol=ROUNDING)
    assert total(found) == pytest.approx(float(fitted(copies).params["d"]), abs=ROUNDING)
    analytic = pk.bacon_weights(fitted(frame, weights="aw=n"))
    np.testing.assert_allclose(analytic.types, again.types, atol=ROUNDING)


@pytest.mark.parametrize("weights", [None, "aw=n"])
def test_with_other_regressors_pairs_and_the_part_within(weights: str | None) -> None:
    frame = adopting_panel(3, ALL)
    frame = frame.assign(n=frame["province"].str[1:].astype(int) % 3 + 1.0)
    n = np.ones(len(frame)) if weights is None else frame["n"].to_numpy()
    fit = fitted(frame, "y ~ d + x", weights=weights)
    found = pk.bacon_weights(fit)
    left = swept_treatment(frame, ("x",), n)
    parts = frame.assign(left=left, n=n, ln=left * n, yn=frame["y"] * n)
    sums = parts.groupby(["start", "year"])[["ln", "yn", "n"]].sum()
    means = sums[["ln", "yn"]].div(sums["n"], axis=0)
    own = parts.set_index(["start", "year"]).join(means.rename(columns={"ln": "lg", "yn": "yg"}))
    inside = own["left"] - own["lg"]
    whole = float((n * left**2).sum())
    within = found.pairs[found.pairs["type"] == "within groups, by the other regressors"].iloc[0]
    assert within["weight"] == pytest.approx(float((own["n"] * inside**2).sum()) / whole, abs=ROUNDING)
    assert within["estimate"] == pytest.approx(
        float((own["n"] * inside * own["y"]).sum() / (own["n"] * inside**2).sum()), abs=1e-9
    )
    share = parts.groupby("start")["n"].sum() / n.sum()
    for k, u in itertools.combinations(sorted(ALL), 2):
        gap, rise = means["ln"][k] - means["ln"][u], means["yn"][k] - means["yn"][u]
        weight = float(share[k] * share[u] * (gap**2).sum()) * n.sum() / 7 / whole
        near = np.isclose(found.pairs["weight"].to_numpy(float), weight, atol=1e-10)
        assert near.sum() == 1
        estimate = float((gap * rise).sum() / (gap**2).sum())
        assert float(found.pairs.loc[near, "estimate"].iloc[0]) == pytest.approx(estimate, rel=1e-8)
    assert total(found) == pytest.approx(float(fit.params["d"]), abs=ROUNDING)
    assert found.types["weight"].sum() == pytest.approx(1.0, abs=ROUNDING)


def test_a_regressor_of_groups_and_periods_leaves_nothing_within() -> None:
    frame = adopting_panel(4, ALL)
    frame["g"] = frame.groupby(["start", "year"])["x"].transform("mean")
    found = pk.bacon_weights(fitted(frame, "y ~ d + g"))
    kinds = found.types["weight"]
    assert kinds.get("within groups, by the other regressors", 0.0) < 1e-20
    assert total(found) == pytest.approx(float(fitted(frame, "y ~ d + g").params["d"]), abs=ROUNDING)


def test_trends_of_units_are_other_regressors() -> None:
    frame = adopting_panel(5, ALL)
    fit = fitted(frame, "y ~ d + C(province):year")
    assert total(pk.bacon_weights(fit)) == pytest.approx(float(fit.params["d"]), abs=1e-9)


def test_dummies_among_the_regressors_are_two_way_effects() -> None:
    frame = adopting_panel(6, ALL)
    swept = pk.bacon_weights(fitted(frame))
    by_dummies = fitted(frame, "y ~ d + C(year)", effects="unit")
    written = pk.bacon_weights(by_dummies)
    np.testing.assert_allclose(swept.types, written.types, atol=1e-9)
    assert list(swept.pairs["type"]) == list(written.pairs["type"])
    assert by_dummies.facts["bacon_later_earlier"] == pytest.approx(swept.types["weight"].iloc[1])


def test_order_of_rows_and_level_of_the_outcome_do_not_matter() -> None:
    frame = adopting_panel(7, ALL)
    first = pk.bacon_weights(fitted(frame)).pairs
    other = pk.bacon_weights(fitted(frame.assign(y=frame["y"] + 1e6).sort_values("y"))).pairs
    np.testing.assert_allclose(first["estimate"], other["estimate"], atol=1e-8)  # 1e6 costs six digits
    pd.testing.assert_series_equal(first["weight"], other["weight"])


def test_it_shows_itself() -> None:
    found = pk.bacon_weights(fitted(adopting_panel(8, ALL)), "d")
    assert "later v earlier treated" in str(found)
    assert "较晚处理组对较早处理组" in found.summary(language="zh")
    assert "later v earlier treated" in found.to_latex()
    assert "处理组对从未处理组" in found.to_markdown(language="zh")
    assert set(found.tidy()) == {"type", "treated", "control", "weight", "estimate"}
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(found)).pairs, found.pairs)
    assert len(repr(found)) < 160
    assert "later v earlier treated" in found.plot().svg()
    assert "较晚处理组对较早处理组" in found.plot(language="zh").svg()


def test_refusals() -> None:
    frame = adopting_panel(9, ALL)
    with pytest.raises(pk.SpecError, match=r"unbalanced \(3 of 112 rows of provinces and years lack\)"):
        pk.bacon_weights(fitted(frame.iloc[3:]))
    ending = frame.assign(d=frame["d"].where((frame["province"] != "P03") | (frame["year"] < 2015), 0.0))
    with pytest.raises(pk.SpecError, match="`d` switches off in P03"):
        pk.bacon_weights(fitted(ending))
    varying = frame.assign(n=1.0 + (frame["province"] == "P04") * (frame["year"] == 2012))
    with pytest.raises(pk.SpecError, match="weights vary inside P04"):
        pk.bacon_weights(fitted(varying, weights="aw=n"))
    with pytest.raises(pk.SpecError, match="`x` is no 0/1 treatment"):
        pk.bacon_weights(fitted(frame, "y ~ d + x"), "x")
    with pytest.raises(pk.SpecError, match="no term z"):
        pk.bacon_weights(fitted(frame), "z")
    with pytest.raises(pk.SpecError, match="0 regressors are treatments"):
        pk.bacon_weights(fitted(frame, "y ~ x"))
    with pytest.raises(pk.SpecError, match="effects of provinces and of years are needed"):
        pk.bacon_weights(fitted(frame, effects="unit"), "d")
    with pytest.raises(pk.SpecError, match="least squares on the rows of the panel"):
        pk.bacon_weights(pk.FirstDifference("y ~ d").fit(frame, unit="province", time="year"), "d")
