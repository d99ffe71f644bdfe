"""Direct, indirect and total impacts of spatial models (LeSage and Pace 2009), with their uncertainty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

import numpy as np
import pandas as pd

from panelkit.formula.derivative import contains
from panelkit.inference.impact_parts import (
    EFFECTS,
    Horizon,
    ImpactParts,
    check_horizon,
    draw_theta,
    impact_matrix,
    partitioned,
    pick,
    resolvent,
    stable,
    stacked,
)
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import ConvergenceError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import check_count, is_whole, refuse_idle
from panelkit.language.spelt import option
from panelkit.results.derived import Derived, Uncertainty

if TYPE_CHECKING:
    from panelkit.panel.design import Design
    from panelkit.show.canvas import Figure

Method = Literal["delta", "draws", "bootstrap", "none"]


class SpatialFitLike(Protocol):
    """What a fit offers to this module."""

    @property
    def title(self) -> Message: ...

    @property
    def design(self) -> Design | None: ...

    @property
    def level_names(self) -> tuple[str, str]: ...

    def impact_parts(self) -> ImpactParts: ...

    def bootstrap_theta(self, rng: np.random.Generator) -> FloatArray:
        """Return theta (p,) of one resampled panel."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Impacts(Derived):
    """Direct, indirect and total impacts; `by_province` says who radiates and who receives."""

    parts: ImpactParts | None = None
    horizon: Horizon = "short"
    fit_facts: Any = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """Return one row a regressor: direct, indirect, total with standard errors and p-values."""
        tidy = self.tidy()
        wide = tidy.pivot(index="term", columns="equation", values=["estimate", "std_error", "p_value"])
        return wide.reindex(list(dict.fromkeys(self.terms)))

    def by_province(self, term: str) -> pd.DataFrame:
        """Return direct, received (row sum less diagonal) and radiated (column sum less diagonal) impacts by id.

        Raises
        ------
        SpecError
            If the model has no such regressor, or above 1,000 units.
        """
        parts = _require(self.parts)
        matrix = impact_matrix(parts, term, self.horizon)
        own = np.diag(matrix)
        return pd.DataFrame(
            {"direct": own, "received": matrix.sum(axis=1) - own, "radiated": matrix.sum(axis=0) - own},
            index=pd.Index(parts.ids, name="province"),
        )

    def by_order(self, orders: int = 6) -> Derived:
        """Return the impacts partitioned by order q of neighbours, rho^q W^q (b I + t W_d), errors by delta method."""
        return partitioned(_require(self.parts), orders)

    def map(
        self,
        term: str,
        which: Literal["direct", "received", "radiated"] = "radiated",
        *,
        boundaries: Any = None,
        language: Literal["en", "zh"] = "en",
        title: str | None = None,
    ) -> Figure:
        """Return a map of the impacts by province, on tiles or on boundaries of one's own."""
        from panelkit.show import figures

        table = self.by_province(term)
        if which not in table.columns:
            raise SpecError(
                message("a map shows {names}, not {which!r}", names=list(table.columns), which=which)
            )
        values = table[which]
        return figures.province_map(
            values, boundaries=boundaries, centre=0.0, language=language, title=title or term
        )


def _require(parts: ImpactParts | None) -> ImpactParts:
    if parts is None:
        raise SpecError(message("these impacts carry no model behind them"))
    return parts


def impacts(
    fit: SpatialFitLike,
    *,
    method: Method = "delta",
    horizon: Horizon = "short",
    reps: int | None = None,
    rng: int | np.random.Generator = 0,
) -> Impacts:
    """Return direct, indirect and total impacts of every regressor.

    Parameters
    ----------
    method
        "delta"; "draws": theta from its (t or normal) distribution, unstable draws discarded and counted;
        "bootstrap": residual vectors of provinces resampled and sent through (I - rho W)^-1, the model refitted;
        "none": the points alone, without errors.
    horizon
        "long" for the long run of a dynamic model.
    reps
        10,000 draws or 999 bootstrap panels unless told; the delta method takes none.

    Raises
    ------
    SpecError
        If method or horizon do not fit the model.
    ConvergenceError
        If more than half of the draws are unstable.
    """
    check_reps(method, reps)
    parts = fit.impact_parts()
    check_horizon(parts, horizon)
    estimate, covariance, draws, uncertainty = uncertain(
        fit, parts, lambda theta: stacked(parts, theta, horizon), method, reps, rng
    )
    k = len(parts.terms)
    return Impacts(
        title=_title(fit.title, parts, horizon),
        terms=parts.terms * 3,
        equations=tuple(kind for kind in EFFECTS for _ in range(k)),
        estimates=estimate,
        covariance=covariance,
        df=parts.df,
        facts={"method": method, "horizon": horizon, "units": len(parts.ids)},
        notes=(
            uncertainty.sentence(),
            *(parts.drawable[1] if method in ("delta", "draws") else ()),
            *_check_total(parts, estimate, horizon),
            *_of_islands(parts),
            *_of_interactions(fit, parts),
            *(fit.design.provenance if fit.design is not None else ()),
        ),
        uncertainty=uncertainty,
        draws=draws,
        parts=parts,
        horizon=horizon,
    )


