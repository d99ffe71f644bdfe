"""Formulas with Chinese names on the command line: of a file, of the catalogue, and of a store's own indicators."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.cli import app
from panelkit.data.figures import read_figures
from panelkit.data.provinces import labels_of

NAMES = [name for code, name in labels_of("zh").items()]
YEARS = range(2014, 2021)


def values(seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = [(name, year, *random.lognormal(size=3).round(4)) for name in NAMES for year in YEARS]
    return pd.DataFrame(rows, columns=["省份", "年份", "创新 产出", "研发经费（万元）", "人均GDP"])


def estimates(*arguments: object) -> dict[str, float]:
    done = CliRunner().invoke(app, ["fit", *map(str, arguments), "--json"])
    assert done.exit_code == 0, done.exception
    (fit,) = json.loads(done.stdout)
    return {row["term"]: row["estimate"] for row in fit["estimates"]}


def refusal(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["fit", *map(str, arguments)])
    assert isinstance(done.exception, pk.SpecError), done.stdout
    return done.exception.text("zh")


@pytest.mark.parametrize("ending", ["csv", "gb18030.csv", "xlsx"])
def test_chinese_columns_of_a_file(tmp_path: Path, ending: str) -> None:
    table, path = values(1), tmp_path / f"面板.{ending}"
    if ending == "xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_csv(path, index=False, encoding="gb18030" if "gb" in ending else "utf-8-sig")
    formula = "log(`创新 产出`) ~ lag(log(`研发经费（万元）`), 1) + 人均GDP"
    found = estimates("--data", path, formula, "--where", "`人均GDP` > 0.3 & 年份 >= 2016")
    plain = table.set_axis(["province", "year", "y", "x", "z"], axis=1).set_index(["province", "year"])
    fit = pk.FixedEffects("log(y) ~ lag(log(x), 1) + z", where="z > 0.3 & year >= 2016").fit(plain)
    # JSON has ten digits after the point
    assert list(found.values()) == pytest.approx(list(fit.estimates), abs=2e-10)
    assert list(found) == ["lag(log(`研发经费（万元）`), 1)", "人均GDP"]


def test_chinese_names_of_the_catalogue_are_its_keys() -> None:
    years = ["--years", "2014-2020"]
    by_key = estimates("log(gdp) ~ lag(log(population), 1)", *years)
    by_name = estimates("log(地区生产总值) ~ lag(log(`年末常住人口`), 1)", *years)
    assert list(by_name.values()) == list(by_key.values())
    mixed = estimates("log(地区生产总值 / population) ~ log(gdp)", *years)
    assert mixed == estimates("log(gdp / population) ~ log(gdp)", *years)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    table = values(2)
    rows = ["province,year,indicator,value,unit"]
    for name, year, y, x, _ in table.itertuples(index=False):
        rows += [f"{name},{year},城镇就业人员,{y},万人", f"{name},{year},园区 数,{x},个"]
    path = folder / "own.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    pk.ingest([path], store=folder / "store")
    pk.define_indicator("parks", "园区 数", unit="个", label="parks", store=folder / "store")
    return folder / "store"


def test_own_indicators_of_a_store(store: Path) -> None:
    for formula in (
        "log(`城镇就业人员`) ~ log(gdp) + parks",
        "log(城镇就业人员) ~ log(地区生产总值) + parks",
    ):
        found = estimates(formula, "--store", store)
        panel = pk.build_panel(pk.store_figures(store), indicators=["城镇就业人员", "gdp", "parks"])
        fit = pk.FixedEffects("log(`城镇就业人员`) ~ log(gdp) + parks").fit(panel)
        assert list(found.values()) == pytest.approx(list(fit.estimates), abs=2e-10)
    by_key, by_name = (estimates(f"{name} ~ log(gdp)", "--store", store) for name in ("parks", "`园区 数`"))
    assert list(by_key.values()) == list(by_name.values())
    done = CliRunner().invoke(app, ["fit", "parks ~ log(gdp)", "--store", str(store), "--lang", "zh"])
    assert "用户自行导入" in done.stdout.replace("\n", "")
    assert "; , ." not in CliRunner().invoke(app, ["fit", "parks ~ log(gdp)", "--store", str(store)]).stdout


def test_stored_figures_stand_over_the_shipped_ones(tmp_path: Path) -> None:
    held = read_figures(["gdp"], "census2023", check=False)
    rows = ["province,year,indicator,value,unit"]
    for row in held.itertuples():
        code = int(str(row.adcode))
        if code in labels_of("zh"):
            rows.append(f"{labels_of('zh')[code]},{row.period},gdp,{float(str(row.value)) ** 1.1:.2f},亿元")
    path = tmp_path / "gdp.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    pk.ingest([path], store=tmp_path / "store", vintage="census2028")
    formula = ["log(gdp) ~ log(population)", "--years", "2014-2020"]
    shipped = estimates(*formula)
    assert (
        estimates(*formula, "--store", tmp_path / "store") == shipped
    )  # the default vintage, unless one is named
    named = estimates(*formula, "--store", tmp_path / "store", "--vintage", "gdp=census2028")
    assert named["log(population)"] == pytest.approx(1.1 * shipped["log(population)"], rel=1e-4)


def test_refusals_say_the_way_out(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal("城镇就业 ~ log(gdp)", "--store", store)
    assert "城镇就业人员" in said
    assert "parks" in said
    monkeypatch.setattr("panelkit.data.yearbook.store.store.default_store", lambda: store)
    assert f"`--store {store}`" in refusal("log(城镇就业人员) ~ log(gdp)")
    path = tmp_path / "own.csv"
    values(3).to_csv(path, index=False)
    assert "--store" in refusal("人均GDP ~ `研发经费（万元）`", "--data", path, "--store", store)
    assert "`研发经费（万元）`" in refusal("人均GDP ~ 研发经费（万元）", "--data", path)
