"""Indicators outside the catalogue: a name and a unit of their own, from the file to a formula."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.cli import main
from panelkit.data.figures import read_figures
from panelkit.data.yearbook.errors import ToldError, YearbookError
from panelkit.data.yearbook.ingest import ingest
from panelkit.data.yearbook.store.store import figures_with_store, read_store
from tests.yearbook.writers import NAMES

NAME = "城镇就业人员"


def export(folder: Path, year: int, label: str = "人员", unit: str = "万人", times: int = 1) -> Path:
    """Write one year of a series; province n stands at (100 + 3 n^2 + year - 2000) times `times`."""
    head = f"{label}({unit})" if unit else label
    lines = [f"地区,年份,{head}"] + [
        f"{NAMES[code][0]},{year},{(100 + 3 * n * n + year - 2000) * times}"
        for n, code in enumerate(NAMES, start=1)
    ]
    path = folder / f"{year}_{times}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def stored(folder: Path) -> pd.DataFrame:
    return read_store(folder).figures


def test_a_series_takes_the_name_and_the_unit_that_the_caller_gives(tmp_path: Path) -> None:
    store = tmp_path / "store"
    ingest([export(tmp_path, 2021, "人员", "")], store=store, indicator={"人员": NAME}, unit="万人")
    table = stored(store)
    assert set(table["indicator"]) == {NAME}
    assert set(table["unit"]) == {"万人"}
    assert table.set_index("adcode").loc[110000, "value"] == 124.0


def test_a_later_file_in_another_unit_is_converted_and_one_of_another_kind_refused(tmp_path: Path) -> None:
    store, one = tmp_path / "store", {"人员": NAME}
    ingest([export(tmp_path, 2021)], store=store, indicator=one)
    ingest([export(tmp_path, 2022, "人员", "人", 10_000)], store=store, indicator=one)
    table = stored(store).set_index(["adcode", "period"])
    assert table.loc[(110000, "2022"), "value"] == 125.0
    assert set(table["unit"]) == {"万人"}
    for unit, said in (("亿元", "stands in 亿元 here"), ("", "stands in no unit here")):
        with pytest.raises(YearbookError, match=f"{NAME} is held in 万人, and {said}.*`--unit`"):
            ingest([export(tmp_path, 2023, "人员", unit)], store=store, indicator=one)


def test_a_slip_of_the_pen_is_no_name_of_ones_own(tmp_path: Path) -> None:
    path = export(tmp_path, 2021)
    for asked in ("budget_sience_technology", "gdpp", "就业`人员", "就业\n人员"):
        with pytest.raises(ToldError, match="no indicator is called"):
            ingest([path], store=tmp_path / "store", indicator={"人员": asked})
    assert not (tmp_path / "store").exists()


def test_a_name_that_the_catalogue_knows_is_the_catalogues(tmp_path: Path) -> None:
    read = pk.read_yearbook(
        export(tmp_path, 2021, "某项", "人", 10_000), {"某项": "普通高等学校本专科在校学生数"}
    )
    assert set(read["indicator"]) == {"university_students"}


def test_a_formula_uses_it_in_backticks(tmp_path: Path) -> None:
    """The coefficient of log(own) on log(gdp), against least squares by hand."""
    store = tmp_path / "store"
    for year in (2019, 2020, 2021):
        ingest([export(tmp_path, year)], store=store, indicator={"人员": NAME})
    frame = pk.build_panel(figures_with_store(store), indicators=["gdp", NAME], years=(2019, 2021))
    assert frame.attrs["panelkit"]["units"][NAME] == "万人"
    fitted = pk.PooledOLS(f"log(gdp) ~ log(`{NAME}`)").fit(frame)
    gdp = read_figures(["gdp"], "census2023", check=False)
    gdp = gdp[gdp["period"].isin(["2019", "2020", "2021"]) & (gdp["adcode"] != 100000)]
    order = {code: n for n, code in enumerate(NAMES, start=1)}
    own = [
        100 + 3 * order[int(a)] ** 2 + int(p) - 2000
        for a, p in zip(gdp["adcode"], gdp["period"], strict=True)
    ]
    design = np.column_stack([np.ones(len(own)), np.log(own)])
    slope = np.linalg.lstsq(design, np.log(gdp["value"].to_numpy(float)), rcond=None)[0][1]
    assert len(own) == 93
    found = next(value for name, value in dict(fitted.params).items() if NAME in str(name))
    assert found == pytest.approx(slope, rel=1e-10)


def command(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["panelkit", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "120")
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


def test_a_definition_gives_key_label_and_unit_and_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    ingest([export(tmp_path, 2021)], store=store, indicator={"人员": NAME})
    before = stored(store)
    options = ["--name", NAME, "--unit", "人", "--label", "Urban employment", "--store", store]
    assert command(monkeypatch, "data", "define", "urban_employment", *options) == 0
    figures = pk.store_figures(store, shipped=False)
    assert set(figures["indicator"]) == {"urban_employment"}
    assert set(figures["unit"]) == {"人"}
    assert figures.set_index("adcode").loc[110000, "value"] == 1_240_000.0
    frame = pk.build_panel(pk.store_figures(store), indicators=["gdp", "urban_employment"], years=2021)
    assert frame.attrs["panelkit"]["units"]["urban_employment"] == "万人"
    assert frame["urban_employment"].iloc[0] == 124.0
    capsys.readouterr()
    assert command(monkeypatch, "data", "list", "urban", "--store", store) == 0
    shown = capsys.readouterr().out
    assert "urban_employment" in shown
    assert "Urban employment" in shown
    assert "as_published 2021" in shown
    ingest([export(tmp_path, 2022)], store=store, indicator={"人员": "urban_employment"})
    assert set(stored(store)["indicator"]) == {NAME}
    assert pk.check_store(store).whole
    assert not pk.check_store(store).foreign
    assert command(monkeypatch, "data", "define", "urban_employment", "--undo", "--store", store) == 0
    after = pk.store_figures(store, shipped=False)
    assert after[after["period"] == "2021"].reset_index(drop=True).equals(before)
    assert pk.store_definitions(store) == []


def test_what_cannot_be_defined(tmp_path: Path) -> None:
    store = tmp_path / "store"
    ingest([export(tmp_path, 2021)], store=store, indicator={"人员": NAME})
    for key, name, unit, said in (
        ("gdp", NAME, "", "'gdp' is an indicator of the catalogue"),
        ("jobs", "地区生产总值", "", "is an indicator of the catalogue"),
        ("Jobs", NAME, "", "small letters"),
        ("jobs", NAME, "亿元", "held in 万人, which does not convert to 亿元"),
    ):
        with pytest.raises(ToldError, match=said):
            pk.define_indicator(key, name, unit=unit, store=store)
    made = pk.define_indicator("jobs", NAME, store=store)
    assert made.date == date.today().isoformat()
    for key, name in (("jobs", "另一项"), ("employment_own", NAME)):
        with pytest.raises(ToldError, match="jobs is defined as .* already.*--undo"):
            pk.define_indicator(key, name, store=store)
    with pytest.raises(ToldError, match="defines no indicator 'work'"):
        pk.undefine_indicator("work", store)
