"""The twin designs of a verdict: what each of them projects out, and on which rows."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.studies.scrutiny.cube import Cube, Mask
from panelkit.studies.scrutiny.nuisance import (
    constant,
    nuisance,
    times_years,
    trend,
    year_dummies,
)
from panelkit.studies.scrutiny.slopes import Slopes, slopes

# a unit's squares below this share of the mean of all are what rounding left
_USED_UP = 1e-14


def main_slopes(panel: Cube) -> Slopes:
    """Fit the verdict's own design: unit and year effects, and controls."""
    return _fitted(panel, constant(panel.held), year_dummies(panel.held))


def trend_slopes(panel: Cube) -> Slopes:
    """Fit it with a linear trend in every unit."""
    return _fitted(panel, trend(panel.held), year_dummies(panel.held))


def region_slopes(panel: Cube, regions: FloatArray) -> Slopes:
    """Fit it with the years of every region; `regions` (N,) are codes."""
    members = np.unique(regions)[:, None] == regions
    return _fitted(panel, constant(panel.held), times_years(members.astype(float), panel.held))


def income_slopes(panel: Cube, income: FloatArray) -> Slopes:
    """Fit it with the years times a number of every unit (N,)."""
    centred = (income - income.mean()) / (income.std() or 1.0)
    return _fitted(
        panel, constant(panel.held), times_years(np.stack([np.ones_like(centred), centred]), panel.held)
    )


def path_slopes(panel: Cube) -> Slopes:
    """Fit it with a trend and a loading on the first common path in every unit."""
    own = np.concatenate(
        [
            np.broadcast_to(trend(panel.held), (panel.worlds, 2, *panel.held.shape)),
            np.broadcast_to(
                common_path(panel)[:, None, None, :], (panel.worlds, 1, panel.units, panel.years)
            ),
        ],
        axis=1,
    )
    return _fitted(panel, own, year_dummies(panel.held))


def common_path(panel: Cube) -> FloatArray:
    """Return the first common path of x and y in every world, (W, T), up to its sign.

    x and y net of controls, year effects and unit trends, those of every unit over their own root mean square; the
    first eigenvector of the sum of cross-products (T, T) over both and over the units that have all years. Over the
    root mean square of all, a few restless units would make the path: of 100 worlds with a hidden common factor 5.6 to
    8.0 were then SUPPORTED, and 5.2 to 6.2 so, at the same power (4 cells of 1,000 worlds on trying seeds). A unit
    whose column is used up has no path and no say.
    """
    apart = nuisance(panel.held, trend(panel.held), year_dummies(panel.held), panel.controls)
    whole = whole_units(panel)
    moments = np.zeros((panel.worlds, panel.years, panel.years))
    for column in (panel.x, panel.y):
        left = apart.sweep(column)[:, whole]
        square = (left**2).sum(axis=2, keepdims=True)
        told = square > _USED_UP * square.mean(axis=1, keepdims=True)
        left = np.where(told, left / np.sqrt(np.where(told, square, 1.0)), 0.0)
        moments += left.swapaxes(1, 2) @ left
    path: FloatArray = np.linalg.eigh(moments)[1][:, :, -1]
    return path


def whole_units(panel: Cube) -> Mask:
    """Return which units (N,) have every year that any unit has."""
    return np.asarray(panel.held[:, panel.held.any(axis=0)].all(axis=1))


def difference_slopes(panel: Cube) -> Slopes:
    """Fit it in first differences with year effects and a drift in every unit."""
    return main_slopes(differenced(panel))


def differenced(panel: Cube) -> Cube:
    """Return the changes from the year before; a row without that year is none."""
    both = panel.held[:, 1:] & panel.held[:, :-1]
    y, x, controls = (np.diff(part, axis=-1) for part in (panel.y, panel.x, panel.controls))
    return Cube(y, x, both, controls)


def lead_slopes(panel: Cube) -> Slopes:
    """Fit next year's x beside today's, with unit trends; the slope is that of next year's."""
    lead, held = with_lead(panel)
    there = nuisance(held, trend(held), year_dummies(held), panel.controls)
    return slopes(there, lead, panel.y, beside=panel.x)


def with_lead(panel: Cube) -> tuple[FloatArray, Mask]:
    """Return next year's x (W, N, T) and the rows (N, T) that have it."""
    if panel.lead is None:
        lead = np.full(panel.x.shape, np.nan)
        lead[..., :-1] = np.where(panel.held[:, 1:], panel.x[..., 1:], np.nan)
    else:
        lead = panel.lead
    there = panel.held & ~np.isnan(lead).any(axis=0)
    return np.where(there, lead, 0.0), there


def _fitted(panel: Cube, own: FloatArray, shared: FloatArray) -> Slopes:
    return slopes(nuisance(panel.held, own, shared, panel.controls), panel.x, panel.y)
