"""The figures that claims read: each panel loaded once, each expression worked out once. It takes plans, no designs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.claims.maps import WeightsName, weights_named
from panelkit.claims.places import regions_of
from panelkit.data import catalogue
from panelkit.data.paths import shipped
from panelkit.formula.formula import evaluate
from panelkit.formula.grammar import parse_expression
from panelkit.formula.tree import columns_of
from panelkit.indices.panels.chained import chained
from panelkit.indices.panels.columns import figures_behind, is_derived
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import message
from panelkit.spatial.weights import Weights
from panelkit.studies.batch import Batch, Effect
from panelkit.studies.columns import PanelColumns
from panelkit.studies.specification import Specification

Vintages = tuple[tuple[str, str], ...]
Provinces = str | tuple[str, ...]

MADE = {"real_gdp": "gdp_index_prev_year"}
"""Columns made here, with the figure behind each: real output is the growth index chained from a panel's first year."""


class Figures:
    """The figures that a set of specifications reads; one whole panel for every choice of vintages."""

    map: WeightsName = "contiguity"
    """The weights of designs that name none."""
    catalogued: bool = True
    """Whether a column is what the catalogue says of its name."""
    told_regions: Mapping[Hashable, Hashable] | None = None
    """The region of every unit, where the user says it; provinces have theirs without being told."""

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
        self._columns: dict[object, PanelColumns] = {}
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
        return _with_made(_part(frame, keep), spec)

    def exact(self, spec: Specification) -> pd.DataFrame:
        """Return the panel of one specification loaded alone: its columns and years, and no other source."""
        first, last = spec.span
        columns = sorted(set(_columns(spec)))
        key = (spec.vintage, spec.provinces, tuple(columns), first, last)
        if key not in self._exact:
            _refuse_unknown(spec)
            frame = loaded(columns, (first, last), spec.vintage, spec.provinces)
            self._exact[key] = _with_made(frame, spec)
        return self._exact[key]

    def facts(self) -> tuple[Mapping[str, Any], ...]:
        """Return what the panels loaded so far know of their figures: vintages, sources, flags."""
        frames = [*self._exact.values(), *self._whole.values()]
        return tuple(frame.attrs["panelkit"] for frame in frames if "panelkit" in frame.attrs)

    def effect(self, spec: Specification) -> Effect | None:
        """Return the treatment's effect from the batch, or None where the batch cannot compute it."""
        return self._batch.effect(spec, self.columns(spec))

    def columns(self, spec: Specification) -> PanelColumns:
        """Return the columns of the panel that a specification reads, each expression worked out once."""
        key = (spec.vintage, spec.provinces)
        if key not in self._columns:
            self._columns[key] = PanelColumns(self._provinces(spec))
        return self._columns[key]

    def expressions(
        self,
        formulas: Mapping[str, str],
        years: tuple[int, int],
        vintage: Vintages = (),
        provinces: Provinces = "all",
    ) -> pd.DataFrame:
        """Return named expressions, one column each, by (province, year); see `expressions` of this module."""
        return expressions(formulas, years, vintage, provinces)

    def weights(self, name: str, ids: Sequence[Hashable], left_out: Sequence[Hashable] = ()) -> Weights:
        """Return the weights of that name between the units of a sample.

        Parameters
        ----------
        name
            As a claim file writes it.
        ids
            Units of the sample.
        left_out
            Units that a policy for missing cells took out of it: weights given for them are no error.

        Raises
        ------
        SpecError, DataError
            If there are no such weights between these units.
        """
        return weights_named(name, ids)

    def regions(self, names: pd.Index) -> pd.Series:
        """Return the region of each unit."""
        return regions_of(names)

    def places(self, names: Sequence[str]) -> list[Any]:
        """Return units as the panels call them, whatever their spelling.

        Raises
        ------
        SpecError, DataError
            If a name is no unit, or two name one.
        """
        from panelkit.data.provinces import labels_of, resolve

        english = labels_of("en")
        found = [str(english[code]) for code in resolve(names)]
        if len(set(found)) < len(found):
            raise SpecError(message("{places} name a {unit} twice", places=list(names)))
        return found

    def made_of(self, spec: Specification) -> dict[str, tuple[str, ...]]:
        """Return the figures behind every column of a specification that is made of some."""
        return {name: figures_behind(name) for name in spec.columns if is_derived(name)}

    def _provinces(self, spec: Specification) -> pd.DataFrame:
        _refuse_unknown(spec)
        frame = self._all(spec.vintage)
        if spec.provinces == "all":
            return frame
        return _part(frame, frame.index.get_level_values("province").isin(_labels(spec.provinces)))

    def _all(self, vintage: Vintages) -> pd.DataFrame:
        if vintage not in self._whole:
            columns, first, last = self._wanted[vintage]
            self._whole[vintage] = loaded(list(columns), (first, last), vintage)
        return self._whole[vintage]


