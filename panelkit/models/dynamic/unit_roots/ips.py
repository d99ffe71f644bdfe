"""The test of Im, Pesaran and Shin (2003): the mean of the units' Dickey-Fuller t."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import stats

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.dynamic.unit_roots.adf import restricted_t
from panelkit.models.dynamic.unit_roots.batch import Batch
from panelkit.models.dynamic.unit_roots.ips_moments import moments_of, printed
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.statistic import PanelTest, Scored, too_short


@offered(
    "unit_root", "ips", family="dynamic", source="Im, Pesaran and Shin 2003, equations 4.6 and 4.10, table 3"
)
class ImPesaranShin(PanelTest):
    """The mean of t over units, less its mean under the null over its error (W-t-bar); panels may be unbalanced."""

    key = "ips"

    def name(self, setting: Setting) -> Message:
        """Return the name."""
        return message("Im-Pesaran-Shin")

    def distribution(self, setting: Setting, units: int) -> tuple[str, tuple[float, ...]]:
        """Return the symbol."""
        return "W", ()

    def problem(self, held: Array, setting: Setting) -> Message | None:
        """Refuse no deterministic terms."""
        if setting.trend == "none":
            return message("its moments are of regressions with a constant or a trend: ask for one of them")
        return None

    def short(self, held: Array, setting: Setting) -> tuple[Array, int]:
        """Return the units whose t has no variance."""
        return too_short(held, setting, least_df=3)

    def scored(self, batch: Batch) -> Scored:
        """Return W = sqrt(N) (t-bar - mean of E(t)) / sqrt(mean of Var(t)), equation 4.10."""
        adf = batch.adf
        mean, variance = moments_of(batch.held, adf.lags, batch.setting.trend)
        t_bar = adf.t.mean(axis=1)
        expected, spread = mean.mean(axis=1), variance.mean(axis=1)
        statistic = np.sqrt(adf.t.shape[1]) * (t_bar - expected) / np.sqrt(spread)
        facts = {"t_bar": t_bar, "mean_of_t": expected, "variance_of_t": spread}
        if not adf.lags.any():
            facts |= _restricted(batch)
        units = {"t": adf.t, "lags": adf.lags, "rows": adf.rows}
        return Scored(statistic, stats.norm.cdf(statistic), facts, units)

    def bounds(self, facts: Mapping[str, float], critical: Mapping[float, float]) -> dict[str, float]:
        """Return critical values of t-bar: exact for this N and T where no criterion chooses lags."""
        spread = np.sqrt(facts["variance_of_t"] / facts["n_units"])
        return {
            f"t_bar_critical_{100 * level:g}": float(facts["mean_of_t"] + value * spread)
            for level, value in critical.items()
        }

    def notes(self, batch: Batch, scored: Scored) -> tuple[Message, ...]:
        """Say for how many units the moments are simulated."""
        own = ~printed(batch.held, batch.adf.lags[0], batch.setting.trend)
        if not own.any():
            return ()
        said = message(
            "ips: moments of t simulated for {n} of {all} {units} (fewer than 10 rows, gaps, or lags beyond the table)",
            n=int(own.sum()),
            all=len(own),
        )
        return (said,)


def _restricted(batch: Batch) -> dict[str, FloatArray]:
    """Return t-tilde-bar, Z-t-tilde-bar and its p-value (R,): t with the variance of d y under the null, equation 3.5.

    Its mean and variance are simulated for the rows of every unit.
    """
    adf = batch.adf
    t = restricted_t(adf)
    mean, variance = moments_of(batch.held, adf.lags, batch.setting.trend, restricted=True)
    t_bar = t.mean(axis=1)
    z = np.sqrt(t.shape[1]) * (t_bar - mean.mean(axis=1)) / np.sqrt(variance.mean(axis=1))
    return {"t_tilde_bar": t_bar, "Z_t_tilde_bar": z, "p_Z_t_tilde_bar": stats.norm.cdf(z)}
