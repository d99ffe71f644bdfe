"""`panelkit spatial`: shipped figures and a user's CSV, both languages, JSON, files written, errors in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.language.errors import DataError, SpecError
from panelkit.spatial import provincial
from tests.show.maps.drawn import own_map
from tests.spatial.data import simulate

run = CliRunner().invoke
SHIPPED = "log(gdp/population) ~ log(rd_expenditure/gdp) + urbanisation_rate"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    data = simulate(provincial.contiguity(), 8, np.random.default_rng(1), rho=0.3)
    path = tmp_path / "own.csv"
    data.reset_index().to_csv(path, index=False)
    return path


def test_moran_of_shipped_figures(tmp_path: Path) -> None:
    args = ["spatial", "moran", "log(gdp/population)", "--years", "2018-2020", "--permutations", "199"]
    found = run(app, [*args, "--lang", "zh", "--out", str(tmp_path)])
    assert found.exit_code == 0, found.output
    assert "莫兰指数" in found.output
    assert "权重矩阵（邻接）：行标准化" in found.output.replace("\n", "")
    assert {"moran.csv", "local_moran.csv", "lisa.svg", "moran_scatter.svg"} <= {
        p.name for p in tmp_path.iterdir()
    }
    rows = json.loads(run(app, [*args, "--json", "--within"]).output)["rows"]
    assert [row["year"] for row in rows] == [2018, 2019, 2020]


def test_lm_and_fit_on_shipped_figures() -> None:
    tests = json.loads(run(app, ["spatial", "lm", SHIPPED, "--years", "2014-2022", "--json"]).output)
    assert [test["name"] for test in tests][:2] == ["LM lag", "LM error"]
    content = json.loads(run(app, ["spatial", "fit", SHIPPED, "--years", "2014-2022", "--json"]).output)
    assert content["facts"]["convention"] == "lee-yu"
    assert content["facts"]["n_units"] == 31
    assert any(row["term"] == "rho" for row in content["estimates"])
    table = run(app, ["spatial", "fit", SHIPPED, "--years", "2014-2022", "--convention", "splm"])
    assert "splm" in table.output


def test_impacts_and_sensitivity_of_own_data(own: Path, tmp_path: Path) -> None:
    args = ["--data", str(own), "--years", "2001-2008"]
    out = tmp_path / "out"
    found = run(
        app, ["spatial", "impacts", "y ~ x1", *args, "--reps", "200", "--orders", "2", "--out", str(out)]
    )
    assert found.exit_code == 0, found.output
    assert "indirect" in found.output
    assert "200 replications, seed 0" in found.output
    assert {"impacts.csv", "provinces_1.csv", "radiated_1.svg", "received_1.svg"} <= {
        p.name for p in out.iterdir()
    }
    found = run(app, ["spatial", "sensitivity", "y ~ x1", *args, "--placebo", "19", "--json"])
    content = json.loads(found.output)
    assert {row["weights"] for row in content["rows"]} | set(content["failures"]) >= {
        "contiguity",
        "inverse distance",
    }
    assert content["placebo"][0]["effect"] == "direct"


def test_figures_across_their_break_are_asked_for_by_name() -> None:
    args = [
        "spatial",
        "fit",
        "log(gdp/population) ~ log(va_tertiary/va_secondary)",
        "--years",
        "2014-2022",
        "--json",
    ]
    refused = run(app, args)
    assert "--vintage va_tertiary=as_published" in str(refused.exception)
    named = [*args, "--vintage", "va_tertiary=as_published", "--vintage", "va_secondary=as_published"]
    assert run(app, named).exit_code == 0
    assert isinstance(run(app, [*args, "--vintage", "nonsense"]).exception, SpecError)


def test_errors_say_what_to_write(own: Path) -> None:
    found = run(app, ["spatial", "fit", SHIPPED, "--w", "queen"])
    assert isinstance(found.exception, SpecError)
    assert "contiguity, inverse-distance" in str(found.exception)
    gone = run(app, ["spatial", "fit", "log(gdp) ~ log(rd_funds_enterprise)", "--years", "2011-2014"])
    assert isinstance(gone.exception, DataError)
    assert "drop-year" in str(gone.exception)
    policy = ["--years", "2011-2014", "--missing", "drop-year"]
    kept = run(app, ["spatial", "fit", "log(gdp) ~ log(rd_funds_enterprise)", *policy])
    assert "2012 left out" in kept.output


@pytest.mark.parametrize("columns", ["80", "140"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_tables_name_their_tests_and_cut_no_digits(
    columns: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    args = [SHIPPED, "--years", "2014-2022", "--lang", lang]
    tests = run(app, ["spatial", "lm", *args]).output
    impacts = run(app, ["spatial", "impacts", *args, "--method", "delta", "--orders", "2"]).output
    fit = run(app, ["spatial", "fit", *args]).output
    assert ("robust LM error" if lang == "en" else "稳健 LM-error 检验") in tests
    assert ("Wald, SDM to SEM" if lang == "en" else "Wald 检验：SDM 简化为 SEM") in fit
    for text in (tests, impacts):
        assert "\u2026" not in text
        assert "(rd_expenditure / gdp)" in impacts
    if lang == "zh":
        assert "无空间滞后" in tests
        assert "totals equal" not in impacts
        assert "标准误由 delta 方法得到" in impacts


def test_income_of_economic_weights_may_be_a_ratio() -> None:
    args = ["spatial", "sensitivity", SHIPPED, "--years", "2018-2022", "--income", "gdp/population", "--json"]
    found = run(app, args)
    assert found.exit_code == 0, found.output
    rows = json.loads(found.output)["rows"]
    assert {"economic distance", "nested", "gravity"} & {str(row["weights"]).split(",")[0] for row in rows}


def test_sensitivity_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    args = ["spatial", "sensitivity", SHIPPED, "--years", "2018-2022", "--placebo", "19", "--lang", "zh"]
    found = run(app, args)
    assert found.exit_code == 0, found.output
    assert "\u2026" not in found.output
    assert "空间滞后系数 rho" in found.output
    assert "误差项" not in found.output
    assert "19 次置换" in found.output


def test_xsmle_from_the_command_line(tmp_path: Path) -> None:
    """Robust by region, two matrices from files, islands by name: what Python fits."""
    w = provincial.contiguity()
    data = simulate(w, 8, np.random.default_rng(1), rho=0.3)
    data["area"] = np.repeat(np.arange(w.n) // 6, 8)
    data.reset_index().to_csv(tmp_path / "own.csv", index=False)
    alone = provincial.contiguity(hainan="none", normalisation="none")
    frame = pd.DataFrame(alone.matrix.toarray(), index=list(alone.ids), columns=list(alone.ids))
    frame.to_csv(tmp_path / "alone.csv")
    model = [
        "spatial",
        "fit",
        "y ~ x1",
        "--data",
        str(tmp_path / "own.csv"),
        "--convention",
        "xsmle",
        "--json",
    ]
    matrices = ["--w", str(tmp_path / "alone.csv"), "--w-durbin", "inverse-distance"]
    refused = run(app, [*model, *matrices])
    assert isinstance(refused.exception, DataError)
    assert "--islands zero" in str(refused.exception)
    cluster = ["--vcov", "ScoreCluster(area)", "--islands", "zero"]
    found = run(app, [*model, *matrices, *cluster])
    assert found.exit_code == 0, found.output
    content = json.loads(found.output)
    spec = pk.SpatialPanel("y ~ x1", convention="xsmle", vcov=pk.ScoreCluster("area"))
    fit = spec.fit(data, pk.as_weights(frame, islands="zero"), w_durbin=provincial.inverse_distance())
    assert [row["std_error"] for row in content["estimates"]] == pytest.approx(list(fit.std_errors), rel=1e-9)
    assert content["estimates"][-1]["equation"] == "variance"
    assert content["facts"]["n_clusters"] == 6
    assert any("no neighbour for Hainan" in note for note in content["notes"])
    two = [*model, "--model", "sac", "--w-error", "nearest-4", "--vcov", "OPG"]
    assert json.loads(run(app, two).output)["facts"]["vcov"] == "opg"
    moran = ["spatial", "moran", "y", "--data", str(tmp_path / "own.csv"), "--permutations", "99", "--json"]
    content = json.loads(run(app, [*moran, "--w", str(tmp_path / "alone.csv"), "--islands", "zero"]).output)
    assert content["rows"][0]["n"] == 30.0
    lm = ["spatial", "lm", "y ~ x1", "--data", str(tmp_path / "own.csv"), "--effects", "unit", *matrices[:2]]
    assert run(app, [*lm, "--islands", "zero"]).exit_code == 0
    points = [*model, "--method", "none"]
    points[1] = "impacts"
    assert {row["std_error"] for row in json.loads(run(app, points).output)["impacts"]} == {None}
    assert isinstance(run(app, [*points, "--reps", "500"]).exception, SpecError)


def test_effects_at_values_of_a_moderator(own: Path, tmp_path: Path) -> None:
    data = pd.read_csv(own).assign(m=lambda frame: np.cos(np.arange(len(frame))))
    path, out = tmp_path / "moderated.csv", tmp_path / "out"
    data.to_csv(path, index=False)
    args = ["spatial", "impacts", "y ~ x1*m", "--data", str(path), "--method", "delta"]
    found = run(app, [*args, "--moderated", "x1@m=0,0.5", "--json", "--out", str(out)])
    assert found.exit_code == 0, found.output
    made = json.loads(found.stdout)["moderated"][0]
    assert (made["of"], made["by"]) == ("x1", "m")
    assert made["rows"][0]["term"] == "0"
    assert {f"moderated_1_{kind}.svg" for kind in ("direct", "indirect", "total")} < {
        p.name for p in out.iterdir()
    }
    assert "调节变量" in run(app, [*args, "--moderated", "x1@m", "--lang", "zh"]).output
    for text, said in (("x1", "names no moderator"), ("x1@m=a", "stand numbers"), ("x1@", "with something")):
        refused = run(app, [*args, "--moderated", text])
        assert isinstance(refused.exception, SpecError)
        assert said in str(refused.exception)


def test_lisa_and_maps_on_tiles_and_on_a_map_of_ones_own(tmp_path: Path) -> None:
    path = own_map(tmp_path / "own.geojson")
    plot, scatter, tiles = (tmp_path / name for name in ("lisa.svg", "moran.png", "tiles.svg"))
    base = ["--map", str(path), "--map-key", "name", "--review-number", "GS(2024)0650号"]
    variable = ["log(gdp/population)", "--years", "2021-2022"]
    lisa = ["spatial", "lisa", *variable, "--permutations", "199", "--year", "2021"]
    found = run(
        app, [*lisa, *base, "--plot", str(plot), "--scatter", str(scatter), "--by", "p", "--lang", "zh"]
    )
    assert found.exit_code == 0, found.output
    assert "高-高" in found.output
    assert "九段线" in found.output.replace("\n", "")  # the squares end north of it
    assert "GS(2024)0650号" in plot.read_text("utf-8")
    assert scatter.read_bytes().startswith(b"\x89PNG")
    content = json.loads(run(app, [*lisa, "--json"]).output)
    assert (content["year"], len(content["rows"])) == (2021, 31)
    given = ["spatial", "map", *variable, "--classes", "0 1 2 3 4", "--plot", str(tiles)]
    assert run(app, given).exit_code == 0
    assert "3.00 – 4.00" in tiles.read_text("utf-8")
    again = tmp_path / "again.svg"
    assert run(app, [*given[:-1], str(again)]).exit_code == 0
    assert again.read_bytes() == tiles.read_bytes()
    moran = ["spatial", "moran", *variable, "--permutations", "99"]
    assert run(app, [*moran, *base, "--out", str(tmp_path / "out"), "--plot", str(plot)]).exit_code == 0
    assert "审图号" in (tmp_path / "out" / "lisa.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["map", "gdp"], "--plot map.svg"),
        (["map", "gdp", "--plot", "x.bmp"], "end the name in one of"),
        (["map", "gdp", "--plot", "x.svg", "--classes", "jenks"], "write quantiles, equal, continuous"),
        (
            ["map", "gdp", "--plot", "x.svg", "--classes", "continuous", "--n-classes", "4"],
            "--n-classes belongs",
        ),
        (["map", "gdp", "--plot", "x.svg", "--map-key", "a"], "--map-key describes a map of your own"),
        (["lisa", "gdp", "--by", "p"], "--by is about the map of --plot"),
        (["lisa", "gdp", "--map", "x.geojson"], "--map is about the map of --plot"),
        (["moran", "gdp", "--map", "x.geojson"], "--map is about the map of --out"),
    ],
)
def test_options_of_maps_that_have_nothing_to_act_on_are_refused(words: list[str], said: str) -> None:
    found = run(app, ["spatial", *words])
    assert found.exit_code != 0
    assert said in str(found.exception)
