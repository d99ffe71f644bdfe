"""Scores of attraction between units from their masses and distances: plain and modified gravity."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.within import FloatArray


def combined_mass(masses: FloatArray) -> FloatArray:
    """Return the geometric mean of k masses.

    Parameters
    ----------
    masses
        Positive masses (..., k, N), each in its own unit: population, output, patents.

    Returns
    -------
    FloatArray
        Masses (..., N), (P_i G_i V_i)^(1/3) for three.
    """
    return np.asarray(np.exp(np.log(masses).mean(axis=-2)))


def pull_share(values: FloatArray) -> FloatArray:
    """Return K_ij = v_i / (v_i + v_j), (..., N, N), of positive values (..., N): the part of i in a tie."""
    return np.asarray(values[..., :, None] / (values[..., :, None] + values[..., None, :]))


def gravity_scores(
    mass: FloatArray,
    distance: FloatArray,
    *,
    gap: FloatArray | None = None,
    share: FloatArray | None = None,
    power: float = 2.0,
) -> FloatArray:
    """Return R_ij = K_ij M_i M_j / D_ij^power with a zero diagonal.

    Parameters
    ----------
    mass
        Positive masses (..., N).
    distance
        Distances (N, N), positive off the diagonal, in any unit: a common factor changes no tie.
    gap
        Values (..., N), income per head in the modified model: D_ij = d_ij / |g_i - g_j|, so that equals have no tie.
        None: D_ij = d_ij.
    share
        Values (..., N) of K_ij = v_i / (v_i + v_j). None: K_ij = 1, and scores are symmetric.
    power
        Exponent of the distance.

    Returns
    -------
    FloatArray
        Scores (..., N, N), row the sender.
    """
    n = mass.shape[-1]
    far = distance + np.eye(n)
    scores = mass[..., :, None] * mass[..., None, :] / far**power
    if gap is not None:
        scores = scores * np.abs(gap[..., :, None] - gap[..., None, :]) ** power
    if share is not None:
        scores = scores * pull_share(share)
    return np.asarray(np.where(np.eye(n, dtype=bool), 0.0, scores))
