"""Bands that hold a whole path at once: quantiles of draws, all horizons with one tail."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray


def joint_band(draws: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Return the narrowest band of pointwise quantiles, one tail for all horizons, that holds a share of the paths.

    Parameters
    ----------
    draws
        (R, H, m, m): R paths of every pair of impulse and response.
    level
        The share of paths that the band holds from end to end.

    Returns
    -------
    Lower and upper ends, (H, m, m) each. The quantile version of the sup-t band (Montiel Olea and Plagborg-Moeller
    2019, algorithm 2); where all draws agree the band has no width.
    """
    R = len(draws)
    ordered = np.sort(draws, axis=0)
    below = _count(ordered, draws, "right")  # draws not above each
    above = R - _count(ordered, draws, "left")  # draws not below each
    depth = np.minimum(below, above).min(axis=1)  # (R, m, m): how far from an end a path stays, in draws
    kept = int(np.ceil(level * R - 1e-9))
    reached = np.sort(depth, axis=0)[R - kept]  # (m, m): the deepest end that still holds so many paths
    at = np.broadcast_to(reached - 1, ordered.shape[1:])[None]
    low = np.take_along_axis(ordered, at, axis=0)[0]
    return low, np.take_along_axis(ordered, R - 1 - at, axis=0)[0]


def _count(ordered: FloatArray, draws: FloatArray, side: str) -> np.ndarray:
    """Return how many of the draws lie below ("left") or not above ("right") each of them, by horizon and pair."""
    flat, asked = (part.reshape(len(part), -1) for part in (ordered, draws))
    found = [np.searchsorted(flat[:, i], asked[:, i], side=side) for i in range(flat.shape[1])]  # type: ignore[call-overload]
    return np.column_stack(found).reshape(draws.shape)
