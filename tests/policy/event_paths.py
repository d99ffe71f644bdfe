"""Event studies drawn for tests: estimates around a truth, covariances of differences to a base."""

from __future__ import annotations

from typing import Any

import numpy as np

import panelkit as pk


def covariance(n_pre: int, n_post: int, rho: float = 0.6, scale: float = 0.01) -> np.ndarray:
    """Return the covariance of periods with AR(1) errors against the base between them."""
    n = n_pre + n_post + 1
    levels = rho ** np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    contrast = np.delete(np.eye(n) - np.eye(n)[n_pre], n_pre, axis=0)
    return scale * contrast @ levels @ contrast.T


def events(n_pre: int, n_post: int) -> np.ndarray:
    """Return event times around base -1."""
    return np.r_[np.arange(-n_pre - 1, -1), np.arange(n_post)].astype(float)


def drawn(seed: int, n_pre: int, n_post: int, trend: float = 0.0, effect: float = 0.3, **more: Any) -> Any:
    """Return an `EventPath` around a line and an effect."""
    rng = np.random.default_rng(seed)
    sigma, event = covariance(n_pre, n_post), events(n_pre, n_post)
    truth = trend * (event + 1.0) + effect * (event >= 0)
    estimate = truth + np.linalg.cholesky(sigma) @ rng.normal(size=len(event))
    return pk.EventPath(event=event, estimate=estimate, covariance=sigma, base=-1, **more)
