"""What an estimator of a dynamic panel returns: slopes on the rows, the roots, estimates without each unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from panelkit.covariance.base import Vcov
from panelkit.kernels.within import FloatArray, within
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.dynamic.short.dynamic_rows import DynamicRows
from panelkit.results.fit import FitResult, fields_under

PREDICTED = ("xbu", "xb", "e", "ue")


@dataclass(frozen=True, kw_only=True, eq=False)
class DynamicFit(FitResult):
    """Slopes of a dynamic panel with unit effects, corrected for the bias of the within estimator.

    `within_estimates` (k,) are those before the correction, `without_unit` (N, k) those without each unit in turn
    (empty where errors come from a bootstrap), `roots` the characteristic roots of the own lags: stable while all are
    below one in modulus.
    """

    within_estimates: FloatArray
    without_unit: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    roots: FloatArray = field(default_factory=lambda: np.empty(0))

    @property
    def stable(self) -> bool:
        """Return whether every root lies inside the unit circle."""
        return bool((np.abs(self.roots) < 1.0).all())

    def leave_one_out(self) -> pd.DataFrame:
        """Return the estimates without each unit, one row a unit, one column a term.

        Raises
        ------
        SpecError
            If the errors came from a bootstrap, which leaves no unit out.
        """
        if not len(self.without_unit) or self.design is None:
            raise SpecError(
                message(
                    "{title}: no unit was left out; fit with {errors}",
                    errors=option("errors", "jackknife"),
                    title=self.title,
                )
            )
        index = pd.Index(self.design.unit_labels, name=self.level_names[0])
        return pd.DataFrame(self.without_unit, index=index, columns=list(self.terms))

    def predict(self, data: Any = None, kind: str = "xbu", **options: Any) -> pd.Series:
        """Return predictions of the rows that entered, one period ahead: lags as observed.

        Parameters
        ----------
        data
            None: other rows are not predicted.
        kind
            "xbu" (lags, regressors and effects), "xb" (without effects), "e" (residuals), "ue" (y less "xb").

        Raises
        ------
        SpecError
            If rows are given, or the kind is another.
        """
        if data is not None or self.design is None:
            raise SpecError(
                message(
                    "{title}: predictions are of the rows that entered, from their own lags: leave out data",
                    title=self.title,
                )
            )
        if kind not in PREDICTED:
            raise SpecError(message("kind is one of {kinds}, not {kind!r}", kinds=PREDICTED, kind=kind))
        xb = np.asarray(self.design.X) @ self.estimates
        y = np.asarray(self.design.y)
        made = {"xb": xb, "ue": y - xb, "e": self.residuals, "xbu": y - self.residuals}[kind]
        index = self.design.labels().set_names(list(self.level_names))
        return pd.Series(made, index=index, name=kind)


def roots_of(orders: tuple[int, ...], rho: FloatArray) -> FloatArray:
    """Return the moduli of the roots of z^p - rho_1 z^(p-1) - ..., largest first."""
    full = np.zeros(orders[-1])
    full[np.asarray(orders) - 1] = rho
    return np.sort(np.abs(np.roots(np.r_[1.0, -full])))[::-1]


def finished(
    spec: Any,
    rows: DynamicRows,
    estimates: FloatArray,
    vcov: Vcov,
    *,
    title: Message,
    within_estimates: FloatArray,
    without_unit: FloatArray | None = None,
    facts: Mapping[Any, Any] | None = None,
    notes: tuple[Message, ...] = (),
) -> DynamicFit:
    """Return the fit of estimates (k,) in the order of the terms, with what every dynamic panel states."""
    design, layout = rows.design, rows.layout
    left = within((design.y - np.asarray(design.X) @ estimates)[:, None], layout, rows.effects)[:, 0]
    taken = layout.n_units + rows.year_basis.shape[1] + len(estimates)
    own = estimates[rows.lag_at]
    roots = roots_of(rows.lags.orders, own)
    labels = design.time_labels
    before = {
        "nobs": layout.n,
        "n_units": layout.n_units,
        "n_periods": layout.n_times,
        "years": f"{labels[0]}-{labels[-1]}",
        "balanced": layout.balanced,
    }
    after = {
        message("sum of the own lags"): float(own.sum()),
        message("largest root"): float(roots[0]) if len(roots) else 0.0,
        "sigma": float(np.sqrt(left @ left / (layout.n - taken))),
        **(facts or {}),
        "effects": rows.effects,
        "vcov": "",
        "convention": "t(N-1)",
    }
    said = (*design.notes, *rows.notes, *notes, *_explosive(roots, rows))
    return DynamicFit(
        title=title,
        terms=rows.terms,
        estimates=estimates,
        outcome=design.outcome,
        spec=spec,
        design=design,
        residuals=left,
        dropped=design.dropped,
        within_estimates=within_estimates,
        without_unit=np.empty((0, 0)) if without_unit is None else without_unit,
        roots=roots,
        **fields_under(vcov, len(estimates), facts=(before, after), notes=(said, ())),
    )


def _explosive(roots: FloatArray, rows: DynamicRows) -> tuple[Message, ...]:
    if not len(roots) or roots[0] < 1.0:
        return ()
    root = float(roots[0])
    if rows.effects == "unit":
        said = message(
            "the estimate is explosive: its largest root is {root:.3f}, so that shocks grow and there is no long run. "
            "With few {periods} this often means a common trend: take effects='twoway', or changes of the outcome",
            root=root,
        )
    else:
        said = message(
            "the estimate is explosive: its largest root is {root:.3f}, so that shocks grow and there is no long run. "
            "With few {periods} this often means trends or a unit root: take changes of the outcome",
            root=root,
        )
    return (said.spoken(*rows.design.level_names),)
