"""What a policy did, as it was adopted, under a spatial model: to the treated and to the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from panelkit.inference.impact_parts import ImpactParts, pick, resolvent
from panelkit.kernels.derivatives import numerical_jacobian
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.models.spatial.fit import SpatialFit
from panelkit.results.derived import Derived, Uncertainty
from panelkit.show.brief import Brief
from panelkit.spatial.spectrum import EIGEN_LIMIT

TERMS = ("own", "received", "treated", "untreated")


@dataclass(frozen=True, eq=False)
class TreatmentReach(Brief):
    """Whom a treatment meets; `path` (N, T) is 0/1, `neighbours` (N, T) marks rows with a treated neighbour."""

    path: FloatArray
    neighbours: FloatArray

    @property
    def n_units(self) -> int:
        return len(self.path)

    @property
    def n_treated(self) -> int:
        return int(self.path.any(axis=1).sum())

    @property
    def n_exposed(self) -> int:
        """Return how many units are never treated and have a treated neighbour at some time."""
        return int((~self.path.any(axis=1) & self.neighbours.any(axis=1)).sum())

    @property
    def n_clean(self) -> int:
        return int((~self.path.any(axis=1) & ~self.neighbours.any(axis=1)).sum())

    @property
    def cohorts(self) -> int:
        """Return how many dates of adoption lie inside the sample."""
        start = np.argmax(self.path, axis=1)[self.path.any(axis=1)]
        return len(np.unique(start[start > 0]))

    def facts(self) -> dict[str, int]:
        """Return the counts of a table."""
        return {"n_treated": self.n_treated, "n_exposed": self.n_exposed, "n_clean": self.n_clean}


def reach_of(fit: SpatialFit, term: str) -> TreatmentReach:
    """Return whom a 0/1 term of a spatial fit meets.

    Raises
    ------
    SpecError
        If the fit has no such term, or it is not 0/1.
    """
    if term not in fit.sample.terms:
        raise SpecError(
            message("no regressor {term!r}: there are {terms}", term=term, terms=fit.sample.terms)
        )
    path = np.asarray(fit.sample.X[:, :, fit.sample.terms.index(term)])
    if not np.isin(path, (0.0, 1.0)).all():
        raise SpecError(message("`{term}` is no 0/1 treatment", term=term))
    links = sparse.csr_array(fit.weights_durbin.matrix)
    return TreatmentReach(path, np.asarray((links @ path) > 0.0))


@offered("policy", family="designs", result="Derived", source="LeSage and Pace 2009, ch. 2", public=True)
def treatment_impacts(fit: SpatialFit, term: str) -> Derived:
    """Return what the adoptions that there were did, under a spatial panel model.

    With M = (I - rho W)^-1 (b I + t W) a period's effects are M d, d who is treated then. `own` is the mean over
    treated unit-periods of what a unit's own adoption does to it, feedback included; `received` what the others'
    adoptions add; `treated` their sum; `untreated` the mean over units that are not treated since the first adoption.

    Parameters
    ----------
    fit
        A spatial panel, of `SpatialDiD` or `SpatialPanel`.
    term
        The 0/1 treatment, a regressor of it.

    Returns
    -------
    Derived
        Four terms under the equation `as adopted`, errors by the delta method.

    Raises
    ------
    SpecError
        If the term is no 0/1 regressor, nobody is ever treated, or above 1,000 units.

    Examples
    --------
    >>> units, years = panel.index.get_level_values(0), panel.index.get_level_values(1)
    >>> early = years.max() - 3
    >>> pilots = panel.assign(pilot=(units.isin(["Shanghai", "Sichuan"]) & (years > early)).astype(int))
    >>> fit = pk.SpatialDiD("log(patents_granted) ~ 1", treatment="pilot").fit(pilots, pk.contiguity())
    >>> pk.treatment_impacts(fit, "pilot").terms
    ('own', 'received', 'treated', 'untreated')
    """
    reach = reach_of(fit, term)
    parts = fit.impact_parts()
    if reach.n_units > EIGEN_LIMIT:
        raise SpecError(message("{count} units are too many for effects by unit", count=reach.n_units))
    if not reach.n_treated:
        raise SpecError(message("`{term}` is zero everywhere: nobody is treated", term=term))
    weights = _weights(reach)

    def effects(theta: FloatArray) -> FloatArray:
        return _effects(parts, theta, term, reach, weights)

    estimate = effects(parts.theta)
    jacobian = numerical_jacobian(effects, parts.theta)
    uncertainty = Uncertainty(method="delta")
    return Derived(
        title=message("what the policy did, as adopted: {fit}", fit=fit.title),
        terms=TERMS,
        equations=("as adopted",) * len(TERMS),
        estimates=estimate,
        covariance=jacobian @ parts.drawable[0] @ jacobian.T,
        df=parts.df,
        facts={**reach.facts(), "treatment": term},
        notes=(
            message(
                "own: a treated {unit}'s adoption on itself; received: other adoptions on it; treated: both; "
                "untreated: on {units} not treated since the first adoption"
            ).spoken(*fit.level_names),
            uncertainty.sentence(),
            *parts.drawable[1],
        ),
        uncertainty=uncertainty,
        levels=fit.level_names,
    )


def _weights(reach: TreatmentReach) -> tuple[FloatArray, FloatArray]:
    """Return the weights (N, T) of the means over treated rows, and over untreated ones since the first adoption."""
    treated = reach.path / reach.path.sum()
    since = reach.path.any(axis=0)
    others = (reach.path == 0.0) & since
    return treated, others / max(float(others.sum()), 1.0)


def _effects(
    parts: ImpactParts, theta: FloatArray, term: str, reach: TreatmentReach, weights: tuple[Any, Any]
) -> FloatArray:
    """Return own, received, treated and untreated means at parameters (p,)."""
    row = theta[None, :]
    scale, rho = resolvent(parts, row, "short")
    j = parts.terms.index(term)
    own, neighbour = pick(row, parts.own)[0, j], pick(row, parts.neighbour)[0, j]
    n = reach.n_units
    inner = own * np.eye(n) + neighbour * parts.multipliers.durbin.toarray()
    if parts.w is not None:
        inner = np.linalg.solve(np.eye(n) - rho[0] * parts.w.toarray(), inner)
    moved = inner @ reach.path / scale[0]
    alone = float((np.diag(inner)[:, None] * weights[0]).sum() / scale[0])
    treated, untreated = float((moved * weights[0]).sum()), float((moved * weights[1]).sum())
    return np.array([alone, treated - alone, treated, untreated])
