"""What the columns of an extract are: one row a series, with names, unit, vintage, years and sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from panelkit.data.shipped_tables import read_rows
from panelkit.report.replication.extract import Series

COLUMNS = (
    *(
        "file",
        "series",
        "name_en",
        "name_zh",
        "unit",
        "vintage",
        "years",
        "source",
        "publisher",
        "publisher_zh",
    ),
    *("publication", "publication_zh", "through", "licence_of_compilation"),
)


def codebook(series: Sequence[Series], folder: Path) -> pd.DataFrame:
    """Return one row a series and source of an extract.

    Parameters
    ----------
    series
        What the extract holds.
    folder
        The extract, with its catalogue and its list of sources.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`.
    """
    about = {row["indicator"]: row for row in read_rows("indicators.csv", folder)}
    products = {row["product"]: row for row in read_rows("products.csv", folder)}
    sources = {row["source"]: row for row in read_rows("sources.csv", folder)}
    rows = []
    for one in series:
        what = products.get(one.key) or about[one.key]
        file = "national_products.csv" if one.key in products else f"figures/{one.key}.{one.vintage}.csv"
        for source, years in one.sources.items():
            of = sources[source]
            rows.append(
                (
                    *(f"data/{file}", one.key, what["name_en"], what["name_zh"], what["unit"], one.vintage),
                    *(years, source, of["publisher_en"], of["publisher"], of["publication_en"]),
                    *(of["publication_zh"], of["through"], of["licence_of_compilation"]),
                )
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def own_codebook(panel: pd.DataFrame, file: str) -> pd.DataFrame:
    """Return one row a column of the user's own panel; what it measures, and where it is from, only its owner knows."""
    rows = []
    for name in panel.columns:
        when = panel[name].dropna().index.get_level_values(1)
        years = f"{when.min()}-{when.max()}" if len(when) else ""
        rows.append((file, str(name), *([""] * 4), years, *([""] * 7)))
    return pd.DataFrame(rows, columns=list(COLUMNS))
