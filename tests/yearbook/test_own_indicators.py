"""Indicators outside the catalogue: a name and a unit of their own, from the file to a formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
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
