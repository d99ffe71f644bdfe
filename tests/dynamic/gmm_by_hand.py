"""Dynamic GMM written out unit by unit with dense matrices, from the articles: what the estimators are held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass
class ByHand:
    """Coefficients (lag of y, x), robust and Windmeijer covariance, AR(1), AR(2), Hansen's J and Sargan's statistic."""

    one_step: Any
    robust: Any
    two_step: Any
    corrected: Any
    ar: tuple[float, float]
    hansen: float
    sargan: float
    transfer: Any
    units: list[tuple[Any, Any, float, Any]]  # label, Z'e, product of changes one period apart, their X

    def by_group(self, group: Callable[[Any], Any]) -> tuple[Any, float]:
        """Return the one-step covariance and AR(1) where moments are summed over groups of units."""
        labels = sorted({group(label) for label, *_ in self.units})
        sums = [[part for part in self.units if group(part[0]) == label] for label in labels]
        scores = np.array([sum(part[1] for part in held) for held in sums])
        products = np.array([sum(part[2] for part in held) for held in sums])
        moved = sum(part[3] for part in self.units)
        V = self.transfer @ scores.T @ scores @ self.transfer.T
        variance = (
            products @ products - 2.0 * moved @ self.transfer @ (scores.T @ products) + moved @ V @ moved
        )
        return V, float(products.sum() / np.sqrt(variance))


def difference_gmm(frame: pd.DataFrame, *, last: int) -> ByHand:
    """Fit y ~ lag(y, 1) + x in differences: lags 2 to `last` of y a period, x as its own instrument."""
    years: list[Any] = sorted(frame["year"].unique())
    held: dict[Any, Any] = {(row.id, row.year): row for row in frame.itertuples()}
    blocks, labels = [], []
    columns = [(t, lag) for t in years for lag in range(2, last + 1)]
    for unit in sorted(frame["id"].unique()):
        rows = []
        for t in years:
            now, before, two = (held.get((unit, t - k)) for k in range(3))
            if now is None or before is None or two is None or any(np.isnan([now.x, before.x])):
                continue
            z = np.zeros(len(columns) + 1)
            for at, (period, lag) in enumerate(columns):
                past = held.get((unit, t - lag))
                z[at] = past.y if period == t and past is not None else 0.0
            z[-1] = now.x - before.x
            rows.append((t, now.y - before.y, [before.y - two.y, now.x - before.x], z))
        if rows:
            blocks.append(rows)
            labels.append(unit)
    Z = [np.array([row[3] for row in rows]) for rows in blocks]
    used = np.abs(np.concatenate(Z)).max(axis=0) > 0
    Z = [z[:, used] for z in Z]
    X = [np.array([row[2] for row in rows]) for rows in blocks]
    y = [np.array([row[1] for row in rows]) for rows in blocks]
    when = [np.array([row[0] for row in rows]) for rows in blocks]
    H = [2.0 * np.eye(len(t)) - (np.abs(np.subtract.outer(t, t)) == 1) for t in when]
    W1 = np.linalg.inv(sum(z.T @ h @ z for z, h in zip(Z, H, strict=True)))
    ZX = sum(z.T @ x for z, x in zip(Z, X, strict=True))
    Zy = sum(z.T @ v for z, v in zip(Z, y, strict=True))
    A1 = np.linalg.inv(ZX.T @ W1 @ ZX)
    b1 = A1 @ ZX.T @ W1 @ Zy
    e1 = [v - x @ b1 for v, x in zip(y, X, strict=True)]
    S = sum(np.outer(z.T @ e, z.T @ e) for z, e in zip(Z, e1, strict=True))
    robust = A1 @ ZX.T @ W1 @ S @ W1 @ ZX @ A1
    W2 = np.linalg.inv(S)
    A2 = np.linalg.inv(ZX.T @ W2 @ ZX)
    b2 = A2 @ ZX.T @ W2 @ Zy
    e2 = [v - x @ b2 for v, x in zip(y, X, strict=True)]
    g = sum(z.T @ e for z, e in zip(Z, e2, strict=True))
    D = np.zeros((2, 2))
    for k in range(2):
        dS = -sum(
            np.outer(z.T @ x[:, k], z.T @ e) + np.outer(z.T @ e, z.T @ x[:, k])
            for z, x, e in zip(Z, X, e1, strict=True)
        )
        D[:, k] = -A2 @ ZX.T @ W2 @ dS @ W2 @ g
    corrected = A2 + D @ A2 + A2 @ D.T + D @ robust @ D.T
    stacked = np.concatenate(e1)
    g1 = sum(z.T @ e for z, e in zip(Z, e1, strict=True))
    sargan = float(g1 @ W1 @ g1) / (stacked @ stacked / (2.0 * len(stacked)))
    ar = tuple(_serial(order, Z, X, e1, when, A1 @ ZX.T @ W1, robust) for order in (1, 2))
    units = []
    for label, z, x, v, t in zip(labels, Z, X, e1, when, strict=True):
        lagged = _lagged(v, t, 1)
        units.append((label, z.T @ v, float(lagged @ v), lagged @ x))
    transfer = A1 @ ZX.T @ W1
    return ByHand(b1, robust, b2, corrected, (ar[0], ar[1]), float(g @ W2 @ g), sargan, transfer, units)


def _lagged(v: Any, t: Any, order: int) -> Any:
    """Return changes `order` periods before, zero where there is none."""
    return np.array([v[t == s - order][0] if (t == s - order).any() else 0.0 for s in t])


def _serial(order: int, Z: Any, X: Any, e: Any, when: Any, transfer: Any, V: Any) -> float:
    """Return Arellano and Bond's m of one order, as their (8) is written."""
    total, squares, moved, cross = 0.0, 0.0, np.zeros(2), np.zeros(Z[0].shape[1])
    for z, x, v, t in zip(Z, X, e, when, strict=True):
        lagged = _lagged(v, t, order)
        total += lagged @ v
        squares += (lagged @ v) ** 2
        moved += lagged @ x
        cross += z.T @ v * (lagged @ v)
    return float(total / np.sqrt(squares - 2.0 * moved @ transfer @ cross + moved @ V @ moved))
