"""What stands behind a printed effect: the coefficients, rho, errors, and how far a mean over draws may stray."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from panelkit.audit.beside import beside, is_long_run, model_named, of_either_run, subject_behind
from panelkit.audit.entries import Entry, Facts, Table
from panelkit.audit.errors_of import ErrorSource, error_source
from panelkit.audit.relations import Operand, Reading
from panelkit.audit.weighing import Numbers, stars
from panelkit.kernels.intervals import Interval

_FEWEST_DRAWS = 100
_FEWEST_STARRED = 1.28


@dataclass(frozen=True)
class Effect:
    """A printed effect with the numbers behind it.

    `certain`: whether the headings say which model it is, or a coefficient of WX is printed, so that a missing theta
    is zero and not merely not printed; and whether it is of the short run.
    """

    operands: Mapping[str, Operand]
    error: ErrorSource | None
    rho_error: ErrorSource | None
    certain: bool


def effect_behind(table: Table, effect: Entry, reading: Reading) -> Effect | None:
    """Return a printed effect with what stands behind it; None where beta or rho, or theta of an SDM, is missing."""
    subject = subject_behind(table, effect)
    beta = beside(table, effect, "coefficient", subject)
    theta = beside(table, effect, "spatial_lag_x", subject)
    rho = beside(table, effect, "rho")
    model = model_named(table, effect)
    if beta is None or is_long_run(effect) or (rho is None and model != "slx"):
        return None
    lagged = bool(table.of("spatial_lag_x", column=effect.column))
    if theta is None and (model in ("sdm", "slx") or (model == "" and lagged)):
        return None
    found = gathered({"effect": effect, "beta": beta, "theta": theta, "rho": rho}, reading, reading, model)
    return replace(found, certain=False) if of_either_run(table, effect) else found


def gathered(entries: Mapping[str, Entry | None], own: Reading, other: Reading, model: str) -> Effect:
    """Return an effect with what stands behind it, its error read as in its table, that of rho as in the other."""
    operands = {name: Operand(entry) for name, entry in entries.items() if entry is not None}
    rho = entries["rho"]
    error = error_source(operands["effect"].entry, own)
    rho_error = error_source(rho, other) if rho is not None else None
    extra = {"error": error, "rho error": rho_error}
    operands |= {name: one.operand for name, one in extra.items() if one is not None}
    operands |= {
        f"stars {name}": mark
        for name in ("effect", "beta", "theta")
        if (mark := stars(operands.get(name))) is not None
    }
    return Effect(operands, error, rho_error, entries["theta"] is not None or model != "")


def stray(effect: Effect, numbers: Numbers, facts: Facts) -> float | None:
    """Return how far a mean over draws may lie from the effect at the estimates, None where nothing bounds it.

    Three errors of a mean over the draws (100 unless stated), and the covariance of the effect with rho, at most
    se(effect) s for s = se(rho) / (1 - rho), with its next order 3 s^2: E[(b + t) / (1 - rho)] to fourth order under
    the normal law. Zero where effects are stated not to be simulated, and without rho unless they are stated to be.
    """
    if facts.simulated is False or ("rho" not in numbers and not facts.simulated):
        return 0.0
    estimate = numbers["effect"].interval
    rho = numbers["rho"].interval if "rho" in numbers else None
    if effect.error is not None:
        error = effect.error.error(numbers["error"], estimate).high
    elif numbers["stars effect"].value > 0.0:
        error = abs(estimate).high / _FEWEST_STARRED
    else:
        return None
    spread = _relative_error(effect, numbers, rho) if rho is not None else 0.0
    if not math.isfinite(error) or spread > 0.5:
        return None
    return error * (3.0 / math.sqrt(facts.draws or _FEWEST_DRAWS) + spread * (1.0 + 3.0 * spread**2))


def _relative_error(effect: Effect, numbers: Numbers, rho: Interval) -> float:
    """Return s = se(rho) / (1 - rho) at its largest; a quarter where no error of rho is printed."""
    room = 1.0 - rho.high
    if effect.rho_error is None:
        return 0.25 if room > 0.0 else math.inf
    error = effect.rho_error.error(numbers["rho error"], rho).high
    return error / room if room > 0.0 else math.inf


def one_sign(numbers: Numbers) -> bool:
    """Return whether beta and theta agree in sign and rho is in [0, 1): no W turns the sign of effects then."""
    both = [numbers[name].interval for name in ("beta", "theta") if name in numbers]
    agreed = all(one.low > 0.0 for one in both) or all(one.high < 0.0 for one in both)
    rho = numbers["rho"].interval if "rho" in numbers else Interval.at(0.0)
    return agreed and rho.low >= 0.0 and rho.high < 1.0
