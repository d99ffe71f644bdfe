"""The annual cells of one indicator in one vintage, as arrays: what a panel is filled from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.data.provinces import NATION
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Annual(Brief):
    """Cells of one indicator, in no order: `codes`, `years`, `values` (n,) each.

    `sources` (n,) names where each comes from, None where a table does not say; `units` are those printed, in their
    order of first appearance.
    """

    codes: IntArray
    years: IntArray
    values: FloatArray
    sources: NDArray[np.object_] | None
    units: tuple[str, ...]

    def years_by_source(self, span: Iterable[int]) -> dict[str, list[int]]:
        """Return the years of `span` that each source holds, sources in their alphabetical order."""
        if self.sources is None:
            return {}
        inside = np.isin(self.years, list(span))
        held: dict[str, set[int]] = {}
        for source, year in zip(self.sources[inside].tolist(), self.years[inside].tolist(), strict=True):
            held.setdefault(source, set()).add(year)
        return {source: sorted(held[source]) for source in sorted(held)}


def annual_cells(cells: Iterable[tuple[int, str, float, str]], unit: str) -> Annual:
    """Return the annual cells of the provinces among (adcode, period, value, source)."""
    rows = [c for c in cells if c[0] != NATION and _is_year(c[1])]
    return Annual(
        np.array([c[0] for c in rows], dtype=np.int64),
        np.array([int(c[1]) for c in rows], dtype=np.int64),
        np.array([c[2] for c in rows], dtype=np.float64),
        np.array([c[3] for c in rows], dtype=object),
        (unit,) if rows else (),
    )


def by_indicator(cells: pd.DataFrame) -> dict[str, Annual]:
    """Return the cells of a table `adcode, year, indicator, value, unit`, `source` if held, by indicator."""
    return {
        str(key): Annual(
            own["adcode"].to_numpy(np.int64),
            own["year"].to_numpy(np.int64),
            own["value"].to_numpy(np.float64),
            own["source"].to_numpy(object) if "source" in own else None,
            tuple(dict.fromkeys(own["unit"])),
        )
        for key, own in cells.groupby("indicator", sort=False)
    }


def grid_of(annual: Mapping[str, Annual], keys: list[str], codes: list[int], span: list[int]) -> FloatArray:
    """Return the values of provinces and years, (codes x years, keys), NaN where none is held."""
    row = {code: i for i, code in enumerate(codes)}
    column = {year: j for j, year in enumerate(span)}
    values = np.full((len(codes), len(span), len(keys)), np.nan)
    for k, key in enumerate(keys):
        if key not in annual:
            continue
        held = annual[key]
        for code, year, value in zip(
            held.codes.tolist(), held.years.tolist(), held.values.tolist(), strict=True
        ):
            if code in row and year in column:
                values[row[code], column[year], k] = value
    return values.reshape(-1, len(keys))


def _is_year(period: str) -> bool:
    return len(period) == 4 and period.isdecimal() and period.isascii()
