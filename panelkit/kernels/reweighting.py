"""Cross-products of a panel under weights on its units, swept anew, in memory of the panel's own size.

`core/moments.py` holds the dummies of all periods for each group, which is fast where periods are few. Here the longer
of the two blocks of effects is swept out by its means and the shorter one solved for, draw by draw.
"""

from __future__ import annotations

import numpy as np

from panelkit.kernels.downdating import solve_effects
from panelkit.kernels.moments import LOST_SHARE
from panelkit.kernels.within import Effects, FloatArray, Layout, within
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option

# Floating-point operations that all draws may take: some minutes on one core.
LARGEST_WORK = 1.5e12
# Cells of moments that are held whole: 200 MB.
_LARGEST_MOMENTS = 25_000_000


def suits_reweighting(layout: Layout, effects: Effects, groups: int, q: int) -> bool:
    """Return whether moments with the dummies of all periods would be large, or slower than what is here."""
    if effects not in ("time", "twoway") or layout.interactions is not None:
        return False
    return layout.n_times > layout.n_units or groups * (layout.n_times + q) ** 2 > _LARGEST_MOMENTS


def refuse_long_work(layout: Layout, q: int, draws: int) -> None:
    """Raise a `SpecError` if `draws` of `reweighted_grams` would take too long."""
    n_units, n_times = layout.n_units, layout.n_times
    # ten for passes over the columns, which are not products of matrices
    long, short = max(n_units, n_times), min(n_units, n_times)
    work = draws * (2.0 * long * (short + q) ** 2 + short**3 + 10.0 * q * layout.n)
    if work > LARGEST_WORK:
        raise SpecError(
            message(
                "{draws:,} resamples of a panel of {n_units:,} units and {n_times:,} periods with "
                "effects of its periods would take about {minutes:,.1f} minutes: take fewer resamples "
                "({reps}), longer periods (years for days), or {effects}",
                reps=option("reps"),
                effects=option("effects", "unit"),
                draws=draws,
                n_units=n_units,
                n_times=n_times,
                minutes=work / LARGEST_WORK * 5.0,
            )
        )


def reweighted_grams(
    columns: FloatArray, layout: Layout, effects: Effects, weights: FloatArray
) -> FloatArray:
    """Return the cross-products of columns (n, q), swept of the effects, for weights (B, n_units) on the units.

    Returns
    -------
    Shape (B, q, q); as `GroupMoments.swept`, rows and columns of what a draw leaves no variation are zero.
    """
    q = columns.shape[1]
    cube = np.zeros((q, layout.n_units, layout.n_times))
    cube[:, layout.unit, layout.time] = within(columns, layout, effects).T
    held = np.zeros((layout.n_units, layout.n_times))
    held[layout.unit, layout.time] = 1.0
    by_unit = cube.transpose(1, 0, 2)
    grams = np.tensordot(weights, by_unit @ by_unit.transpose(0, 2, 1), axes=(1, 0))
    by_time = layout.n_times > layout.n_units or effects == "time"
    for row, gram in zip(weights, grams, strict=True):
        before = np.diag(gram).copy()
        if by_time:
            dummies, cross = _without_periods(gram, cube, held, row, effects)
        else:
            dummies, cross = _without_units(cube, held, row)
        _settle(gram, dummies, cross, before)
    return np.asarray(grams)


def _without_periods(
    gram: FloatArray, cube: FloatArray, held: FloatArray, weights: FloatArray, effects: Effects
) -> tuple[FloatArray, FloatArray]:
    """Sweep the periods out of `gram`, in place; return what is left of the units' dummies, and times columns."""
    totals = weights @ held
    share = 1.0 / np.sqrt(np.where(totals > 0.0, totals, 1.0))
    sums = np.tensordot(cube, weights, axes=(1, 0)) * share
    gram -= sums @ sums.T
    if effects == "time":
        return np.empty((0, 0)), np.empty((0, len(cube)))
    dummies = held * (weights[:, None] * share)
    # the columns sum to zero by unit, whatever the weights of units
    return np.diag(weights * held.sum(axis=1)) - dummies @ dummies.T, -dummies @ sums.T


def _without_units(cube: FloatArray, held: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return what the units leave of the periods' dummies, and times columns, which hold nothing of the units."""
    part = held * np.sqrt(weights / held.sum(axis=1))[:, None]
    return np.diag(weights @ held) - part.T @ part, np.tensordot(weights, cube, axes=(0, 1)).T


def _settle(gram: FloatArray, dummies: FloatArray, cross: FloatArray, before: FloatArray) -> None:
    """Take the remaining dummies out of cross-products, in place; zero what is lost."""
    if len(dummies):
        solution = solve_effects(dummies, cross)
        taken = cross.T @ solution
        # quadratic in the error of the solution
        gram -= taken + taken.T - solution.T @ dummies @ solution
    lost = np.diag(gram) <= LOST_SHARE * before
    gram[lost, :] = 0.0
    gram[:, lost] = 0.0