def check_reps(method: str, reps: int | None) -> None:
    """Refuse a method that is none, too few draws, and a number of draws where nothing is drawn."""
    if method not in get_args(Method):
        raise SpecError(
            message("the method is 'delta', 'draws', 'bootstrap' or 'none', not {method!r}", method=method)
        )
    if reps is not None and is_whole(reps) and reps < 2:
        raise SpecError(message("impacts need at least two draws, not reps={reps}", reps=reps))
    if reps is not None:
        check_count("reps", reps, 2)
    refuse_idle(
        {"reps": method in ("delta", "none") and reps is not None},
        message(
            "would change nothing: method={method!r} draws nothing; take 'draws' or 'bootstrap'",
            method=method,
        ),
    )


def _title(fit: Message, parts: ImpactParts, horizon: Horizon) -> Message:
    if horizon == "long":
        return message("long-run impacts: {fit}", fit=fit)
    if parts.tau < 0 and parts.eta < 0:
        return message("impacts: {fit}", fit=fit)
    return message("short-run impacts: {fit}", fit=fit)


def uncertain(
    fit: SpatialFitLike,
    parts: ImpactParts,
    effects: Callable[[FloatArray], FloatArray],
    method: Method,
    reps: int | None,
    rng: int | np.random.Generator,
) -> tuple[FloatArray, FloatArray, FloatArray | None, Uncertainty]:
    """Return functions of the parameters, their covariance (q, q), draws (m, q) where there are any, and the way.

    `effects` takes (m, p) parameter vectors and returns (m, q).

    Raises
    ------
    ConvergenceError
        If more than half of the draws are unstable.
    """
    estimate = effects(parts.theta[None, :])[0]
    if method == "delta":
        jacobian = numerical_jacobian(lambda theta: effects(theta[None, :])[0], parts.theta)
        return estimate, jacobian @ parts.drawable[0] @ jacobian.T, None, Uncertainty(method="delta")
    if method == "none":
        unknown = np.full((len(estimate), len(estimate)), np.nan)
        return estimate, unknown, None, Uncertainty(method="none")
    count = reps or (10_000 if method == "draws" else 999)
    thetas, lost = _replications(fit, parts, method, count, as_generator(rng))
    draws = effects(thetas)
    covariance = np.atleast_2d(np.cov(draws, rowvar=False))
    made = Uncertainty(method=method, reps=len(draws), seed=seed_of(rng), discarded=lost)
    return estimate, covariance, draws, made


def _replications(
    fit: SpatialFitLike,
    parts: ImpactParts,
    method: str,
    count: int,
    rng: np.random.Generator,
) -> tuple[FloatArray, int]:
    if method == "draws":
        thetas = draw_theta(parts, count, rng)
        lost = 0
    else:
        found = []
        lost = 0
        for _ in range(count):
            try:
                found.append(fit.bootstrap_theta(rng))
            except ConvergenceError:
                lost += 1
        thetas = np.array(found)
    good = stable(parts, thetas) if len(thetas) else np.zeros(0, dtype=bool)
    if good.sum() < count / 2:
        raise ConvergenceError(
            message(
                "{lost} of {count} {method} are unstable: the estimate lies too near the edge of its "
                "interval for simulated errors; take {method_option}",
                method_option=option("method", "delta"),
                lost=count - int(good.sum()),
                count=count,
                method=method,
            )
        )
    return thetas[good], lost + int((~good).sum())


def _of_islands(parts: ImpactParts) -> tuple[Message, ...]:
    """Say what units without a neighbour count for."""
    if not parts.islands:
        return ()
    return (
        message(
            "no neighbour for {islands}: their impacts are the regressors' own coefficients, and the means over all "
            "units count them",
            islands=[str(name) for name in parts.islands],
        ),
    )


def _of_interactions(fit: SpatialFitLike, parts: ImpactParts) -> tuple[Message, ...]:
    """Say which regressors move in several terms at once: the row of a term is then no effect of a variable."""
    formula = None if fit.design is None else fit.design.formula
    terms = [term for term in (() if formula is None else formula.terms) if term.label in parts.terms]
    beside = {
        one.label: [
            other.label
            for other in terms
            if other is not one
            and any(contains(factor.node, one.factors[0].node) for factor in other.factors)
        ]
        for one in terms
        if len(one.factors) == 1
    }
    return tuple(
        message(
            "`{of}` moves in {terms} too: its row is the impact where these stand still, not that of `{of}`; "
            'moderated_impacts("{of}", by=...) is',
            of=label,
            terms=[f"`{other}`" for other in others],
        )
        for label, others in beside.items()
        if others
    )


def _check_total(parts: ImpactParts, estimate: FloatArray, horizon: Horizon) -> tuple[Message, ...]:
    """Check totals against (b + t) / (a - r) where W is row-standardised."""
    if not parts.row_standardised:
        return ()
    theta = parts.theta[None, :]
    scale, rho = resolvent(parts, theta, horizon)
    closed = (pick(theta, parts.own) + pick(theta, parts.neighbour))[0] / (scale[0] * (1.0 - rho[0]))
    k = len(parts.terms)
    gap = float(np.abs(estimate[2 * k :] - closed).max())
    if gap > 1e-6 * max(1.0, float(np.abs(closed).max())):
        raise ConvergenceError(
            message(
                "total impacts miss (b + t)/(1 - rho) by {gap:.2g}: the decomposition of the weights failed",
                gap=gap,
            )
        )
    return (message("totals equal (b + t)/(1 - rho), as they must with row-standardised weights"),)
