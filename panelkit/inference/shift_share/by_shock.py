"""A just-identified fit with a shift-share instrument, seen by shock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from panelkit.inference.panel_tests.fits import check_fit
from panelkit.inference.shift_share.instrument import ShiftShare
from panelkit.kernels.capabilities import ENDOGENOUS
from panelkit.kernels.identified import orthonormal_columns
from panelkit.kernels.instruments import InstrumentedFit
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief

# An instrument of a fit is the one at hand where they differ by rounding of their size.
_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Exposed(Brief):
    """A just-identified fit by shock: sums over units of exposure times rows, (T, K) each.

    `outcome`, `regressor` and `residuals` are less controls and effects; `mass` is the exposure itself and `shocks` the
    shocks. `periods` (n,) are codes of the fit's rows, `instrument` (n,) is less controls and effects, and `exposure`
    (n, K) holds the shares of rows, times the root of their weights.
    """

    outcome: FloatArray
    regressor: FloatArray
    residuals: FloatArray
    mass: FloatArray
    shocks: FloatArray
    exposure: FloatArray
    periods: IntArray
    instrument: FloatArray
    term: str
    sectors: pd.Index
    estimate: float
    period_effects: bool


def exposed(fit: FitResult, made: ShiftShare) -> Exposed:
    """Return what a fit is of the shocks of its instrument.

    Raises
    ------
    SpecError
        If the fit has other instruments, or more than one, or the instrument leaves units out of their own shocks.
    """
    check_fit(fit)
    linear = _just_identified(fit)
    if made.leave_out:
        raise SpecError(
            message(
                "the shocks of a leave-one-out instrument differ by unit, and no regression of shocks is the fit: "
                "build it without leave_out=, which with many units is nearly the same"
            )
        )
    design, column = cast(Design, fit.design), cast(Any, fit).excluded[0]
    units = [design.unit_labels[code] for code in design.unit]
    times = [design.time_labels[code] for code in design.time]
    rows = made.shares.index.get_indexer(pd.Index(units))
    when = made.shocks.index.get_indexer(pd.Index(times))
    _refuse_absent(rows, when, units, times)
    shares = made.shares.to_numpy()[rows]
    own = np.einsum("nk,nk->n", shares, made.shocks.to_numpy()[when])
    held = _column(fit, column)
    if np.abs(held - own).max() > _SAME * max(1.0, float(np.abs(own).max())):
        raise SpecError(
            message(
                "`{column}` of the fit is not the instrument of these shares and shocks: attach it as it is, without "
                "logs, lags or scaling",
                column=column,
            )
        )
    root = np.ones(len(own)) if linear.weights is None else linear.weights.root
    exposure = shares * root[:, None]
    a = linear.n_exogenous
    basis = orthonormal_columns(linear.instruments[:, :a]) if a else np.empty((len(own), 0))
    clean = [
        v - basis @ (basis.T @ v) for v in (linear.y, linear.regressors[:, -1], linear.instruments[:, -1])
    ]
    count = len(made.shocks)
    outcome, regressor, residuals, mass = (
        by_period(exposure * v[:, None], when, count) for v in (clean[0], clean[1], linear.residuals, root)
    )
    return Exposed(
        outcome=outcome,
        regressor=regressor,
        residuals=residuals,
        mass=mass,
        shocks=made.shocks.to_numpy(float),
        exposure=exposure,
        periods=when,
        instrument=clean[2],
        term=linear.terms[-1],
        sectors=made.shares.columns,
        estimate=float(linear.beta[-1]),
        period_effects=linear.effects in ("time", "twoway"),
    )


def _column(fit: FitResult, name: str) -> FloatArray:
    """Return a column of the instruments as observed, from the first stage's design."""
    stage = cast(Any, fit).first_stages[0]
    return np.asarray(stage.design.X[:, stage.terms.index(name)])


def _just_identified(fit: FitResult) -> InstrumentedFit:
    linear = fit.linear
    if linear is None or ENDOGENOUS not in linear.can:
        raise SpecError(
            message("{title}: a shift-share instrument is of a fit of InstrumentalFE", title=fit.title)
        )
    held = cast(InstrumentedFit, linear)
    if held.k - held.n_exogenous != 1 or held.instruments.shape[1] != held.k:
        raise SpecError(
            message(
                "a regression of shocks is that of one endogenous regressor with the shift-share instrument alone; the "
                "fit has {endogenous} and {excluded}",
                endogenous=held.k - held.n_exogenous,
                excluded=held.instruments.shape[1] - held.n_exogenous,
            )
        )
    return held


def _refuse_absent(rows: Any, when: Any, units: list[Any], times: list[Any]) -> None:
    absent = sorted(
        {str(units[at]) for at in np.flatnonzero(rows < 0)}
        | {str(times[at]) for at in np.flatnonzero(when < 0)}
    )
    if absent:
        raise SpecError(
            message("{absent}: rows of the fit without shares or shocks of that name", absent=absent[:5])
        )


def by_period(columns: FloatArray, when: IntArray, count: int) -> FloatArray:
    """Return sums of columns (n, K) by period, (T, K)."""
    sums = np.zeros((count, columns.shape[1]))
    np.add.at(sums, when, columns)
    return sums
