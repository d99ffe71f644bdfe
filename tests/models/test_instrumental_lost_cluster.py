"""A cluster without which two stages are not identified is named under CRV3, whichever stage is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import panelkit as pk
from panelkit.language.errors import SpecError

COLUMNS: dict[str, Any] = {"unit": "id", "time": "year"}


def panel() -> pd.DataFrame:
    draw = np.random.default_rng(2)
    index = pd.MultiIndex.from_product([[f"u{i}" for i in range(8)], range(6)], names=["id", "year"])
    return pd.DataFrame(draw.normal(size=(48, 4)), index=index, columns=list("yxzq")).reset_index()


@pytest.mark.parametrize("effects", ["twoway", "unit", "time", "none"])
@pytest.mark.parametrize("only", ["x", "q", "z"])
def test_what_one_unit_alone_shows_is_named(only: str, effects: Any) -> None:
    data = panel()
    data[only] = ((data.id == "u0") & (data.year > 2)) * 1.0
    with pytest.raises(SpecError, match=f"without id u0 .* only u0 tells `{only}`"):
        pk.InstrumentalFE("y ~ z + [x ~ q]", effects=effects).fit(data, **COLUMNS)


def test_an_instrument_that_reaches_the_treatment_in_one_unit_alone() -> None:
    """Elsewhere instrument and treatment are orthogonal columns of signs with mean zero."""
    data = panel()
    data["q"] = np.tile([1.0, 1.0, -1.0, -1.0, 0.0, 0.0], 8)
    data["x"] = np.tile([1.0, -1.0, 1.0, -1.0, 0.0, 0.0], 8)
    data.loc[data.id == "u0", "x"] = data["q"]
    with pytest.raises(SpecError, match="without id u0 the instruments do not identify"):
        pk.InstrumentalFE("y ~ 1 + [x ~ q]", effects="unit").fit(data, **COLUMNS)
