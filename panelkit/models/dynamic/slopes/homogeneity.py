"""Whether slopes differ between units: the dispersion of the units' slopes about a weighted one."""

from __future__ import annotations

import numpy as np
from scipy import special

from panelkit.kernels.unit_regressions import UnitRegressions
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.models.dynamic.slopes.result import SlopesResult
from panelkit.results.tests import TestResult


@offered(
    "dynamics",
    family="dynamic",
    result="TestResult",
    source="Pesaran and Yamagata 2008, equations 27 and 29; beside averages, Blomquist and Westerlund 2013",
    public=True,
)
def slope_homogeneity(fit: SlopesResult) -> TestResult:
    """Test that all units have the same slopes.

    Parameters
    ----------
    fit
        Of `MeanGroup` or `CommonCorrelatedEffects`: its regressions by unit are read.

    Returns
    -------
    TestResult
        The adjusted delta statistic, two-sided, standard normal as N grows.

    Raises
    ------
    SpecError
        If it is another fit, or some units have no slope of their own.

    Notes
    -----
    Each unit gives z_i = (b_i - b)' X_i'MX_i (b_i - b) / s_i^2, b weighted by 1/s_i^2, s_i^2 of errors about the pooled
    slope; delta is sum (z_i - k) / (sum v_i)^.5 with v_i = 2k (n_i - k) / (n_i + 2), n_i the rows beside the nuisance
    (T - 1 for an intercept). It is of errors that are independent with one variance inside a unit.

    Examples
    --------
    >>> fit = pk.MeanGroup("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> 0.0 <= pk.slope_homogeneity(fit).p_value <= 1.0
    True
    """
    if not isinstance(fit, SlopesResult):
        raise SpecError(
            message(
                "slope_homogeneity takes a fit of MeanGroup or CommonCorrelatedEffects, not {given!r}",
                given=fit,
            )
        )
    found = fit.slopes.regressions
    if not (found.solvable & (found.left > 0)).all():
        raise SpecError(
            message(
                "some regressions have no slope with a row to spare: the test of equal slopes needs one of every unit"
            )
        )
    delta = dispersion(found)
    return TestResult(
        name=message("Slopes that differ: adjusted delta (Pesaran and Yamagata 2008)"),
        null=message("all units have the same slopes"),
        statistic=delta,
        distribution="N(0, 1)",
        p_value=float(2.0 * special.ndtr(-abs(delta))),
        facts={"n_units": len(found.slopes), "n_terms": found.X.shape[2]},
    )


def dispersion(found: UnitRegressions) -> float:
    """Return the adjusted delta of regressions by unit."""
    k = found.X.shape[2]
    free = found.rows - found.other
    norms = np.sqrt((found.X**2).sum(axis=(0, 1)))
    X = found.X / norms
    slopes = found.slopes * norms
    S = np.einsum("ntj,ntk->njk", X, X)
    b = np.einsum("njk,nk->nj", S, slopes)
    pooled = np.linalg.solve(S.sum(axis=0), b.sum(axis=0))
    s2 = ((found.y - X @ pooled) ** 2).sum(axis=1) / free
    weighted = np.linalg.solve((S / s2[:, None, None]).sum(axis=0), (b / s2[:, None]).sum(axis=0))
    apart = slopes - weighted
    z = np.einsum("nj,njk,nk->n", apart, S, apart) / s2
    return float((z - k).sum() / np.sqrt((2.0 * k * (free - k) / (free + 2.0)).sum()))
