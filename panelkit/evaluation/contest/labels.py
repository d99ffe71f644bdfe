"""What forecasters are called in tables."""

from __future__ import annotations

from panelkit.language.message import Language, Message, counted, in_language, term

BENCH = "random_walk"
COMBINATION = "combination"

_LABELS: dict[str, Message] = {
    "random_walk": term("forecaster", "random walk"),
    "drift": term("forecaster", "drift by unit"),
    "common_drift": term("forecaster", "common drift"),
    "trend": term("forecaster", "linear trend"),
    "log_trend": term("forecaster", "log-linear trend"),
    "autoregression": term("forecaster", "AR, effects of units"),
    "common_autoregression": term("forecaster", "AR, one intercept"),
    "companions": term("forecaster", "AR with companions"),
    "network": term("forecaster", "AR with neighbours"),
    "ridge": term("forecaster", "ridge"),
    "lasso": term("forecaster", "lasso"),
    "elastic_net": term("forecaster", "elastic net"),
    "forest": term("forecaster", "random forest"),
    "boosting": term("forecaster", "boosted trees"),
    "grey": term("forecaster", "grey model GM(1,1)"),
    "lotka_volterra": term("forecaster", "Lotka-Volterra"),
    "fusion": term("forecaster", "fusion dynamics"),
    "combination": term("forecaster", "mean of all"),
}


def label(name: str) -> str:
    """Return what a forecaster is called: a message, or the caller's own name."""
    return _LABELS.get(name, name)


def ahead(horizon: int) -> Message:
    """Return how far a forecast looks ahead, in words."""
    return counted("{n} {period} ahead", "{n} {periods} ahead", n=horizon)


def label_text(name: str, language: Language) -> str:
    """Return what a forecaster is called, in a language."""
    return in_language(label(name), language)
