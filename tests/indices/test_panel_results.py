"""Coordination, rankings, inequality, convergence and mobility of panels, with their warnings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import panelkit as pk
from panelkit.indices.arrays import convergence, coupling, inequality, markov
from panelkit.indices.panels.composite import composite_index
from panelkit.indices.panels.coordination import couple, coupling_coordination, which_coupling_formula
from panelkit.indices.panels.ranking import rank_bands
from panelkit.indices.panels.spatial_weights import weights_matrix
from panelkit.language.errors import ConvergenceError, DataError, SpecError


def panel_of(values: np.ndarray, columns: list[str], years: int = 4) -> pd.DataFrame:
    names = [chr(65 + i) for i in range(len(values) // years)]
    index = pd.MultiIndex.from_product([names, range(2018, 2018 + years)], names=["province", "year"])
    return pd.DataFrame(values, index=index, columns=columns)


@pytest.fixture
def systems() -> pd.DataFrame:
    return panel_of(np.random.default_rng(0).uniform(0.05, 1, (48, 2)), ["U1", "U2"])


@pytest.fixture
def indicators() -> pd.DataFrame:
    return panel_of(np.random.default_rng(1).random((48, 5)), list("vwxyz"))


def test_coordination_says_what_is_arithmetic(systems: pd.DataFrame) -> None:
    found = coupling_coordination(systems)
    assert found.values["D"].to_numpy() == pytest.approx(systems.prod(axis=1).to_numpy() ** 0.25)
    assert found.facts["identity"]
    assert "(U1 U2)^(1/4)" in found.notes[0]
    assert found.facts["high_by_construction"] == pytest.approx(0.75, abs=0.01)
    assert found.facts["high_of_margins"] == coupling.high_share_of_margins(systems)
    assert found.facts["regraded"] == (found.values["level"] != found.values["level_wang"]).sum()
    words = found.words("zh")
    assert set(words["stage"]) <= {stage.text("zh") for stage in coupling.STAGES}
    assert set(words.columns) == {"level", "level_wang", "stage", "pace"}
    uneven = coupling_coordination(systems, {"U1": 3, "U2": 1})
    assert not uneven.facts["identity"]
    assert uneven.weights_of_systems == (0.75, 0.25)
    third = systems.assign(U3=0.5)
    assert "pace" not in coupling_coordination(third).words()


def test_rows_of_a_coordination_stay_in_order(systems: pd.DataFrame) -> None:
    mixed = systems.sample(frac=1.0, random_state=1)
    assert mixed.index.tolist() != systems.index.tolist()
    found = coupling_coordination(mixed).values
    assert found.index.tolist() == mixed.index.tolist()
    pd.testing.assert_frame_equal(found.loc[systems.index], coupling_coordination(systems).values)
    assert coupling_coordination(mixed).facts == coupling_coordination(systems).facts


def test_coordination_of_missing_zero_and_wrong_scores(systems: pd.DataFrame) -> None:
    systems.iloc[0, 0] = np.nan
    systems.iloc[1, 0] = 0.0
    found = coupling_coordination(systems)
    assert np.isnan(found.values["D"].iloc[0])
    for name in ("level", "stage", "level_wang", "pace"):
        assert pd.isna(found.values[name].iloc[0]), name
        assert found.values[name].dtype == "Int64"
    assert found.words().iloc[0].isna().all()
    assert found.facts["graded"] == len(systems) - 1
    assert found.values["D"].iloc[1] == 0.0
    assert any("zero subsystem" in note for note in found.notes)
    assert any("lack a score" in note for note in found.notes)
    with pytest.raises(DataError, match=r"outside \[0, 1\] \(A 2020"):
        coupling_coordination(systems * 2)
    with pytest.raises(SpecError, match="differ in U3"):
        coupling_coordination(systems, {"U1": 1, "U2": 1, "U3": 1})
    with pytest.raises(SpecError, match="two subsystems"):
        coupling_coordination(systems[["U1"]])


def test_coupling_of_shipped_subsystems_and_of_shared_ones() -> None:
    found, parts = couple("tech_innovation", "industrial_innovation")
    assert set(parts) == {"tech_innovation", "industrial_innovation"}
    assert found.values.loc[("Beijing", 2023), "level"] == found.values.xs(2023, level="year")["level"].max()
    with pytest.raises(SpecError, match="share indicators"):
        couple("nqpf_three_factors", "tech_innovation")
    shared, _ = couple("nqpf_three_factors", "tech_innovation", allow_shared=True)
    assert len(shared.values) == 300
    with pytest.raises(SpecError, match="at least two"):
        couple("tech_innovation")


@pytest.mark.parametrize("form", list(coupling.FORMS))
@pytest.mark.parametrize("quantity", ["C", "D"])
def test_the_printed_formula_is_found(systems: pd.DataFrame, form: str, quantity: str) -> None:
    u = np.column_stack([systems.to_numpy(), np.random.default_rng(5).uniform(0.1, 1, 48)])
    a = np.array([0.5, 0.3, 0.2])
    c, _, d = coupling.coordination(u, a, form=form)
    kept = np.isfinite(d) & (c > 0)
    values = (c if quantity == "C" else d)[kept]
    found = which_coupling_formula(u[kept], [f"{v:.4f}" for v in values], a)
    assert f"{quantity} by {form}" in found.matches
    assert found.table.iloc[0]["agree"] == 1.0
    assert "all" in found.sentence()
    assert "吻合" in found.sentence("zh")


def test_no_formula_is_forced_on_unrelated_numbers(systems: pd.DataFrame) -> None:
    found = which_coupling_formula(systems.to_numpy(), ["0.123"] * 48)
    assert found.matches == ()
    assert "no formula" in found.sentence()
    with pytest.raises(DataError, match="no printed number"):
        which_coupling_formula([[0.1, 0.2]], ["high"])
    with pytest.raises(DataError, match="one row of scores"):
        which_coupling_formula([[0.1, 0.2]], ["0.5", "0.6"])


def test_synergy_against_the_year_before_and_a_base(systems: pd.DataFrame) -> None:
    found = pk.synergy_degree(systems).values["synergy"]
    assert np.isnan(found.loc[("A", 2018)])
    step = systems.loc[("A", 2019)] - systems.loc[("A", 2018)]
    assert found.loc[("A", 2019)] == pytest.approx(np.sign(step.min()) * np.sqrt(np.abs(step.prod())))
    assert pk.synergy_degree(systems, base=2018).values.loc[("A", 2018), "synergy"] == 0.0


def test_rank_uncertainty_of_provinces_and_groups(indicators: pd.DataFrame) -> None:
    indicators.loc["A"] = 2.0
    index = composite_index(dict.fromkeys("vwxyz", 1), indicators)
    found = pk.rank_uncertainty(index, draws=500, last_years=2)
    assert found.table.index[0] == "A"
    assert found.table.loc["A", "first"] == 1.0
    assert (found.table["low"] <= found.table["median"]).all()
    assert (found.table["median"] <= found.table["high"]).all()
    assert set(found.cloud.year) == {2, 3}
    again = pk.rank_uncertainty(index, draws=500, last_years=2)
    pd.testing.assert_frame_equal(found.draws, again.draws)
    groups = pd.Series({name: "p" if name in "ABC" else "q" for name in "ABCDEFGHIJKL"})
    people = pd.Series(1.0, index=indicators.index)
    plain = pk.rank_uncertainty(index, draws=300, last_years=2, groups=groups)
    weighted = pk.rank_uncertainty(index, draws=300, last_years=2, groups=groups, population=people)
    assert weighted.draws.to_numpy() == pytest.approx(plain.draws.to_numpy())
    assert plain.probability("p", "q") + plain.probability("q", "p") == pytest.approx(1.0)
    assert plain.pairs("p", "q")["probability"].iloc[0] == plain.probability("p", "q")
    assert plain.most_frequent()["share"].sum() == pytest.approx(1.0)
    assert plain.tau("p", "q") == pytest.approx(2 * plain.probability("p", "q") - 1)
    with pytest.raises(SpecError, match="no unit r"):
        plain.probability("p", "r")
    with pytest.raises(SpecError, match="last_years"):
        pk.rank_uncertainty(index, last_years=9)
    with pytest.raises(SpecError, match="positive values"):
        pk.rank_uncertainty(index, aggregations=("geometric",))
    with pytest.raises(DataError, match="population is missing"):
        pk.rank_uncertainty(index, groups=groups, population=people.drop(("A", 2021)))
    geometric = pk.rank_uncertainty(
        index, draws=50, aggregations=("linear", "geometric"), normalisations=("minmax", "ranks")
    )
    assert np.isfinite(geometric.draws.to_numpy()).all()
    bands = rank_bands(index, draws=100)
    assert (bands.loc["A"] == 1).all(axis=None)


def test_provinces_without_all_years_leave_the_cloud_and_are_named(indicators: pd.DataFrame) -> None:
    indicators.loc[("C", 2019), "x"] = np.nan
    index = composite_index(dict.fromkeys("vwxyz", 1), indicators)
    found = pk.rank_uncertainty(index, draws=50, last_years=2)
    assert "C" not in found.draws
    assert "C" in found.notes[0]


def test_designs_agree_or_not(indicators: pd.DataFrame) -> None:
    same = composite_index({"v": 1, "w": 1}, indicators)
    found = pk.design_agreement({"a": same, "b": same})
    assert found.overall.facts["W"] == pytest.approx(1.0)
    assert found.by_year["W"].to_numpy() == pytest.approx(np.ones(4))
    assert found.spearman.loc["a", "b"] == pytest.approx(1.0)
    other = pk.design_agreement({"a": same, "b": composite_index({"x": 1, "y": 1}, indicators)})
    assert other.overall.facts["W"] < 1.0
    with pytest.raises(SpecError, match="at least two"):
        pk.design_agreement({"a": same})


def test_inequality_by_year_adds_up_and_counts_who_is_held(indicators: pd.DataFrame) -> None:
    groups = {name: name < "F" for name in "ABCDEFGHIJKL"}
    indicators.loc[("A", 2019), "v"] = np.nan
    for index in ("dagum", "theil_t", "theil_l"):
        table = pk.inequality_by_year(indicators, "v", index=index, groups=groups, population="w")
        parts = [name for name in table if name not in ("units", "total") and not name.endswith("_share")]
        assert table[parts].sum(axis=1).to_numpy() == pytest.approx(table["total"].to_numpy())
        assert table["units"].tolist() == [12, 11, 12, 12]
    plain = pk.inequality_by_year(indicators, "w", index="gini")
    assert plain.loc[2018, "total"] == pytest.approx(inequality.gini(indicators.xs(2018, level="year")["w"]))
    with pytest.raises(SpecError, match="needs groups"):
        pk.inequality_by_year(indicators, "v")
    with pytest.raises(DataError, match="no group is given for L"):
        pk.inequality_by_year(indicators, "v", groups={k: v for k, v in groups.items() if k != "L"})
    with pytest.raises(SpecError, match="choose one of"):
        pk.inequality_by_year(indicators, "v", index="palma", groups=None)  # type: ignore[arg-type]
    trend = pk.inequality_trend(plain)
    assert not trend.applicable


def test_inequality_gap_resamples_provinces_whole(indicators: pd.DataFrame) -> None:
    found = pk.inequality_gap(indicators, "v", "w", reps=300, rng=4)
    gini = {c: indicators[c].groupby(level="year").apply(inequality.gini).mean() for c in ("v", "w")}
    assert found.estimates == pytest.approx([gini["v"], gini["w"], gini["v"] - gini["w"]])
    draw = np.random.default_rng(4).multinomial(12, np.full(12, 1 / 12), size=300)[7]
    assert found.draws is not None
    by_hand = np.mean(
        [
            inequality.gini(np.repeat(indicators.xs(year, level="year")["v"].to_numpy(), draw))
            for year in range(2018, 2022)
        ]
    )
    assert found.draws[7, 0] == pytest.approx(by_hand)
    one = pk.inequality_gap(indicators, "v", "w", years=[2020], population="x", index="theil_t", reps=99)
    assert one.facts["years"] == "2020"
    with pytest.raises(DataError, match="no rows for 1999"):
        pk.inequality_gap(indicators, "v", "w", years=[2020, 1999])


def test_absolute_convergence_recovers_its_speed() -> None:
    start = np.exp(np.linspace(0, 2, 20))
    rate, years = 0.03, 10
    level = np.log(start)
    path = np.column_stack([np.exp(1 + (level - 1) * np.exp(-rate * t)) for t in range(years + 1)])
    frame = panel_of(path.reshape(-1, 1), ["y"], years + 1)
    found = pk.beta_convergence(frame, "y", reps=50)
    assert found.params["speed"] == pytest.approx(rate)
    assert found.facts["half_life"] == pytest.approx(np.log(2) / rate)
    sigma = pk.sigma_convergence(frame, "y", reps=50)
    assert (np.diff(sigma["sigma"]) < 0).all()
    assert sigma["sigma"].to_numpy() == pytest.approx(np.log(path).std(axis=0))
    with pytest.raises(DataError, match="start equal"):
        pk.beta_convergence(panel_of(np.tile([1.0, 2.0], 6).reshape(-1, 1), ["y"], 2), "y", reps=5)
    with pytest.raises(DataError, match="not positive"):
        pk.beta_convergence(frame - 5, "y")
    with pytest.raises(SpecError, match="kind must be"):
        pk.beta_convergence(frame, "y", kind="club")  # type: ignore[arg-type]


def test_conditional_convergence_is_the_two_way_regression() -> None:
    rng = np.random.default_rng(2)
    values = np.exp(np.column_stack([rng.normal(size=60).cumsum() / 5, rng.normal(size=60)]))
    frame = panel_of(values, ["y", "x"], 6)
    found = pk.beta_convergence(frame, "y", kind="conditional", controls=["x"])
    ly = np.log(frame["y"]).unstack()
    change = ly.diff(axis=1).iloc[:, 1:].stack()
    lagged = ly.shift(axis=1).iloc[:, 1:].stack()
    control = frame["x"].unstack().shift(axis=1).iloc[:, 1:].stack()
    dummies = pd.get_dummies(change.index.get_level_values(0)).to_numpy(float)
    years = pd.get_dummies(change.index.get_level_values(1)).to_numpy(float)[:, 1:]
    x = np.column_stack([lagged, control, dummies, years])
    slope = np.linalg.lstsq(x, change.to_numpy(), rcond=None)[0][0]
    assert found.params["slope"] == pytest.approx(slope)
    assert found.params["speed"] == pytest.approx(-np.log(1 + slope))


def test_spatial_convergence_maximises_the_likelihood() -> None:
    rng = np.random.default_rng(3)
    n = 25
    grid = np.array([[i % 5, i // 5] for i in range(n)])
    w = (np.abs(grid[:, None] - grid[None]).sum(axis=2) == 1).astype(float)
    w /= w.sum(axis=1, keepdims=True)
    start = rng.normal(size=n)
    growth = np.linalg.solve(np.eye(n) - 0.5 * w, 0.1 - 0.02 * start + rng.normal(scale=0.01, size=n))
    rho, slope, covariance = convergence.spatial_lag(growth, start, w)
    x = np.column_stack([np.ones(n), start])

    def loss(theta: np.ndarray) -> float:
        a = np.eye(n) - theta[0] * w
        e = a @ growth - x @ theta[1:3]
        return 0.5 * n * np.log(np.exp(theta[3])) - np.linalg.slogdet(a)[1] + 0.5 * e @ e / np.exp(theta[3])

    begin = [0.3, 0.1, 0.0, np.log(1e-4)]
    best = optimize.minimize(
        loss, begin, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 8000}
    )
    assert rho == pytest.approx(best.x[0], abs=1e-4)  # the simplex search stops at about 1e-5
    assert slope == pytest.approx(best.x[2], abs=1e-5)
    step = 1e-4
    hessian = np.empty((4, 4))
    for i in range(4):
        for j in range(4):
            e_i, e_j = np.eye(4)[i] * step, np.eye(4)[j] * step
            hessian[i, j] = (
                loss(best.x + e_i + e_j)
                - loss(best.x + e_i - e_j)
                - loss(best.x - e_i + e_j)
                + loss(best.x - e_i - e_j)
            ) / (4 * step**2)
    # expected and observed information differ by O(1/n); n = 25
    assert np.sqrt(covariance[0, 0]) == pytest.approx(np.sqrt(np.linalg.inv(hessian)[2, 2]), rel=0.15)
    assert np.sqrt(covariance[1, 1]) == pytest.approx(np.sqrt(np.linalg.inv(hessian)[0, 0]), rel=0.25)


def test_spatial_convergence_refuses_what_has_no_answer() -> None:
    rng = np.random.default_rng(8)
    ids = [f"u{at}" for at in range(8)]
    ring = pd.DataFrame(
        np.roll(np.eye(8), 1, axis=1) + np.roll(np.eye(8), -1, axis=1), index=ids, columns=ids
    )
    index = pd.MultiIndex.from_product([ids, [2010, 2011, 2012]], names=["province", "year"])
    random = pd.Series(np.exp(rng.normal(size=24)), index=index)
    level = pd.Series(np.repeat(np.arange(1.0, 9.0), 3), index=index)
    year = pd.Series(np.tile([1.0, 2.0, 3.0], 8), index=index)
    for y, words in (
        (level * 0 + 3.0, "start equal"),
        (year, "start equal"),
        (level, "grow at the same rate"),
    ):
        with pytest.raises(DataError, match=words):
            pk.beta_convergence(y.to_frame("y"), "y", kind="spatial", w=ring)
    everyone = pd.DataFrame(1.0 - np.eye(8), index=ids, columns=ids)
    with pytest.raises(ConvergenceError, match="edge of"):
        pk.beta_convergence(random.to_frame("y"), "y", kind="spatial", w=everyone)
    found = pk.beta_convergence(random.to_frame("y"), "y", kind="spatial", w=ring)
    assert "weights user matrix: row-standardised" in found.notes


def test_spatial_results_align_weights_by_name() -> None:
    rng = np.random.default_rng(4)
    frame = panel_of(np.exp(rng.normal(size=(48, 1)).cumsum(axis=0) / 10), ["y"])
    names = list("ABCDEFGHIJKL")
    ring = np.roll(np.eye(12), 1, axis=1) + np.roll(np.eye(12), -1, axis=1)
    table = pd.DataFrame(ring, index=names, columns=names)
    mixed = table.iloc[::-1, ::-1]
    ids = pd.Index(names)
    assert weights_matrix(mixed, ids) == pytest.approx(ring / 2)
    one = pk.beta_convergence(frame, "y", kind="spatial", w=table)
    other = pk.beta_convergence(frame, "y", kind="spatial", w=mixed)
    assert one.estimates == pytest.approx(other.estimates)
    assert one.facts["total"] == pytest.approx(one.params["slope"] / (1 - one.params["rho"]))
    chain = pk.spatial_markov(frame, "y", mixed, k=2, m=2)
    plain = markov.spatial_markov(frame["y"].unstack().to_numpy(), ring / 2, k=2, m=2)
    assert chain.lag_counts.tolist() == plain.lag_counts.tolist()
    with pytest.raises(DataError, match="A"):
        weights_matrix(table.drop(index="A", columns="A"), ids)
    with pytest.raises(SpecError, match="needs w"):
        pk.beta_convergence(frame, "y", kind="spatial")


def test_markov_chain_of_a_panel_column() -> None:
    frame = panel_of(np.random.default_rng(6).random((48, 1)), ["y"])
    found = pk.markov_chain(frame, "y", k=3, reps=99)
    y = frame["y"].unstack().to_numpy()
    p = markov.probabilities(markov.transitions(markov.classify(y, markov.quantile_cutoffs(y, 3)), 3))
    assert found.estimates == pytest.approx(p.ravel())
    assert found.terms[1] == "1->2"
    assert found.facts["moves"] == 36
    grown = frame.mul(2.0 ** frame.index.get_level_values("year").to_series().sub(2018).to_numpy(), axis=0)
    relative = pk.markov_chain(grown, "y", k=3, reps=9, relative=True)
    assert relative.estimates == pytest.approx(
        pk.markov_chain(frame, "y", k=3, reps=9, relative=True).estimates
    )
    gap = frame[frame.index.get_level_values("year") != 2019]
    with pytest.raises(DataError, match="consecutive"):
        pk.markov_chain(gap, "y", k=2)


def _panel(columns: dict[str, np.ndarray], start: int = 2014) -> pd.DataFrame:
    n, t = next(iter(columns.values())).shape
    index = pd.MultiIndex.from_product([range(n), range(start, start + t)], names=["province", "year"])
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)


def test_gap_with_few_holders_discards_resamples_without_any() -> None:
    rng = np.random.default_rng(0)
    held = np.zeros((31, 2))
    held[:2] = 1.0
    data = _panel({"r": held, "g": np.exp(rng.normal(size=(31, 2))), "p": np.full((31, 2), -1.0)})
    found = pk.inequality_gap(data, "r", "g", reps=999)
    # no resample holds one of two provinces with probability (29/31)^31 = .126
    assert found.uncertainty.discarded == found.facts["discarded"] == pytest.approx(126, abs=45)
    assert np.isfinite(found.conf_int().to_numpy()).all()
    assert "87 %" in found.notes[0]
    assert "73 %" in found.notes[0]
    with pytest.raises(DataError, match="negative"):
        pk.inequality_gap(data, "g", "g", population="p")
    with pytest.raises(DataError, match="negative"):
        pk.inequality_by_year(data, "g", index="gini", population="p")


def test_studentised_gap_against_plain_loops() -> None:
    rng = np.random.default_rng(2)
    y, g = np.exp(rng.normal(size=12)), np.exp(0.5 * rng.normal(size=12))
    found = pk.inequality_gap(
        _panel({"r": y[:, None], "g": g[:, None]}), "r", "g", interval="studentised", reps=60, rng=4
    )

    def gap(rows: list[int]) -> float:
        return inequality.gini(y[rows]) - inequality.gini(g[rows])

    def error(rows: list[int]) -> float:
        left = np.array([gap(rows[:i] + rows[i + 1 :]) for i in range(len(rows))])
        return float(np.sqrt((len(rows) - 1) / len(rows) * ((left - left.mean()) ** 2).sum()))

    everyone = list(range(12))
    counts = np.random.default_rng(4).multinomial(12, np.full(12, 1 / 12), size=60)
    expected = []
    for row in counts:
        drawn = np.repeat(np.arange(12), row).tolist()
        expected.append(gap(everyone) - error(everyone) * (gap(drawn) - gap(everyone)) / error(drawn))
    assert found.draws is not None
    # the same sums in another order, divided by small jackknife errors
    np.testing.assert_allclose(found.draws[:, 2], expected, rtol=1e-8)
    with pytest.raises(SpecError, match="interval"):
        pk.inequality_gap(_panel({"r": y[:, None]}), "r", "r", interval="bca")  # type: ignore[arg-type]


def test_markov_resamples_without_a_class_are_discarded_not_counted_as_zero() -> None:
    y = np.arange(8.0)[:, None] + np.random.default_rng(0).uniform(0, 0.1, (8, 10))
    found = pk.markov_chain(_panel({"y": y}), "y", k=4, reps=999)
    assert found.facts["discarded"] > 0
    assert found.conf_int().loc["1->1"].tolist() == [1.0, 1.0]
    rising = np.tile(np.array([1.0, 2.0, 3.0, 40.0]), (6, 1)) + 0.01 * np.arange(6)[:, None]
    with pytest.raises(DataError, match="no move starts in class 4"):
        pk.markov_chain(_panel({"y": rising}), "y", k=4)


def test_provinces_that_overtake_each_other_have_no_speed() -> None:
    start = np.random.default_rng(0).normal(size=31)
    two = np.exp(np.column_stack([start, -0.2 * start]))
    data = _panel({"y": two}).rename(index={2015: 2024}, level="year")
    with pytest.raises(DataError, match="overtake"):
        pk.beta_convergence(data, "y")


def test_trend_of_an_index_needs_consecutive_years() -> None:
    years = [2010, *range(2012, 2022)]
    with pytest.raises(DataError, match="consecutive"):
        pk.inequality_trend(pd.Series(np.random.default_rng(0).random(11), index=years))


def test_equal_provinces_share_rank_and_interval() -> None:
    index = pd.MultiIndex.from_product([list("ABCDE"), [2020]], names=["province", "year"])
    data = pd.DataFrame({"a": [1, 1, 1, 0, 3.0], "b": [1, 1, 1, 0, 2.0]}, index=index)
    found = pk.rank_uncertainty(composite_index({"a": 1, "b": 1}, data, weights="equal"), draws=200)
    assert (
        found.table.loc[["A", "B", "C"], ["rank", "median", "low", "high"]].to_numpy().tolist()
        == [[2] * 4] * 3
    )
    assert found.probability("A", "B") == 0.0
    assert found.most_frequent(1)["order"].iloc[0] == "E > A = B = C > D"


def test_missing_levels_can_be_drawn_and_printed() -> None:
    from panelkit.show import figures, tables

    index = pd.MultiIndex.from_product([["北京", "天津", "上海"], [2020, 2021]], names=["province", "year"])
    scores = {"u1": [0.2, 0.4, np.nan, 0.5, 0.6, 0.7], "u2": [0.3, 0.4, 0.5, 0.6, 0.2, 0.9]}
    found = coupling_coordination(pd.DataFrame(scores, index))
    assert pd.isna(found.values["level"].iloc[2])
    grades = found.values["level"].unstack()
    for draw in (figures.heat_map, figures.missing_map):
        assert "<svg" in draw(grades).svg()
    for draw in (figures.trend_lines, figures.rank_chart):
        assert "<svg" in draw(grades.T).svg()
    names = list(coupling.LEVELS)
    assert (
        "<svg" in figures.province_map(found.words()["level"].xs(2020, level="year"), categories=names).svg()
    )
    table = tables.frame_table(found.words("zh"), format="text")
    assert "nan" not in table.lower()
    assert found.tidy()["value"].dtype == np.float64
