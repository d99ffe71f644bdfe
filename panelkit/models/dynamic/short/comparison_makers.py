"""How the estimators of one dynamic panel are made, those of GMM asked of the register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.register import entries
from panelkit.models.dynamic.short.adjusted_moments import AdjustedMoments
from panelkit.models.dynamic.short.bias_corrected_lsdv import BiasCorrectedLSDV
from panelkit.models.dynamic.short.dynamic_rows import DynamicEffects
from panelkit.models.dynamic.short.half_panel import HalfPanelJackknife
from panelkit.models.dynamic.short.transformed_likelihood import TransformedLikelihood
from panelkit.models.linear.fixed_effects import FixedEffects
from panelkit.models.linear.pooled import PooledOLS

_GMM = {"difference-gmm": "DifferenceGMM", "system-gmm": "SystemGMM"}


def makers_of(formula: str, effects: DynamicEffects, where: str | None) -> dict[str, Callable[[], Any]]:
    """Return how the spec of every estimator is made, those of the register that are at hand included."""

    def pooled() -> Any:
        return (
            FixedEffects(formula, "time", where=where)
            if effects == "twoway"
            else PooledOLS(formula, where=where)
        )

    made: dict[str, Callable[[], Any]] = {
        "pooled": pooled,
        "half-panel": lambda: HalfPanelJackknife(formula, effects, where=where),
        "lsdvc": lambda: BiasCorrectedLSDV(formula, effects=effects, where=where),
        "adjusted-moments": lambda: AdjustedMoments(formula, effects, where=where),
        "likelihood": lambda: TransformedLikelihood(formula, effects, where=where),
    }
    offered_here = {entry.name: entry for entry in entries("estimator")}
    for name, kind in _GMM.items():
        if kind in offered_here:
            made[name] = partial(_gmm, offered_here[kind].load(), formula, effects, where)
    made["within"] = lambda: FixedEffects(formula, effects, where=where)
    return made


def _gmm(kind: Any, formula: str, effects: DynamicEffects, where: str | None) -> Any:
    """Return a spec of GMM with its default instruments and the same effects."""
    known = {field.name for field in fields(kind)}
    options: dict[str, Any] = {"where": where, "time_effects": effects == "twoway", "effects": effects}
    return kind(formula, **{name: value for name, value in options.items() if name in known})


def chosen(makers: Mapping[str, Any], estimators: Any) -> tuple[str, ...]:
    """Return the names of the estimators asked for.

    Raises
    ------
    SpecError
        If they are no list, or one is unknown.
    """
    if estimators is None:
        return tuple(makers)
    listed = isinstance(estimators, (list, tuple))
    if not listed or not estimators or any(name not in makers for name in estimators):
        raise SpecError(
            message(
                "estimators is a list of some of {known}, not {given!r}",
                known=tuple(makers),
                given=estimators,
            )
        )
    return tuple(estimators)
