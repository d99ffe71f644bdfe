"""Parts of a change that sum to it, levers by recomputing the index, ranks over drawn weights."""

from __future__ import annotations

import json
import re
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.evaluation.drivers.contributions import linear_parts, lmdi_parts, shapley_parts
from panelkit.evaluation.drivers.levers import moved_ranks, raised_to
from panelkit.evaluation.drivers.obstacles import obstacles_of
from panelkit.indices.arrays import aggregate
from panelkit.indices.panels.composite import Composite
from panelkit.language.errors import DataError, SpecError

run = CliRunner().invoke
N, T, K = 9, 5, 4


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product(
        [[f"u{i}" for i in range(N)], range(2015, 2015 + T)], names=["unit", "year"]
    )
    values = rng.uniform(1, 9, size=(N * T, K)) + 0.5 * np.tile(np.arange(T), N)[:, None]
    return pd.DataFrame(values, index=index, columns=list("abcd"))


def made(frame: pd.DataFrame, **changes: object) -> Composite:
    return pk.composite_index({"a": 1, "b": 1, "c": -1, "d": 1}, frame, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["linear", "lmdi", "shapley"])
def test_parts_sum_to_the_change_of_the_score(frame: pd.DataFrame, method: str) -> None:
    index = made(frame) if method == "linear" else made(frame, aggregation="geometric", floor=0.01)
    option = {} if method == "linear" else {"method": method}
    found = pk.index_change(index, 2016, 2019, draws=50, **option)  # type: ignore[arg-type]
    scores = index.scores.unstack()
    change = scores[2019] - scores[2016]
    total = found.tidy().groupby("unit")["part"].sum()
    # sums of four products, in another order
    np.testing.assert_allclose(total.reindex(change.index), change, atol=1e-13)
    units = found.units.set_index("unit")
    np.testing.assert_allclose(units["change"].reindex(change.index), change, atol=1e-13)
    ranks = index.ranks().unstack()
    assert (units["gain"].reindex(ranks.index) == ranks[2016] - ranks[2019]).all()


def test_shapley_values_are_means_over_all_orders() -> None:
    rng = np.random.default_rng(1)
    z0, z1 = rng.uniform(0.1, 1, size=(2, 3, K))
    w = np.array([0.4, 0.3, 0.2, 0.1])
    wanted = np.zeros((3, K))
    orders = list(permutations(range(K)))
    for order in orders:
        now = z0.copy()
        for j in order:
            before = aggregate.geometric(now, w)
            now[:, j] = z1[:, j]
            wanted[:, j] += (aggregate.geometric(now, w) - before) / len(orders)
    # 24 orders summed one by one
    np.testing.assert_allclose(shapley_parts(z0, z1, w), wanted, rtol=1e-11, atol=1e-14)


def test_lmdi_is_the_integral_along_the_exponential_path() -> None:
    """Montgomery's and Ang's parts: the integral of dS/dz_j dz_j where every z grows at a steady rate."""
    rng = np.random.default_rng(3)
    z0, z1 = rng.uniform(0.1, 1, size=(2, 2, 3))
    w = np.array([0.5, 0.3, 0.2])
    nodes, weights = np.polynomial.legendre.leggauss(20)
    wanted = np.zeros((2, 3))
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        z = z0 * (z1 / z0) ** node
        wanted += weight * aggregate.geometric(z, w)[:, None] * w * np.log(z1 / z0)
    # 20 nodes are exact to rounding for a smooth exponential
    np.testing.assert_allclose(lmdi_parts(z0, z1, w), wanted, rtol=1e-12)
    np.testing.assert_array_equal(lmdi_parts(z0, z0, w), 0.0)
    np.testing.assert_allclose(linear_parts(z0, z1, w).sum(axis=1), (z1 - z0) @ w, rtol=1e-12)


