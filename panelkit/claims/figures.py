"""The figures that specifications read: each panel loaded once, each expression worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.claims.batch import Batch, Effect
from panelkit.claims.columns import Columns
from panelkit.claims.samples import Specification
from panelkit.data import catalogue
from panelkit.indices.panels.columns import is_derived
from panelkit.language.errors import PanelkitError, SpecError

Vintages = tuple[tuple[str, str], ...]


class Figures:
    """The figures that a set of specifications reads; one whole panel for every choice of vintages."""

    def __init__(self, specifications: Iterable[Specification]) -> None:
        specs = list(specifications)
        known = _known()
        self._wanted: dict[Vintages, tuple[dict[str, None], int, int]] = {}
        for spec in specs:
            named = _columns(spec)
            if not known.issuperset(name for name in named if not is_derived(name)):
                continue  # the specification fails when it is fitted, and alone
            columns, first, last = self._wanted.get(spec.vintage, ({}, *spec.years))
            columns.update(dict.fromkeys(named))
            self._wanted[spec.vintage] = (columns, min(first, spec.span[0]), max(last, spec.span[1]))
        self._whole: dict[Vintages, pd.DataFrame] = {}
        self._exact: dict[object, pd.DataFrame] = {}
        self._columns: dict[object, Columns] = {}
        self._batch = Batch(specs)

    def panel(self, spec: Specification) -> pd.DataFrame:
        """Return the panel of a specification: its years, those that lags and leads read, its provinces.

        Raises
        ------
        SpecError, DataError
            If an indicator, vintage, province or year is not held.
        """
        frame = self._provinces(spec)
        years = frame.index.get_level_values("year")
        keep = (years >= spec.span[0]) & (years <= spec.span[1])
        if spec.left_out:
            keep &= frame.index.get_level_values("province") != spec.left_out
        return _part(frame, keep)

    def exact(self, spec: Specification) -> pd.DataFrame:
        """Return the panel of one specification loaded alone: its columns and years, and no other source."""
        first, last = spec.span
        key = (spec.vintage, spec.provinces, frozenset(spec.columns), first, last)
        if key not in self._exact:
            _refuse_unknown(spec)
            self._exact[key] = _load(sorted(spec.columns), first, last, spec.vintage, spec.provinces)
        return self._exact[key]

    def facts(self) -> tuple[Mapping[str, Any], ...]:
        """Return what the panels loaded so far know of their figures: vintages, sources, flags."""
        frames = [*self._exact.values(), *self._whole.values()]
        return tuple(frame.attrs["panelkit"] for frame in frames if "panelkit" in frame.attrs)

    def effect(self, spec: Specification) -> Effect | None:
        """Return the treatment's effect from the batch, or None where the batch cannot compute it."""
        key = (spec.vintage, spec.provinces)
        if key not in self._columns:
            self._columns[key] = Columns(self._provinces(spec))
        return self._batch.effect(spec, self._columns[key])

    def _provinces(self, spec: Specification) -> pd.DataFrame:
        _refuse_unknown(spec)
        frame = self._all(spec.vintage)
        if spec.provinces == "all":
            return frame
        return _part(frame, frame.index.get_level_values("province").isin(_labels(spec.provinces)))

    def _all(self, vintage: Vintages) -> pd.DataFrame:
        if vintage not in self._whole:
            columns, first, last = self._wanted[vintage]
            self._whole[vintage] = _load(list(columns), first, last, vintage, "all")
        return self._whole[vintage]


def _known() -> set[str]:
    return {str(key) for key in catalogue.indicators().index}


def _refuse_unknown(spec: Specification) -> None:
    """Refuse a specification with a column that no catalogue holds: it was left out of the plan."""
    unknown = [name for name in spec.columns if not is_derived(name) and name not in _known()]
    if unknown:
        catalogue.require(unknown)
        raise SpecError(f"{', '.join(unknown)}: write the key of an indicator, not its name")


def _columns(spec: Specification) -> tuple[str, ...]:
    """Return the indicators of a specification, or a name that no catalogue holds where its formula is wrong."""
    try:
        return spec.columns
    except PanelkitError:
        return ("",)


def _part(frame: pd.DataFrame, keep: NDArray[np.bool_]) -> pd.DataFrame:
    part: pd.DataFrame = frame.loc[keep]
    part.attrs = frame.attrs
    return part


def _labels(provinces: str | tuple[str, ...]) -> list[str]:
    from panelkit.data.provinces import TIBET, labels_of, resolve

    names = labels_of("en")
    if isinstance(provinces, tuple):
        return [str(names[code]) for code in resolve(provinces)]
    return [str(name) for code, name in names.items() if code != TIBET]


def _load(
    columns: list[str], first: int, last: int, vintage: Vintages, provinces: str | tuple[str, ...]
) -> pd.DataFrame:
    from panelkit.data.panels import load_provinces
    from panelkit.data.selection import choose_vintages
    from panelkit.indices.panels.columns import with_derived

    derived = [name for name in columns if is_derived(name)]
    held = [name for name in columns if name not in derived] or ["population"]
    chosen = {name: version for name, version in vintage if name in held}
    asked = list(provinces) if isinstance(provinces, tuple) else provinces
    named = choose_vintages(held, chosen)  # a declared design asks for its series by name
    frame = load_provinces(held, range(first, last + 1), vintage=named, provinces=asked)
    return with_derived(frame, derived) if derived else frame
