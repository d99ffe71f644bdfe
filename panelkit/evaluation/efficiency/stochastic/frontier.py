"""Stochastic frontiers of panels: production or cost, pooled, or with a level of every unit."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from panelkit.covariance.base import Vcov
from panelkit.data.user.cross_section import as_cross_section
from panelkit.evaluation.efficiency.stochastic.density import levels_of_units
from panelkit.evaluation.efficiency.stochastic.maximum import Maximum, maximise
from panelkit.evaluation.efficiency.stochastic.result import StochasticFrontierFit
from panelkit.evaluation.efficiency.stochastic.words import notes_of, title_of
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.within import Effects, FloatArray, within
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.language.spelt import option
from panelkit.models.reading import open_frame, read_design, refuse_interactions, spoken_errors
from panelkit.models.shell import require_terms, without_intercept
from panelkit.panel.design import Design
from panelkit.panel.sample import WithoutSingletons
from panelkit.results.fit import fields_under

FrontierKind = Literal["production", "cost"]
FrontierEffects = Literal["none", "unit", "dummies"]
FrontierErrors = Literal["cluster", "hessian"]

_KINDS = {
    "production": term("kind of frontier", "production"),
    "cost": term("kind of frontier", "cost"),
}


@offered(
    "evaluation",
    family="efficiency",
    result="StochasticFrontierFit",
    source="Aigner, Lovell and Schmidt 1977; Greene 2005; Chen, Schmidt and Wang 2014",
    public=True,
)
def stochastic_frontier(
    data: Any,
    formula: str,
    *,
    kind: FrontierKind = "production",
    effects: FrontierEffects = "none",
    errors: FrontierErrors = "cluster",
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> StochasticFrontierFit:
    """Fit a frontier with normal noise and half-normal inefficiency by maximum likelihood.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    formula
        `log(output) ~ log(input) + ...`; both sides in logarithms, so that exp(-u) is an efficiency.
    kind
        "production" (the outcome lies below the frontier) or "cost" (above it).
    effects
        "none": one level for all. "unit": every unit has a level of its own, which is integrated out of the
        likelihood of the deviations from unit means (Chen, Schmidt and Wang 2014), so that the spreads are consistent.
        "dummies": a dummy a unit (Greene 2005), whose spreads are biased in short panels.
    errors
        "cluster": a sandwich over the units with t(N-1). "hessian": the inverse of the observed one, normal.
    where
        A condition on the rows that enter.
    unit, time
        The columns that name unit and period, where the index does not; `unit` alone is a cross-section.

    Returns
    -------
    StochasticFrontierFit
        Slopes, `spreads`, `efficiencies()` by row, `inefficiency_test()`.

    Raises
    ------
    SpecError
        If an option is unknown, or a regressor is not identified.
    DataError
        If the panel is unusable or has fewer rows than parameters.
    ConvergenceError
        If the likelihood has no regular maximum: noise tends to nothing, as often with dummies.

    Notes
    -----
    Where residuals of least squares are skewed to the wrong side, the maximum has no inefficiency (Waldman 1982): the
    fit says so, and `efficiencies()` refuses to print ones.

    Examples
    --------
    >>> fit = pk.stochastic_frontier(panel, "log(gdp) ~ log(rd_expenditure) + log(population)", effects="unit")
    >>> bool(fit.spreads["sigma_u"] > 0)
    True
    """
    _check("kind", kind, get_args(FrontierKind))
    _check("effects", effects, get_args(FrontierEffects))
    _check("errors", errors, get_args(FrontierErrors))
    if unit is not None and time is None:
        data, unit = as_cross_section(data, unit), None
    policies = () if effects == "none" else (WithoutSingletons("unit"),)
    design = read_design(
        formula, open_frame(data, unit, time), unit=unit, time=time, where=where, policies=policies
    )
    refuse_interactions(design, message("a stochastic frontier"))
    with spoken_errors(design):
        design = design if effects == "none" else without_intercept(design)
        require_terms(design, formula)
        return _fitted(design, formula, kind, effects, errors)


def _fitted(
    design: Design, formula: str, kind: FrontierKind, effects: FrontierEffects, errors: FrontierErrors
) -> StochasticFrontierFit:
    """Return the fit of the rows."""
    sign = 1.0 if kind == "production" else -1.0
    y, X = sign * np.asarray(design.y), sign * np.asarray(design.X)
    swept: Effects = "none" if effects == "none" else "unit"
    k, n_units = X.shape[1], len(design.unit_labels)
    _refuse_few(len(y), k + 2 + (0 if effects == "none" else n_units))
    moved = within(np.column_stack([y, X]), design.layout, swept)
    refuse_unidentified(X, moved[:, 1:], design.terms, swept)
    if effects == "dummies":
        whole = np.column_stack([X, np.eye(n_units)[design.unit]])
        found = maximise(y, whole)
        left = y - whole @ found.slopes
    else:
        found = maximise(moved[:, 0], moved[:, 1:], design.unit if effects == "unit" else None)
        left = moved[:, 0] - moved[:, 1:] @ found.slopes
    levels, weights = _levels(design, left, found, effects)
    vcov = _vcov(design, found, errors)
    before, after = _facts(design, found, kind, effects)
    return StochasticFrontierFit(
        title=title_of(design.outcome, kind),
        terms=design.terms,
        estimates=found.slopes[:k],
        outcome=design.outcome,
        spec=formula,
        design=design,
        residuals=sign * (levels * weights).sum(axis=1),
        dropped=design.dropped,
        maximum=found,
        levels=levels,
        level_weights=weights,
        **fields_under(
            vcov,
            k,
            facts=(before, after),
            notes=((*design.notes, *notes_of(found, kind, effects)), ()),
        ),
    )


def _levels(
    design: Design, left: FloatArray, found: Maximum, effects: FrontierEffects
) -> tuple[FloatArray, FloatArray]:
    """Return the residuals (n, K) that every row may have, and their probabilities."""
    if effects != "unit" or found.boundary:
        return left[:, None], np.ones((len(left), 1))
    held = levels_of_units(left, design.unit, found.spreads)
    return left[:, None] + held.values[design.unit], held.weights[design.unit]


def _vcov(design: Design, found: Maximum, errors: FrontierErrors) -> Vcov:
    """Return the covariance (p, p) of slopes and logarithms of spreads."""
    bread = np.linalg.inv(-found.hessian)
    if errors == "hessian":
        note = message("observed Hessian: rows independent, noise normal, inefficiency half-normal")
        return Vcov(np.asarray(bread), float("inf"), term("covariance", "hessian"), notes=(note,))
    count = len(design.unit_labels)
    if count < 2:
        raise DataError(
            message(
                "clustered errors need two {units}, and there is one: {hessian}, or more {units}",
                hessian=option("errors", "hessian"),
            )
        )
    scores = found.scores
    if len(scores) != count:
        scores = np.add.reduceat(scores, design.layout.starts)
    matrix = bread @ (scores.T @ scores) @ bread * count / (count - 1)
    name = message("cluster by {unit}, t({df})", df=count - 1).spoken(*design.level_names)
    note = message("scores summed by {unit}, times G/(G-1); t(G-1)").spoken(*design.level_names)
    return Vcov(np.asarray(matrix), float(count - 1), name, {"n_clusters": count}, (note,))


def _facts(
    design: Design, found: Maximum, kind: FrontierKind, effects: FrontierEffects
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Return the facts before and after those of the covariance."""
    labels, layout = design.time_labels, design.layout
    before = {
        "nobs": layout.n,
        "n_units": layout.n_units,
        "n_periods": layout.n_times,
        "years": f"{labels[0]}-{labels[-1]}",
        "balanced": layout.balanced,
    }
    after = {
        term("fact", "frontier"): _KINDS[kind],
        "effects": "none" if effects == "none" else "unit",
        "sigma_v": found.sigma_v,
        "sigma_u": found.sigma_u,
        "loglik": found.loglik,
        message("likelihood ratio of inefficiency"): found.ratio,
        term("fact", "skewness"): found.skewness if kind == "production" else -found.skewness,
        "vcov": "",
        "convention": "ML",
    }
    return before, after


def _refuse_few(rows: int, parameters: int) -> None:
    if rows <= parameters:
        raise DataError(
            message(
                "{rows} rows for {parameters} parameters of the stochastic frontier: more rows, or fewer regressors",
                rows=rows,
                parameters=parameters,
            )
        )


def _check(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SpecError(
            message("{name} is one of {known}, not {value!r}", name=name, known=known, value=value)
        )
