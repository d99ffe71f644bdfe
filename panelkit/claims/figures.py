"""The figures that specifications read: each panel loaded once, each expression worked out once."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from panelkit.claims.columns import Columns
from panelkit.claims.samples import Specification


class Figures:
    """The figures that a set of specifications reads, each panel loaded once."""

    def __init__(self, specifications: Iterable[Specification]) -> None:
        self._wanted: dict[tuple[object, ...], tuple[dict[str, None], int, int]] = {}
        for spec in specifications:
            columns, first, last = self._wanted.get(_key(spec), ({}, spec.years[0], spec.years[1]))
            columns.update(dict.fromkeys(spec.columns))
            first = min(first, spec.years[0] - spec.lead_in)
            self._wanted[_key(spec)] = (columns, first, max(last, spec.years[1]))
        self._loaded: dict[tuple[object, ...], pd.DataFrame] = {}
        self._columns: dict[tuple[object, ...], Columns] = {}

    def panel(self, spec: Specification) -> pd.DataFrame:
        """Return the panel of a specification: its years, the lead-in of its lags, its provinces.

        Raises
        ------
        SpecError, DataError
            If an indicator, vintage, province or year is not held.
        """
        frame = self.whole(spec)
        years = frame.index.get_level_values("year")
        keep = (years >= spec.years[0] - spec.lead_in) & (years <= spec.years[1])
        if spec.left_out:
            keep &= frame.index.get_level_values("province") != spec.left_out
        if keep.all():
            return frame
        part = frame[keep]
        part.attrs = frame.attrs
        return part

    def exact(self, spec: Specification) -> pd.DataFrame:
        """Return the panel of one specification loaded alone: its columns and years, and no other source."""
        key = (*_key(spec), spec.columns, spec.years, spec.lead_in)
        if key not in self._loaded:
            first, last = spec.years[0] - spec.lead_in, spec.years[1]
            self._loaded[key] = _load(spec, list(spec.columns), first, last)
        return self._loaded[key]

    def columns(self, spec: Specification) -> Columns:
        """Return the columns of the whole panel, each expression worked out once."""
        key = _key(spec)
        if key not in self._columns:
            self._columns[key] = Columns(self.whole(spec))
        return self._columns[key]

    def whole(self, spec: Specification) -> pd.DataFrame:
        """Return the panel that all specifications with these provinces and vintages share."""
        key = _key(spec)
        if key not in self._loaded:
            columns, first, last = self._wanted[key]
            self._loaded[key] = _load(spec, list(columns), first, last)
        return self._loaded[key]


def _load(spec: Specification, columns: list[str], first: int, last: int) -> pd.DataFrame:
    from panelkit.data.panels import load_provinces

    vintage = {name: version for name, version in spec.vintage if name in columns}
    provinces = list(spec.provinces) if isinstance(spec.provinces, tuple) else spec.provinces
    return load_provinces(columns, range(first, last + 1), vintage=vintage or None, provinces=provinces)


def _key(spec: Specification) -> tuple[object, ...]:
    return spec.provinces, spec.vintage
