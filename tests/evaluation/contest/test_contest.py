"""The contest: who wins, who does not, what is said of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.evaluation.contest.fixed_index import index_of_first_window
from panelkit.evaluation.contest.judged import judged, made
from panelkit.evaluation.contest.labels import BENCH
from panelkit.evaluation.contest.losses import loss_function
from panelkit.evaluation.contest.origins import Plan, forecasts, outcomes
from panelkit.language import register
from panelkit.language.errors import DataError, SpecError


def panel(y: np.ndarray, name: str = "y") -> pd.DataFrame:
    index = pd.MultiIndex.from_product(
        [[f"u{i:02}" for i in range(len(y))], range(2010, 2010 + y.shape[1])], names=["unit", "year"]
    )
    return pd.DataFrame({name: y.ravel()}, index=index)


def walk(rng: np.random.Generator, units: int = 31, years: int = 12) -> np.ndarray:
    """Return a walk without drift whose shocks are half common and have heavy tails."""
    shocks = rng.standard_t(4, size=(1, years)) + rng.standard_t(4, size=(units, years))
    return np.cumsum(shocks, axis=1)


@pytest.fixture(scope="module")
def drifting() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return panel(10 + np.cumsum(1.0 + 0.3 * rng.normal(size=(12, 12)), axis=1))


def test_a_drift_that_is_there_is_found_and_said(drifting: pd.DataFrame) -> None:
    found = pk.forecast_contest(drifting, "y", models=("drift", "autoregression"), loss="squared")
    assert found.winner == "drift"
    assert found.best == "drift"
    assert "drift by unit beats the random walk, 1 year ahead" in found.sentence()
    scores = found.scores.set_index("forecaster")
    assert scores.loc["random_walk", "relative_loss"] == 1.0
    long = found.forecasts.pivot_table(index=["unit", "year"], columns="forecaster", values="loss")
    # means of the same losses in another order
    assert scores.loc["drift", "relative_loss"] == pytest.approx(
        long["drift"].mean() / long["random_walk"].mean(), rel=1e-12
    )
    better = long.groupby(level=0).mean()
    assert scores.loc["drift", "better"] == (better["drift"] < better["random_walk"]).mean()
    by_unit = found.by_unit("drift")
    assert by_unit.to_numpy() == pytest.approx(
        (better["drift"] / better["random_walk"]).to_numpy(), rel=1e-12
    )
    error = found.forecasts["outcome"] - found.forecasts["forecast"]
    squared = (error**2)[found.forecasts["forecaster"] == "drift"]
    assert scores.loc["drift", "rmse"] == pytest.approx(np.sqrt(squared.mean()), rel=1e-12)


def test_p_values_are_adjusted_for_rivals_and_horizons(drifting: pd.DataFrame) -> None:
    found = pk.forecast_contest(
        drifting, "y", models=("drift", "trend", "combination"), horizon=2, min_train=5
    )
    scores = found.scores
    assert scores["p_value"].notna().sum() == 6
    tested = scores.dropna(subset="p_value")
    # at least the p of one rival times the two horizons, at most that times all six tests and the error of 20,000 draws
    assert (tested["adjusted_p"] >= np.minimum(1.0, 2 * tested["p_value"]) - 1e-12).all()
    assert (tested["adjusted_p"] <= np.minimum(1.0, 6 * tested["p_value"]) + 0.01).all()
    # six origins have an outcome two years ahead: three stretches, two degrees of freedom
    assert set(scores.loc[scores["horizon"] == 2, "df"].dropna()) == {2.0}


def test_clark_west_corrects_for_what_the_rival_had_to_learn() -> None:
    y = 0.4 * walk(np.random.default_rng(8), 20, 12)
    found = pk.forecast_contest(panel(y), "y", models=("drift",), loss="squared").scores.iloc[1]
    assert found["clark_west_p"] < found["p_value"]


def test_walks_are_beaten_in_few_contests() -> None:
    """31 units, 6 origins, four rivals, common shocks: 200 worlds (2.5 se of 5 % is 3.9 points)."""
    rng = np.random.default_rng(20)
    names = [BENCH, "drift", "common_drift", "trend", "autoregression"]
    models = {name: register.find("forecaster", name) for name in names}
    plan = Plan(6, 1)
    false = 0
    for _ in range(200):
        y = walk(rng)
        cost = loss_function("scaled", y[:, :6])
        found = made(names, forecasts(y[:, :, None], models, plan), outcomes(y, plan), cost)
        false += bool((judged(found)["adjusted_p"] < 0.05).any())
    assert false <= 17


def test_a_mean_that_draws_back_is_seen() -> None:
    """The truth is an autoregression of .5: the walk is beaten in about three of four worlds (evidence `contest`)."""
    rng = np.random.default_rng(21)
    won = 0
    for _ in range(20):
        y = rng.normal(size=(31, 14))
        for t in range(1, 14):
            y[:, t] = 0.5 * y[:, t - 1] + np.sqrt(0.75) * y[:, t]
        found = pk.forecast_contest(panel(y), "y", models=("autoregression", "common_autoregression"))
        won += found.winner is not None
    assert won >= 10


def test_a_forecaster_of_the_callers_own_and_one_that_keeps_silent(drifting: pd.DataFrame) -> None:
    def silent(history: np.ndarray, horizon: int) -> np.ndarray:
        told = np.repeat(history[:, -1:, 0] + 1.0, horizon, axis=1)
        told[:6] = np.nan
        return told

    def ahead(history: np.ndarray, horizon: int) -> np.ndarray:
        return history[:, -1:, 0] + np.arange(1, horizon + 1)

    found = pk.forecast_contest(drifting, "y", models={"mine": ahead, "silent": silent})
    scores = found.scores.set_index("forecaster")
    assert found.winner == "mine"
    assert scores.loc["silent", "missing"] == 0.5
    assert np.isnan(scores.loc["silent", "p_value"])
    assert scores.loc["silent", "relative_loss"] < 1
    assert any("silent (50%)" in note for note in found.notes)


def test_an_index_knows_nothing_after_its_first_window() -> None:
    rng = np.random.default_rng(5)
    frame = panel(walk(rng, 10, 10) + 50, "a")
    frame["b"] = 40 + walk(rng, 10, 10).ravel()
    index = pk.composite_index({"a": 1, "b": -1}, frame)
    early = index_of_first_window(index, "score", 6)
    later = frame.copy()
    late = later.index.get_level_values("year") >= 2016
    later.loc[late, "a"] *= 3.0
    again = index_of_first_window(pk.composite_index({"a": 1, "b": -1}, later), "score", 6)
    known = early.index.get_level_values("year") < 2016
    # extremes and weights of the first years: nothing of what came later
    np.testing.assert_array_equal(early[known], again[known])
    assert not np.allclose(early[~known], again[~known])
    own = pk.composite_index({"a": 1, "b": -1}, frame[frame.index.get_level_values("year") < 2016])
    np.testing.assert_allclose(early[known], own.scores, rtol=1e-12)
    contest = pk.forecast_contest(index, "score", models=("drift",), min_train=6)
    assert any("know the future" in note for note in contest.notes)


def test_parts_of_an_index_and_designs_that_cannot_be_held() -> None:
    frame = panel(walk(np.random.default_rng(6), 8, 10) + 50, "a")
    frame["b"] = np.exp(walk(np.random.default_rng(7), 8, 10).ravel() / 10)
    index = pk.composite_index({"a": 1, "b": 1}, frame)
    with pytest.raises(SpecError, match="has no part 'nothing'"):
        pk.forecast_contest(index, "nothing")
    with pytest.raises(SpecError, match="topsis in minmax"):
        pk.forecast_contest(pk.composite_index({"a": 1, "b": 1}, frame, aggregation="topsis"), "score")
    with pytest.raises(SpecError, match="an index was given"):
        pk.forecast_contest(index, "score", unit="unit")
    still = frame.copy()
    still.loc[still.index.get_level_values("year") < 2015, "b"] = 1.0
    with pytest.raises(DataError, match="b: constant in the first training window"):
        pk.forecast_contest(pk.composite_index({"a": 1, "b": 1}, still), "score")


def test_a_column_between_zero_and_one_is_flagged(drifting: pd.DataFrame) -> None:
    scaled = drifting / drifting.max()
    found = pk.forecast_contest(scaled, "y", models=("drift",))
    assert any("lies between 0 and 1" in note for note in found.notes)


def test_what_cannot_enter_is_refused(drifting: pd.DataFrame) -> None:
    for models, said in (
        (("oracle",), "no forecaster 'oracle': there are autoregression, .*, trend, combination"),
        ((), "models lists names"),
        ("drift", "models lists names"),
        (("random_walk",), "needs a rival"),
        (("combination",), "needs a rival"),
        ({"random_walk": len}, "is the bench"),
        ({"mine": 3}, "are no functions"),
        (("network",), "needs weights between units, give"),
    ):
        with pytest.raises(SpecError, match=said):
            pk.forecast_contest(drifting, "y", models=models)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="window is"):
        pk.forecast_contest(drifting, "y", window="weekly")  # type: ignore[arg-type]
    gap = drifting[drifting.index.get_level_values("year") != 2014]
    with pytest.raises(DataError, match="consecutive"):
        pk.forecast_contest(gap, "y")
    with pytest.raises(DataError, match="leave 2 origins"):
        pk.forecast_contest(drifting, "y", min_train=10)


def test_tables_figures_and_languages(drifting: pd.DataFrame, tmp_path: Path) -> None:
    found = pk.forecast_contest(drifting, "y", models=("drift", "trend"), horizon=3)
    assert repr(found) == "Contest(Forecasts of y out of sample; winner: drift)"
    assert "个体漂移胜过随机游走" in found.summary(language="zh")
    assert "toprule" in found.to_latex()
    assert found.to_docx(tmp_path / "contest.docx").stat().st_size > 0
    assert any("not tested 2, 3 years ahead" in note for note in found.notes)
    assert found.plot().save(tmp_path / "gains.svg").stat().st_size > 0
    with pytest.raises(SpecError, match="no forecaster 'oracle' 1 ahead"):
        found.by_unit("oracle")


def test_the_map_is_of_provinces(tmp_path: Path) -> None:
    data = pk.load_provinces(["rd_expenditure"], years=(2011, 2022))
    found = pk.forecast_contest(data, "rd_expenditure", models=("drift", "network"), network=pk.contiguity())
    assert found.map("network").save(tmp_path / "map.svg").stat().st_size > 0
    assert len(found.by_unit("network")) == 31


def test_a_deviation_from_the_mean_of_all_needs_a_forecast_of_all() -> None:
    rng = np.random.default_rng(4)
    y = np.exp(0.1 * np.cumsum(rng.normal(0.5, 1.0, size=(8, 10)), axis=1))
    y[0] -= 1000.0  # no logarithm, and far from the others' mean

    def scores(y: np.ndarray) -> pd.DataFrame:
        found = pk.forecast_contest(panel(y), "y", models=("log_trend", "drift"), min_train=5, relative=True)
        return found.scores.set_index("forecaster")

    found = scores(y)
    assert found.loc["log_trend", "missing"] == 1.0
    # the level of a unit is nobody's gain or loss
    y[0] += 1000.0
    assert found.loc["drift", "gain"] == pytest.approx(scores(y).loc["drift", "gain"])


def test_a_perfect_forecast_and_a_copy_of_the_walk_are_told_and_not_tested() -> None:
    """The same growth everywhere: the walk is off by one number, so that chance has no scale."""
    data = panel(np.arange(8.0)[:, None] + 3.0 + 0.1 * np.arange(12.0))
    models = {
        "perfect": lambda history, horizon: history[:, -1:, 0] + 0.1 * np.arange(1, horizon + 1),
        "copy": lambda history, horizon: np.repeat(history[:, -1:, 0], horizon, axis=1),
    }
    found = pk.forecast_contest(data, "y", models=models, loss="absolute")
    scores = found.scores.set_index("forecaster")
    assert scores.loc["perfect", ["p_value", "adjusted_p"]].isna().all()
    assert scores.loc["copy", ["p_value", "adjusted_p"]].tolist() == [1.0, 1.0]
    assert found.winner is None
    notes = " ".join(map(str, found.notes))
    assert (
        "perfect, 1 year ahead: the losses differ by 0.1, which varies over neither units nor years" in notes
    )
    assert "copy, 1 year ahead: the losses are the same in every unit and year: no difference" in notes
    told = str(found.sentence())
    assert told.startswith(
        "perfect, 1 year ahead, loses 100% less than the random walk, and that cannot be tested;"
    )
    assert "of the rivals that can be tested nothing beats the random walk, nearest comes copy" in told
    alone_told = pk.forecast_contest(
        data, "y", models={"perfect": models["perfect"]}, loss="absolute"
    ).sentence()
    assert (
        str(alone_told)
        == "perfect, 1 year ahead, loses 100% less than the random walk, and that cannot be tested"
    )
    assert "无从检验" in alone_told.text("zh")
    # beside them others are tested as if they were alone
    noisy = lambda history, horizon: history[:, -1:, 0] + np.sin(17.0 * history[:, -1:, 0])  # noqa: E731
    alone = pk.forecast_contest(data, "y", models={"noisy": noisy}, loss="absolute").scores.set_index(
        "forecaster"
    )
    beside = pk.forecast_contest(data, "y", models={**models, "noisy": noisy}, loss="absolute").scores
    assert beside.set_index("forecaster").loc["noisy", "adjusted_p"] == alone.loc["noisy", "adjusted_p"]
