"""Income at the start is printed only: where a unit has none, the other conditions stand without it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from panelkit.claims.designs.scrutinised import _income


@pytest.mark.parametrize(
    ("last", "catalogued", "known"), [(3.0, True, True), (np.nan, True, False), (3.0, False, False)]
)
def test_income_is_of_all_units_or_of_none(last: float, catalogued: bool, known: bool) -> None:
    rows = pd.MultiIndex.from_product([["Anhui", "Beijing", "Hainan"], [2016]], names=["province", "year"])
    frame = pd.DataFrame({"income": [1.0, 2.0, last]}, index=rows)
    figures: Any = SimpleNamespace(catalogued=catalogued, expressions=lambda *_: frame)
    spec: Any = SimpleNamespace(years=(2016, 2023), provinces="all")
    found = _income(spec, figures, ["Anhui", "Beijing", "Hainan"])
    assert found == ({"Anhui": 1.0, "Beijing": 2.0, "Hainan": 3.0} if known else None)
