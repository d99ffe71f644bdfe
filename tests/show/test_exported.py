"""Every kind of result writes its table to a file: tests, measures, curves, paths and what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import panelkit as pk
from panelkit.indices.arrays.inequality import decompose_theil
from panelkit.language.message import verbatim
from panelkit.results.measure import Measure
from tests.every_result import city_panel, lattice


@pytest.fixture(scope="module")
def kinds() -> dict[str, Any]:
    data, w = city_panel(), lattice()
    fit = pk.FixedEffects("y ~ x + w").fit(data)
    values = data[["x", "m"]].abs()
    return {
        "test": pk.pesaran_cd(fit),
        "not applicable": pk.hausman(
            pk.FixedEffects("y ~ x + w", effects="unit").fit(data), pk.RandomEffects("y ~ x + w").fit(data)
        ),
        "wild": pk.wild_cluster_bootstrap(fit, "x", reps=99),
        "influence": pk.influence(fit, "x"),
        "effects": fit.effects(),
        "curve": pk.SpecificationCurve(("y",), ("x",), pk.control_sets(("w", "z1"))).fit(data),
        "path": pk.select_model(pk.SpatialPanel("y ~ x"), data, w),
        "measure": Measure(name=verbatim("two scores"), values=values, method={"weights": "equal"}),
        "parts": decompose_theil([1.0, 2.0, 4.0, 3.0], ["a", "a", "b", "b"]),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_result_writes_a_workbook(kinds: dict[str, Any], language: Any, tmp_path: Path) -> None:
    for name, result in kinds.items():
        path = result.to_excel(tmp_path / f"{name}.xlsx", language=language)
        cells = [cell.value for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
        numbers = [value for value in cells if isinstance(value, int | float)]
        assert numbers or name == "not applicable", name
        assert result.to_latex(language=language), name
        assert result.to_docx(tmp_path / f"{name}.docx", language=language).stat().st_size > 0
        assert "</table>" in result._repr_html_(), name


def test_a_measure_writes_every_year(kinds: dict[str, Any], tmp_path: Path) -> None:
    held = pd.read_excel(kinds["measure"].to_excel(tmp_path / "m.xlsx"), header=1, engine="openpyxl")
    assert len(held.dropna()) == len(kinds["measure"].values)


def test_a_number_with_an_exponent_is_a_number(kinds: dict[str, Any], tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(kinds["curve"].to_excel(tmp_path / "c.xlsx")).active
    column = next(cell.column for cell in sheet[1] if cell.value == "p-value")
    found = sheet.cell(2, column)
    assert isinstance(found.value, float)
    assert "E+00" in found.number_format
    assert found.value < 1e-6
