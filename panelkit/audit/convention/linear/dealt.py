"""The same regression on figures in which chance was dealt anew: residuals of whole units exchange their places."""

from __future__ import annotations

import numpy as np

from panelkit.audit.convention.linear.predicted import Asked
from panelkit.audit.convention.linear.regressions import Regression
from panelkit.audit.convention.linear.shared import Solved
from panelkit.kernels.within import FloatArray, IntArray, Layout, within


def dealt_rows(
    asked: Asked, regression: Regression, scale: int, variance: int, rng: np.random.Generator, draws: int
) -> FloatArray:
    """Return what a regression prints on `draws` panels of the same design and another chance, (draws, S).

    Fitted values stay; the residuals of whole units, their signs drawn too, exchange places between units that hold the
    same periods. So the numbers lie about the printed ones as those of another vintage, or of like figures, would.
    """
    out = np.empty((draws, len(asked.slots)))
    for at in range(draws):
        again = _again(regression, _exchanged(regression.solved, rng))
        out[at] = asked.rows(again, scale + 1, variance)[scale]
    return out


def _again(regression: Regression, residuals: FloatArray) -> Regression:
    """Return the regression with other residuals (n,) around the same fitted values."""
    solved = regression.solved
    noise = within(residuals[:, None], solved.layout, solved.effects)[:, 0]
    on_basis = solved.basis.T @ noise
    moved = Solved(
        beta=solved.beta + solved.root @ on_basis,
        residuals=noise - solved.basis @ on_basis,
        basis=solved.basis,
        root=solved.root,
        y=solved.y - solved.residuals + noise,
        raw=solved.raw - solved.residuals + residuals,
        regressors=solved.regressors,
        layout=solved.layout,
        effects=solved.effects,
    )
    return Regression(moved, regression.labels, regression.deviations, regression.calendar)


def _exchanged(solved: Solved, rng: np.random.Generator) -> FloatArray:
    """Return the residuals (n,) of whole units dealt anew among units of the same periods, with signs."""
    layout = solved.layout
    source = np.arange(layout.n)
    for units in _alike(layout):
        taken = rng.permutation(units)
        for unit, other in zip(units, taken, strict=True):
            first, count = layout.starts[unit], layout.unit_counts[unit]
            source[first : first + count] = layout.starts[other] + np.arange(count)
    signs = rng.choice(np.array([-1.0, 1.0]), layout.n_units)
    return np.asarray(solved.residuals[source] * signs[layout.unit])


def _alike(layout: Layout) -> list[IntArray]:
    """Return groups of units that hold the same periods."""
    held: dict[bytes, list[int]] = {}
    for unit, times in enumerate(np.split(layout.time, layout.starts[1:])):
        held.setdefault(times.tobytes(), []).append(unit)
    return [np.array(units, dtype=np.int64) for units in held.values()]
