"""`panelkit evaluate efficiency`: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

CALL = (
    "evaluate",
    "efficiency",
    "rd_expenditure",
    "--outputs",
    "patents_granted,gdp",
    "--years",
    "2021-2022",
)


def test_json_holds_scores_peers_and_slacks(panelkit):
    run = panelkit(*CALL, "--model", "bcc", "--lag", "1", "--json")
    held = json.loads(run.out)
    assert {row["year"] for row in held["scores"]} == {2021, 2022}
    assert len(held["scores"]) == 62
    assert {"rd_expenditure", "patents_granted", "gdp"} <= set(held["slacks"][0])
    assert held["peers"][0].keys() >= {"unit", "peer", "intensity"}


def test_a_folder_gets_tables_frames_and_figures(panelkit, tmp_path):
    run = panelkit(*CALL, "--lang", "zh", "--out", tmp_path / "made")
    assert run.status == 0
    written = {path.name for path in (tmp_path / "made").iterdir()}
    assert written >= {"scores.csv", "peers.csv", "slacks.csv", "last_year.docx", "map.svg", "years.svg"}
    assert "北京" in (tmp_path / "made" / "last_year.csv").read_text(encoding="utf-8")


def test_a_file_of_firms(panelkit, tmp_path):
    rng = np.random.default_rng(1)
    rows = [(f"f{i}", year, *np.exp(rng.normal(size=3))) for i in range(12) for year in (2019, 2020)]
    path = Path(tmp_path / "own.csv")
    pd.DataFrame(rows, columns=["firm", "year", "staff", "patents", "waste"]).to_csv(path, index=False)
    run = panelkit(
        "evaluate", "efficiency", "staff", "--outputs", "patents", "--undesirable", "waste", "--model", "ddf",
        "--data", path, "--unit", "firm", "--time", "year", "--out", tmp_path / "made",
    )  # fmt: skip
    assert run.status == 0
    assert "weakly disposable" in run.out.replace("\n", " ")
    assert not (tmp_path / "made" / "map.svg").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--splits", "9"), "give --means too"),
        (("--lag", "one"), "--lag 'one'"),
        (("--window", "4"), "has no work where frontier is 'year'"),
        (("--year", "2015"), "no year 2015 among the scores"),
        (("--intermediate", "population"), "intermediates belong to model 'network'"),
    ],
)
def test_options_without_work_are_refused(panelkit, options, said):
    run = panelkit(*CALL, *options)
    assert run.status == 2
    assert said in run.err.replace("\n", " ")


def _odd_file(folder):
    rng = np.random.default_rng(9)
    index = pd.MultiIndex.from_product([[f"甲{i}" for i in range(20)], [2020, 2021]], names=["企业", "年份"])
    frame = pd.DataFrame(np.exp(0.2 * rng.normal(size=(40, 3))), index=index)
    frame.columns = pd.Index(["R&D人员(人年)", "专利（件）", "规模"])
    frame.reset_index().to_csv(folder / "own.csv", index=False)
    return ["--data", folder / "own.csv", "--unit", "企业", "--time", "年份"]


def test_columns_have_any_name(panelkit, tmp_path):
    own = _odd_file(tmp_path)
    for name in ("efficiency", "productivity"):
        run = panelkit("evaluate", name, "R&D人员(人年)", "--outputs", "专利（件）", *own, "--json")
        assert run.status == 0
        assert json.loads(run.out)["title"]


def test_names_with_blanks_and_commas_stand_in_backticks(panelkit, tmp_path):
    own = _odd_file(tmp_path)
    frame = pd.read_csv(tmp_path / "own.csv")
    frame.columns = pd.Index(["企业", "年份", "R&D 人员", "专利, 件", "规 模"])
    frame.to_csv(tmp_path / "own.csv", index=False)
    for name in ("efficiency", "productivity"):
        run = panelkit("evaluate", name, "`R&D 人员`", "--outputs", "`专利, 件`;`规 模`", *own, "--json")
        assert run.status == 0
        notes = " ".join(json.loads(run.out)["notes"])
        assert name == "productivity" or "inputs: R&D 人员; outputs: 专利, 件, 规 模" in notes
    call = ("evaluate", "second-stage", "`R&D 人员`", "--outputs", "`专利, 件`", "--on", "`规 模`")
    run = panelkit(*call, *own, "--reps", "9", "--json")
    assert [row["term"] for row in json.loads(run.out)["estimates"]] == ["Intercept", "规 模"]


def test_draws_and_means_are_written(panelkit, tmp_path):
    own = _odd_file(tmp_path)
    more = ("--bootstrap", "9", "--means", "--splits", "5", "--out", tmp_path / "made")
    run = panelkit("evaluate", "efficiency", "规模", "--outputs", "专利（件）", *own, *more)
    assert run.status == 0
    assert {"means.csv", "bootstrap.csv"} <= {path.name for path in (tmp_path / "made").iterdir()}


def test_a_second_stage_is_that_of_the_door(panelkit, tmp_path):
    import panelkit as pk

    own = _odd_file(tmp_path)
    call = (
        "evaluate",
        "second-stage",
        "R&D人员(人年)",
        "--outputs",
        "专利（件）",
        "--on",
        "log(规模)",
        *own,
    )
    held = json.loads(panelkit(*call, "--reps", "19", "--seed", "4", "--json").out)
    frame = pd.read_csv(tmp_path / "own.csv")
    wanted = pk.second_stage(
        frame, "R&D人员(人年)", "专利（件）", "log(规模)", reps=19, rng=4, unit="企业", time="年份"
    )
    assert [row["estimate"] for row in held["estimates"]] == wanted.tidy()["estimate"].tolist()
    assert any("seed 4" in note for note in held["notes"])
    run = panelkit(*call, "--reps", "9", "--lang", "zh", "--out", tmp_path / "made")
    assert "常数项" in run.out
    assert "Intercept" not in run.out
    written = {path.name for path in (tmp_path / "made").iterdir()}
    assert written == {"estimates.csv", "naive.csv", "distances.csv", "estimates.tex", "estimates.docx"}


def test_constant_returns_are_tested_in_the_year_of_the_table(panelkit, tmp_path):
    import panelkit as pk

    own = _odd_file(tmp_path)
    call = (
        "evaluate",
        "efficiency",
        "规模",
        "--outputs",
        "专利（件）",
        *own,
        "--returns-test",
        "29",
        "--seed",
        "3",
    )
    held = json.loads(panelkit(*call, "--year", "2020", "--json", "--out", tmp_path / "made").out)[
        "returns_test"
    ]
    frame = pd.read_csv(tmp_path / "own.csv")
    wanted = pk.returns_to_scale_test(
        frame, ["规模"], ["专利（件）"], where="年份 == 2020", reps=29, rng=3, unit="企业", time="年份"
    )
    assert (held["statistic"], held["p_value"]) == (wanted.statistic, wanted.p_value)
    assert pd.read_csv(tmp_path / "made" / "returns_test.csv")["p_value"].tolist() == [wanted.p_value]
    assert "规模报酬" in panelkit(*call, "--lang", "zh").out
    run = panelkit(*call, "--model", "sbm")
    assert run.status == 2
    assert "take --model ccr, bcc or radial" in run.err.replace("\n", " ")
