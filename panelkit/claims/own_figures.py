"""A panel of the user's own in the place of the shipped figures: its columns and years, its map, no figure of ours."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from panelkit.claims.figures import Figures, Provinces, Vintages
from panelkit.claims.maps import OWN_WEIGHTS, WeightsName, weights_named
from panelkit.claims.own_panel import OwnPanel
from panelkit.claims.places import regions_of
from panelkit.data.provinces import labels_of, lookup_many
from panelkit.data.reads import note_years
from panelkit.data.user.provinces import keep_provinces
from panelkit.formula.formula import evaluate
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.spatial.provincial import match_labels
from panelkit.spatial.weights import Weights
from panelkit.studies.batch import Batch
from panelkit.studies.columns import PanelColumns
from panelkit.studies.specification import Specification

OWN = "own"
"""What the user's own panel is called among the series whose years are noted."""


class OwnFigures(Figures):
    """What specifications read of a panel of the user's own."""

    catalogued = False

    def __init__(self, panel: OwnPanel, specifications: Iterable[Specification] = ()) -> None:
        self._own = panel
        self._batch = Batch(specifications)
        self._parts: dict[Provinces, pd.DataFrame] = {}
        self._columns_of: dict[Provinces, PanelColumns] = {}
        self.told_regions = panel.regions
        self.map: WeightsName = OWN_WEIGHTS[0] if panel.weights else "contiguity"

    def panel(self, spec: Specification) -> pd.DataFrame:
        """Return the rows of a specification: its years, those that lags and leads read, its provinces."""
        self._note(spec)
        frame = self._among(spec.provinces)
        years = frame.index.get_level_values(1)
        keep = np.asarray((years >= spec.span[0]) & (years <= spec.span[1]))
        if spec.left_out:
            keep &= np.asarray(frame.index.get_level_values(0).astype(str) != spec.left_out)
        return frame.loc[keep]

    def exact(self, spec: Specification) -> pd.DataFrame:
        """Return the same rows: there is one source."""
        return self.panel(spec)

    def facts(self) -> tuple[Mapping[str, Any], ...]:
        """Return what the panel knows of its figures, where it is made of shipped ones."""
        held = self._own.frame.attrs
        return (held["panelkit"],) if "panelkit" in held else ()

    def columns(self, spec: Specification) -> PanelColumns:
        """Return the columns of the panel, each expression worked out once."""
        self._note(spec)
        if spec.provinces not in self._columns_of:
            self._columns_of[spec.provinces] = PanelColumns(self._among(spec.provinces))
        return self._columns_of[spec.provinces]

    def expressions(
        self,
        formulas: Mapping[str, str],
        years: tuple[int, int],
        vintage: Vintages = (),
        provinces: Provinces = "all",
    ) -> pd.DataFrame:
        """Return named expressions, one column each, under levels called province and year as indices read them."""
        note_years({OWN: ""}, range(years[0], years[1] + 1))
        frame = self._among(provinces)
        when = frame.index.get_level_values(1)
        part = frame.loc[np.asarray((when >= years[0]) & (when <= years[1]))]
        out = pd.DataFrame({name: evaluate(text, part) for name, text in formulas.items()})
        out.attrs = dict(frame.attrs)
        return out.rename_axis(index=["province", "year"])

    def weights(self, name: str, ids: Sequence[Hashable], left_out: Sequence[Hashable] = ()) -> Weights:
        """Return weights of the user's own, without units that the sample does not ask for, or those of provinces."""
        if name not in OWN_WEIGHTS:
            return weights_named(name, ids)
        place = OWN_WEIGHTS.index(name)
        matched = match_labels(self._own.weights[place], self._own.units)
        asked = {*ids, *left_out}
        others = set(self._own.units) - asked
        kept = [key for key in matched.ids if key not in others]
        return (matched if len(kept) == len(matched.ids) else matched.subset(kept)).for_model()

    def regions(self, names: pd.Index) -> pd.Series:
        """Return the region of each province, under the panel's own names."""
        english = labels_of("en")
        codes = [None if place is None else place.adcode for place in lookup_many(names)]
        known = pd.Index([str(english[code]) if code in english else str(code) for code in codes])
        return regions_of(known).set_axis(names)

    def places(self, names: Sequence[str]) -> list[Any]:
        """Return units as the panel calls them; provinces in any spelling."""
        by_name: dict[str, Hashable] = {str(unit): unit for unit in self._own.units}
        if self._own.provincial:
            units = zip(lookup_many(self._own.units), self._own.units, strict=True)
            by_code = {place.adcode: unit for place, unit in units if place is not None}
            for name, place in zip(names, lookup_many(names), strict=True):
                if place is not None and place.adcode in by_code:
                    by_name[name] = by_code[place.adcode]
        absent = [name for name in names if name not in by_name]
        if absent:
            raise SpecError(message("{data} holds no {unit} {absent}", data=self._own.name, absent=absent))
        found = [by_name[name] for name in names]
        if len(set(found)) < len(found):
            raise SpecError(message("{places} name a {unit} twice", places=list(names)))
        return found

    def made_of(self, spec: Specification) -> dict[str, tuple[str, ...]]:
        """Return nothing: what the columns are made of is the user's own."""
        return {}

    @staticmethod
    def _note(spec: Specification) -> None:
        note_years({OWN: ""}, range(spec.span[0], spec.span[1] + 1))

    def _among(self, provinces: Provinces) -> pd.DataFrame:
        if provinces not in self._parts:
            asked = list(provinces) if isinstance(provinces, tuple) else provinces
            self._parts[provinces] = keep_provinces(self._own.frame, asked, self._own.name)
        return self._parts[provinces]