def test_zeros_and_many_indicators_are_refused() -> None:
    with pytest.raises(DataError, match="floor"):
        lmdi_parts(np.zeros((1, 2)), np.ones((1, 2)), np.array([0.5, 0.5]))
    many = np.full((1, 13), 0.5)
    with pytest.raises(SpecError, match="take method='lmdi'"):
        shapley_parts(many, many, np.full(13, 1 / 13))


@pytest.mark.parametrize("aggregation", ["linear", "geometric"])
@pytest.mark.parametrize("to", ["median", "best", "sd", "own_growth"])
def test_a_lever_is_what_the_index_would_be(frame: pd.DataFrame, aggregation: str, to: str) -> None:
    """The indicator is put where it would stand, one cell at a time, and the scores are made anew."""
    index = made(frame, aggregation=aggregation, floor=0.01)
    found = pk.index_what_if(index, to, 2018, draws=20).tidy().set_index(["unit", "indicator"])  # type: ignore[arg-type]
    cube = index.normalised.to_numpy().reshape(N, T, K)
    w = index.weights["weight"].to_numpy()  # type: ignore[index]
    score = getattr(aggregate, aggregation)
    now = cube[:, 3]
    wanted = {
        "median": np.maximum(now, np.median(now, axis=0)),
        "best": np.tile(now.max(axis=0), (N, 1)),
        "sd": now + now.std(axis=0, ddof=1),
        "own_growth": now + np.maximum(0, np.diff(cube[:, :4], axis=1).max(axis=1)),
    }[to]
    for i in range(N):
        for j in range(K):
            moved = now.copy()
            moved[i, j] = wanted[i, j]
            before, after = score(now, w), score(moved, w)
            row: pd.Series = found.loc[(f"u{i}", "abcd"[j])]  # type: ignore[assignment]
            assert row["score_gain"] == pytest.approx((after - before)[i], abs=1e-13)
            rank = [1 + (each > each[i] + 1e-12).sum() for each in (before, after)]
            assert row["gain"] == rank[0] - rank[1]


def test_places_gained_lie_in_their_interval_over_drawn_weights(frame: pd.DataFrame) -> None:
    found = pk.index_what_if(made(frame), "best", draws=400, rng=5)
    parts = found.tidy()
    assert (parts["low"] <= parts["high"]).all()
    assert (parts["low"] >= 0).all()
    shares = parts.groupby("unit")["share"].sum()
    # continuous weights: one indicator gains most in every draw, none where a unit leads in all
    assert shares.to_numpy() == pytest.approx(np.ones(N))
    again = pk.index_what_if(made(frame), "best", draws=400, rng=5).tidy()
    pd.testing.assert_frame_equal(parts, again)


def test_a_rise_that_every_weighting_shows_is_sure(frame: pd.DataFrame) -> None:
    raised = frame.copy()
    for name, sign in (("a", 1), ("b", 1), ("c", -1), ("d", 1)):
        extreme = frame[name].max() + 1 if sign > 0 else frame[name].min() - 1
        worst = frame[name].min() - 1 if sign > 0 else frame[name].max() + 1
        raised.loc[("u0", 2015), name] = worst
        raised.loc[("u0", 2019), name] = extreme
    row = pk.index_change(made(raised), draws=200).units.set_index("unit").loc["u0"]
    assert (row["first_rank"], row["last_rank"], row["gain"]) == (N, 1, N - 1)
    assert (row["low"], row["high"], row["rises"]) == (N - 1, N - 1, 1.0)


def test_ties_by_rounding_gain_nothing() -> None:
    score = np.array([[0.3, 0.1 + 0.2, 0.5]])
    assert moved_ranks(score, score[:, :, None]).ravel().tolist() == [2, 2, 1]


