"""`panelkit check FILE --data`: a claim file on a panel of one's own, as CSV, Excel and Stata."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import panelkit as pk
from tests.claims.small import SMALL
from tests.cli.conftest import Run

Command = Callable[..., Run]


@pytest.fixture
def claim(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    frame = pk.load_provinces(["rd_expenditure", "rd_funds_government", "gdp"], (2017, 2023))
    frame.attrs = {}
    return frame.reset_index()


def written(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".dta":
        frame.to_stata(path, write_index=False)
    else:
        with pd.ExcelWriter(path) as book:
            pd.DataFrame({"note": ["see the other sheet"]}).to_excel(book, sheet_name="about", index=False)
            frame.to_excel(book, sheet_name="panel", index=False)
    return path


@pytest.mark.parametrize(("name", "more"), [("p.csv", ()), ("p.dta", ()), ("p.xlsx", ("--sheet", "panel"))])
def test_every_kind_of_file(
    panelkit: Command, claim: Path, frame: pd.DataFrame, tmp_path: Path, name: str, more: tuple[str, ...]
) -> None:
    path = written(frame, tmp_path / name)
    run = panelkit("check", claim, "--data", path, "--json", *more)
    shipped = panelkit("check", claim, "--json")
    assert (run.status, shipped.status) == (0, 0)
    mine, theirs = json.loads(run.out), json.loads(shipped.out)
    data = mine[0].pop("data")
    assert (data["name"], data["unit"], data["units"], data["years"]) == (name, "province", 31, [2017, 2023])
    assert [item["verdict"] for item in mine] == [item["verdict"] for item in theirs]
    assert mine[0]["headline"]["estimate"] == pytest.approx(theirs[0]["headline"]["estimate"], rel=1e-9)
    assert "not_declared" in mine[0]["flags"]


def test_terminal_and_pages_speak_of_the_file(
    panelkit: Command, claim: Path, frame: pd.DataFrame, tmp_path: Path
) -> None:
    cities = frame.assign(province="town " + frame["province"]).rename(columns={"province": "city"})
    path = written(cities, tmp_path / "towns.csv")
    options = ("--data", path, "--unit", "city", "--time", "year")
    run = panelkit("check", claim, *options, "--out", tmp_path / "out")
    assert run.status == 0
    assert "Data: towns.csv, 31 cities, 2017-2023, 217 rows; no shipped figure is read." in " ".join(
        run.out.split()
    )
    html = (tmp_path / "out" / "check.html").read_text(encoding="utf-8")
    assert "31 cities" in html
    assert "official provincial figures" not in html
    assert "Figures and sources" not in html
    assert "Vintages:" not in html
    chinese = panelkit("check", claim, *options, "--lang", "zh", "--out", tmp_path / "zh")
    assert "31个城市" in chinese.out
    assert "自备的面板" in (tmp_path / "zh" / "check.html").read_text(encoding="utf-8")


def test_weights_come_from_files(panelkit: Command, tmp_path: Path, frame: pd.DataFrame) -> None:
    claim = tmp_path / "spill.toml"
    design = 'kind = "spatial"\neffect = "rho"\nmodel = "sar"\ndraws = 999\npermutations = 199\nseed = 1\n'
    text = SMALL.split('[[claim.reading.design]]\nid = "net"')[0].replace(
        'id = "gross"', f'id = "gross"\n{design}'
    )
    text = text.replace('claimed = "0.67"\n', "").replace('"R-MAG", value = "0.67"', '"R-SIGN", sign = "+"')
    claim.write_text(text, encoding="utf-8")
    towns = frame.assign(province="town " + frame["province"]).rename(columns={"province": "city"})
    path = written(towns, tmp_path / "towns.csv")
    w = pk.contiguity()
    matrix = pd.DataFrame(
        w.matrix.toarray(), index=[f"town {n}" for n in w.ids], columns=[f"town {n}" for n in w.ids]
    )
    matrix.to_csv(tmp_path / "near.csv")
    options = ("--data", path, "--unit", "city", "--time", "year", "--json")
    run = panelkit("check", claim, *options, "--w", tmp_path / "near.csv")
    assert run.status == 0
    mine = json.loads(run.out)[0]
    assert mine["data"]["weights"] == ["near"]
    without = panelkit("check", claim, *options)
    assert without.status == 2
    assert "give weights of your own by `w` (--w FILE)" in " ".join(without.err.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--unit", "city"), "--unit describes a file of your own"),
        (("--w", "near.csv"), "--w gives weights between the units of --data"),
        (
            ("--data", "p.csv", "--vintage", "gdp=x"),
            "--vintage chooses among the vintages of the shipped figures",
        ),
        (("--data", "p.csv", "--sheet", "x"), "has no sheets"),
        (("--data", "p.csv", "--figures", "."), "leave it or --data out"),
        (("--data", "nowhere.csv"), "there is no file nowhere.csv"),
        (("--data", "p.csv", "--unit", " "), "--unit is empty"),
    ],
)
def test_options_that_do_not_apply_are_refused(
    panelkit: Command,
    claim: Path,
    frame: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    written(frame, tmp_path / "p.csv")
    monkeypatch.chdir(tmp_path)
    run = panelkit("check", claim, *arguments)
    assert run.status == 2
    assert words in " ".join(run.err.split())


def test_a_claim_file_is_named(panelkit: Command, frame: pd.DataFrame, tmp_path: Path) -> None:
    run = panelkit("check", "--data", written(frame, tmp_path / "p.csv"))
    assert run.status == 2
    assert "name the claim file" in run.err
