"""panelkit: the estimators of regional-innovation papers, on China's public yearbook figures.

Public names load on first use, so that `import panelkit` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "wild_cluster_bootstrap": "inference.wild",
    "CRV3": "core.vcov",
    "TwoWayCluster": "core.vcov",
    "Cluster": "core.vcov",
    "Robust": "core.vcov",
    "Iid": "core.vcov",
    "FixedEffects": "models.fixed_effects",
    "PanelkitError": "core.errors",
    "DataError": "core.errors",
    "SpecError": "core.errors",
    "ConvergenceError": "core.errors",
    "load_claims": "claims.load",
    "check": "claims.check",
    "load_provinces": "data.panels",
    "build_panel": "data.panels",
    "diff_vintages": "data.revisions",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'panelkit' has no attribute {name!r}")
    return getattr(import_module(f"panelkit.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
