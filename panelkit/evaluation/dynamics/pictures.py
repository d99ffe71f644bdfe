"""The figures of this folder: forecasts, trajectories with bands, phase planes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.evaluation.dynamics.equilibria import equilibrium
from panelkit.evaluation.dynamics.trajectories import paths, rates
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.results.fit import FloatArray
from panelkit.show import figures
from panelkit.show.canvas import Figure
from panelkit.show.phase_plane import phase_plane

if TYPE_CHECKING:
    from panelkit.evaluation.dynamics.fusion_fit import FusionFit

_MOST = 2  # of units: more lines than eight lie over each other
_GRID = 18


def place_of(unit: str, units: Sequence[str]) -> int:
    """Return where a unit stands.

    Raises
    ------
    SpecError
        If there is none of that name.
    """
    if unit not in units:
        raise SpecError(message("there is no {name} among {units_named}", name=unit, units_named=list(units)))
    return list(units).index(unit)


def chosen_places(units: Sequence[str] | None, held: Sequence[str]) -> list[int]:
    """Return where the named units stand, the first of all if none is named; two at most."""
    named = list(held[:1]) if units is None else list(units)
    if not 1 <= len(named) <= _MOST:
        raise SpecError(message("a figure holds one or two units, not {count}", count=len(named)))
    return [place_of(name, held) for name in named]


def trajectory_figure(
    found: FusionFit, units: Sequence[str] | None, *, language: Language, title: str | None
) -> Figure:
    """Draw observed and simulated stocks in means of their own, from the first period, with the band of the draws."""
    columns: dict[str, FloatArray] = {}
    bands: dict[str, tuple[FloatArray, FloatArray]] = {}
    last, tail = len(found.periods) - 1, (1.0 - found.level) / 2.0
    drawn = found.draws[np.isfinite(found.draws).all(axis=(1, 2, 3))]
    places = chosen_places(units, found.units)
    for at in places:
        central = paths(found.stocks[at, 0], found.coefficients[at], last)
        many = paths(found.stocks[at, 0], drawn[:, at], last)
        low, high = np.nanquantile(np.where(np.isfinite(many), many, np.nan), [tail, 1.0 - tail], axis=0)
        for stock, name in enumerate(found.names):
            label = name if len(places) == 1 else f"{found.units[at]} {name}"
            made = message("{stock}, model", stock=label).text(language)
            columns[label], columns[made] = found.stocks[at, :, stock], central[:, stock]
            bands[made] = (low[:, stock], high[:, stock])
    label = message("in means of the stock").text(language)
    if len(places) == 1:
        label = message("{unit_named}, in means of the stock", unit_named=found.units[places[0]]).text(
            language
        )
    return figures.trend_lines(
        pd.DataFrame(columns, index=list(found.periods)),
        highlight=list(columns)[:8],
        bands=bands,
        value_label=label,
        language=language,
        title=title,
    )


def phase_figure(
    coefficients: FloatArray,
    means: FloatArray,
    values: FloatArray,
    periods: Sequence[int],
    names: tuple[str, str],
    *,
    language: Language,
    title: str | None,
) -> Figure:
    """Draw the phase plane of one system, coefficients (2, 3) in own means, values (T, 2) in units of the data."""
    rest = equilibrium(coefficients)
    held = values / means
    shown = np.vstack([held, rest]) if _near(rest, held) else held
    top = 1.15 * shown.max(axis=0)
    grid = [np.linspace(0.02 * one, one, _GRID) for one in top]
    x, y = (part.ravel() for part in np.meshgrid(*grid))
    speed = rates(np.column_stack([x, y]), coefficients)
    field = pd.DataFrame(
        {"x": x * means[0], "y": y * means[1], "dx": speed[:, 0] * means[0], "dy": speed[:, 1] * means[1]}
    )
    return phase_plane(
        field,
        pd.DataFrame({"x": values[:, 0], "y": values[:, 1]}, index=list(periods)),
        nullclines=[_nullcline(coefficients, at, top, means) for at in (0, 1)],
        rest=(float(rest[0] * means[0]), float(rest[1] * means[1])) if _near(rest, held) else None,
        labels=names,
        language=language,
        title=title,
    )


def _near(rest: FloatArray, held: FloatArray) -> bool:
    """Tell whether an equilibrium stands within three times what was observed: beyond, the path would be a dot."""
    return bool(np.isfinite(rest).all() and (rest <= 3.0 * held.max(axis=0)).all())


def _nullcline(coefficients: FloatArray, at: int, top: FloatArray, means: FloatArray) -> Any:
    """Return the line growth + own x + cross y = 0 of a stock, as far as it lies on the page."""
    growth, own, cross = coefficients[at]
    other = np.linspace(0.0, top[1 - at], 200)
    with np.errstate(divide="ignore", invalid="ignore"):
        stock = -(growth + cross * other) / own
    stock = np.where((stock >= 0.0) & (stock <= top[at]), stock, np.nan)
    pair = (stock, other) if at == 0 else (other, stock)
    return pd.DataFrame({"x": pair[0] * means[0], "y": pair[1] * means[1]})
