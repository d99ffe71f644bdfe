"""Errors of a shift-share estimate that follow exposure to the shocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.inference.shift_share.by_shock import Exposed, by_period, exposed
from panelkit.inference.shift_share.instrument import ShiftShare
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_confidence
from panelkit.language.spelt import option
from panelkit.results.fit import FitResult
from panelkit.results.students_t import t_quantile, t_survival
from panelkit.results.tabled import Named, Tabled

# Sums that are zero by construction are rounding below this share of what they sum.
_ZERO = 1e-7
_FEW = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class ExposureRobust(Tabled):
    """A shift-share estimate with errors that are correlated between units of like exposure.

    `effective_shocks` is one over the sum of squared average exposures: how many equal sectors would say as much.
    `first_stage_f` is that of the regression of shocks.
    """

    term: str
    estimate: float
    std_error: float
    p_value: float
    conf_low: float
    conf_high: float
    level: float
    n_clusters: int
    effective_shocks: float
    first_stage_f: float
    method: str

    def _named(self) -> list[Named]:
        return [
            (message("estimate of {term}", term=self.term), self.estimate),
            (message("exposure-robust standard error"), self.std_error),
            (message("p"), self.p_value),
            (
                message("{level:.0f} % interval", level=100.0 * self.level),
                message("{low:.4g} to {high:.4g}", low=self.conf_low, high=self.conf_high),
            ),
            (message("clusters of shocks"), self.n_clusters),
            (message("effective number of shocks"), self.effective_shocks),
            (message("first-stage F of shocks"), self.first_stage_f),
        ]

    def tidy(self) -> pd.DataFrame:
        """Return the numbers as a frame of one row."""
        names = (
            "term", "estimate", "std_error", "p_value", "conf_low", "conf_high", "n_clusters", "effective_shocks",
            "first_stage_f", "method",
        )  # fmt: skip
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


@offered(
    "inference",
    family="shift-share",
    result="ExposureRobust",
    source="Adao, Kolesar and Morales 2019; Borusyak, Hull and Jaravel 2022",
    public=True,
)
def exposure_robust(
    fit: FitResult,
    made: ShiftShare,
    *,
    method: Literal["bhj", "akm"] = "bhj",
    cluster: Literal["sector", "shock"] | Mapping[Any, Any] = "sector",
    level: float = 0.95,
) -> ExposureRobust:
    """Return the estimate of a shift-share fit with errors that follow exposure to the shocks.

    Units of like shares share errors, wherever they lie, and clusters of units miss that. With R_kt the sum over units
    of share times residual and g the shocks less what controls explain, the variance is the sum over clusters of shocks
    of (sum g R)^2, over (sum g B)^2. "bhj" takes shocks less their (exposure-weighted) mean by period, and is
    the robust variance of the regression of shocks that has the same estimate (Borusyak, Hull and Jaravel 2022); "akm"
    takes the coefficients of the instrument, less controls and effects, on the shares (Adao, Kolesar and Morales 2019),
    which needs more units than sectors.

    Parameters
    ----------
    fit
        A fit of `InstrumentalFE` whose one instrument is `made.instrument`.
    made
        From `shift_share`.
    method
        "bhj" or "akm".
    cluster
        "sector" (all periods of one together), "shock" (each alone), or a mapping of sectors to larger groups.
    level
        Level of the interval.

    Returns
    -------
    ExposureRobust
        The estimate with standard error and interval, how many shocks stand behind it, and their first-stage F.

    Raises
    ------
    SpecError
        If the fit is of another instrument, shares do not add up and their sum is no control, or "akm" has too few
        units.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng, units, years = np.random.default_rng(2), panel.index.unique(0), panel.index.unique(1)
    >>> sectors = [f"s{j}" for j in range(40)]
    >>> shares = pd.DataFrame(rng.dirichlet(np.ones(40), len(units)), index=units, columns=sectors)
    >>> shocks = pd.DataFrame(rng.normal(size=(len(years), 40)), index=years, columns=sectors)
    >>> made = pk.shift_share(shares, shocks)
    >>> spec = pk.InstrumentalFE("log(patents_granted) ~ [log(rd_expenditure) ~ bartik]", vcov=pk.Cluster())
    >>> found = pk.exposure_robust(spec.fit(made.attach(panel, "bartik")), made)
    """
    check_confidence(level)
    if method not in ("bhj", "akm"):
        raise SpecError(message("method is 'bhj' or 'akm', not {method!r}", method=method))
    parts = exposed(fit, made)
    codes, count = _clusters(parts, cluster)
    moved = _less_means(parts) if method == "bhj" else _on_shares(parts)
    bottom = float((parts.shocks * parts.regressor).sum())
    scores = np.bincount(codes.ravel(), (moved * parts.residuals).ravel(), count)
    error = float(np.sqrt(scores @ scores)) / abs(bottom)
    slope, first = _first_stage(parts, moved, codes, count)
    average = parts.mass.sum(axis=0) / parts.mass.sum()
    effective = float(1.0 / (average**2).sum())
    half = float(t_quantile(level, float("inf"))) * error
    return ExposureRobust(
        title=message("Exposure-robust inference ({method})", method=method.upper()),
        notes=_said(effective, count),
        term=parts.term,
        estimate=parts.estimate,
        std_error=error,
        p_value=float(t_survival(np.array(parts.estimate / error), float("inf"))),
        conf_low=parts.estimate - half,
        conf_high=parts.estimate + half,
        level=level,
        n_clusters=count,
        effective_shocks=effective,
        first_stage_f=(slope / first) ** 2,
        method=method,
    )


def _clusters(parts: Exposed, cluster: Any) -> tuple[Any, int]:
    """Return the cluster of every shock, (T, K), and how many there are."""
    periods, sectors = parts.shocks.shape
    if isinstance(cluster, Mapping):
        absent = [str(name) for name in parts.sectors if name not in cluster]
        if absent:
            raise SpecError(
                message(
                    "{cluster} has no group of sector {absent}", cluster=option("cluster"), absent=absent[:5]
                )
            )
        of = pd.factorize(np.array([str(cluster[name]) for name in parts.sectors]))[0]
    elif cluster == "sector":
        of = np.arange(sectors)
    elif cluster == "shock":
        return np.arange(periods * sectors).reshape(periods, sectors), periods * sectors
    else:
        raise SpecError(
            message(
                "cluster is 'sector', 'shock' or a mapping of sectors to groups, not {cluster!r}",
                cluster=cluster,
            )
        )
    codes = np.tile(of, (periods, 1))
    count = int(of.max()) + 1
    if count < 2:
        raise SpecError(
            message("all sectors lie in one cluster: errors by clusters of shocks need two at least")
        )
    return codes, count


def _less_means(parts: Exposed) -> FloatArray:
    """Return shocks less their mean, weighted by exposure, (T, K): by period where the fit has effects of periods.

    Raises
    ------
    SpecError
        If that changes the estimate: shares that do not add up, and no control for it.
    """
    size = max(float(np.abs(parts.outcome).sum()), float(np.abs(parts.regressor).sum()))
    sums = np.array([part.sum(axis=1) for part in (parts.outcome, parts.regressor)])
    if np.abs(sums).max() <= _ZERO * size:
        mass = parts.mass.sum(axis=1, keepdims=True)
        means = (parts.shocks * parts.mass).sum(axis=1, keepdims=True) / np.where(mass > 0.0, mass, 1.0)
        return np.asarray(parts.shocks - means)
    if not parts.period_effects and np.abs(sums.sum(axis=1)).max() <= _ZERO * size:
        return np.asarray(parts.shocks - (parts.shocks * parts.mass).sum() / parts.mass.sum())
    raise SpecError(
        message(
            "the sums of shares times outcome do not vanish, so that the regression of shocks is "
            "another: where shares do not add up to one, their sum (by period where there are time "
            "effects: `C(year):NAME_sum`) belongs among the regressors; or take {method}",
            method=option("method", "akm"),
        )
    )


def _on_shares(parts: Exposed) -> FloatArray:
    """Return the coefficients of the instrument less controls on the shares, by period, (T, K)."""
    moved = np.zeros_like(parts.shocks)
    for period in np.unique(parts.periods):
        rows = parts.periods == period
        # a sector without exposure has no score, and no coefficient
        held = (parts.exposure[rows] != 0.0).any(axis=0)
        shares = parts.exposure[rows][:, held]
        if np.linalg.matrix_rank(shares) < shares.shape[1]:
            raise SpecError(
                message(
                    "{method_option} regresses the instrument on {sectors} shares, which {units} units "
                    "do not tell apart: join sectors, or take {method}",
                    method_option=option("method", "akm"),
                    method=option("method", "bhj"),
                    sectors=shares.shape[1],
                    units=int(rows.sum()),
                )
            )
        moved[period, held] = np.linalg.lstsq(shares, parts.instrument[rows], rcond=None)[0]
    return moved


def _first_stage(parts: Exposed, moved: FloatArray, codes: Any, count: int) -> tuple[float, float]:
    """Return slope and standard error of the regressor on the instrument, in shocks."""
    z = parts.instrument
    spread = float(z @ z)
    slope = float((parts.shocks * parts.regressor).sum()) / spread
    gone = parts.regressor - slope * by_period(parts.exposure * z[:, None], parts.periods, len(parts.shocks))
    scores = np.bincount(codes.ravel(), (moved * gone).ravel(), count)
    return slope, float(np.sqrt(scores @ scores)) / spread


def _said(effective: float, clusters: int) -> tuple[Message, ...]:
    notes = [
        message(
            "errors of units with like shares are correlated in any way; shocks of two clusters are independent"
        )
    ]
    if min(effective, clusters) < _FEW:
        notes.append(
            message(
                "an effective number of {effective:.1f} shocks in {clusters} clusters is few: in a simulation of 31 "
                "units and 10 periods a nominal 5 % test rejected a true null in 21 % of samples with 5 sectors, 13 % "
                "with 10 and 7 % with 20",
                effective=effective,
                clusters=clusters,
            )
        )
    return tuple(notes)
