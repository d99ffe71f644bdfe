"""The door: national series and panels, refusals, tables, figure, command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli.evaluate.lifecycle import app
from panelkit.evaluation.life_cycle.result import LifeCycle
from panelkit.language.errors import DataError

YEARS = range(1998, 2023)


@pytest.fixture(scope="module")
def computers() -> LifeCycle:
    return pk.life_cycle(pk.load_nation("microcomputers"), "microcomputers", reps=99, rng=1, launch=1985)


def made(seed: int = 0, count: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    t = np.arange(1998.0, 2023.0)
    y = 100.0 / (1.0 + np.exp(-0.5 * (t - 2007.0))) * np.exp(0.05 * rng.standard_normal((count, 25)))
    index = pd.MultiIndex.from_product([[f"firm {i}" for i in range(count)], YEARS], names=["firm", "year"])
    return pd.DataFrame({"sales": y.ravel()}, index=index)


def test_a_national_series(computers: LifeCycle) -> None:
    assert computers.of().stage == "maturity"
    assert list(computers.dates()["date"]) == ["growth_from", "half", "maturity_from"]
    dates = computers.dates()
    assert (dates["conf_low"] <= dates["estimate"]).all()
    assert (dates["estimate"] <= dates["conf_high"]).all()
    stages = computers.stages()
    assert len(stages) == 25
    np.testing.assert_allclose(stages[["startup", "growth", "maturity", "decline", "open"]].sum(axis=1), 1.0)
    bass = computers.curves().set_index("curve").loc["bass"]
    assert bass["p"] + bass["q"] == pytest.approx(bass["rate"])
    assert computers.curves()["weight"].sum() == pytest.approx(1.0)
    assert len(computers.forecasts()) == 15
    assert computers.tidy().loc[0, "stage"] == "maturity"


def test_words_tables_and_figure(computers: LifeCycle, tmp_path: Path) -> None:
    assert "stage in 2022: maturity" in computers.summary()
    assert "2022 年所处阶段：成熟" in computers.summary(language="zh")
    assert "maturity" in repr(computers)
    for language in ("en", "zh"):
        assert computers.plot(language=language).save(tmp_path / f"{language}.svg").stat().st_size > 5_000  # type: ignore[arg-type]
    assert "2011" in computers.to_latex()
    assert computers.to_docx(tmp_path / "t.docx").exists()
    assert "maturity" in (tmp_path / "en.svg").read_text()
    assert "成熟" in (tmp_path / "zh.svg").read_text()


def test_a_series_and_a_frame_say_the_same() -> None:
    frame = pk.load_nation("monitors")
    first = pk.life_cycle(frame, "monitors", reps=19, horizon=0)
    second = pk.life_cycle(frame["monitors"], reps=19, horizon=0)
    third = pk.life_cycle(frame.reset_index(), "monitors", time="year", reps=19, horizon=0)
    pd.testing.assert_frame_equal(first.tidy(), second.tidy())
    pd.testing.assert_frame_equal(first.tidy(), third.tidy())


def test_a_panel_of_firms() -> None:
    found = pk.life_cycle(made(), "sales", reps=29, curves=["logistic", "gompertz"])
    assert list(found.tidy()["unit"]) == ["firm 0", "firm 1", "firm 2"]
    assert set(found.tidy()["stage"]) == {"maturity"}
    assert next(iter(found.table().columns)) == "firm"
    with pytest.raises(pk.SpecError, match="name one of the firms"):
        found.plot()
    with pytest.raises(pk.SpecError, match="there is no x"):
        found.of("x")
    assert found.plot("firm 1").svg()


def test_running_totals_and_levels() -> None:
    one = made(count=1).droplevel("firm")
    total = pk.life_cycle(one.cumsum(), "sales", measure="cumulative", reps=19, horizon=2)
    assert "bass is left out" in str(total)
    assert "bass" not in total.of().criteria
    assert len(total.of().times) == 24
    level = pk.life_cycle(one, "sales", measure="level", launch=1985, errors="level", reps=19, horizon=2)
    assert level.curves().set_index("curve").loc["bass", "m"] == pytest.approx(100.0, rel=0.1)


def broken(**changes: float) -> pd.DataFrame:
    frame = made(count=1).droplevel("firm")
    for year, value in changes.items():
        frame.loc[int(year[1:]), "sales"] = value
    return frame


REFUSED: list[tuple[pd.DataFrame, dict[str, Any], str]] = [
    (broken(_2001=0.0), {}, "zero or negative in 2001"),
    (broken(_2001=np.nan), {}, "missing for 2001"),
    (broken().drop(index=2005), {}, "consecutive"),
    (broken().loc[:2004], {}, "7 years are held"),
    (broken().reset_index(drop=True), {}, "indexed by year"),
    (pd.concat([broken(), broken()]), {}, "several rows of 1998"),
    (broken().assign(sales=1.0), {}, "never changes"),
    (broken(_2001=0.1), {"measure": "cumulative"}, "does not fall"),
    (broken(), {"measure": "stock"}, "measure is one of"),
    (broken(), {"errors": "none"}, "errors is one of"),
    (broken(), {"curves": ["weibull"]}, "curves are one or more of"),
    (broken(), {"curves": ["bass"], "measure": "level"}, "need the year of the launch"),
    (broken(), {"launch": 2005.0}, "before the first of the data"),
    (broken(), {"reps": 5}, "at least 19"),
    (broken(), {"level": 95}, "between 0 and 1"),
    (broken().loc[:2010], {"curves": ["logistic", "two_wave"]}, "need 15 years"),
]


@pytest.mark.parametrize(("data", "options", "said"), REFUSED, ids=[said for _, _, said in REFUSED])
def test_what_cannot_be_done_is_refused(data: pd.DataFrame, options: dict[str, Any], said: str) -> None:
    with pytest.raises(pk.PanelkitError) as caught:
        pk.life_cycle(data, "sales", **{"reps": 19, **options})
    assert said in str(caught.value)


def test_zeros_of_a_panel_are_named_by_unit() -> None:
    frame = made()
    frame.loc[("firm 1", 2003), "sales"] = 0.0
    with pytest.raises(pk.DataError, match="firm 1 2003"):
        pk.life_cycle(frame, "sales", reps=19)


def test_the_command(tmp_path: Path) -> None:
    made(count=1).droplevel("firm").to_csv(tmp_path / "own.csv")
    run = CliRunner().invoke(
        app, ["sales", "--data", str(tmp_path / "own.csv"), "--reps", "19", "--json",
              "--plot", str(tmp_path / "a.svg")]
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    told = json.loads(run.stdout)
    assert told["rows"][0]["stage"] == "maturity"
    assert len(told["stages"]) == 25
    assert (tmp_path / "a.svg").exists()
    made(count=2).to_csv(tmp_path / "firms.csv")
    panel = CliRunner().invoke(
        app, ["sales", "--data", str(tmp_path / "firms.csv"), "--reps", "19", "--lang", "zh"]
    )
    assert panel.exit_code == 0, panel.output
    assert "企业" in panel.stdout
    assert "成熟" in panel.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mobile_phones", "--where", "year > 2000"], "--where chooses rows of a panel"),
        (["mobile_phones", "--of", "x"], "--of names the unit"),
    ],
)
def test_options_that_do_not_apply_are_refused(arguments: list[str], said: str) -> None:
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code != 0
    assert said in str(run.exception) + run.output


def test_a_unit_of_measurement_moves_no_fit_in_levels() -> None:
    years = np.arange(1995, 2020)
    noise = np.random.default_rng(0).normal(0.0, 2.0, 25)
    figures = 104.0 / (1.0 + np.exp(-0.4 * (years - 2006.0))) + noise + 4.0
    made_in = [
        pk.life_cycle(
            pd.Series(figures * unit, index=years, name="p"),
            curves=["logistic", "gompertz"],
            errors="level",
            reps=19,
            horizon=0,
        ).tidy()
        for unit in (1.0, 1e-10)
    ]
    assert made_in[1]["best"].tolist() == made_in[0]["best"].tolist()
    # searches end where a step gains less than 1e-9 of the squares
    assert made_in[1]["half"].tolist() == pytest.approx(made_in[0]["half"].tolist(), abs=1e-3)
    assert made_in[1]["ceiling"][0] * 1e10 == pytest.approx(made_in[0]["ceiling"][0], rel=1e-4)


def test_a_running_total_saturates_and_does_not_decline() -> None:
    years = np.arange(1990, 2020)
    curve = 1000.0 / (1.0 + np.exp(-0.35 * (years - 2002.0)))
    gains = np.diff(curve) * np.exp(np.random.default_rng(0).normal(0.0, 0.03, 29))
    total = pd.Series(curve[0] + np.r_[0.0, gains.cumsum()], index=years, name="held")
    found = pk.life_cycle(total, measure="cumulative", curves=["logistic", "gompertz"], reps=99, rng=1)
    one = found.of()
    assert one.decline.shown  # of the gains, which fall from half of the ceiling on
    assert one.stage == "maturity"
    # 78.87 % of the ceiling is passed in 2002 + 1.317 / .35 = 2005.8
    assert dict(zip(one.times, one.stages, strict=True))[2004.0] == "growth"
    assert "does not decline" in str(found)
    assert "并未衰退" in found.summary(language="zh")


def test_a_series_of_a_panel_keeps_its_words() -> None:
    found = pk.life_cycle(made()["sales"], reps=19, curves=["logistic"], horizon=0)
    assert next(iter(found.table().columns)) == "firm"


def test_zeros_of_one_series_ask_for_no_province_to_be_left_out() -> None:
    made = pd.Series([0.0, *range(1, 15)], index=range(2000, 2015), name="made", dtype=float)
    with pytest.raises(DataError, match="zero or negative in 2000") as caught:
        pk.life_cycle(made, reps=19)
    assert "province" not in str(caught.value)


def test_one_series_says_its_forecast_beside_the_rivals() -> None:
    made = pd.Series(100 / (1 + np.exp(-0.4 * np.arange(-10.0, 8.0))), index=range(2000, 2018), name="made")
    found = pk.life_cycle(made, curves=["logistic"], reps=19, horizon=3)
    last = found.forecasts().query("kind == 'curves'").iloc[-1]
    said = next(str(one) for one in found.said if str(one).startswith("forecast of 2020"))
    assert f"{last['median']:.4g} by the curves" in said
    assert f"{last['conf_low']:.4g} to {last['conf_high']:.4g}" in said
    none = pk.life_cycle(made, curves=["logistic"], reps=19, horizon=0)
    assert not any("forecast of" in str(one) for one in none.said)
