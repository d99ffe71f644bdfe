"""Averages inside a window of event times: what is drawn for them must be the same averages as those shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import is_real
from panelkit.models.policy.effects.cells import By, check_by
from panelkit.models.policy.effects.estimator import Points, StaggeredEstimator
from panelkit.models.policy.rows.panel import PolicyPanel

Window = tuple[float, float]


@dataclass(frozen=True)
class Windowed:
    """An estimator whose averages hold the event times of a window alone."""

    method: StaggeredEstimator
    window: Window

    def effects(self, panel: PolicyPanel) -> Any:
        """Estimate on the rows of a panel, all event times."""
        return self.method.effects(panel)

    def points(self, panel: PolicyPanel, outcomes: FloatArray, by: By) -> Points:
        """Return the averages of a kind for outcomes (n, m), inside the window."""
        method: Any = self.method
        found: Points = method.points(panel, outcomes, by, window=self.window)
        return found


def check_kinds(by: Any) -> list[By]:
    """Return the kinds of averages asked for, each once; none where `by` is None.

    Raises
    ------
    SpecError
        If one is no kind.
    """
    if by is None:
        return []
    named = [by] if isinstance(by, str) or not isinstance(by, Iterable) else list(by)
    return list(dict.fromkeys([check_by(each) for each in named]))


def check_window(window: Any, balanced: Any) -> Window | None:
    """Return a window as two numbers, and refuse what is no window or no event time.

    Raises
    ------
    SpecError
        If `window` is not (first, last) in order, or `balanced` is no event time from 0 on.
    """
    if balanced is not None and not (is_real(balanced) and balanced >= 0):
        raise SpecError(message("balanced is an event time, 0 or more, not {balanced!r}", balanced=balanced))
    if window is None:
        return None
    fits = isinstance(window, tuple | list) and len(window) == 2 and all(is_real(each) for each in window)
    if not fits or not window[0] <= window[1]:
        raise SpecError(
            message(
                "window is (first, last) event time, such as (-3, 4), not {window!r}",
                window=window,
            )
        )
    return float(window[0]), float(window[1])


def inside(labels: FloatArray, window: Window | None) -> Array:
    """Mark the event times inside the window, (p,) bool; a missing label, of a mean, is none."""
    if window is None:
        return np.isfinite(labels)
    return np.asarray((labels >= window[0]) & (labels <= window[1]))


def led_by_mean(labels: FloatArray, values: FloatArray, window: Window | None) -> Points:
    """Return coefficients (p, m) by event time inside the window, the mean of those from adoption on before them.

    Raises
    ------
    SpecError
        If the window holds no event time from adoption on.
    """
    kept = inside(labels, window)
    late = kept & (labels >= 0.0)
    if not late.any():
        raise SpecError(message("no effect after adoption is left by the window: widen it"))
    return Points(np.r_[np.nan, labels[kept]], np.vstack([values[late].mean(axis=0), values[kept]]))
