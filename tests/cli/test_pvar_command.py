"""`panelkit pvar`: what Python says, both languages, widths, JSON, files, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.cli.pvar import names_in

Command = Callable[..., Any]
PAIR = ("log(gdp)", "log(patents_granted)")
FEW = ("--reps", 99, "--horizon", 4)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(1)
    y = np.zeros((20, 40, 2))
    for t in range(1, 40):
        y[:, t] = y[:, t - 1] @ np.array([[0.5, 0.2], [0.1, 0.3]]) + rng.normal(size=(20, 2))
    index = pd.MultiIndex.from_product(
        [[f"c{i}" for i in range(20)], range(2001, 2013)], names=["city", "year"]
    )
    path = tmp_path_factory.mktemp("own") / "panel.csv"
    pd.DataFrame(y[:, -12:].reshape(-1, 2), index=index, columns=["a", "b"]).to_csv(path)
    return path


def of_own(own: Path) -> tuple[Any, ...]:
    return ("--data", own, "--unit", "city", "--time", "year")


def test_the_shipped_figures_give_what_python_gives(panelkit: Command) -> None:
    run = panelkit("pvar", *PAIR, "--years", "2011-2022", *FEW, "--fevd", "--projections", "--json")
    assert run.status == 0
    found = json.loads(run.out)
    panel = pk.load_provinces(["gdp", "patents_granted"], (2007, 2022))
    fit = pk.PanelVAR(PAIR, where="year >= 2011 & year <= 2022").fit(panel)
    assert [row["estimate"] for row in found["coefficients"]] == pytest.approx(list(fit.estimates), rel=1e-10)
    irf = fit.irf(4, reps=99).tidy()
    rows = pd.DataFrame(found["responses"]["rows"])
    for name in ("estimate", "conf_low", "conf_high", "reversed", "reversed_high"):
        np.testing.assert_allclose(rows[name], irf[name], rtol=1e-8, atol=1e-12)
    assert found["responses"]["order"] == list(PAIR)
    shares = pd.DataFrame(found["shares"]["rows"])
    np.testing.assert_allclose(shares["conf_low"], fit.fevd(4, reps=99).tidy()["conf_low"], atol=1e-10)
    beside = pk.local_projections(fit, 4).tidy()
    got = pd.DataFrame(found["projections"]["rows"])
    np.testing.assert_allclose(got["std_error"], beside["std_error"], rtol=1e-8, atol=1e-12)
    assert all(note["zh"] for note in found["responses"]["notes"])


def test_order_lags_and_instruments_reach_the_model(panelkit: Command, own: Path) -> None:
    options = ("--lags", 2, "--instruments", "1:3", "--order", "b, a", "--bands", "monte-carlo", *FEW)
    run = panelkit("pvar", "a", "b", *of_own(own), *options, "--seed", 3, "--json")
    found = json.loads(run.out)
    frame = pd.read_csv(own).set_index(["city", "year"])
    fit = pk.PanelVAR(("a", "b"), lags=2, instruments=(1, 3)).fit(frame)
    irf = fit.irf(4, order=("b", "a"), bands="monte-carlo", reps=99, rng=3).tidy()
    rows = pd.DataFrame(found["responses"]["rows"])
    np.testing.assert_allclose(rows["conf_high"], irf["conf_high"], rtol=1e-8, atol=1e-12)
    assert found["responses"]["order"] == ["b", "a"]


def test_names_in_chinese_categories_and_joint_bands(panelkit: Command, own: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(own).rename(columns={"a": "产出", "b": "研发"})
    frame = frame.assign(kind=np.random.default_rng(2).integers(0, 3, len(frame)))
    path = tmp_path / "chinese.csv"
    frame.to_csv(path, index=False)
    run = panelkit("pvar", "产出", "研发", *of_own(path), "--exogenous", "C(kind)", "--joint", *FEW, "--json")
    assert run.status == 0, run.err
    fit = pk.PanelVAR(("产出", "研发"), exogenous=("C(kind)",)).fit(frame, unit="city", time="year")
    irf = fit.irf(4, reps=99, joint=True).tidy()
    rows = pd.DataFrame(json.loads(run.out)["responses"]["rows"])
    np.testing.assert_allclose(rows["conf_low"], irf["conf_low"], rtol=1e-8, atol=1e-12)


def test_lags_are_chosen(panelkit: Command, own: Path) -> None:
    run = panelkit("pvar", "a", "b", *of_own(own), "--choose-lags", 2, *FEW, "--json")
    found = json.loads(run.out)
    best = min(found["lag_order"], key=lambda row: row["mbic"])["lags"]
    assert found["facts"]["lags"] == best


def test_errors_intervals_and_a_singular_weight_reach_the_model(panelkit: Command, own: Path) -> None:
    frame = pd.read_csv(own).set_index(["city", "year"])
    run = panelkit(
        "pvar", "a", "b", *of_own(own), "--errors", "jackknife", "--interval", "normal", *FEW, "--json"
    )
    found = json.loads(run.out)
    fit = pk.PanelVAR(("a", "b"), errors="jackknife").fit(frame)
    errors = [row["std_error"] for row in found["coefficients"]]
    assert errors == pytest.approx(list(fit.std_errors), rel=1e-10)  # the same sums
    rows = pd.DataFrame(found["responses"]["rows"])
    irf = fit.irf(4, reps=99, interval="normal").tidy()
    np.testing.assert_allclose(rows["conf_low"], irf["conf_low"], rtol=1e-8, atol=1e-12)
    many = ("pvar", "a", "b", *of_own(own), "--two-step", "--instruments", "all", "--bands", "none")
    refused = panelkit(*many)
    assert refused.status == 2
    assert "singular" in refused.err
    run = panelkit(*many, "--singular", "pinv", "--tolerance", 1e-6, "--granger", "chi2", "--json")
    assert run.status == 0, run.err
    fit = pk.PanelVAR(("a", "b"), instruments="all", steps=2, singular="pinv", tolerance=1e-6).fit(frame)
    estimates = [row["estimate"] for row in json.loads(run.out)["coefficients"]]
    assert estimates == pytest.approx(list(fit.estimates), rel=1e-10)  # the same sums
    told = json.loads(run.out)["granger"]
    assert told[0]["p_value"] == pytest.approx(fit.granger("chi2").table["p_value"].iloc[0], rel=1e-8)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 160])
def test_lines_keep_to_the_terminal(
    own: Path, monkeypatch: pytest.MonkeyPatch, language: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    asked = ["pvar", "a", "b", *of_own(own), *FEW, "--fevd", "--lang", language]
    run = CliRunner().invoke(app, list(map(str, asked)))
    assert run.exit_code == 0, run.output
    assert max(map(cell_len, run.output.splitlines())) <= width
    words = {"en": ("Orthogonalised", "Granger"), "zh": ("正交化脉冲响应", "格兰杰", "预测误差方差分解")}
    for word in words[language]:
        assert word in run.output
    if language == "zh":
        assert "order of the shocks" not in run.output


def test_files_are_written(panelkit: Command, own: Path, tmp_path: Path) -> None:
    plot, out = tmp_path / "irf.svg", tmp_path / "out"
    run = panelkit("pvar", "a", "b", *of_own(own), *FEW, "--fevd", "--plot", plot, "--out", out)
    assert run.status == 0
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    names = {path.name for path in out.iterdir()}
    assert names == {
        "pvar.docx", "roots.svg", "granger.csv", "responses.docx", "responses.csv", "responses.svg",
        "shares.docx", "shares.csv", "shares.svg",
    }  # fmt: skip
    rows = pd.read_csv(out / "responses.csv")
    assert len(rows) == 4 * 5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--horizon", 0), "1 to 200"),
        (("--horizon", -3), "1 to 200"),
        (("--horizon", 5000), "1 to 200"),
        (("--reps", 10), "99"),
        (("--order", "a,a"), "every variable once"),
        (("--order", "a"), "every variable once"),
        (("--order", "1,3"), "every variable once"),
        (("--order", "2,1", "--generalised"), "orthogonal"),
        (("--normalise",), "generalised"),
        (("--bands", "none", "--reps", 199), "draws nothing"),
        (("--choose-lags", 2, "--lags", 1), "leave one of them out"),
        (("--estimator", "least-squares", "--two-step"), "of GMM"),
        (("--bands", "none", "--interval", "basic"), "draws nothing"),
        (("--singular", "pinv"), "one step"),
        (("--tolerance", 1e-8), "pinv"),
        (("--instruments", "2"), "1:2"),
        (("--plot", "irf.gif"), "end the name"),
    ],
)
def test_what_is_idle_or_wrong_is_refused(
    panelkit: Command, own: Path, options: tuple[Any, ...], said: str
) -> None:
    run = panelkit("pvar", "a", "b", *of_own(own), *options)
    assert run.status == 2
    assert said in run.err


def test_commas_inside_brackets_belong_to_a_name() -> None:
    assert names_in("lag(x, 1), y，log(z)") == ["lag(x, 1)", "y", "log(z)"]


def test_both_words_for_first_differences(panelkit: Command, own: Path) -> None:
    asked = ("pvar", "a", "b", *of_own(own), "--bands", "none", "--json", "--transform")
    runs = [panelkit(*asked, word) for word in ("fd", "differences")]
    assert runs[0].status == 0
    assert runs[0].out == runs[1].out
    assert runs[0].out != panelkit(*asked, "fod").out
    assert pk.PanelVAR(["a", "b"], transform="differences").transform == "fd"  # type: ignore[arg-type]
