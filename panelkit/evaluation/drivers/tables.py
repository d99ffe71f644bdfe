"""Tables and words that both doors of drivers share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.evaluation.drivers.cube import IndexCube
from panelkit.indices.panels.composite import Composite
from panelkit.indices.panels.indicator_labels import indicator_label
from panelkit.language.message import Language, Message, Told, message
from panelkit.results.fit import FloatArray


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


def index_name(index: Composite) -> Told:
    """Return what an index is called."""
    return Told(index.design.label.en, index.design.label.zh)


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
        "low and high: {level:.0f}% of places gained over {draws} draws of weights, one indicator left out "
        "(seed {seed})",
        level=100.0 * level,
        draws=draws,
        seed=message("the caller's generator") if seed is None else str(seed),
    )
