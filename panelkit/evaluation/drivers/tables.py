"""Tables and words that both doors of drivers share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.provinces import lookup, place_name
from panelkit.evaluation.drivers.cube import IndexCube
from panelkit.indices.arrays.checks import first_of
from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.indicator_labels import indicator_label
from panelkit.language.message import Language, Message, Told, message, verbatim
from panelkit.results.fit import FloatArray

_NAMED = 4


def long_table(cube: IndexCube, columns: dict[str, FloatArray], by: str) -> pd.DataFrame:
    """Return arrays (N, k) as one row a unit and indicator, within units in the order of the absolute value of `by`."""
    n, k = len(cube.units), len(cube.indicators)
    table = pd.DataFrame(
        {
            "unit": np.repeat(cube.units.to_numpy(), k),
            "indicator": np.tile(np.array(cube.indicators, dtype=object), n),
            **{name: values.ravel() for name, values in columns.items()},
        }
    )
    order = np.lexsort((-np.abs(table[by].to_numpy(float)), np.repeat(np.arange(n), k)))
    return table.iloc[order].reset_index(drop=True)


def index_name(index: Composite) -> Message:
    """Return what an index is called; one of columns that nobody named, by these."""
    label = index.design.label
    if (index.design.id, label.en) != ("index", "index"):
        return Told(label.en, label.zh)
    names = [item.id for item in index.design.indicators()]
    return message("the index of {columns}", columns=first_of(names[:_NAMED], len(names)))


def named(units: Iterable[Any]) -> list[Message]:
    """Return units by name, provinces by that of the language."""
    places = [(str(label), lookup(label)) for label in units]
    return [verbatim(label) if place is None else place_name(place.adcode) for label, place in places]


def indicator_labels(index: Composite) -> dict[Language, dict[str, str]]:
    """Return what its indicators are called, by language."""
    tongues: tuple[Language, Language] = ("en", "zh")
    return {
        tongue: {item.id: indicator_label(item, tongue) for item in index.design.indicators()}
        for tongue in tongues
    }


def weights_note(draws: int, level: float, seed: int | None) -> Message:
    """Return what the interval of places gained is made of."""
    return message(
        "low and high, or [low, high]: {level:.0f}% of places gained over {draws} draws of weights, one indicator left "
        "out (seed {seed})",
        level=100.0 * level,
        draws=draws,
        seed=message("the caller's generator") if seed is None else str(seed),
    )
