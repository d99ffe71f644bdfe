"""Tables that panelkit writes itself, in every format and both languages, are read as they were meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.audit.reading.door import read_sheets
from panelkit.show import tables

ENDINGS = {"csv": "csv", "latex": "tex", "html": "html", "markdown": "md", "text": "txt"} | {
    "docx": "docx",
    "xlsx": "xlsx",
}


@pytest.fixture(scope="module")
def fits() -> list[Any]:
    rng = np.random.default_rng(1)
    index = pd.MultiIndex.from_product(
        [[f"p{i}" for i in range(20)], range(2000, 2010)], names=["province", "year"]
    )
    data = pd.DataFrame({"x": rng.normal(size=200), "z": rng.normal(size=200)}, index=index)
    data["y"] = 0.5 * data["x"] + rng.normal(size=200)
    return [pk.FixedEffects(formula).fit(data) for formula in ("y ~ x", "y ~ x + z", "y ~ z")]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ENDINGS)
def test_every_format(fits: list[Any], tmp_path: Path, form: Any, language: Any) -> None:
    place = tmp_path / f"t.{ENDINGS[form]}"
    said = tables.to_format(fits, form, place, language=language)
    if not place.exists():
        place.write_text(str(said), encoding="utf-8")
    (sheet,) = read_sheets(place)
    body = {row[0]: row[1:] for row in sheet.cells if row[0]}
    below = {
        above[0]: row[1:] for above, row in zip(sheet.cells, sheet.cells[1:], strict=False) if not row[0]
    }
    for term, columns in (("x", (0, 1)), ("z", (1, 2))):
        for column in range(3):
            value, error = body[term][column], below[term][column]
            if column not in columns:
                assert (value, error) == ("", "")
                continue
            estimate = fits[column].params[term]
            stars = sum(fits[column].p_values[term] < level for level in (0.1, 0.05, 0.01))
            assert value == f"{estimate:.3f}{'*' * stars}"
            assert error == f"({fits[column].std_errors[term]:.3f})"
    assert body["Observations" if language == "en" else "观测值"] == ("200", "200", "200")
    if form not in ("csv", "xlsx"):
        assert "* p<0.1" in " ".join(sheet.notes)