def test_what_has_no_parts_is_refused(frame: pd.DataFrame) -> None:
    for index, said in (
        (made(frame, aggregation="topsis"), "has no parts"),
        (made(frame, normalisation="ranks"), "moves when others do"),
        (made(frame, extremes="per_year"), "moves when others do"),
    ):
        with pytest.raises(SpecError, match=said):
            pk.index_change(index)
        with pytest.raises(SpecError, match=said):
            pk.index_what_if(index)
    index = made(frame)
    with pytest.raises(SpecError, match="no year 2030"):
        pk.index_change(index, 2015, 2030)
    with pytest.raises(SpecError, match="lies before"):
        pk.index_change(index, 2018, 2018)
    with pytest.raises(SpecError, match="method is one of"):
        pk.index_change(index, method="sda")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="to is one of"):
        pk.index_what_if(index, "worst")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="own_growth needs"):
        raised_to(np.ones((2, 3, 1)), 0, "own_growth")
    with pytest.raises(SpecError, match="is what composite_index returns"):
        pk.index_change(frame)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="is called 'nobody'"):
        pk.index_change(index, draws=10).of("nobody")


def test_tables_in_both_languages(frame: pd.DataFrame, tmp_path: Path) -> None:
    found = pk.index_change(made(frame), draws=10)
    assert "places gained" in str(found)
    assert "位次提升" in found.summary(language="zh")
    assert "toprule" in found.to_latex()
    assert found.to_docx(tmp_path / "drivers.docx").stat().st_size > 0
    assert len(repr(found)) < 160


def test_the_command(tmp_path: Path, frame: pd.DataFrame) -> None:
    changed = run(app, ["evaluate", "drivers", "tech_innovation", "--draws", "20", "--json"])
    told = json.loads(changed.output)
    assert len(told["parts"]) == 7 * len(told["units"])
    of_one = run(
        app, ["evaluate", "drivers", "tech_innovation", "--draws", "20", "--of", "Sichuan", "--lang", "zh"]
    )
    assert "对变化的贡献" in of_one.output
    frame.to_csv(tmp_path / "own.csv")
    own = ["evaluate", "drivers", "a,b,-c", "--data", str(tmp_path / "own.csv"), "--draws", "20"]
    found = run(app, [*own, "--question", "what-if", "--to", "best", "--out", str(tmp_path / "out")])
    assert found.exit_code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"units.csv", "parts.csv", "drivers.docx"}
    for arguments, said in (
        (["--to", "best"], "--to belongs to"),
        (["--question", "what-if", "--method", "shapley"], "--method belongs to"),
    ):
        refused = run(app, [*own, *arguments])
        assert said in str(refused.exception)


def test_a_province_is_found_by_any_of_its_names() -> None:
    figures = pk.load_provinces(["gdp", "patents_granted"], (2021, 2022))
    index = pk.composite_index({"gdp": 1, "patents_granted": 1}, figures)
    change = pk.index_change(index, draws=2)
    assert change.of("四川省").equals(change.of("Sichuan"))
    with pytest.raises(SpecError, match="no province is called 'Atlantis'"):
        change.of("Atlantis")


def test_the_command_speaks_of_the_units_of_the_file(frame: pd.DataFrame, tmp_path: Path) -> None:
    frame.rename_axis(["企业", "年份"]).reset_index().to_csv(tmp_path / "own.csv", index=False)
    asked = ["evaluate", "drivers", "a,b,-c", "--data", str(tmp_path / "own.csv"), "--unit", "企业", "--time", "年份",
             "--question", "what-if", "--draws", "9"]  # fmt: skip
    assert "其他企业亦不变" in run(app, [*asked, "--lang", "zh"]).output
    assert "the other firms too" in run(app, asked).output
    refused = run(app, [*asked, "--of", "nobody"])
    assert isinstance(refused.exception, SpecError)
    assert str(refused.exception) == "no firm is called 'nobody' in the index"


