"""`pk.dea`: what the door does with a panel, against the programs that it calls and against hand-made panels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.evaluation.efficiency.programs import radial
from panelkit.evaluation.efficiency.two_stage import two_stage
from panelkit.language.errors import DataError, SpecError, StyleError

INPUTS, OUTPUTS = ["staff", "money"], ["patents"]


@pytest.fixture
def firms() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    index = pd.MultiIndex.from_product(
        [[f"firm {letter}" for letter in "ABCDEFGHIJKLMN"], range(2018, 2022)], names=["firm", "year"]
    )
    frame = pd.DataFrame(np.exp(rng.normal(size=(len(index), 5))), index=index)
    frame.columns = pd.Index(["staff", "money", "patents", "sales", "waste"])
    return frame


def test_every_year_has_its_own_frontier(firms):
    found = pk.dea(firms, INPUTS, OUTPUTS, model="bcc", orientation="output")
    for year, part in firms.groupby(level="year"):
        X, Y = part[INPUTS].to_numpy(), part[OUTPUTS].to_numpy()
        wanted = radial(X, Y, X, Y, returns="variable", orientation="output").scores
        np.testing.assert_array_equal(found.scores["score"].xs(year, level=1), wanted)
    assert found.wide().shape == (14, 4)


def test_targets_are_efficient_and_made_of_peers(firms):
    found = pk.dea(firms, INPUTS, OUTPUTS, model="bcc")
    last = found.targets.xs(2021, level="year")
    X, Y = (firms.xs(2021, level="year")[names].to_numpy() for names in (INPUTS, OUTPUTS))
    again = radial(last[INPUTS].to_numpy(), last[OUTPUTS].to_numpy(), X, Y, returns="variable")
    # certificates are a billionth
    np.testing.assert_allclose(again.scores, 1.0, atol=1e-8)
    peers = found.peers[found.peers["year"] == 2021]
    made = (
        peers[["intensity"]].to_numpy() * firms.xs(2021, level="year").loc[peers["peer"], INPUTS].to_numpy()
    )
    sums = pd.DataFrame(made, columns=INPUTS).groupby(peers["unit"].to_numpy()).sum()
    pd.testing.assert_frame_equal(sums, last[INPUTS].loc[sums.index], check_names=False, rtol=1e-8)
    np.testing.assert_allclose(peers.groupby("unit")["intensity"].sum(), 1.0, rtol=1e-9)


def test_one_frontier_of_all_years_is_no_nearer_than_that_of_one(firms):
    of_year = pk.dea(firms, INPUTS, OUTPUTS).scores["score"]
    of_all = pk.dea(firms, INPUTS, OUTPUTS, frontier="global").scores["score"]
    windows = pk.dea(firms, INPUTS, OUTPUTS, frontier="window", window=2).scores["score"]
    assert (of_all <= of_year + 1e-9).all()
    assert (windows <= of_year + 1e-9).all()
    assert (windows >= of_all - 1e-9).all()
    pd.testing.assert_series_equal(of_all, pk.dea(firms, INPUTS, OUTPUTS, frontier="pooled").scores["score"])


def test_a_window_is_the_mean_over_its_frontiers(firms):
    found = pk.dea(firms, INPUTS, OUTPUTS, frontier="window", window=3)
    years = firms.index.get_level_values("year")
    parts = []
    for first in (2018, 2019):
        part = firms[(years >= first) & (years <= first + 2)]
        X, Y = part[INPUTS].to_numpy(), part[OUTPUTS].to_numpy()
        parts.append(pd.Series(radial(X, Y, X, Y).scores, index=part.index))
    wanted = pd.concat(parts).groupby(level=[0, 1]).mean()
    np.testing.assert_allclose(found.scores["score"], wanted.loc[found.scores.index.tolist()], rtol=1e-12)
    assert "returns" not in found.scores
    assert found.multipliers is None


def test_inputs_of_years_before(firms):
    found = pk.dea(firms, INPUTS, OUTPUTS, lag=1)
    assert found.years == [2019, 2020, 2021]
    X = firms.xs(2020, level="year")[INPUTS].to_numpy()
    Y = firms.xs(2021, level="year")[OUTPUTS].to_numpy()
    np.testing.assert_array_equal(found.scores["score"].xs(2021, level=1), radial(X, Y, X, Y).scores)
    stages = pk.dea(firms, INPUTS, ["sales"], intermediates=["patents"], model="network", lag=(1, 2))
    assert stages.years == [2021]
    X, Z, Y = (
        firms.xs(year, level="year")[names].to_numpy()
        for year, names in ((2018, INPUTS), (2019, ["patents"]), (2021, ["sales"]))
    )
    wanted = two_stage(X, Z, Y, X, Z, Y)
    np.testing.assert_array_equal(stages.scores["score"], wanted.system)
    np.testing.assert_array_equal(stages.scores["second_least"], wanted.second_least)


@pytest.mark.parametrize("model", ["ccr", "bcc", "radial", "super", "sbm", "super_sbm", "ddf"])
def test_units_of_measurement_and_order_of_rows_do_not_matter(firms, model):
    options = {"undesirable": ["waste"]} if model in ("sbm", "ddf") else {}
    here = pk.dea(firms, INPUTS, OUTPUTS, model=model, **options).scores["score"]
    other = firms.assign(staff=firms["staff"] * 1e4, patents=firms["patents"] / 365, waste=firms["waste"] * 7)
    there = pk.dea(other.sample(frac=1.0, random_state=1), INPUTS, OUTPUTS, model=model, **options).scores[
        "score"
    ]
    # certificates are a billionth
    np.testing.assert_allclose(here, there, rtol=1e-8)


def test_super_efficiency_tells_efficient_units_apart(firms):
    plain = pk.dea(firms, INPUTS, OUTPUTS).scores["score"]
    above = pk.dea(firms, INPUTS, OUTPUTS, model="super").scores["score"]
    efficient = plain > 1.0 - 1e-9
    np.testing.assert_allclose(above[~efficient], plain[~efficient], rtol=1e-8)
    assert (above[efficient] > 1.0).all()
    slacks = pk.dea(firms, INPUTS, OUTPUTS, model="super_sbm").scores
    assert (slacks["score"] >= slacks["plain"] - 1e-9).all()


def test_what_no_point_reaches_is_named(firms):
    found = pk.dea(firms, INPUTS, OUTPUTS, model="super", returns="variable")
    lost = found.scores.index[found.scores["score"].isna()]
    assert len(lost)
    assert any(f"{lost[0][0]} {lost[0][1]}" in str(note) and "no score" in str(note) for note in found.notes)


def test_means_have_intervals_where_they_hold(firms):
    rng = np.random.default_rng(6)
    near = firms.assign(patents=firms["staff"] ** 0.8 * np.exp(-np.abs(0.3 * rng.normal(size=len(firms)))))
    one = pk.dea(near, ["staff"], OUTPUTS, model="bcc")
    table = one.means(splits=20, rng=3)
    assert list(table.columns) == ["mean", "bias", "corrected", "low", "high"]
    assert (table["bias"] > 0.0).all()
    pd.testing.assert_frame_equal(table, one.means(splits=20, rng=3))
    with pytest.raises(DataError, match=r"a few firms carry the frontier of 2018 "):
        pk.dea(firms, ["staff"], OUTPUTS).means(splits=20)
    with pytest.raises(SpecError, match="at most 2 inputs and outputs under variable returns, not 3"):
        pk.dea(firms, INPUTS, OUTPUTS, model="bcc").means()
    with pytest.raises(SpecError, match="against the frontier of one year"):
        pk.dea(firms, ["staff"], OUTPUTS, frontier="global").means()
    with pytest.raises(SpecError, match="radial scores"):
        pk.dea(firms, ["staff"], OUTPUTS, model="sbm").means()


def test_what_cannot_be_judged_is_refused_by_name(firms):
    with pytest.raises(DataError, match=r"missing: firm D 2019 money; leave these firms or years out"):
        pk.dea(firms.assign(money=firms["money"].where(firms.index != ("firm D", 2019))), INPUTS, OUTPUTS)
    with pytest.raises(DataError, match=r"infinite: firm D 2019 money"):
        pk.dea(
            firms.assign(money=firms["money"].where(firms.index != ("firm D", 2019), np.inf)), INPUTS, OUTPUTS
        )
    with pytest.raises(DataError, match=r"negative: firm A 2018 staff.*adding a number to a column moves"):
        pk.dea(
            firms.assign(staff=firms["staff"].where(firms.index != ("firm A", 2018), -1.0)), INPUTS, OUTPUTS
        )
    none = firms.assign(patents=firms["patents"].where(firms.index != ("firm B", 2020), 0.0))
    with pytest.raises(DataError, match=r"zero in every column of its kind: firm B 2020: patents"):
        pk.dea(none, INPUTS, OUTPUTS)
    held = pk.dea(none, INPUTS, [*OUTPUTS, "sales"])
    assert any("an output of zero asks nothing of the frontier" in str(note) for note in held.notes)
    with pytest.raises(DataError, match="a slacks-based score takes slacks as shares"):
        pk.dea(none, INPUTS, [*OUTPUTS, "sales"], model="sbm")
    few = firms[firms.index.get_level_values(0).isin(["firm A", "firm B", "firm C"])]
    with pytest.raises(DataError, match="3 rows span the frontier of 2018"):
        pk.dea(few, INPUTS, OUTPUTS)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": "dea"}, "model is one of"),
        ({"model": "ccr", "returns": "variable"}, "model 'ccr' takes the returns"),
        ({"model": "ccr", "orientation": "none"}, "model 'ccr' takes the orientations"),
        ({"frontier": "month"}, "frontier is one of"),
        ({"window": 4}, "has no work where frontier is 'year'"),
        ({"frontier": "window", "window": 9}, "a window of 9 years is wider than the 4 years held"),
        ({"disposability": "strong"}, "has no work under model 'ccr'"),
        ({"undesirable": ["waste"]}, "undesirable outputs are judged by the models"),
        ({"intermediates": ["sales"]}, "intermediates belong to model 'network'"),
        ({"lag": -1}, "lag is a whole number of years"),
        ({"lag": (1, 1)}, "lag is a whole number of years"),
        ({"inputs": ["patents"]}, "a column has one place"),
        ({"inputs": []}, "name at least one input"),
        ({"inputs": ["steel"]}, "no column"),
        (
            {"model": "ddf", "undesirable": ["waste"], "returns": "decreasing"},
            "weak disposability is defined",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(firms, options, said):
    settled = {"inputs": INPUTS, "outputs": OUTPUTS, **options}
    with pytest.raises((SpecError, DataError), match=said):
        pk.dea(firms, **settled)


def test_rows_by_a_condition(firms):
    found = pk.dea(firms, INPUTS, OUTPUTS, where="year >= 2020 & firm != 'firm D'", lag=1)
    assert found.years == [2020, 2021]
    assert "firm D" not in found.scores.index.get_level_values(0)


def test_tables_and_figures_in_both_languages(tmp_path):
    panel = pk.load_provinces(["rd_expenditure", "patents_granted", "gdp"], (2020, 2021))
    found = pk.dea(panel, ["rd_expenditure"], ["patents_granted", "gdp"])
    assert "北京" in found.to_html(language="zh")
    assert "规模效率" in found.summary(language="zh")
    assert found.to_docx(tmp_path / "t.docx").exists()
    assert found.to_latex().count("\\") > 10
    assert found.plot(2020, language="zh").save(tmp_path / "map.svg").exists()
    assert found.plot_years().save(tmp_path / "years.svg").exists()
    assert set(found.by_group().index) == {"east", "central", "west", "northeast"}
    assert set(found.tidy()["measure"]) == {"score", "constant", "variable", "scale"}
    with pytest.raises(SpecError, match="no year 2019 among the scores"):
        found.table(2019)


def test_firms_have_no_map_and_no_regions(firms):
    found = pk.dea(firms, INPUTS, OUTPUTS)
    with pytest.raises(StyleError):
        found.plot()
    with pytest.raises(SpecError, match="no group for"):
        found.by_group()
    sizes = {f"firm {letter}": "large" if letter < "H" else "small" for letter in "ABCDEFGHIJKLMN"}
    assert found.by_group(pd.Series(sizes)).shape == (2, 4)


@pytest.mark.parametrize("model", ["super", "super_sbm"])
@pytest.mark.parametrize("orientation", ["input", "output"])
def test_units_ahead_of_the_others_count_as_efficient(firms, model, orientation):
    # by their plain model: what is on the frontier with itself is on it or beyond it without
    plain = "ccr" if model == "super" else "sbm"
    returns = None if plain == "ccr" else "constant"
    wanted = pk.dea(firms, INPUTS, OUTPUTS, model=plain, orientation=orientation, returns=returns).by_year()
    found = pk.dea(firms, INPUTS, OUTPUTS, model=model, orientation=orientation)
    assert wanted["efficient"].gt(0).all()
    pd.testing.assert_series_equal(found.by_year()["efficient"], wanted["efficient"])
    below = any("beyond it is below 1" in note for note in found.notes)
    assert below == (model == "super" and orientation == "output")


def test_factors_of_outputs_are_ordered_by_efficiency(firms):
    found = pk.dea(firms, INPUTS, OUTPUTS, orientation="output")
    assert found.of_year()["score"].is_monotonic_increasing
    last = found.of_year()["score"]
    assert found.by_year()["largest"].iloc[-1] == last.iloc[-1] > 1.0
    assert "least" not in found.by_year()
    shares = pk.dea(firms, INPUTS, OUTPUTS)
    np.testing.assert_array_equal(shares.of_year().index, last.index)
    assert "largest" in found.summary()
    assert "最大值" in found.summary(language="zh")


def test_small_units_have_their_peers(firms):
    small = firms.copy()
    small.loc["firm A"] *= 1e-4
    found = pk.dea(small, INPUTS, OUTPUTS)
    table = found.table().set_index("unit")
    plain = pk.dea(firms, INPUTS, OUTPUTS).table().set_index("unit")
    # constant returns: the same peers, ten thousand times smaller
    names = [part.rsplit(" ", 1)[0] for part in table.loc["firm A", "peers"].split(", ")]
    assert names == [part.rsplit(" ", 1)[0] for part in plain.loc["firm A", "peers"].split(", ")] != [""]


def test_one_name_is_one_column(firms):
    part = firms.xs(2021, level="year", drop_level=False)
    for tool, more in (
        (pk.dea_bootstrap, {"reps": 9}),
        (pk.returns_to_scale_test, {"reps": 9}),
    ):
        one, many = tool(part, "staff", "patents", **more), tool(part, ["staff"], ["patents"], **more)
        assert str(one) == str(many)
    pd.testing.assert_frame_equal(
        pk.malmquist(firms, "staff", "patents").values, pk.malmquist(firms, ["staff"], ["patents"]).values
    )


def test_outputs_that_nobody_else_makes_have_no_score(firms):
    alone = firms.copy()
    alone.loc[firms.index.get_level_values("firm") != "firm A", "sales"] = 0.0
    alone.loc["firm A", "patents"] = 0.0
    for orientation in ("input", "output"):
        found = pk.dea(alone, INPUTS, ["patents", "sales"], model="super", orientation=orientation)
        assert found.scores["score"].isna().groupby(level=0).all()["firm A"]
        assert any("no score: firm A 2018" in note for note in found.notes)
