"""panelkit: the estimators of regional-innovation papers, on China's public yearbook figures.

Public names load on first use, so that `import panelkit` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from panelkit import _moved

__version__ = "0.2.0"

_PUBLIC = {
    "normalise": "indices.panels.frames",
    "entropy_weights": "indices.panels.frames",
    "critic_weights": "indices.panels.frames",
    "cv_weights": "indices.panels.frames",
    "pca_weights": "indices.panels.frames",
    "scatter_weights": "indices.panels.frames",
    "topsis": "indices.panels.frames",
    "grey_relational": "indices.panels.frames",
    "theil": "indices.panels.frames",
    "dagum_gini": "indices.panels.frames",
    "structure": "indices",
    "structural_upgrading": "indices.panels.upgrading",
    "composite_index": "indices.panels.composite",
    "load_design": "indices.panels.designs",
    "coupling_coordination": "indices.panels.coordination",
    "couple": "indices.panels.coordination",
    "which_coupling_formula": "indices.panels.coordination",
    "synergy_degree": "indices.panels.coordination",
    "rank_uncertainty": "indices.panels.ranking",
    "design_agreement": "indices.panels.ranking",
    "inequality_by_year": "indices.panels.dynamics",
    "inequality_gap": "indices.panels.dynamics",
    "inequality_trend": "indices.panels.dynamics",
    "sigma_convergence": "indices.panels.dynamics",
    "beta_convergence": "indices.panels.dynamics",
    "markov_chain": "indices.panels.dynamics",
    "spatial_markov": "indices.panels.dynamics",
    "kernel_density": "indices.arrays.density",
    "wild_cluster_bootstrap": "inference.wild.bootstrap",
    "describe_panel": "inference.descriptives",
    "correlations": "inference.descriptives",
    "missing_cells": "inference.descriptives",
    "anderson_rubin": "inference.anderson_rubin",
    "influence": "inference.influence",
    "shapley_shares": "inference.shapley",
    "randomisation_inference": "inference.randomisation",
    "hausman": "inference.panel_tests.effects",
    "mundlak": "inference.panel_tests.effects",
    "effects_f": "inference.panel_tests.effects",
    "breusch_pagan_lm": "inference.panel_tests.effects",
    "poolability": "inference.panel_tests.effects",
    "serial_correlation": "inference.panel_tests.errors",
    "groupwise_heteroskedasticity": "inference.panel_tests.errors",
    "pesaran_cd": "inference.panel_tests.errors",
    "CRV3": "covariance.cluster",
    "TwoWayCluster": "covariance.cluster",
    "Cluster": "covariance.cluster",
    "Robust": "covariance.cluster",
    "Iid": "covariance.cluster",
    "CR2": "covariance.cr2",
    "DriscollKraay": "covariance.hac",
    "Conley": "covariance.hac",
    "FixedEffects": "models.linear.fixed_effects",
    "PooledOLS": "models.linear.pooled",
    "RandomEffects": "models.linear.random_effects",
    "BetweenEffects": "models.linear.between",
    "FirstDifference": "models.linear.first_difference",
    "InstrumentalFE": "models.linear.instrumental",
    "with_vcov": "models.shell",
    "SpecificationCurve": "studies.specification_curve",
    "Sample": "studies.specification_curve",
    "control_sets": "studies.specification_curve",
    "PanelkitError": "language.errors",
    "DataError": "language.errors",
    "SpecError": "language.errors",
    "ConvergenceError": "language.errors",
    "load_claims": "claims.file.load",
    "check": "claims.check",
    "load_provinces": "data.panels",
    "build_panel": "data.panels",
    "diff_vintages": "data.revisions",
    "read_yearbook": "data.yearbook.read",
    "ingest": "data.yearbook.ingest",
    "check_store": "data.yearbook.store.health",
    "repair_store": "data.yearbook.repair",
    "Mediation": "models.mediation.estimator",
    "SpatialMediation": "models.mediation.spatial",
    "SpatialPanel": "models.spatial.panel",
    "DynamicSpatialPanel": "models.spatial.dynamic",
    "SpatialRandomEffects": "models.spatial.random",
    "SpatialCrossSection": "models.spatial.cross_section",
    "spatial_hausman": "models.spatial.random",
    "weights_sensitivity": "models.spatial.sensitivity",
    "placebo": "models.spatial.sensitivity",
    "spatial_lm_tests": "models.spatial.selection",
    "select_model": "models.spatial.selection",
    "as_weights": "spatial.weights",
    "Weights": "spatial.weights",
    "contiguity": "spatial.provincial",
    "inverse_distance": "spatial.provincial",
    "economic_distance": "spatial.provincial",
    "nested": "spatial.provincial",
    "gravity": "spatial.provincial",
    "nearest": "spatial.provincial",
    "moran": "spatial.moran",
    "local_moran": "spatial.moran",
}

__all__ = ["__version__", *_PUBLIC]

_moved.install()


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'panelkit' has no attribute {name!r}")
    return getattr(import_module(f"panelkit.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
