"""The restricted wild cluster bootstrap of several linear restrictions at once, batched.

As for one restriction (`wild/bootstrap.py`) a draw is linear in the G weights: numerators C v and cluster scores S v
are small maps, made once by sweeping the restricted residuals of each cluster; a draw then costs G q numbers and one
q x q solve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import convention_named
from panelkit.covariance.small_sample import small_sample_factor
from panelkit.inference.panel_tests.fits import check_fit, design_of
from panelkit.inference.wild.bootstrap import Weights, draw_signs, wild_cluster_bootstrap
from panelkit.inference.wild.draws import Ties
from panelkit.kernels.capabilities import RESAMPLED_RESIDUALS
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.rng import as_generator
from panelkit.kernels.sandwich import sum_by
from panelkit.kernels.within import FloatArray, IntArray, within
from panelkit.language.errors import SpecError
from panelkit.language.message import listed, message
from panelkit.language.offers import offered
from panelkit.language.options import check_count
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult

_TIE = 1e-10
_MOST_CLUSTERS = 2_000
_BATCH_CELLS = 4_000_000
# A draw whose covariance has an eigenvalue below this share of its largest has no statistic, and counts as far out.
_SINGULAR = 1e-12


@offered("inference", "wild_joint", family="few clusters", source="Roodman, MacKinnon, Nielsen and Webb 2019")
def wild_joint(
    fit: FitResult,
    rows: FloatArray,
    gap: FloatArray,
    texts: Sequence[str],
    *,
    reps: int = 9999,
    rng: int | np.random.Generator = 0,
    weights: Weights = "rademacher",
    ties: Ties = "inclusive",
    cluster: str | None = None,
) -> TestResult:
    """Test R b = r by the restricted wild cluster bootstrap of the CRV1 Wald statistic.

    Parameters
    ----------
    fit
        Least squares in one equation.
    rows, gap
        R (q, k) and R b - r (q,) at the estimates.
    texts
        The restrictions as the user wrote them.
    reps, rng, weights, ties, cluster
        As in `wild_cluster_bootstrap`.

    Raises
    ------
    SpecError
        If the fit is not least squares in one equation, or has too many clusters for a joint test.
    """
    check_fit(fit)
    check_count("reps", reps)
    linear, design = design_of(fit, weighted=True)
    if len(gap) == 1:
        combination = {term: float(w) for term, w in zip(fit.terms, rows[0], strict=True) if w != 0.0}
        null = float(rows[0] @ linear.beta - gap[0])
        one = wild_cluster_bootstrap(
            fit, combination, null, reps=reps, rng=rng, weights=weights, ties=ties, cluster=cluster
        )
        return replace(one, null=listed(texts))
    if RESAMPLED_RESIDUALS not in linear.can:
        raise SpecError(
            message(
                "{title}: the wild cluster bootstrap resamples one equation; test by the covariance of the fit instead",
                title=fit.title,
            )
        )
    clusters = clusters_of(design, cluster if cluster is not None else getattr(fit.spec.vcov, "by", None))
    if clusters.count > _MOST_CLUSTERS:
        raise SpecError(
            message(
                "a joint wild bootstrap takes at most {most:,} clusters, and there are {count:,}: with so many the "
                "Wald test itself is right",
                most=_MOST_CLUSTERS,
                count=clusters.count,
            )
        )
    factor = small_sample_factor(linear, (clusters,), convention_named(fit.spec.convention))
    maps = _maps(linear, rows, gap, clusters.codes)
    signs, enumerated = draw_signs(clusters.count, reps, weights, as_generator(rng), ties)
    own = _walds(*maps, np.ones((1, clusters.count)))[0]
    step = max(1, _BATCH_CELLS // maps[1].size)
    parts = [_walds(*maps, signs.batch(at, at + step)) for at in range(0, len(signs), step)]
    drawn = np.concatenate(parts)
    beyond = drawn >= own * (1.0 - _TIE) if ties == "inclusive" else drawn > own * (1.0 + _TIE)
    said = message(
        "{reps} draws, {clusters} clusters", reps=len(signs) if enumerated else reps, clusters=clusters.count
    )
    return TestResult(
        name=message("wild cluster restricted bootstrap, joint"),
        null=listed(texts),
        statistic=float(own / factor / len(gap)),
        distribution=message("F under {weights} weights", weights=weights),
        df=(float(len(gap)),),
        p_value=float(np.mean(beyond)),
        facts={"restrictions": tuple(texts), "reps": reps, "n_clusters": clusters.count},
        notes=(said,),
    )


def _maps(
    linear: LinearFit, rows: FloatArray, gap: FloatArray, codes: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return C (q, G) and S (G, q, G): numerators C v and scores by cluster S v of a draw v (G,)."""
    influence = linear.basis @ (linear.root.T @ rows.T)
    towards = influence @ np.linalg.solve(influence.T @ influence, gap)
    residuals = linear.residuals + towards
    groups = int(codes.max()) + 1
    scores = np.empty((groups, rows.shape[0], groups))
    step = max(1, _BATCH_CELLS // len(linear.y))
    for first in range(0, groups, step):
        held = np.arange(first, min(first + step, groups))
        errors = residuals[:, None] * (codes[:, None] == held)
        swept = within(errors, linear.layout, linear.effects)
        swept -= linear.basis @ (linear.basis.T @ swept)
        for at, column in enumerate(influence.T):
            scores[:, at, held] = sum_by(column[:, None] * swept, codes)
    numerators = sum_by(influence * residuals[:, None], codes).T
    return numerators, scores


def _walds(numerators: FloatArray, scores: FloatArray, draws: FloatArray) -> FloatArray:
    """Return n' (S'S)^-1 n of every draw (B, G), without the factor of the covariance."""
    top = draws @ numerators.T
    bottom = np.einsum("hqg,bg->bhq", scores, draws, optimize=True)
    meat = np.einsum("bhq,bhr->bqr", bottom, bottom, optimize=True)
    values, vectors = np.linalg.eigh(meat)
    turned = np.einsum("bqr,bq->br", vectors, top)
    singular = values[:, 0] <= _SINGULAR * values[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (turned**2 / values).sum(axis=1)
    return np.where(singular, np.inf, found)
