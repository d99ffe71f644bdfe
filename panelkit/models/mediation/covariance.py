"""The joint covariance of the coefficients of several equations on one sample."""

from __future__ import annotations

import numpy as np

from panelkit.covariance.base import VcovSpec
from panelkit.covariance.cluster import Cluster
from panelkit.covariance.clusters import clusters_of
from panelkit.covariance.conventions import convention_named
from panelkit.covariance.crv3 import CRV3
from panelkit.covariance.iid import Iid
from panelkit.covariance.robust import Robust
from panelkit.covariance.small_sample import small_sample_factor
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.sandwich import sum_by
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.models.mediation.paths import PathSystem
from panelkit.panel.design import Design


def joint_covariance(system: PathSystem, vcov: VcovSpec, design: Design, convention: str) -> FloatArray:
    """Return the covariance (K, K) of theta.

    CRV3 is the jackknife of all equations at once; Cluster and Robust stack the scores; Iid takes the cross-products
    of the residuals. The diagonal blocks are the covariances of the single equations.

    Raises
    ------
    SpecError
        If the covariance has no joint form here.
    """
    if isinstance(vcov, CRV3):
        betas, _ = system.without_each()
        centred = betas - system.theta
        return np.asarray(centred.T @ centred * (system.n_groups - 1) / system.n_groups)
    if isinstance(vcov, Iid):
        return _independent(system.fits)
    if isinstance(vcov, Cluster):
        clusters = clusters_of(design, vcov.by)
        scales = cluster_factors(system, design, vcov.by, convention)
        influence = np.hstack(
            [
                sum_by(fit.basis_scores, clusters.codes) @ fit.root.T * f
                for fit, f in zip(system.fits, scales, strict=True)
            ]
        )
        return np.asarray(influence.T @ influence)
    if isinstance(vcov, Robust):
        roots = [(fit.n / fit.df_resid) ** 0.5 if vcov.kind == "HC1" else 1.0 for fit in system.fits]
        influence = np.hstack(
            [fit.basis_scores @ fit.root.T * f for fit, f in zip(system.fits, roots, strict=True)]
        )
        return np.asarray(influence.T @ influence)
    raise SpecError(
        message(
            "{vcov}: the joint covariance of the equations is offered for CRV3, Cluster, Robust and Iid",
            vcov=str(vcov),
        )
    )


def cluster_factors(system: PathSystem, design: Design, by: str | None, convention: str) -> FloatArray:
    """Return the root of the small-sample factor of each equation's clustered variance, (equations,)."""
    clusters, rule = clusters_of(design, by), convention_named(convention)
    return np.sqrt([small_sample_factor(fit, (clusters,), rule) for fit in system.fits])


def _independent(fits: tuple[LinearFit, ...]) -> FloatArray:
    rows = []
    for one in fits:
        blocks = []
        for two in fits:
            sigma = float(one.residuals @ two.residuals) / (one.df_resid * two.df_resid) ** 0.5
            blocks.append(sigma * one.root @ (one.basis.T @ two.basis) @ two.root.T)
        rows.append(np.hstack(blocks))
    return np.vstack(rows)
