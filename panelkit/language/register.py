"""Estimators by the key that a claim file or the command line names."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from panelkit.language.errors import SpecError

_ESTIMATORS = {
    "fixed_effects": ("panelkit.models.linear.fixed_effects", "FixedEffects"),
    "pooled": ("panelkit.models.linear.pooled", "PooledOLS"),
    "random_effects": ("panelkit.models.linear.random_effects", "RandomEffects"),
    "between": ("panelkit.models.linear.between", "BetweenEffects"),
    "first_difference": ("panelkit.models.linear.first_difference", "FirstDifference"),
    "instrumental": ("panelkit.models.linear.instrumental", "InstrumentalFE"),
}


# What a fit offers and a room above it declares: fits never import what tests them.
_CAPABILITIES = {"reduction_tests": ("panelkit.models.spatial.selection", "reduction_tests")}


def capability(name: str) -> Any:
    """Return the function that carries out a capability of fits."""
    module, function = _CAPABILITIES[name]
    return getattr(import_module(module), function)


def keys() -> tuple[str, ...]:
    """Return the keys of all estimators."""
    return tuple(sorted(_ESTIMATORS))


def estimator(key: str) -> Any:
    """Return the spec class of an estimator.

    Raises
    ------
    SpecError
        If no estimator has that key.
    """
    if key not in _ESTIMATORS:
        raise SpecError(f"no estimator {key!r}: there are {', '.join(keys())}")
    module, name = _ESTIMATORS[key]
    return getattr(import_module(module), name)
