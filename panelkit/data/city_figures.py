"""Figures of cities as a long table of their own: code and city in the place of the province's adcode."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from panelkit.data.cities import city_labels

CITY_COLUMNS = ("code", "city", "period", "indicator", "vintage", "value", "unit", "source", "level")


def with_cities(figures: pd.DataFrame, names: Mapping[int, str]) -> pd.DataFrame:
    """Return a long table of cities under the columns that no panel of provinces takes.

    `names` is code -> name of the cities that are not shipped; one that nothing names is called by its code.
    """
    known = {code: str(name) for code, name in {**names, **city_labels("zh")}.items()}
    codes = figures["adcode"].astype("int64")
    table = figures.rename(columns={"adcode": "code"}).assign(
        city=[known.get(code, str(code)) for code in codes.tolist()], level="city"
    )
    found = table[list(CITY_COLUMNS)]
    found.attrs |= figures.attrs
    return found
