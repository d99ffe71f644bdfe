"""`fusion_model` and `lotka_volterra`: what they find, say, draw and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli.evaluate.fusion import app
from panelkit.language.errors import DataError, SpecError
from tests.evaluation.dynamics.worlds import frame, world

QUICK: dict[str, Any] = {"reps": 99, "shuffles": 99, "trajectories": False, "rng": 1}


@pytest.fixture(scope="module")
def mutual() -> Any:
    data = frame(world(np.random.default_rng(1), (0.4, 0.4), shock=0.02))
    return pk.fusion_model(data, "tech", "industry", reps=99, shuffles=199, rng=1)


def test_mutualism_that_is_there(mutual: Any) -> None:
    assert mutual.stage == "mutualism"
    assert mutual.share >= 0.8
    tidy = mutual.tidy().set_index("term")
    for name in ("tech", "industry"):
        row = tidy.loc[f"interaction on {name}"]
        assert row["conf_low"] < 0.4 < row["conf_high"]
        assert tidy.loc[f"effect on {name}", "p_positive"] <= 0.05
    effects = tidy.loc[["effect on tech", "effect on industry"], "estimate"]
    assert mutual.trajectories.effects == pytest.approx(effects, abs=0.03)  # an error of each estimate
    assert mutual.conditions()["passed"].tolist() == [31] * 5


def test_stocks_that_do_not_act_have_no_stage() -> None:
    found = pk.fusion_model(frame(world(np.random.default_rng(2))), "tech", "industry", **QUICK)
    assert found.stage == "undetermined"
    assert "stage: undetermined" in found.summary()


def test_the_words_of_the_panel_and_both_languages(mutual: Any) -> None:
    assert "associations of firms" in mutual.summary()
    said = mutual.summary(language="zh")
    assert "互利" in said
    assert "不是因果效应" in said
    assert "mutualism" in mutual.to_markdown()


def test_held_out_and_theil(mutual: Any) -> None:
    table = mutual.held_out
    assert table["model"].tolist() == ["fusion", "logistic", "trend", "random_walk"] * 2
    shares = mutual.statistics[["u_mean", "u_spread", "u_covariance"]].sum(axis=1)
    assert shares.tolist() == pytest.approx([1.0, 1.0])
    # curves near their capacity with small shocks: a line through the logarithms overshoots
    both = table.set_index(["stock", "model"])["rmse"]
    assert both["tech", "fusion"] < both["tech", "trend"]


def test_scenarios(mutual: Any) -> None:
    none = mutual.scenario(3)
    assert (none.paths["difference"] == 0).all()
    fed = mutual.scenario(3, inflow={"tech": 0.05}).paths
    assert (fed["difference"] > 0).all()
    first = fed[fed["period"] == 2023]
    own = first[first["stock"] == "tech"]["difference"].mean()
    other = first[first["stock"] == "industry"]["difference"].mean()
    assert own > other > 0
    assert (fed["base_low"] <= fed["base_high"]).all()
    assert "no causal effect" in mutual.scenario(3, inflow={"tech": 0.05}).summary()
    with pytest.raises(SpecError, match="the stocks are tech and industry"):
        mutual.scenario(3, inflow={"gdp": 0.05})


def test_figures(mutual: Any) -> None:
    assert mutual.plot(["f00", "f01"], language="zh").svg().startswith("<svg")
    assert "equilibrium" in mutual.plot_phase("f03").svg()
    with pytest.raises(SpecError, match="there is no f99"):
        mutual.plot_phase("f99")
    with pytest.raises(SpecError, match="one or two units"):
        mutual.plot(["f00", "f01", "f02"])


def test_units_of_the_stocks_do_not_matter(mutual: Any) -> None:
    data = frame(world(np.random.default_rng(1), (0.4, 0.4), shock=0.02)) * [1e4, 1e-3]
    found = pk.fusion_model(data, "tech", "industry", reps=99, shuffles=199, trajectories=False, rng=1)
    columns = ["estimate", "conf_low", "conf_high"]
    # rounding of sums over 372 rows
    assert found.tidy()[columns].to_numpy() == pytest.approx(mutual.tidy()[columns].to_numpy(), rel=1e-6)


def test_policy_and_decay() -> None:
    rng = np.random.default_rng(4)
    data = frame(world(rng, (0.3, 0.3)))
    data["subsidy"] = rng.uniform(0.0, 0.1, len(data))
    found = pk.fusion_model(data, "tech", "industry", policy={"tech": "subsidy"}, decay=(0.1, 0.05), **QUICK)
    plain = pk.fusion_model(data, "tech", "industry", policy={"tech": "subsidy"}, **QUICK)
    without = pk.fusion_model(data, "tech", "industry", **QUICK)
    for one, told in ((plain, True), (without, False)):
        assert (
            "take the policy of the years that they forecast as known" in " ".join(map(str, one.said()))
        ) is told
    gap = found.tidy()["estimate"] - plain.tidy()["estimate"]
    assert gap[:2].tolist() == pytest.approx([0.1, 0.05])  # growth before decay
    assert found.tidy()["term"].tolist()[-1] == "policy on tech"


def test_one_series_of_each() -> None:
    data = frame(world(np.random.default_rng(3), (0.5, 0.5), units=3, periods=25, shock=0.005))
    found = pk.lotka_volterra(data, "tech", "industry", reps=199, rng=1)
    assert set(found.stage) <= {"mutualism", "undetermined"}
    assert "mutualism" in found.stage
    assert found.table().shape[0] == 3
    assert found.tidy()["bounded"].all()
    rest, slow, _ = found.rest()
    assert (slow < 0).all()
    assert rest.shape == (3, 2)
    assert "互利" in found.summary(language="zh")
    assert found.plot_phase("f01").svg().startswith("<svg")


def test_what_is_refused() -> None:
    data = frame(world(np.random.default_rng(5), units=6, periods=9))
    with pytest.raises(DataError, match="too few for shared rates"):
        pk.fusion_model(data.loc[["f00", "f01"]], "tech", "industry")
    with pytest.raises(SpecError, match="not tech twice"):
        pk.fusion_model(data, "tech", "tech")
    with pytest.raises(SpecError, match="not tech twice"):
        pk.lotka_volterra(data, "tech", "tech")
    with pytest.raises(SpecError, match="policy feeds gdp"):
        pk.fusion_model(data, "tech", "industry", policy={"gdp": "industry"})
    with pytest.raises(SpecError, match="between 0 and 1"):
        pk.fusion_model(data, "tech", "industry", decay=(0.1, 15.0))
    with pytest.raises(DataError, match="too few: tech and|too few: tech, industry"):
        pk.fusion_model(data[data.index.get_level_values("year") < 2015], "tech", "industry")
    low = data.copy()
    low.iloc[3, 0] = -1.0
    with pytest.raises(DataError, match="tech: not above zero for f00 2013"):
        pk.lotka_volterra(low, "tech", "industry")
    same = data.assign(industry=2 * data["tech"])
    with pytest.raises(pk.ConvergenceError, match="cannot be told apart"):
        pk.fusion_model(same, "tech", "industry")


def test_a_frame_of_polars() -> None:
    polars = pytest.importorskip("polars")
    data = frame(world(np.random.default_rng(5), units=6, periods=9)).reset_index()
    found = pk.lotka_volterra(
        polars.from_pandas(data), "tech", "industry", reps=19, rng=0, unit="firm", time="year"
    )
    assert isinstance(found.tidy(), pd.DataFrame)


def test_what_cannot_be_fitted_has_no_number() -> None:
    data = frame(world(np.random.default_rng(3)))
    found = pk.lotka_volterra(data.assign(twice=2.0 * data["tech"]), "tech", "twice", reps=19, rng=1)
    tidy = found.tidy()
    assert tidy[["effect", "conf_low", "equilibrium"]].isna().all(axis=None)
    assert tidy[["stable", "bounded"]].isna().all(axis=None)
    assert "nearly a multiple of the other" in " ".join(found.summary().split())


def test_an_outflow_that_empties_a_stock_is_refused(mutual: Any) -> None:
    with pytest.raises(SpecError, match="empties a stock within the years"):
        mutual.scenario(3, inflow={"tech": -3.0})
    less = mutual.scenario(3, inflow={"tech": -0.01}).tidy()
    assert (less.loc[less["stock"] == "tech", "difference"] < 0.0).all()


def test_a_constant_series_has_no_grade() -> None:
    years = range(2001, 2009)
    index = pd.MultiIndex.from_product([["a", "b"], years], names=["firm", "year"])
    # a third does not sum to itself in doubles, one half does
    data = pd.DataFrame({"x": np.repeat([0.5, 7.3e8 / 3.0], 8)}, index=index)
    tidy = pk.grey_forecast(data, "x", reps=19, rng=1).tidy()
    assert tidy[["posterior_ratio", "small_errors"]].isna().all(axis=None)
    assert tidy["grade"].tolist() == ["none: constant"] * 2


def test_the_command_keeps_the_words_of_a_file(tmp_path: Path) -> None:
    data = frame(world(np.random.default_rng(3))).reset_index()
    data.columns = pd.Index(["城市", "年份", "技术", "产业"])
    path = tmp_path / "cities.csv"
    data.to_csv(path, index=False)
    words = ["技术", "产业", "--data", str(path), "--unit", "城市", "--time", "年份", "--reps", "19"]
    done = CliRunner().invoke(app, [*words, "--shuffles", "19", "--no-trajectories"])
    assert done.exit_code == 0
    assert "associations of cities" in " ".join(done.stdout.split())
    assert "province" not in done.stdout


@pytest.mark.parametrize("door", [pk.fusion_model, pk.lotka_volterra])
def test_a_negative_margin_is_refused(door: Any) -> None:
    with pytest.raises(SpecError, match="margin is 0 or more, not -1"):
        door(frame(world(np.random.default_rng(3))), "tech", "industry", margin=-1.0)


def test_a_scenario_has_a_command(tmp_path: Path) -> None:
    data = frame(world(np.random.default_rng(3)))
    path = tmp_path / "firms.csv"
    data.reset_index().to_csv(path, index=False)
    words = ["tech", "industry", "--data", str(path), "--reps", "19", "--shuffles", "19", "--no-trajectories"]
    words += ["--inflow", "tech=0.05", "--ahead", "3"]
    done = CliRunner().invoke(app, [*words, "--json", "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout[: done.stdout.rindex("}") + 1])["scenario"]
    same = pk.fusion_model(data, "tech", "industry", reps=19, shuffles=19, trajectories=False)
    wanted = same.scenario(3, inflow={"tech": 0.05}).tidy()
    assert [row["difference"] for row in told["paths"]] == pytest.approx(list(wanted["difference"]))
    assert any("no causal effect" in note for note in told["notes"])
    assert {"scenario.csv", "scenario.docx"} <= {one.name for one in (tmp_path / "out").iterdir()}
    shown = CliRunner().invoke(app, [*words, "--lang", "zh"]).stdout
    assert "因果效应：注入并非随机分配" in "".join(shown.split())
    for options, said in (
        (["--inflow", "tech"], "written stock=share"),
        (["--inflow", "tech=nan"], "written stock=share"),
        (["--inflow", "gdp=1"], "the inflow feeds gdp"),
        (["--each", "--inflow", "tech=1"], "belongs to shared rates"),
    ):
        plain = [word for word in words[:7] if word != "--shuffles"] if "--each" in options else words[:8]
        refused = CliRunner().invoke(app, [*plain[:6], *options])
        assert said in str(refused.exception)