def loaded(
    columns: list[str], years: tuple[int, int], vintage: Vintages = (), provinces: Provinces = "all"
) -> pd.DataFrame:
    """Return figures and derived columns as a panel; a declared design asks for its series by name.

    Parameters
    ----------
    columns
        Keys of indicators, or names of columns of composite indices.
    years
        First and last year.
    vintage
        Pairs (indicator, vintage); the others have their defaults.
    provinces
        "all", "no_tibet" or names.

    Returns
    -------
    DataFrame
        Rows by (province, year); `attrs["panelkit"]` says what the figures are.

    Raises
    ------
    SpecError, DataError
        If an indicator, vintage, province or year is not held.
    """
    return _loaded(shipped("data"), tuple(columns), years, vintage, provinces)


@lru_cache(maxsize=128)
def _loaded(
    folder: Path, columns: tuple[str, ...], years: tuple[int, int], vintage: Vintages, provinces: Provinces
) -> pd.DataFrame:
    """Return a panel once for each folder of figures: designs of one claim read the same ones."""
    from panelkit.data.panels import load_provinces
    from panelkit.data.selection import choose_vintages
    from panelkit.indices.panels.columns import with_derived

    derived = [name for name in columns if is_derived(name)]
    held = [name for name in columns if name not in derived] or ["population"]
    chosen = {name: version for name, version in vintage if name in held}
    asked = list(provinces) if isinstance(provinces, tuple) else provinces
    named = choose_vintages(held, chosen)
    frame = load_provinces(held, range(years[0], years[1] + 1), vintage=named, provinces=asked)
    return with_derived(frame, derived) if derived else frame


def expressions(
    formulas: Mapping[str, str], years: tuple[int, int], vintage: Vintages = (), provinces: Provinces = "all"
) -> pd.DataFrame:
    """Return named expressions on figures, one column each, with what the figures say of themselves.

    Parameters
    ----------
    formulas
        Name of the column -> expression on figures.
    years, vintage, provinces
        As `loaded`.

    Returns
    -------
    DataFrame
        Rows by (province, year).

    Raises
    ------
    SpecError, DataError
        If a formula is wrong, or a figure is not held.
    """
    columns = {name for text in formulas.values() for name in columns_of(parse_expression(text).node)}
    frame = loaded(sorted(columns), years, vintage, provinces)
    out = pd.DataFrame({name: evaluate(text, frame) for name, text in formulas.items()})
    out.attrs = dict(frame.attrs)
    return out


def _known() -> set[str]:
    return {*catalogue.facts()}


def _refuse_unknown(spec: Specification) -> None:
    """Refuse a specification with a column that no catalogue holds: it was left out of the plan."""
    known = {*_known(), *MADE}
    unknown = [name for name in spec.columns if not is_derived(name) and name not in known]
    if unknown:
        catalogue.require(unknown)
        raise SpecError(message("{unknown}: write the key of an indicator, not its name", unknown=unknown))


def _columns(spec: Specification) -> tuple[str, ...]:
    """Return the indicators behind a specification, or a name that no catalogue holds where its formula is wrong."""
    try:
        return tuple(dict.fromkeys(MADE.get(name, name) for name in spec.columns))
    except PanelkitError:
        return ("",)


def _with_made(frame: pd.DataFrame, spec: Specification) -> pd.DataFrame:
    """Return the panel with the columns that are made of its years."""
    if "real_gdp" not in spec.columns:
        return frame
    return frame.assign(real_gdp=chained(frame[MADE["real_gdp"]]))


def _part(frame: pd.DataFrame, keep: NDArray[np.bool_]) -> pd.DataFrame:
    part: pd.DataFrame = frame.loc[keep]
    part.attrs = frame.attrs
    return part


def _labels(provinces: Provinces) -> list[str]:
    from panelkit.data.provinces import TIBET, labels_of, resolve

    names = labels_of("en")
    if isinstance(provinces, tuple):
        return [str(names[code]) for code in resolve(provinces)]
    return [str(name) for code, name in names.items() if code != TIBET]
