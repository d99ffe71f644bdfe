"""panelkit: the estimators of regional-innovation papers, on China's public yearbook figures.

Public names load on first use, so that `import panelkit` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.2.0"

_PUBLIC = {
    "normalise": "indices.door",
    "entropy_weights": "indices.door",
    "critic_weights": "indices.door",
    "cv_weights": "indices.door",
    "pca_weights": "indices.door",
    "scatter_weights": "indices.door",
    "topsis": "indices.door",
    "grey_relational": "indices.door",
    "theil": "indices.door",
    "dagum_gini": "indices.door",
    "structure": "indices",
    "structural_upgrading": "indices.upgrading",
    "composite_index": "indices.composite",
    "load_design": "indices.designs",
    "coupling_coordination": "indices.coordination",
    "couple": "indices.coordination",
    "which_coupling_formula": "indices.coordination",
    "synergy_degree": "indices.coordination",
    "rank_uncertainty": "indices.ranking",
    "design_agreement": "indices.ranking",
    "inequality_by_year": "indices.dynamics",
    "inequality_gap": "indices.dynamics",
    "inequality_trend": "indices.dynamics",
    "sigma_convergence": "indices.dynamics",
    "beta_convergence": "indices.dynamics",
    "markov_chain": "indices.dynamics",
    "spatial_markov": "indices.dynamics",
    "kernel_density": "indices.density",
    "wild_cluster_bootstrap": "inference.wild",
    "describe_panel": "inference.descriptives",
    "correlations": "inference.descriptives",
    "missing_cells": "inference.descriptives",
    "anderson_rubin": "inference.anderson_rubin",
    "influence": "inference.influence",
    "shapley_shares": "inference.shapley",
    "randomisation_inference": "inference.randomisation",
    "hausman": "inference.effects_tests",
    "mundlak": "inference.effects_tests",
    "effects_f": "inference.effects_tests",
    "breusch_pagan_lm": "inference.effects_tests",
    "poolability": "inference.effects_tests",
    "serial_correlation": "inference.error_tests",
    "groupwise_heteroskedasticity": "inference.error_tests",
    "pesaran_cd": "inference.error_tests",
    "CRV3": "core.vcov",
    "TwoWayCluster": "core.vcov",
    "Cluster": "core.vcov",
    "Robust": "core.vcov",
    "Iid": "core.vcov",
    "CR2": "core.vcov_cr2",
    "DriscollKraay": "core.vcov_hac",
    "Conley": "core.vcov_hac",
    "FixedEffects": "models.fixed_effects",
    "PooledOLS": "models.pooled",
    "RandomEffects": "models.random_effects",
    "BetweenEffects": "models.between",
    "FirstDifference": "models.first_difference",
    "InstrumentalFE": "models.instrumental",
    "with_vcov": "models.least_squares",
    "SpecificationCurve": "models.specification_curve",
    "Sample": "models.specification_curve",
    "control_sets": "models.specification_curve",
    "PanelkitError": "core.errors",
    "DataError": "core.errors",
    "SpecError": "core.errors",
    "ConvergenceError": "core.errors",
    "load_claims": "claims.load",
    "check": "claims.check",
    "load_provinces": "data.panels",
    "build_panel": "data.panels",
    "diff_vintages": "data.revisions",
    "read_yearbook": "data.yearbook.read",
    "ingest": "data.yearbook.ingest",
    "check_store": "data.yearbook.health",
    "repair_store": "data.yearbook.repair",
    "Mediation": "models.mediation",
    "SpatialMediation": "models.spatial_mediation",
    "SpatialPanel": "models.spatial_panel",
    "DynamicSpatialPanel": "models.spatial_dynamic",
    "SpatialRandomEffects": "models.spatial_random",
    "SpatialCrossSection": "models.spatial_cross_section",
    "spatial_hausman": "models.spatial_random",
    "weights_sensitivity": "models.spatial_sensitivity",
    "placebo": "models.spatial_sensitivity",
    "spatial_lm_tests": "models.spatial_selection",
    "select_model": "models.spatial_selection",
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


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'panelkit' has no attribute {name!r}")
    return getattr(import_module(f"panelkit.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
