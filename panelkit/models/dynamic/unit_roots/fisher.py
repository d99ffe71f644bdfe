"""Fisher-type tests: p-values of the units put together (Maddala and Wu 1999; Choi 2001)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from scipy import stats

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.models.dynamic.unit_roots.batch import Batch
from panelkit.models.dynamic.unit_roots.mackinnon import quantiles
from panelkit.models.dynamic.unit_roots.phillips_perron import z_t
from panelkit.models.dynamic.unit_roots.setting import Setting
from panelkit.models.dynamic.unit_roots.statistic import PanelTest, Scored, gaps, too_short
from panelkit.models.dynamic.unit_roots.sweeping import terms_in

_SYMBOLS = ("P", "Z", "L*", "Pm")
_NOTHING: Mapping[str, Array] = MappingProxyType({})


def combined(quantile: FloatArray) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return P, Z, L* and Pm with their p-values, each (R,), from normal quantiles of p-values (R, N).

    Choi (2001), equations 8 to 10 and 17: P = -2 sum ln p ~ chi2(2N); Z = sum Phi^-1(p) / sqrt(N) ~ N(0, 1);
    L* = sqrt(k) sum ln(p / (1 - p)) ~ t(5N + 4), k = 3 (5N + 4) / (pi^2 N (5N + 2)); Pm = -sum(ln p + 1) / sqrt(N).
    """
    units = quantile.shape[1]
    logs = stats.norm.logcdf(quantile)
    total = logs.sum(axis=1)
    p = -2.0 * total
    z = quantile.sum(axis=1) / np.sqrt(units)
    scale = 3.0 * (5 * units + 4) / (np.pi**2 * units * (5 * units + 2))
    logit = np.sqrt(scale) * (logs - stats.norm.logsf(quantile)).sum(axis=1)
    pm = -(total + units) / np.sqrt(units)
    return {
        "P": (p, stats.chi2.sf(p, 2 * units)),
        "Z": (z, stats.norm.cdf(z)),
        "L*": (logit, stats.t.cdf(logit, 5 * units + 4)),
        "Pm": (pm, stats.norm.sf(pm)),
    }


class Fisher(PanelTest):
    """What both Fisher tests share."""

    unit_test: Message

    def name(self, setting: Setting) -> Message:
        """Return the name with the combination."""
        return message(
            "Fisher {test} ({statistic})", test=self.unit_test, statistic=verbatim(setting.combine)
        )

    def distribution(self, setting: Setting, units: int) -> tuple[str, tuple[float, ...]]:
        """Return the symbol of the combination with its degrees of freedom."""
        df = {"P": (2 * units,), "L*": (5 * units + 4,)}.get(setting.combine, ())
        return setting.combine, df

    def tail_of(self, setting: Setting) -> str:
        """Return on which side the combination rejects."""
        return "upper" if setting.combine in ("P", "Pm") else "lower"

    def _of(self, t: FloatArray, setting: Setting, beside: Mapping[str, Array] = _NOTHING) -> Scored:
        found = combined(quantiles(t, setting.trend))
        statistic, p_value = found[setting.combine]
        facts = {symbol: found[symbol][0] for symbol in _SYMBOLS}
        facts |= {f"p_{symbol}": found[symbol][1] for symbol in _SYMBOLS}
        return Scored(statistic, p_value, facts, {"t": t, **beside})


@offered("unit_root", "fisher-adf", family="dynamic", source="Maddala and Wu 1999; Choi 2001; MacKinnon 1994")
class FisherADF(Fisher):
    """p-values of augmented Dickey-Fuller tests of the units put together; unbalanced panels and gaps may be."""

    key = "fisher-adf"
    unit_test = verbatim("ADF")

    def short(self, held: Array, setting: Setting) -> tuple[Array, int]:
        """Return the units that leave no degree of freedom."""
        return too_short(held, setting, least_df=1)

    def scored(self, batch: Batch) -> Scored:
        """Return the combination."""
        return self._of(batch.adf.t, batch.setting, {"lags": batch.adf.lags, "rows": batch.adf.rows})


@offered(
    "unit_root",
    "fisher-pp",
    family="dynamic",
    source="Phillips and Perron 1988; Maddala and Wu 1999; Choi 2001",
)
class FisherPP(Fisher):
    """p-values of Phillips-Perron tests (Z_t) of the units put together; panels may be unbalanced, without gaps."""

    key = "fisher-pp"
    unit_test = verbatim("PP")

    def problem(self, held: Array, setting: Setting) -> Message | None:
        """Refuse gaps: autocovariances would read across them."""
        if not gaps(held).any():
            return None
        return message(
            "autocovariances would read across the gaps of {marked} of {n} {units}: keep unbroken {periods} by "
            "`where`, or use fisher-adf",
            marked=int(gaps(held).sum()),
            n=len(held),
        )

    def short(self, held: Array, setting: Setting) -> tuple[Array, int]:
        """Return the units that leave no degree of freedom."""
        need = terms_in(setting.trend) + 3
        return held.sum(axis=1) < need, need

    def scored(self, batch: Batch) -> Scored:
        """Return the combination."""
        return self._of(z_t(batch), batch.setting)
