"""Two stocks by nonlinear least squares on whole trajectories: the second estimate beside that on integrals.

The logarithms of simulated and observed paths are held against each other; growth and interaction are shared,
capacity and first value are a province's own. It takes all error as one of measurement, the regression on integrals
all as shocks that stay: where the two disagree, the model does not say which is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.evaluation.dynamics.trajectories import paths
from panelkit.kernels.steps import steps_of
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

_STEP = 1e-6
_FAR = 50.0  # of a logarithm: where a path has left every bound, so that the search turns back
_STARTS = 3


@dataclass(frozen=True, eq=False)
class TrajectoryFit(Brief):
    """Coefficients (N, 2, 3), first values (N, 2), errors of the effects by province (2,), and the fit's rms in logs.

    `agreeing` says how many of the starts of the search came to the same least squares.
    """

    coefficients: FloatArray
    start: FloatArray
    effect_errors: FloatArray
    rms: float
    agreeing: int

    @property
    def effects(self) -> FloatArray:
        """Return the growth a period that the other stock adds at its mean (2,)."""
        return self.coefficients[0, :, 2]


def trajectory_fit(
    stocks: FloatArray, first: FloatArray, rng: np.random.Generator, *, starts: int = _STARTS
) -> TrajectoryFit:
    """Return the fit to stocks (N, T, 2) in means of their own, from coefficients `first` (N, 2, 3) and others near
    it.

    scipy's trust-region search, its derivatives by differences in one batch. The errors are clustered by province.
    """
    from scipy.optimize import least_squares

    units, logs = len(stocks), np.log(stocks)
    begin = _packed(first, logs[:, 0])
    tries = [begin, _packed(first * [1.0, 1.0, 0.0], logs[:, 0])]
    tries += [begin * rng.uniform(0.7, 1.3, len(begin)) for _ in range(starts - 2)]

    def errors(theta: FloatArray) -> FloatArray:
        return _errors(theta[None], logs)[0]

    def slopes(theta: FloatArray) -> FloatArray:
        return _slopes(theta, logs)

    found = [
        least_squares(errors, one, jac=slopes, method="trf", x_scale="jac", max_nfev=60, xtol=1e-10)
        for one in steps_of(tries[:starts], starts)
    ]
    best = min(found, key=lambda one: float(one.cost))
    agreeing = sum(one.cost <= best.cost * (1.0 + 1e-4) + 1e-12 for one in found)
    coefficients, start = _unpacked(best.x[None], units)
    spread = _clustered(slopes(best.x), errors(best.x), units)
    return TrajectoryFit(
        coefficients[0], np.exp(start[0]), spread, float(np.sqrt(2.0 * best.cost / logs.size)), int(agreeing)
    )


def _packed(coefficients: FloatArray, logs: FloatArray) -> FloatArray:
    """Return growth (2), cross effects (2), own effects (2 N) and first logarithms (2 N) as one vector."""
    shared = coefficients.mean(axis=0)
    return np.concatenate([shared[:, 0], shared[:, 2], coefficients[:, :, 1].ravel(), logs.ravel()])


def _unpacked(theta: FloatArray, units: int) -> tuple[FloatArray, FloatArray]:
    """Return coefficients (B, N, 2, 3) and first logarithms (B, N, 2) of vectors (B, p)."""
    growth, cross = (np.broadcast_to(theta[:, None, at : at + 2], (len(theta), units, 2)) for at in (0, 2))
    own, start = (part.reshape(-1, units, 2) for part in np.split(theta[:, 4:], 2, axis=1))
    return np.stack([growth, own, cross], axis=-1), start


def _errors(theta: FloatArray, logs: FloatArray) -> FloatArray:
    """Return simulated less observed logarithms (B, N T 2)."""
    coefficients, start = _unpacked(theta, len(logs))
    made = paths(np.exp(start), coefficients, logs.shape[1] - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.log(made) - logs
    return np.where(np.isfinite(found), np.clip(found, -_FAR, _FAR), _FAR).reshape(len(theta), -1)


def _slopes(theta: FloatArray, logs: FloatArray) -> FloatArray:
    """Return derivatives (N T 2, p): parameters of provinces are moved for all of them at once."""
    units, periods, _ = logs.shape
    moved = [np.eye(len(theta))[at] for at in range(4)]
    for block in range(2):
        for stock in (0, 1):
            one = np.zeros(len(theta))
            first = 4 + block * 2 * units + stock
            one[first : first + 2 * units : 2] = 1.0
            moved.append(one)
    steps = _STEP * np.stack(moved)
    change = (_errors(theta + steps, logs) - _errors(theta - steps, logs)) / (2.0 * _STEP)
    change = change.reshape(len(steps), units, 2 * periods)
    out = np.zeros((units, 2 * periods, len(theta)))
    out[:, :, :4] = np.moveaxis(change[:4], 0, -1)
    at = np.arange(units)
    for number, part in enumerate(change[4:]):
        block, stock = divmod(number, 2)
        out[at, :, 4 + block * 2 * units + 2 * at + stock] = part
    return out.reshape(-1, len(theta))


def _clustered(slopes: FloatArray, errors: FloatArray, units: int) -> FloatArray:
    """Return errors (2,) of the cross effects, clustered by province."""
    inverse = np.linalg.pinv(slopes.T @ slopes)
    scores = np.einsum("npk,np->nk", slopes.reshape(units, -1, slopes.shape[1]), errors.reshape(units, -1))
    influence = scores @ inverse
    return np.asarray(np.sqrt((influence[:, 2:4] ** 2).sum(axis=0) * units / max(units - 1, 1)))
