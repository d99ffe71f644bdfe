"""Bias-corrected least squares with unit dummies (Kiviet 1995; Bruno 2005, Stata's xtlsdvc)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from panelkit.covariance.base import Vcov
from panelkit.kernels.rng import as_generator
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray, within
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import estimator
from panelkit.language.options import check_count
from panelkit.models.dynamic.short.dynamic_rows import DynamicEffects, DynamicRows
from panelkit.models.dynamic.short.initial import Initial
from panelkit.models.dynamic.short.lsdv_correction import (
    Corrected,
    LsdvProblem,
    drawn_outcomes,
    lsdv_problem,
)
from panelkit.models.dynamic.short.result import DynamicFit, finished
from panelkit.models.dynamic.short.shell import DynamicSpec, in_order
from panelkit.models.dynamic.short.unit_errors import (
    UnitChanges,
    check_errors,
    lost_terms,
    refuse_lost,
    unit_vcov,
)
from panelkit.models.effects import effects_word

LsdvErrors = Literal["jackknife", "bootstrap"]


@estimator(
    "bias_corrected_lsdv",
    family="dynamic",
    can=["unit changes"],
    result="DynamicFit",
    source="Kiviet 1995, 1999; Bun and Kiviet 2003; Bruno 2005, eqs. 7-9 (xtlsdvc)",
)
@dataclass(frozen=True)
class BiasCorrectedLSDV(DynamicSpec):
    """Least squares with unit dummies less an approximation of its bias, as Stata's `xtlsdvc`.

    Parameters
    ----------
    formula
        `outcome ~ lag(outcome, 1) + regressors`, the first lag only. Other regressors are strictly exogenous.
    order
        How far the bias is approximated, `xtlsdvc`'s `bias()`: 1 (order 1/T), 2 (and 1/(NT)), 3 (and 1/(NT^2)).
    initial
        Where the bias is worked out: "arellano-bond" (one step, all lags) or "anderson-hsiao".
    effects
        "twoway" (period dummies are regressors) or "unit".
    errors
        "jackknife": one unit left out of everything at a time, with t(N-1). "bootstrap": normal errors, the panel
        grown from its first lags, as `xtlsdvc`'s `vcov()`; it needs errors of one variance.
    reps, seed
        Of the bootstrap.
    where
        A condition on the rows that enter, as in `FixedEffects`.

    Notes
    -----
    The terms of the bias are Bruno's, W observed in the place of its expectation, and Q the inverse of W'AW; errors are
    independent and of one variance. Unbalanced panels and gaps are taken as they are.

    Examples
    --------
    >>> fit = pk.BiasCorrectedLSDV("log(patents_granted) ~ lag(log(patents_granted), 1)").fit(panel)
    >>> bool((fit.params > fit.within_estimates).all())
    True
    """

    formula: str
    order: Literal[1, 2, 3] = 3
    initial: Initial = "arellano-bond"
    effects: DynamicEffects = "twoway"
    errors: LsdvErrors = "jackknife"
    reps: int = 199
    seed: int = 0
    where: str | None = None

    def _check(self) -> None:
        check_errors(self.errors, get_args(LsdvErrors))
        check_count("reps", self.reps, 50)
        as_generator(self.seed)
        for name, value, known in (
            ("order", self.order, (1, 2, 3)),
            ("initial", self.initial, get_args(Initial)),
        ):
            if isinstance(value, bool) or value not in known:
                raise SpecError(
                    message("{name} is one of {known}, not {value!r}", name=name, known=known, value=value)
                )

    def _estimate(self, rows: DynamicRows) -> DynamicFit:
        _refuse_other_lags(rows)
        rows.refuse_slopes_of_units()
        X = np.asarray(rows.design.X)
        lag = int(rows.lag_at[0])
        problem = lsdv_problem(rows, np.asarray(rows.design.y), X[:, lag], self.order, self.initial)
        found = problem.corrected()
        estimates = in_order(rows, found.estimates)
        if self.errors == "bootstrap":
            vcov, deleted = _bootstrap(self, rows, estimates), None
        else:
            deleted = _without_each(problem, rows)
            changes = UnitChanges(np.empty_like(deleted), deleted)
            vcov = unit_vcov("jackknife", changes, estimates, rows.design.level_names[0])
        return finished(
            self,
            rows,
            estimates,
            vcov,
            title=message(
                "Bias-corrected LSDV ({effects}): {outcome}",
                effects=effects_word(self.effects),
                outcome=rows.design.outcome,
            ),
            within_estimates=in_order(rows, found.uncorrected),
            without_unit=deleted,
            facts=_facts(found),
            notes=_notes(self, found),
        )


def _refuse_other_lags(rows: DynamicRows) -> None:
    if rows.lags.first_only:
        return
    raise SpecError(
        message(
            "the bias of LSDV is known for one lag, and the formula holds {terms}: take AdjustedMoments or "
            "HalfPanelJackknife",
            terms=[f"`{term}`" for term in rows.lags.terms],
        )
    )


def _without_each(problem: LsdvProblem, rows: DynamicRows) -> FloatArray:
    """Return the estimates without each unit (N, k), the correction and its first estimate worked out anew."""
    k = len(rows.terms)
    lost = in_order(rows, lost_terms(problem.products[0], k).astype(float))
    refuse_lost(lost, np.asarray(rows.design.unit_labels), rows.terms)
    found = [problem.corrected(without).estimates for without in range(rows.layout.n_units)]
    return in_order(rows, np.array(found))


def _bootstrap(spec: BiasCorrectedLSDV, rows: DynamicRows, estimates: FloatArray) -> Vcov:
    """Return the covariance of estimates on outcomes grown from normal errors (Bruno 2005b, section 2.3)."""
    X, lag = np.asarray(rows.design.X), int(rows.lag_at[0])
    left = rows.design.y - X @ estimates
    e = within(left[:, None], rows.layout, rows.effects)[:, 0]
    taken = rows.layout.n_units + rows.year_basis.shape[1] + len(estimates)
    sigma = float(np.sqrt(e @ e / (len(e) - taken)))
    fixed = rows.design.y - e - estimates[lag] * X[:, lag]
    y, lagged = drawn_outcomes(rows, float(estimates[lag]), fixed, sigma, spec.reps, as_generator(spec.seed))
    drawn = np.array(
        [
            lsdv_problem(rows, y[at], lagged[at], spec.order, spec.initial).corrected().estimates
            for at in steps_of(range(spec.reps), spec.reps)
        ]
    )
    matrix = np.atleast_2d(np.cov(in_order(rows, drawn), rowvar=False))
    df = rows.layout.n_units - 1
    return Vcov(
        matrix,
        float(df),
        message(
            "parametric bootstrap ({reps} draws, seed {seed}), t({df})", reps=spec.reps, seed=spec.seed, df=df
        ),
        {"n_clusters": rows.layout.n_units},
        (message("standard errors from outcomes grown anew with normal errors of one variance; t(N-1)"),),
    )


def _facts(found: Corrected) -> dict[Any, Any]:
    return {
        message("own lag before the correction"): float(found.uncorrected[0]),
        message("own lag of the first estimate"): float(found.initial[0]),
    }


def _notes(spec: BiasCorrectedLSDV, found: Corrected) -> tuple[Message, ...]:
    how = {
        1: message("order 1/T"),
        2: message("orders 1/T and 1/(NT)"),
        3: message("orders 1/T, 1/(NT) and 1/(NT^2)"),
    }[spec.order]
    first = {"arellano-bond": "Arellano-Bond", "anderson-hsiao": "Anderson-Hsiao"}[spec.initial]
    said = [
        message(
            "bias of {orders} (Bruno 2005), worked out at the {first} estimate: errors independent and of one variance",
            orders=how,
            first=first,
        )
    ]
    if abs(found.initial[0]) >= 1.0:
        said.append(
            message(
                "the first estimate of the own lag is {value:.3f}, and the bias at such a root is no approximation: "
                "take AdjustedMoments or HalfPanelJackknife beside it",
                value=float(found.initial[0]),
            )
        )
    return tuple(said)
