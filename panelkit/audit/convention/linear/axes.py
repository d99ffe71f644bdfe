"""What may differ from the stated regression: the effects, and every axis along which a candidate may depart."""

from __future__ import annotations

from dataclasses import replace

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.linear.column_axes import centring, controls, lags, ordering, versions
from panelkit.audit.convention.linear.ground import Ground
from panelkit.audit.convention.linear.log_axes import logs, zeros
from panelkit.audit.convention.linear.plans import Axis, Choice
from panelkit.audit.convention.linear.row_axes import rows, samples, splits, units, windows
from panelkit.language.message import Message, message

_EFFECTS = {
    "twoway": message("unit and period effects"),
    "unit": message("unit effects"),
    "time": message("period effects"),
    "none": message("pooled"),
}


def effects_word(effects: str) -> Message:
    """Return effects in words."""
    return _EFFECTS[effects]


def effects_axis(ground: Ground) -> Axis:
    """Return the effects, those that are stated alone; none of them is a departure."""
    stated = ground.problem.effects
    names = [stated] if stated is not None else list(_EFFECTS)
    return tuple(
        Choice(Option("effects", name, _EFFECTS[name]), lambda plan, name=name: replace(plan, effects=name))  # type: ignore[misc]
        for name in names
    )


def departures(ground: Ground) -> tuple[Axis, ...]:
    """Return the axes along which a candidate may depart from what is stated, the stated choice not among them."""
    axes = (windows, units, samples, lags, controls, logs, zeros, versions, centring, ordering, rows, splits)
    found = (tuple(axis(ground)) for axis in axes)
    return tuple(axis for axis in found if axis)
