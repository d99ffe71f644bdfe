"""A panel of the user's own on which claims are tested: its rows, its words, its weights."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from panelkit.claims.file.problems import UNPRINTABLE
from panelkit.claims.file.toml_file import shown_text
from panelkit.claims.maps import OWN_WEIGHTS
from panelkit.data.provinces import lookup_many
from panelkit.data.user.places import provincial_rows
from panelkit.kernels.frames import THE_DATA, as_pandas
from panelkit.kernels.index import dimension_names, read_panel_index
from panelkit.language.errors import DataError, PanelkitError, SpecError
from panelkit.language.levels import Levels
from panelkit.language.message import Language, Message, in_language, message
from panelkit.show.brief import Brief
from panelkit.spatial.weights import Weights, as_weights

_NAMED = 5


@dataclass(frozen=True, eq=False)
class OwnPanel(Brief):
    """A panel of the user's own under a (unit, time) index, sorted so, each level under the user's own name.

    `name` is what sentences call it, `weights` are those given beside it, `notes` what was joined or set apart;
    `regions` is the region of every unit, where a column says it.
    """

    frame: pd.DataFrame
    levels: Levels
    name: str = THE_DATA
    weights: tuple[Weights, ...] = ()
    notes: tuple[Message, ...] = ()
    regions: Mapping[Hashable, Hashable] | None = None

    def _brief(self) -> str:
        return f"{len(self.units)} {self.levels[0]}, {len(self.frame)} rows, {self.years[0]}-{self.years[-1]}"

    @cached_property
    def units(self) -> list[Hashable]:
        """Return the units, sorted."""
        return list(self.frame.index.get_level_values(0).unique())

    @cached_property
    def years(self) -> list[int]:
        """Return the periods that some row has, ascending."""
        return sorted(int(year) for year in self.frame.index.get_level_values(1).unique())

    @cached_property
    def provincial(self) -> bool:
        """Return whether every unit is a province."""
        return all(place is not None and place.kind == "province" for place in lookup_many(self.units))

    def held(self, column: str) -> tuple[int, ...]:
        """Return the periods in which some unit has a value."""
        values = self.frame[column].dropna()
        return tuple(sorted({int(year) for year in values.index.get_level_values(1)}))

    def facts(self, language: Language = "en") -> dict[str, Any]:
        """Return what JSON says of the panel."""
        return {
            "name": in_language(self.name, language),
            "unit": self.levels[0],
            "time": self.levels[1],
            "units": len(self.units),
            "rows": len(self.frame),
            "years": [self.years[0], self.years[-1]],
            "weights": [in_language(one.name, language) for one in self.weights],
            "notes": [in_language(note, language) for note in self.notes],
        }

    def sentence(self) -> Message:
        """Return what every output says of the panel."""
        said = message(
            "Data: {name}, {n:,} {units}, {first}-{last}, {rows:,} rows; no shipped figure is read.",
            name=self.name,
            n=len(self.units),
            first=self.years[0],
            last=self.years[-1],
            rows=len(self.frame),
        )
        return said.spoken(*self.levels)


def open_panel(
    data: Any,
    *,
    unit: str | None = None,
    time: str | None = None,
    w: Any = None,
    regions: str | None = None,
    name: str = THE_DATA,
) -> OwnPanel:
    """Return a frame as a panel of the user's own.

    Parameters
    ----------
    data
        pandas, polars or another frame: a row a unit and period.
    unit, time
        Its two columns; None: the levels of its index.
    w
        Weights between its units, or a list of up to three: whatever `as_weights` takes.
    regions
        A column with the region of each unit, the same in all its rows.
    name
        What sentences call it.

    Returns
    -------
    OwnPanel

    Raises
    ------
    SpecError, DataError
        If it is no panel, a unit holds a period twice, the weights are none, or a unit has no region or several.
    """
    given = as_pandas(data)
    _refuse_unprintable(map(str, given.columns), message("the name of a column"))
    frame, notes = provincial_rows(given, unit, time)
    index = read_panel_index(frame, unit, time)
    names = dimension_names(frame, unit, time)
    levels = names[0][0], names[1][0]
    try:
        order = index.order
    except PanelkitError as error:
        said = error.said
        raise type(error)(said.spoken(*levels) if isinstance(said, Message) else said) from error
    body = frame if unit is None else frame.drop(columns=[unit, time])
    body = body.set_axis(
        pd.MultiIndex.from_arrays(
            [index.unit_labels[index.unit], index.time_labels[index.time]], names=list(levels)
        )
    )
    body = body if order is None else body.iloc[order]
    body.attrs = frame.attrs
    _refuse_unprintable(map(str, body.index.get_level_values(0).unique()), message("the name of a unit"))
    return OwnPanel(
        body,
        levels,
        shown_text(name) if type(name) is str else name,
        _weights(w),
        notes,
        _regions(body, regions, levels),
    )


def _refuse_unprintable(names: Iterable[str], what: Message) -> None:
    """Refuse names with a character that no terminal, page or table can hold: they are printed as they are.

    Raises
    ------
    DataError
        With the first name and its character.
    """
    for name in names:
        mark = UNPRINTABLE.search(name)
        if mark is not None:
            raise DataError(
                message(
                    "{what} holds the control character U+{mark:04X} ({name}); remove it from the data",
                    what=what,
                    mark=ord(mark.group()),
                    name=shown_text(name),
                )
            )


def _regions(frame: pd.DataFrame, column: str | None, levels: Levels) -> Mapping[Hashable, Hashable] | None:
    """Return the region of every unit from a column, which must say one for each."""
    if column is None:
        return None
    if column not in frame.columns:
        raise SpecError(message("regions: no column is called `{column}`", column=column))
    by_unit = frame[column].groupby(level=0)
    several, none = by_unit.nunique() > 1, by_unit.count() == 0
    if several.any() or none.any():
        said = message(
            "regions: `{column}` must say one region for every {unit}; several: {several}; none: {none}",
            column=column,
            several=[str(name) for name in several.index[several][:_NAMED]] or "-",
            none=[str(name) for name in none.index[none][:_NAMED]] or "-",
        )
        raise SpecError(said.spoken(*levels))
    first: dict[Hashable, Hashable] = by_unit.first().to_dict()
    return first


def _weights(w: Any) -> tuple[Weights, ...]:
    if w is None:
        return ()
    several: Sequence[Any] = w if isinstance(w, list | tuple) else (w,)
    if len(several) > len(OWN_WEIGHTS):
        raise SpecError(message("w holds {n} weights: {most} at most", n=len(several), most=len(OWN_WEIGHTS)))
    return tuple(as_weights(one) for one in several)
