"""The test of Pesaran (2007): Dickey-Fuller regressions with cross-section means, against common shocks."""

from __future__ import annotations

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.dynamic.unit_roots.adf import regressions
from panelkit.models.dynamic.unit_roots.batch import Batch
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.statistic import (
    BALANCED_ONLY,
    PanelTest,
    Scored,
    too_short,
    unbalanced,
)

# Pesaran (2007), section 4: t of a unit counts at most so far from zero
BOUNDS = {"none": (-6.12, 4.16), "constant": (-6.19, 2.61), "trend": (-6.42, 1.70)}


@offered("unit_root", "cips", family="dynamic", source="Pesaran 2007, equations 5, 54 and 31 to 34")
class CIPS(PanelTest):
    """The mean of t over units in regressions that hold means over units of level and changes; p by simulation."""

    key = "cips"
    independent = False

    def name(self, setting: Setting) -> Message:
        """Return the name."""
        return message("CIPS, truncated") if setting.truncated else message("CIPS")

    def distribution(self, setting: Setting, units: int) -> tuple[str, tuple[float, ...]]:
        """Return the symbol."""
        return "CIPS", ()

    def problem(self, held: Array, setting: Setting) -> Message | None:
        """Refuse panels that are not balanced, and means that left before."""
        if setting.demean:
            return message("it takes cross-section means into its regressions: leave `demean` out")
        return BALANCED_ONLY if unbalanced(held) else None

    def short(self, held: Array, setting: Setting) -> tuple[Array, int]:
        """Return the units that leave no degree of freedom."""
        return too_short(held, setting, least_df=1, beside=True)

    def scored(self, batch: Batch) -> Scored:
        """Return the mean of t, each within Pesaran's bounds where it is truncated."""
        means = batch.values.mean(axis=1, keepdims=True)
        changes = np.diff(means, prepend=means[..., :1], axis=-1)

        def beside(lags: int, counted: Array) -> list[FloatArray]:
            shifted = [means * 0.0, *(changes * 0.0 for _ in range(lags + 1))]
            shifted[0][..., 1:] = means[..., :-1]
            shifted[1][...] = changes
            for back in range(1, lags + 1):
                shifted[1 + back][..., back:] = changes[..., :-back]
            return [column * counted for column in shifted]

        found = regressions(batch.values, batch.held, batch.setting, beside)
        t = found.t
        if batch.setting.truncated:
            t = np.clip(t, *BOUNDS[batch.setting.trend])
        statistic = t.mean(axis=1)
        units = {"t": t, "lags": found.lags, "rows": found.rows}
        return Scored(statistic, np.full(len(statistic), np.nan), {}, units)
