"""The choropleth: figures of one year as tiles, or on a map of the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from panelkit.data.user.places import provincial_rows
from panelkit.kernels.frames import as_floats, type_name
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Language, Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.show.maps.base_map import BaseMap
from panelkit.show.maps.classes import Classes
from panelkit.spatial.own_map import on_map, read_map

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure


@offered("map", family="maps", result="Figure", source="Hyndman and Fan 1996 (quantiles)", public=True)
def choropleth(
    series: pd.Series,
    *,
    year: Any = None,
    boundaries: BaseMap | str | Path | None = None,
    classes: Classes | None = "quantiles",
    n_classes: int = 5,
    centre: float | None = None,
    decimals: int = 2,
    value_label: str | None = None,
    language: Language = "en",
    title: str | None = None,
    notes: Sequence[str] | str = (),
) -> Figure:
    """Draw one year of a series over the provinces as tiles, or over the areas of a map of one's own.

    Areas without a figure are hatched, and every class keeps its own grey in print.

    Parameters
    ----------
    series
        Values by unit, or by (unit, time).
    year
        The year to take of a panel series; None: the last.
    boundaries
        A map of `read_map`, or the path of a GeoJSON file that it can read without options. None: tiles, and then
        units are provinces.
    classes
        "quantiles", "equal" (of equal width), rising edges, or None for a continuous scale.
    n_classes
        How many classes, 2 to 9.
    centre
        The middle of a diverging, continuous scale; areas below it are hatched. Takes `classes=None`.
    decimals
        Decimals of numbers on tiles and in the legend.
    value_label
        What stands over the legend; None: the name of the series.
    language
        "en" or "zh".
    title, notes
        Text above; sentences below.

    Returns
    -------
    Figure

    Raises
    ------
    DataError
        If units are no areas, or areas no units, with the names of both; or the year is not held.
    SpecError
        If options contradict each other.
    StyleError
        If classes do not cover the values.

    Examples
    --------
    >>> income = panel["gdp"] / panel["population"]
    >>> figure = pk.choropleth(income, year=2020, value_label="GDP per person", n_classes=4)
    >>> figure.svg().startswith("<svg")
    True
    """
    if centre is not None and classes is not None:
        raise SpecError(
            message(
                "{centre} is the middle of a continuous scale: give classes=None beside it, or leave it out",
                centre=option("centre"),
            )
        )
    values, said = _one_year(series, year)
    base = read_map(boundaries) if isinstance(boundaries, str | Path) else boundaries
    return drawn(
        values,
        base,
        classes=classes,
        n_classes=n_classes,
        centre=centre,
        decimals=decimals,
        value_label=value_label or str(series.name or "") or None,
        language=language,
        title=title,
        notes=[*([notes] if isinstance(notes, str) else notes), *(one.text(language) for one in said)],
        name_omitted=base is None,
    )


def drawn(values: pd.Series, base: BaseMap | None, **options: Any) -> Figure:
    """Return the map of values by unit: on the areas of `base`, or on tiles, where units are provinces.

    Raises
    ------
    DataError
        If a unit is on no map.
    """
    from panelkit.data.provinces import resolve
    from panelkit.show import figures

    placed = values.set_axis(resolve(values.index)) if base is None else on_map(values, base)
    return figures.province_map(placed, boundaries=base, **options)


def _one_year(series: pd.Series, year: Any) -> tuple[pd.Series, tuple[Message, ...]]:
    """Return the values of one year by unit, and the year and what was set apart as they are printed."""
    if not isinstance(series, pd.Series):
        raise DataError(
            message("a map is of one pandas series under its units, not of {kind}", kind=type_name(series))
        )
    frame, notes = provincial_rows(series.to_frame(name="value"))
    values = pd.Series(as_floats(frame["value"], f"`{series.name}`"), index=frame.index, name="value")
    if not isinstance(values.index, pd.MultiIndex):
        if year is not None:
            raise SpecError(message("the series has no years: leave {year} out", year=option("year")))
        return values, notes
    years = values.index.get_level_values(-1)
    chosen = years.max() if year is None else year
    if chosen not in years:
        raise DataError(
            message(
                "no year {chosen!r} in the series: it holds {first} to {last}",
                chosen=chosen,
                first=years.min(),
                last=years.max(),
            )
        )
    return values.xs(chosen, level=-1), (verbatim(str(chosen)), *notes)
