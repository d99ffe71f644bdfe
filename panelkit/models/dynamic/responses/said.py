"""What is said of the model under responses and shares: its stability, how far it reaches, what it stands on."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.language.message import Message, message
from panelkit.models.dynamic.responses.arrays import largest_root
from panelkit.models.dynamic.responses.drawn import Draws


def model_notes(fit: Any, horizon: int) -> tuple[Message, ...]:
    """Return notes on a model whose responses explode, or are asked farther ahead than the panel is long."""
    said = []
    root = float(largest_root(np.asarray(fit.coefficients)))
    if root >= 1.0:
        said.append(
            message(
                "the model is not stable: its largest root has modulus {root:.4g}, so that responses explode with the "
                "horizon and tend to no limit; take changes of the variables, or fewer lags",
                root=root,
            )
        )
    periods = int(fit.facts["n_periods"])
    if horizon > periods:
        said.append(
            message(
                "the horizon, {horizon}, is longer than the panel, {length} {periods}: what lies beyond is the model's "
                "own continuation",
                horizon=horizon,
                length=periods,
            )
        )
    return tuple(said)


def facts_of(fit: Any, drawn: Draws | None) -> dict[str, Any]:
    """Return the facts of the fit that a reader of its responses wants, and those of the draws."""
    shown = ("nobs", "n_units", "n_periods")
    facts: dict[str, Any] = {key: fit.facts[key] for key in shown if key in fit.facts}
    facts["lags"] = int(np.shape(fit.coefficients)[0])
    facts["stable"] = bool(largest_root(np.asarray(fit.coefficients)) < 1.0)
    if drawn is not None:
        facts |= {
            "bands": drawn.how,
            "reps": drawn.asked,
            "seed": drawn.seed,
            "draws_discarded": drawn.discarded,
            "draws_unstable": drawn.unstable,
        }
    return facts
