"""What the specs of policy estimators check of the options that they share."""

from __future__ import annotations

from typing import Any

from panelkit.formula.conditions import check_where
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import is_whole
from panelkit.models.policy.effects.chance import Chance
from panelkit.models.policy.effects.errors import ERRORS
from panelkit.models.policy.rows.panel import PolicyPanel, read_policy_panel
from panelkit.panel.weighting import check_weights


def panel_of(spec: Any, data: Any, unit: str | None, time: str | None) -> PolicyPanel:
    """Return the rows that a spec asks for; see `read_policy_panel`."""
    return read_policy_panel(
        spec.formula,
        data,
        unit=unit,
        time=time,
        cohort=spec.cohort,
        treatment=spec.treatment,
        cluster=spec.cluster,
        where=spec.where,
        weights=spec.weights,
        anticipation=spec.anticipation,
        extra=() if spec.size is None else (spec.size,),
    )


def check_shared(spec: Any) -> None:
    """Check `inference` (and `size`), `where`, `weights`, `errors`, `shares` and `anticipation` of a frozen spec.

    Raises
    ------
    SpecError
        If one of them is none of its values.
    """
    Chance(spec.inference, size=spec.size)
    object.__setattr__(spec, "where", check_where(spec.where))
    object.__setattr__(spec, "weights", check_weights(spec.weights))
    if spec.errors not in ERRORS:
        raise SpecError(message("errors is one of {known}, not {errors!r}", known=ERRORS, errors=spec.errors))
    if spec.shares not in ("estimated", "fixed"):
        raise SpecError(message("shares is estimated or fixed, not {shares!r}", shares=spec.shares))
    n = spec.anticipation
    if not is_whole(n) or n < 0:
        raise SpecError(message("anticipation is a whole number of {periods}, 0 or more, not {n!r}", n=n))
    object.__setattr__(spec, "anticipation", int(n))
    for name in ("cohort", "treatment", "cluster", "size"):
        value = getattr(spec, name)
        if value is not None and not isinstance(value, str):
            raise SpecError(message("{name} is the name of a column, not {value!r}", name=name, value=value))
    if spec.weights is not None and spec.weights.startswith("fw="):
        raise SpecError(
            message("frequency weights repeat rows, and a {unit} holds a {period} once here: take aw= or pw=")
        )
