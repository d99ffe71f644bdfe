"""The options of tables, on every command that makes one: what they print, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.language.errors import DataError, PanelkitError, SpecError
from tests.every_result import city_panel
from tests.show.parsed import parsed

run = CliRunner().invoke


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "own.csv"
    city_panel().reset_index().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def provinces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    w = pk.contiguity()
    index = pd.MultiIndex.from_product([list(w.ids), range(2010, 2016)], names=["province", "year"])
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(size=(len(index), 3)), index=index, columns=["y", "x", "m"])
    path = tmp_path_factory.mktemp("provinces") / "provinces.csv"
    frame.reset_index().to_csv(path, index=False)
    return path


def fit(own: Path, *options: str) -> str:
    done = run(app, ["fit", "y ~ x + w", "y ~ x", "--data", str(own), "--unit", "city", *options])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_a_table_as_esttab_would_print_it(own: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    fit(
        own, "--below", "t", "--decimals", "4", "--stars", "0.05 0.01", "--labels", "x=研发, 强度",
        "--names", "FE; 基准", "--stats", "N=样本量, r2_w", "--group", "Controls=w", "--column-group", "OLS=1-2",
        "--out", str(out), "--lang", "zh",
    )  # fmt: skip
    rows = parsed(out)
    data = city_panel()
    fits = [pk.FixedEffects(text).fit(data) for text in ("y ~ x + w", "y ~ x")]
    stars = [sum(one.p_values["x"] < level for level in (0.05, 0.01)) for one in fits]
    assert rows == [
        ["", "OLS", "OLS"],
        ["", "(1) FE y", "(2) 基准 y"],
        [
            "研发, 强度",
            *(f"{one.params['x']:.4f}{'*' * count}" for one, count in zip(fits, stars, strict=True)),
        ],
        ["", *(f"({one.statistics['x']:.3f})" for one in fits)],
        ["Controls", "是", "否"],
        ["样本量", "160", "160"],
        ["组内 R²", *(f"{one.facts['r2_within']:.4f}" for one in fits)],
    ]


def test_panels_stand_below_each_other(own: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    fit(own, "--panel", "A: long=1", "--panel", "B: short=2", "--stats", "N r2_within", "--out", str(out))
    labels = [row[0] for row in parsed(out)]
    assert labels == [
        "",
        "A: long",
        "x",
        "",
        "w",
        "",
        "Within R²",
        "B: short",
        "x",
        "",
        "Within R²",
        "Observations",
    ]


def test_terms_are_kept_dropped_and_ordered(own: Path) -> None:
    assert "\n  w " not in fit(own, "--keep", "x")
    assert "\n  w " not in fit(own, "--drop", "w*")
    text = fit(own, "--order", "w")
    assert text.index("\n  w ") < text.index("\n  x ")


def test_labels_of_a_stata_file(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "labels.dta"
    pd.DataFrame({"x": [1.0], "w": [2.0]}).to_stata(
        path, variable_labels={"x": "研发强度", "w": ""}, version=118, write_index=False
    )
    assert pk.variable_labels(path) == {"x": "研发强度"}
    assert "研发强度" in fit(own, "--labels", str(path))
    (tmp_path / "l.csv").write_text("name,label\nx,R&D\nw,城镇化\n", encoding="utf-8")
    text = fit(own, "--labels", str(tmp_path / "l.csv"), "--labels", "w=城市")
    assert "R&D" in text
    assert "城市" in text
    assert "城镇化" not in text


def test_old_stata_files_hold_labels_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "old.dta"
    coded = "研发强度".encode("gb18030").decode("latin-1")
    pd.DataFrame({"x": [1.0]}).to_stata(path, variable_labels={"x": coded}, version=114, write_index=False)
    assert pk.variable_labels(path) == {"x": "研发强度"}


def test_files_without_labels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bare.dta"
    pd.DataFrame({"x": [1.0]}).to_stata(path, write_index=False)
    with pytest.raises(DataError, match="labels no variable"):
        pk.variable_labels(path)
    (tmp_path / "one.csv").write_text("name\nx\n", encoding="utf-8")
    with pytest.raises(DataError, match="has one column"):
        pk.variable_labels(tmp_path / "one.csv")
    with pytest.raises(DataError, match="there is no file"):
        pk.variable_labels(tmp_path / "absent.csv")


def test_first_stages_stand_beside(own: Path) -> None:
    done = run(
        app,
        [
            "fit",
            "y ~ w + [x ~ z1 + z2]",
            "--data",
            str(own),
            "--unit",
            "city",
            "--model",
            "instrumental",
            "--first-stage",
        ],
    )
    assert done.exit_code == 0, done.output
    for wanted in ("First stage", "Second stage", "First-stage F", "z1"):
        assert wanted in done.output


REFUSED = [
    (["--keep", "v"], "no such term; there are"),
    (["--group", "Controls=v"], "no such term; there are"),
    (["--group", "Controls"], "write NAME=VALUE"),
    (["--stats", "F_stat"], "is unknown: there are"),
    (["--stars", "5 percent"], "--stars lists levels"),
    (["--stars", "5"], "write shares, not percent"),
    (["--below", "se,x"], "--below is se, t, ci or p"),
    (["--around", "braces"], "around= is one of"),
    (["--align", "left"], "align= is one of"),
    (["--decimals", "-1"], "decimals= is a whole number"),
    (["--labels", "x"], "write term=label, or name a"),
    (["--labels", "absent.csv"], "there is no file"),
    (["--names", "one"], "2 models but names for 1"),
    (["--panel", "A=1"], "name each of 1 to 2 once"),
    (["--column-group", "OLS=two"], "write numbers behind the head"),
    (["--column-group", "OLS=2-3"], "name neighbouring columns"),
    (["--first-stage"], "--first-stage is for --model instrumental"),
    (["--json", "--caption", "T"], "--caption is about a table"),
    (["--format", "xlsx"], "needs --out file.xlsx"),
    (["--out", "t.pdf"], "no table is written as .pdf"),
    (["--out", "t.foo"], "no table is written as .foo: end the name in one of"),
    (["--equations", "columns"], "no model has such: leave it out"),
    (["--keep", "x", "--drop", "x"], "no term is left"),
    (["--labels", "v=V"], "nothing of that name"),
    (["--level", "0.9"], "level= is that of intervals"),
    (["--below", "none", "--around", "none"], "around= is about"),
    (["--tex-label", "tab:x"], "--tex-label is for LaTeX"),
    (["--stars", ""], "--stars is empty"),
    (["--keep", " ; "], "--keep is empty"),
    (["--notes", ""], "--notes is empty"),
    (["--out", "t.docx", "--format", "latex"], "end the name in .tex"),
]


@pytest.mark.parametrize(("options", "told"), REFUSED, ids=[" ".join(options) for options, _ in REFUSED])
def test_what_cannot_apply_is_refused(own: Path, options: list[str], told: str) -> None:
    done = run(app, ["fit", "y ~ x + w", "y ~ x", "--data", str(own), "--unit", "city", *options])
    assert isinstance(done.exception, PanelkitError), done.output
    assert told in str(done.exception)


@pytest.mark.parametrize("ending", ["tex", "html", "md", "csv", "docx", "rtf", "xlsx", "txt"])
def test_spatial_tables_with_impacts(provinces: Path, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"t.{ending}"
    options = ["--data", str(provinces), "--impacts", "--labels", "x=研发", "--table", str(path)]
    done = run(app, ["spatial", "fit", "y ~ x", *options])
    assert done.exit_code == 0, (done.output, done.exception)
    if ending != "txt":
        rows = parsed(path)
        (head,) = [row for row in rows if "研发" in row[0] and len([cell for cell in row if cell]) == 5]
        frame = pd.read_csv(provinces).set_index(["province", "year"])
        found = pk.SpatialPanel("y ~ x", "sdm").fit(frame, pk.contiguity())
        wanted = [found.params["main", "x"], *found.impacts().estimates]
        assert [cell.rstrip("*") for cell in head[1:]] == [f"{value:.3f}" for value in wanted]


def test_other_commands_take_them(provinces: Path, tmp_path: Path) -> None:
    data = ["--data", str(provinces)]
    for name, options in {
        "impacts": [
            "spatial",
            "impacts",
            "y ~ x",
            *data,
            "--method",
            "delta",
            "--labels",
            "x=研发",
            "--below",
            "ci",
        ],
        "lm": ["spatial", "lm", "y ~ x", *data, "--decimals", "2", "--caption", "LM"],
        "moran": ["spatial", "moran", "y", *data, "--permutations", "99", "--stars", "0.1 0.05"],
        "sensitivity": ["spatial", "sensitivity", "y ~ x", *data, "--labels", "x=研发"],
        "mediate": ["mediate", "y", "x", "m", *data, "--reps", "100", "--labels", "x=研发", "--group", "M=m"],
    }.items():
        path = tmp_path / f"{name}.xlsx"
        done = run(app, [*options, "--table", str(path), "--notes", "自注"])
        assert done.exit_code == 0, (done.output, done.exception)
        cells = [cell for row in parsed(path) for cell in row]
        assert any("自注" in cell for cell in cells), name
        if "x=研发" in options:
            assert any("研发" in cell for cell in cells), name


def test_options_of_a_table_that_is_not_made(provinces: Path) -> None:
    data = ["--data", str(provinces)]
    for arguments, told in (
        (
            ["spatial", "impacts", "y ~ x", *data, "--method", "delta", "--below", "t"],
            "about the table of --table",
        ),
        (["spatial", "moran", "y", *data, "--json", "--stars", "0.1"], "--json prints none"),
        (["spatial", "lm", "y ~ x", *data, "--json", "--caption", "C"], "--json prints none"),
        (["mediate", "y", "x", "m", *data, "--reps", "100", "--below", "t"], "table of the equations"),
        (["describe", "y", *data, "--json", "--decimals", "2"], "--json prints none"),
        (["describe", "y", *data, "--parts", "--stats", "n"], "leave --stats out"),
        (["correlate", "y", *data], "two variables or more"),
    ):
        done = run(app, arguments)
        assert isinstance(done.exception, SpecError), (arguments, done.output)
        assert told in str(done.exception), str(done.exception)


def test_described_and_correlated_from_the_command_line(provinces: Path, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    options = ["--data", str(provinces), "--where", "year > 2011", "--out", str(path)]
    assert run(app, ["describe", "y", "lag(x)", *options, "--labels", "y=产出"]).exit_code == 0
    frame = pd.read_csv(provinces).set_index(["province", "year"])
    late = frame["y"][frame.index.get_level_values(1) > 2011]
    assert parsed(path)[1][:4] == ["产出", str(len(late)), f"{late.mean():.3f}", f"{late.std():.3f}"]
    lagged = frame["x"].groupby(level=0).shift(1)[frame.index.get_level_values(1) > 2011]
    assert parsed(path)[2][1:3] == [str(len(lagged)), f"{lagged.mean():.3f}"]
    done = run(app, ["correlate", "y", "x", *options[:2], "--json"])
    (row,) = json.loads(done.output)["rows"]
    assert row["correlation"] == pytest.approx(frame["y"].corr(frame["x"]), abs=1e-9)


def test_json_keeps_every_digit_and_is_json(own: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(own)
    frame["y"] *= 1e-13
    path = tmp_path / "small.csv"
    frame.to_csv(path, index=False)
    done = run(app, ["fit", "y ~ x", "--data", str(path), "--unit", "city", "--json"])

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    (told,) = json.loads(done.output, parse_constant=refuse)
    wanted = pk.FixedEffects("y ~ x").fit(pd.read_csv(path).set_index(["city", "year"])).tidy().iloc[0]
    for name in (
        "estimate",
        "std_error",
        "p_value",
    ):  # the same doubles: JSON prints the shortest text of each
        assert told["estimates"][0][name] == wanted[name] != 0.0


def test_labels_of_descriptives_and_correlations_meet_a_variable(own: Path) -> None:
    for command in (["describe", "y", "x"], ["correlate", "y", "x"]):
        done = run(app, [*command, "--data", str(own), "--unit", "city", "--labels", "v=V"])
        assert "nothing of that name" in str(done.exception)


def test_a_column_that_does_not_vary_is_described(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "flat.csv"
    pd.read_csv(own).assign(same=0.1).to_csv(path, index=False)
    options = ["--data", str(path), "--unit", "city", "--json"]
    done = run(app, ["describe", "y", "same", *options])
    assert [row["sd"] for row in json.loads(done.output)["rows"]][1] == 0.0
    done = run(app, ["correlate", "y", "same", *options])
    told = json.loads(done.output, parse_constant=lambda constant: pytest.fail(constant))
    assert told["rows"][0]["correlation"] is None
    assert any("`same`" in note for note in told["notes"])
