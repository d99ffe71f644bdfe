"""`panelkit index` and `panelkit couple`: shipped designs, a user's CSV and Excel, both languages, files written."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from panelkit.cli import app
from panelkit.data.user.panel import province_labels, read_panel
from panelkit.language.errors import DataError, SpecError

run = CliRunner().invoke


@pytest.fixture
def own() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    names = ["北京", "上海市", "江苏", "浙江", "安徽", "四川"]
    index = pd.MultiIndex.from_product([names, [2020, 2021, 2022]], names=["地区", "年份"])
    return pd.DataFrame(
        rng.uniform(0.05, 1, (18, 3)), index=index, columns=["U1", "U2", "成本"]
    ).reset_index()


def test_designs_are_listed_and_shown_in_both_languages() -> None:
    listed = run(app, ["index", "list", "--lang", "zh"])
    assert "科技创新子系统" in listed.output
    shown = run(app, ["index", "show", "tech_innovation"])
    assert "R&D expenditure per GDP" in shown.output
    assert "scientific papers" in shown.output


def test_a_shipped_index_prints_ranks_weights_and_what_is_missing(tmp_path: Path) -> None:
    found = run(
        app, ["index", "run", "tech_innovation", "--draws", "50", "--lang", "zh", "--out", str(tmp_path)]
    )
    assert found.exit_code == 0, found.output
    assert "北京" in found.output
    assert "未含于随附数据" in found.output
    names = {path.name for path in tmp_path.iterdir()}
    assert {
        "scores.csv",
        "ranking.tex",
        "ranking.docx",
        "map.svg",
        "heat.svg",
        "trend.svg",
        "ranks.svg",
    } <= names
    assert "北京" in (tmp_path / "ranks.svg").read_text(encoding="utf-8")
    assert "科技创新子系统, 2023" in found.output
    assert "科技创新子系统, 2023" in (tmp_path / "ranking.html").read_text(encoding="utf-8")
    scores = pd.read_csv(tmp_path / "scores.csv")
    assert len(scores) == 300


def test_json_holds_the_ranking_and_the_weights() -> None:
    found = run(app, ["index", "run", "tech_innovation", "--draws", "20", "--weights", "equal", "--json"])
    content = json.loads(found.output)
    assert content["ranking"][0]["rank"] == 1
    assert set(content["ranking"][0]) >= {"province", "score", "low", "high"}
    assert sum(content["weights"].values()) == pytest.approx(1.0)
    assert content["method"]["weights"] == "equal"


@pytest.mark.parametrize("ending", [".csv", ".xlsx", "_gb.csv"])
def test_a_panel_of_ones_own_in_every_format(own: pd.DataFrame, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"own{ending}"
    if ending == ".xlsx":
        own.to_excel(path, index=False)
    else:
        own.to_csv(path, index=False, encoding="gb18030" if "gb" in ending else "utf-8-sig")
    out = tmp_path / "out"
    found = run(app, ["index", "run", "U1,-成本", "--data", str(path), "--draws", "20", "--out", str(out)])
    assert found.exit_code == 0, found.output
    assert "Shanghai" in found.output
    assert (out / "map.svg").exists()
    coupled = run(app, ["couple", "run", "U1", "U2", "--data", str(path), "--weights", "0.6,0.4", "--json"])
    content = json.loads(coupled.output)
    assert content["facts"]["identity"] is False
    assert len(content["last_year"]) == 6


def test_shipped_subsystems_are_coupled_and_shared_ones_refused(tmp_path: Path) -> None:
    arguments = [
        "couple",
        "run",
        "tech_innovation",
        "industrial_innovation",
        "--lang",
        "zh",
        "--out",
        str(tmp_path),
    ]
    found = run(app, arguments)
    assert found.exit_code == 0, found.output
    assert "优质协调" in found.output
    assert "耦合协调度 D, 2023" in found.output
    assert "系统1：科技创新子系统；系统2：产业创新子系统" in found.output
    page = (tmp_path / "coordination.html").read_text(encoding="utf-8")
    assert "tech_innovation" not in page
    assert "科技创新子系统" in page
    assert (tmp_path / "levels.svg").exists()
    shared = run(app, ["couple", "run", "tech_innovation", "nqpf_three_factors"])
    assert isinstance(shared.exception, SpecError)
    assert "share indicators" in str(shared.exception)


def test_which_formula_reads_decimals_as_printed(tmp_path: Path) -> None:
    path = tmp_path / "printed.csv"
    path.write_text("city,U1,U2,C\na,0.6,0.4,0.4899\nb,0.9,0.1,0.3000\nc,0.5,0.3,0.4841\n", encoding="utf-8")
    found = run(app, ["couple", "which", str(path), "--systems", "U1,U2", "--printed", "C"])
    assert "lost_coefficient" in found.output.splitlines()[0]
    chinese = run(app, ["couple", "which", str(path), "--systems", "U1,U2", "--printed", "C", "--lang", "zh"])
    assert "丢失系数" in chinese.output
    wrong = run(app, ["couple", "which", str(path), "--systems", "U1,U7", "--printed", "C"])
    assert isinstance(wrong.exception, SpecError)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["index", "run", "nothing"], "no design nothing"),
        (["index", "run", "tech_innovation", "--years", "now"], "--years is written 2011-2022"),
        (["index", "run", "tech_innovation", "--weights", "best"], "weights"),
        (["couple", "run", "a", "b", "--data", "missing.csv"], "there is no file"),
        (["couple", "run", "a", "b", "--weights", "half"], "numbers with commas"),
    ],
)
def test_wrong_requests_say_what_to_write(arguments: list[str], words: str) -> None:
    found = run(app, arguments)
    assert isinstance(found.exception, DataError | SpecError)
    assert words in str(found.exception)


def test_own_files_with_problems(own: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    own.rename(columns={"年份": "when"}).to_csv(path, index=False)
    with pytest.raises(DataError, match="which column is the year"):
        read_panel(path)
    assert len(read_panel(path, time="when")) == 18
    own.assign(年份="last").to_csv(path, index=False)
    with pytest.raises(DataError, match="no year"):
        read_panel(path)
    with pytest.raises(DataError, match="no column x"):
        read_panel(path, unit="x", time="年份")
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    with pytest.raises(DataError, match="cannot be read"):
        read_panel(tmp_path / "broken.xlsx")
    assert province_labels(pd.Index(["A-town"]), "en") == {}
    assert province_labels(pd.Index(["Beijing", "内蒙古自治区"]), "zh") == {
        "Beijing": "北京",
        "内蒙古自治区": "内蒙古",
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_digit_is_cut_in_eighty_columns(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", "80")
    for words in (
        ["index", "run", "tech_innovation", "--draws", "20"],
        ["couple", "run", "tech_innovation", "industrial_innovation"],
    ):
        found = run(app, [*words, "--lang", lang])
        assert found.exit_code == 0, found.output
        assert max(cell_len(line) for line in found.output.splitlines()) <= 80
        assert "…" not in found.output


def test_years_choose_rows_of_a_panel_of_ones_own(own: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    own.to_csv(path, index=False)
    words = ["couple", "run", "U1", "U2", "--data", str(path), "--unit", "地区", "--time", "年份", "--json"]
    facts = json.loads(run(app, [*words, "--years", "2020-2021"]).output)["facts"]
    assert facts["graded"] == 12
    with pytest.raises(SpecError, match="no row of these years"):
        run(app, [*words, "--years", "2030"], catch_exceptions=False)


def test_formulas_are_named_in_chinese(tmp_path: Path) -> None:
    path = tmp_path / "printed.csv"
    path.write_text("U1,U2,C\n0.6,0.4,0.4899\n0.9,0.1,0.3000\n", encoding="utf-8")
    found = run(app, ["couple", "which", str(path), "--systems", "U1,U2", "--printed", "C", "--lang", "zh"])
    assert found.exit_code == 0, found.output
    assert "丢失系数" in found.output
    assert "公式正确" in found.output
    assert "antagonistic" not in found.output
