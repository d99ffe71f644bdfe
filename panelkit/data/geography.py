"""Where the provinces lie: capitals, neighbours, regions."""

from __future__ import annotations

import pandas as pd

from panelkit.data.paths import shipped
from panelkit.data.provinces import provinces
from panelkit.data.reads import note_file


def capitals() -> pd.DataFrame:
    """Return the provincial capitals, indexed by adcode: `name_zh, name_en` of the province, `capital_zh, lon, lat`.

    Coordinates in degrees.
    """
    table = provinces()[["name_zh", "name_en", "capital_zh", "capital_lon", "capital_lat"]]
    return table.rename(columns={"capital_lon": "lon", "capital_lat": "lat"})


def contiguity_pairs(*, conventions: bool = True) -> pd.DataFrame:
    """Return the pairs of neighbours, each once: `adcode_a, adcode_b, kind`.

    `kind` is "land" for a common land border and "convention" for Hainan with Guangdong, across the strait, which
    the literature joins so that no province is an island; `conventions=False` leaves it out.
    """
    path = shipped("data") / "contiguity.csv"
    note_file(path)
    table = pd.read_csv(path)
    return table if conventions else table[table["kind"] == "land"].reset_index(drop=True)


def regions() -> pd.DataFrame:
    """Return the four regions of the National Bureau of Statistics by adcode.

    Columns: `name_en, name_zh, region` (east, central, west, northeast), `region_zh`, and `yangtze_delta` (bool).
    """
    table = provinces()[["name_en", "name_zh", "region4", "region4_zh", "yangtze_delta"]]
    return table.rename(columns={"region4": "region", "region4_zh": "region_zh"})
