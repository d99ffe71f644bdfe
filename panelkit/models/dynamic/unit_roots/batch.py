"""Many panels of one shape: what a test reads, regressions worked out once for all tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.models.dynamic.unit_roots.adf import Regressions, regressions
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Batch(Brief):
    """R panels (R, N, T) whose units hold the periods `held` (N, T); cross-section means are out where asked for."""

    values: FloatArray
    held: Array
    setting: Setting

    @cached_property
    def adf(self) -> Regressions:
        """Return the augmented Dickey-Fuller regressions."""
        return regressions(self.values, self.held, self.setting)


def batch_of(values: FloatArray, held: Array, setting: Setting) -> Batch:
    """Return panels ready for the tests: cross-section means out where asked for, levels counted from the first one.

    With a constant among the terms the level of a series is arbitrary, and is counted from the first value held.
    """
    shown = np.where(held, values, 0.0)
    if setting.demean:
        shown = np.where(held, shown - shown.sum(axis=1, keepdims=True) / held.sum(axis=0), 0.0)
    if setting.trend != "none":
        first = np.take_along_axis(shown, held.argmax(axis=1)[None, :, None], axis=2)
        shown = np.where(held, shown - first, 0.0)
    return Batch(shown, held, setting)
