"""Between estimator: least squares on the means of the units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.crv3 import CRV3
from panelkit.kernels.capabilities import MADE_ROWS
from panelkit.kernels.linear import fit_swept
from panelkit.kernels.outcome import refuse_constant
from panelkit.kernels.within import Layout
from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.spelt import option
from panelkit.models.linear import through_linearmodels
from panelkit.models.shell import LinearSpec, Rows, finish, require_terms
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult


@estimator(
    "between", family="linear", can=sorted(MADE_ROWS), source="Baltagi 2021, ch. 2; plm model = 'between'"
)
@dataclass(frozen=True)
class BetweenEffects(LinearSpec[FitResult]):
    """Least squares on one row a unit, its means over time; every unit counts alike, as in plm and Stata's `be`.

    Coefficients of linearmodels' BetweenOLS. The default covariance leaves one unit out at a time (HC3-like),
    with t(N-1).

    Parameters
    ----------
    formula
        `outcome ~ regressors`; see the formula page for what may stand in it.
    vcov
        A covariance spec; the default leaves one cluster out at a time.
    convention
        How degrees of freedom are counted: "reghdfe", "fixest", "xtreg", "lsdv", "linearmodels" or "plm".
    where
        A condition on the rows that enter, as in `FixedEffects`.
    weights
        None: Stata's `be` has no weights either, and a mean by unit would need one that does not change over time.

    Examples
    --------
    >>> fit = pk.BetweenEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> fit.facts["nobs"]
    31
    """

    formula: str
    vcov: VcovSpec = CRV3()
    convention: str = "reghdfe"
    where: str | None = None
    weights: str | None = None

    def _without_weights(self) -> Message:
        return message(
            "BetweenEffects takes no weights, as Stata's xtreg, be takes none: every unit counts alike. "
            "For a weighted between regression average the rows first and take PooledOLS with {weights}",
            weights=option("weights"),
        )

    def _estimate(self, rows: Rows) -> FitResult:
        design = rows.design
        require_terms(design, self.formula)
        means = unit_means(design)
        refuse_constant(means.y, message("mean of {outcome} by unit", outcome=design.outcome))
        layout = Layout(means.unit, means.time)
        linear = fit_swept(means.y, means.X, means.terms, layout, "none")
        linear = through_linearmodels.carrying(linear, through_linearmodels.between(design))
        linear = replace(linear, can=MADE_ROWS)
        years = f"{design.time_labels[0]}-{design.time_labels[-1]}"
        facts = {"n_periods": len(design.time_labels), "years": years, "rows_averaged": len(design.y)}
        title = message("Between effects: {outcome}", outcome=design.outcome)
        return finish(self, means, linear, title=title, observed=design, facts=facts)


def unit_means(design: Design) -> Design:
    """Return one row a unit: the means of outcome and regressors; columns beside them must not change over time.

    Raises
    ------
    DataError
        If a cluster column changes within a unit (named).
    """
    layout = Layout(design.unit, design.time)
    counts = layout.unit_counts[:, None]
    first = layout.starts
    changing = [name for name, values in design.extra.items() if (values != values[first][design.unit]).any()]
    if changing:
        raise DataError(
            message(
                "{columns} changes within a unit, and between effects hold one row a unit",
                columns=[f"`{name}`" for name in changing],
            )
        )
    return _plain(
        design,
        y=(layout.sum_units(design.y[:, None]) / counts)[:, 0],
        X=np.asfortranarray(layout.sum_units(np.ascontiguousarray(design.X)) / counts),
    )


def _plain(design: Design, *, y: np.ndarray, X: np.ndarray) -> Design:
    first = Layout(design.unit, design.time).starts
    n = len(first)
    return replace(
        design,
        y=y,
        X=X,
        unit=np.arange(n, dtype=np.int64),
        time=np.zeros(n, dtype=np.int64),
        time_labels=design.time_labels[-1:],
        extra=MappingProxyType({name: values[first] for name, values in design.extra.items()}),
    )
