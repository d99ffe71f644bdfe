"""What changed between two sets of figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.data import catalogue
from panelkit.data.cities import city_labels
from panelkit.data.provinces import NATION, labels_of, place_name
from panelkit.data.units import harmonised
from panelkit.data.wording import together
from panelkit.kernels.frames import as_pandas
from panelkit.language.errors import DataError
from panelkit.language.message import message, sentences
from panelkit.language.offers import offered

_CELL = ["indicator", "adcode", "period"]


@offered("data", family="revisions", result="DataFrame", public=True)
def diff_vintages(old: pd.DataFrame, new: pd.DataFrame, *, tolerance: float = 1e-9) -> pd.DataFrame:
    """Compare two long tables cell by cell: which are new, gone or revised, and by how much.

    Each table holds one vintage of an indicator (`read_figures(["gdp"], "as_published")` against
    `read_figures(["gdp"], "census2023")`, or a store against the shipped figures). Units of one kind (万元, 亿元)
    are brought to the harmonised one first where the two tables differ in it.

    Parameters
    ----------
    old
        Long table of the earlier figures.
    new
        Long table of the later figures.
    tolerance
        Cells that differ by no more than this, relatively, are unchanged (the default forgives the last bit of a
        conversion of units, nothing more).

    Returns
    -------
    DataFrame
        One row a changed cell, largest revision of each indicator first: `indicator, adcode, province, period,
        status` (new, gone, revised), `old, new, change, percent, unit`. `attrs["panelkit"]` counts `new`, `gone`,
        `revised` and `unchanged` cells.

    Raises
    ------
    DataError
        A cell that stands more than once in one of the tables, or units that cannot be compared.

    Examples
    --------
    >>> from panelkit.data.figures import read_figures
    >>> changed = pk.diff_vintages(read_figures(["gdp"], "as_published"), read_figures(["gdp"], "census2023"))
    >>> sorted(changed["status"].unique())
    ['new', 'revised']
    """
    before = _one_vintage(as_pandas(old, "old"), "old")
    after = _one_vintage(as_pandas(new, "new"), "new")
    both = before.add_suffix("_old").join(after.add_suffix("_new"), how="outer")
    _align_units(both)
    was, now = both["value_old"], both["value_new"]
    moved = (now - was).abs() > tolerance * np.maximum(was.abs(), now.abs())
    status = np.select(
        [was.isna() & now.notna(), now.isna() & was.notna(), moved], ["new", "gone", "revised"], ""
    )
    out = pd.DataFrame(
        {
            "status": status,
            "old": was,
            "new": now,
            "change": now - was,
            "percent": 100 * (now - was) / was.abs().where(was != 0),
            "unit": both["unit_new"].fillna(both["unit_old"]),
        }
    )
    counts = {name: int((status == name).sum()) for name in ("new", "gone", "revised")}
    counts["unchanged"] = int(((status == "") & was.notna()).sum())
    changed = out[status != ""].reset_index()
    names = {**city_labels("en"), **labels_of("en"), NATION: "nation"}
    changed.insert(2, "province", [names.get(int(code), str(code)) for code in changed["adcode"]])
    order = changed.assign(size=-changed["percent"].abs()).sort_values(
        ["indicator", "size", "adcode", "period"]
    )
    result = changed.loc[order.index].reset_index(drop=True)
    result.attrs["panelkit"] = counts
    return result


def _one_vintage(figures: pd.DataFrame, name: str) -> pd.DataFrame:
    missing = [column for column in (*_CELL, "value", "unit") if column not in figures]
    if missing:
        raise DataError(message("the {name} table has no column {missing}", name=name, missing=missing))
    double = figures[figures.duplicated(_CELL, keep=False)]
    if len(double):
        keys = double[_CELL].drop_duplicates().head(5).to_numpy().tolist()
        cells = sentences(
            message("{indicator} {place} {when}", indicator=key, place=place_name(int(code)), when=period)
            for key, code, period in keys
        )
        raise DataError(
            message(
                "the {name} table holds more than one value of: {cells}; choose one vintage of each",
                name=name,
                cells=cells,
            )
        )
    return figures.set_index(_CELL)[["value", "unit"]]


def _align_units(both: pd.DataFrame) -> None:
    differ = both["unit_old"].notna() & both["unit_new"].notna() & (both["unit_old"] != both["unit_new"])
    if not differ.any():
        return
    about = catalogue.facts()
    keys = both.index.get_level_values("indicator")
    for key in sorted(set(keys[differ])):
        intensity = key in about and about[key].scale_or_intensity == "intensity"
        rows = np.asarray(keys == key)
        for side in ("old", "new"):
            for unit in both.loc[rows, f"unit_{side}"].dropna().unique():
                common, divisor = harmonised(str(unit), intensity=intensity)
                cells = rows & (both[f"unit_{side}"] == unit).to_numpy()
                both.loc[cells, f"value_{side}"] /= divisor
                both.loc[cells, f"unit_{side}"] = common
        left = both.loc[rows & differ.to_numpy(), ["unit_old", "unit_new"]]
        if (left["unit_old"] != left["unit_new"]).any():
            pairs = left.drop_duplicates().to_numpy().tolist()
            raise DataError(
                message(
                    "{key}: units cannot be compared: {pairs}",
                    key=key,
                    pairs=sentences(together(pair) for pair in pairs),
                )
            )
