"""What the estimator of a fit is called in a table whose columns would otherwise look alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from panelkit.language.message import Message, message

_STATIC: dict[str, Message] = {
    "PooledOLS": message("Pooled OLS"),
    "FixedEffects": message("Fixed effects"),
    "FirstDifference": message("First differences"),
    "BetweenEffects": message("Between effects"),
    "RandomEffects": message("Random effects"),
    "InstrumentalFE": message("2SLS"),
}
_DYNAMIC: dict[str, Message] = {
    "MeanGroup": message("Mean group"),
    "CommonCorrelatedEffects": message("CCE, mean group"),
    "InteractiveEffects": message("Interactive effects"),
    "DifferenceGMM": message("Difference GMM"),
    "SystemGMM": message("System GMM"),
    "BiasCorrectedLSDV": message("Bias-corrected LSDV"),
    "HalfPanelJackknife": message("Half-panel jackknife"),
    "AdjustedMoments": message("Adjusted moments"),
    "TransformedLikelihood": message("Transformed likelihood"),
    "PanelVAR": message("Panel VAR, GMM"),
    "PanelThreshold": message("Panel threshold"),
}
_VARIANTS: dict[str, tuple[str, dict[Any, Message]]] = {
    "FixedEffects": ("effects", {"none": message("Pooled OLS")}),
    "InstrumentalFE": ("method", {"liml": message("LIML"), "fuller": message("Fuller")}),
    "CommonCorrelatedEffects": ("pooled", {True: message("CCE, pooled")}),
    "PanelVAR": (
        "estimator",
        {
            "bias-corrected": message("Panel VAR, bias-corrected"),
            "least-squares": message("Panel VAR, least squares"),
        },
    ),
    "PanelThreshold": ("kink", {True: message("Panel kink")}),
}
_ALWAYS = {
    *map(str, _DYNAMIC.values()),
    *(str(name) for kind in _DYNAMIC for name in _VARIANTS.get(kind, ("", {}))[1].values()),
}


def estimator_of(model: Any) -> Message | None:
    """Return what the estimator of a fit is called; None of one without a word here."""
    spec = getattr(model, "spec", None)
    kind = type(spec).__name__
    option, named = _VARIANTS.get(kind, ("", {}))
    return named.get(getattr(spec, option, None), _STATIC.get(kind, _DYNAMIC.get(kind)))


def worth_saying(names: Iterable[Message | None]) -> bool:
    """Return whether a table says its estimators: they differ, or one is of a dynamic panel or a threshold."""
    said = {str(name) for name in names if name is not None}
    return len(said) > 1 or bool(said & _ALWAYS)