def test_obstacles_are_those_of_the_index_and_say_how_sure_the_largest_is(frame: pd.DataFrame) -> None:
    index = made(frame)
    found = obstacles_of(index, 2018, draws=4_000, rng=1)
    wanted: Any = index.obstacles().xs(2018, level="year")
    told = found.tidy().pivot(index="unit", columns="indicator", values="degree")
    pd.testing.assert_frame_equal(told, wanted, check_names=False)
    largest = found.units.set_index("unit")["indicator"].reindex(wanted.index)
    assert largest.tolist() == wanted.idxmax(axis=1).tolist()
    # by brute force: other draws of the same weights, Dirichlet(1) with one indicator left out
    rng = np.random.default_rng(2)
    w = rng.dirichlet(np.ones(K), size=4_000)
    w[np.arange(4_000), rng.integers(K, size=4_000)] = 0.0
    z = pd.DataFrame(index.normalised.xs(2018, level="year")).iloc[0].to_numpy(float)
    share = np.bincount((w * (1.0 - z)).argmax(axis=1), minlength=K) / 4_000
    own = found.of("u0").set_index("indicator")["share"].reindex(list("abcd"))
    # two samples of 4,000 draws: standard error of a difference at most sqrt(2 / 4 / 4000) = .011, four of them
    np.testing.assert_allclose(own, share, atol=0.045)
    assert (
        obstacles_of(index, draws=9).title
        == "What keeps provinces from the goal of the index of a, b, c, d in 2019"
    )
    with pytest.raises(SpecError, match="no year 2030 in the index"):
        obstacles_of(index, 2030)
    with pytest.raises(SpecError, match="need a min-max design"):
        obstacles_of(made(frame, normalisation="zscore", weights="equal"))


def test_obstacles_have_a_command(frame: pd.DataFrame, tmp_path: Path) -> None:
    frame.rename_axis(["企业", "年份"]).reset_index().to_csv(tmp_path / "own.csv", index=False)
    asked = [
        "evaluate",
        "drivers",
        "a,b,-c,d",
        "--data",
        str(tmp_path / "own.csv"),
        "--question",
        "obstacles",
    ]
    done = run(app, [*asked, "--draws", "20", "--json", "--last", "2018", "--out", str(tmp_path / "out")])
    told = json.loads(done.stdout[: done.stdout.rindex("}") + 1])
    same = obstacles_of(made(frame), 2018, draws=20)
    assert [row["degree"] for row in told["parts"]] == pytest.approx(list(same.parts["degree"]))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"units.csv", "parts.csv", "drivers.docx"}
    shown = run(app, [*asked, "--draws", "20", "--lang", "zh"]).output
    assert "首要障碍" in shown
    assert "各企业距目标的障碍" in shown.replace("\n", "").replace(" ", "")
    refused = run(app, [*asked, "--first", "2016"])
    assert "--first belongs to --question change" in str(refused.exception)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_intervals_are_kept_at_eighty_columns(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = run(app, ["evaluate", "drivers", "tech_innovation", "--draws", "20", "--lang", language]).output
    assert len(re.findall(r"-?\d+ \[-?\d+, -?\d+\]", shown)) == 30
    assert (
        "各省份变化的首要来源" if language == "zh" else "The indicator that moved each province most"
    ) in shown


def test_an_index_of_columns_is_called_by_them(frame: pd.DataFrame) -> None:
    assert (
        pk.index_change(made(frame), draws=9).title == "What moved the index of a, b, c, d from 2015 to 2019"
    )
    named = pk.index_change(made(frame, label={"en": "Strength", "zh": "实力"}), draws=9)
    assert named.title == "What moved Strength from 2015 to 2019"
    five = pk.composite_index(dict.fromkeys([*"abcd", "e"], 1), frame.assign(e=frame["a"] ** 2))
    assert "a, b, c, d and 1 more from" in pk.index_change(five, draws=9).title


def test_who_gains_nothing_is_said(frame: pd.DataFrame) -> None:
    best = frame.copy()
    best.loc["u3"] = np.where(np.array(list("abcd")) == "c", 0.0, 20.0)
    found = pk.index_what_if(made(best), draws=9)
    assert found.notes[0] == "nothing is gained in u3: no indicator there lies below where it would be put"
    assert found.table().set_index("unit").loc["u3", "gains most by"] == "–"
    assert not any("nothing is gained" in note for note in pk.index_what_if(made(best), "sd", draws=9).notes)
