"""Local Moran statistics as figures: the map of clusters and the Moran scatter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.data.user.panel import province_labels
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.spelt import option
from panelkit.show.maps.base_map import BaseMap
from panelkit.spatial.own_map import on_map, read_map

if TYPE_CHECKING:
    from panelkit.show.canvas import Figure

_ROUNDING = 1e-9  # what sums in another order leave of a slope of size one


def lisa_figure(
    table: pd.DataFrame,
    level: float,
    told: Message,
    *,
    boundaries: Any,
    by: str,
    language: Language,
    title: str | None,
) -> Figure:
    """Return the map of clusters: `by` says whether q or p decides at the level, `told` is what stands below.

    Raises
    ------
    SpecError
        If `by` is neither.
    DataError
        If units and areas do not match.
    """
    from panelkit.show import figures

    quadrants = _judged(table, level, by)
    base = read_map(boundaries) if isinstance(boundaries, str | Path) else boundaries
    return figures.lisa_map(
        on_map(quadrants, base) if isinstance(base, BaseMap) else quadrants,
        boundaries=base,
        rule=_rule(table, level, by).text(language),
        language=language,
        title=title,
        notes=[told.text(language), message("hatched: the unit itself is low").text(language)],
    )


def scatter_figure(
    table: pd.DataFrame, slope: float, level: float, told: Message, *, language: Language, title: str | None
) -> Figure:
    """Return the Moran scatter; where row sums differ from one, the lag is scaled so that its slope is I."""
    from panelkit.show import figures

    frame = table[["z", "lag", "significant"]]
    named = province_labels(frame.index, language)
    frame = frame.rename(index={key: named.get(str(key), key) for key in frame.index})
    z, lag = frame["z"].to_numpy(float), frame["lag"].to_numpy(float)
    plain = float(z @ lag) / float(z @ z)
    straight = abs(plain - slope) <= _ROUNDING * max(1.0, abs(plain)) or plain == 0.0
    name = None if straight else message("Spatial lag, scaled: its slope is Moran's I").text(language)
    filled = message("filled: {rule}", rule=_rule(table, level, "q")).text(language)
    return figures.moran_scatter(
        frame.assign(lag=lag if straight else lag * slope / plain),
        slope=slope,
        name=message("z, the value in standard deviations from the mean").text(language),
        lag_name=name,
        language=language,
        title=title,
        notes=[told.text(language), filled],
    )


def _judged(table: pd.DataFrame, level: float, by: str) -> pd.Series:
    if by not in ("q", "p"):
        raise SpecError(
            message(
                "{by} is 'q' (false discovery rate) or 'p' (no correction), not {given!r}",
                by=option("by"),
                given=by,
            )
        )
    held = table["p_value"].isna() | (table["q_value" if by == "q" else "p_value"] <= level)
    return table["quadrant"].where(held, "ns")


def _rule(table: pd.DataFrame, level: float, by: str) -> Message:
    if by == "q":
        return message("false discovery rate {rate:g}", rate=level)
    tests = int(np.isfinite(table["p_value"].to_numpy(float)).sum())
    return message("p ≤ {rate:g}, not corrected for {tests} tests", rate=level, tests=tests)
