"""The words of a life cycle: stages, curves, dates and what is said of each series."""

from __future__ import annotations

from panelkit.evaluation.life_cycle.cycle import Cycle
from panelkit.language.message import Message, message, term, verbatim

STAGES: dict[str | None, Message] = {
    "startup": term("stage", "start-up"),
    "growth": term("stage", "growth"),
    "maturity": term("stage", "maturity"),
    "decline": term("stage", "decline"),
    "open": term("stage", "no ceiling in sight"),
    None: term("stage", "undetermined"),
}
CURVES: dict[str, Message] = {
    "logistic": message("logistic"),
    "gompertz": message("Gompertz"),
    "bass": message("Bass"),
    "two_wave": message("two logistic waves"),
    "constant_growth": message("constant growth"),
    "random_walk": message("random walk with drift"),
}
DATES: dict[str, Message] = {
    "growth_from": message("growth from (21.13 % of the ceiling)"),
    "half": message("half of the ceiling"),
    "maturity_from": message("maturity from (78.87 % of the ceiling)"),
}


def stage_said(cycle: Cycle) -> Message:
    """Return which stage the last year is in, or why it is left open."""
    from panelkit.evaluation.life_cycle import stages

    now = cycle.probabilities[-1]
    year = verbatim(f"{cycle.times[-1]:g}")
    if cycle.stage is not None:
        return message(
            "stage in {year}: {stage}, probability {p:.2f}",
            year=year,
            stage=STAGES[cycle.stage],
            p=float(now.max()),
        )
    most = stages.STAGES[int(now.argmax())]
    if most == "open":
        return message(
            "stage in {year}: undetermined; with probability {p:.2f} the data show no ceiling",
            year=year,
            p=float(now.max()),
        )
    return message(
        "stage in {year}: undetermined; the most probable, {stage}, has {p:.2f}, and .80 is asked for",
        year=year,
        stage=STAGES[most],
        p=float(now.max()),
    )


def ceiling_said(cycle: Cycle) -> Message | None:
    """Return that no saturation is identified, where that is so."""
    known = cycle.ceilings.get(cycle.best)
    if known is None or known.identified:
        return None
    return message(
        "no peak yet: a ceiling of any height above the lower limit fits as well as the best ({curve}), "
        "saturation is not identified",
        curve=CURVES[cycle.best],
    )


def rivals_said(cycle: Cycle) -> Message:
    """Return how much of the weight the rivals have."""
    return message(
        "weight of evidence (AICc): the curves {curves:.2f}, constant growth {growth:.2f}, a random walk with drift "
        "{walk:.2f}",
        curves=cycle.of_curves,
        growth=cycle.weights["constant_growth"],
        walk=cycle.weights["random_walk"],
    )


def decline_said(cycle: Cycle) -> Message:
    """Return what the test of a sustained fall says."""
    test = cycle.decline
    year = verbatim(f"{test.peak:g}")
    if test.p_value is None:
        return message(
            "decline: the peak ({year}) is too near the end for a test, which needs three {periods} after it",
            year=year,
        )
    if cycle.ways.measure == "cumulative":
        return message(
            "yearly gains have been falling since {year}, with p = {p:.3f} against a random walk without drift: the "
            "running total slows, and does not decline",
            year=year,
            p=test.p_value,
        ) if test.shown else message(
            "that yearly gains have been falling since {year} is not shown: a random walk without drift falls as far "
            "with p = {p:.3f}",
            year=year,
            p=test.p_value,
        )  # fmt: skip
    if test.shown:
        return message(
            "decline since {year}: a fall that a random walk without drift shows with p = {p:.3f}",
            year=year,
            p=test.p_value,
        )
    return message(
        "decline since {year} is not shown: a random walk without drift falls as far with p = {p:.3f}",
        year=year,
        p=test.p_value,
    )


def waves_said(cycle: Cycle) -> Message | None:
    """Return what speaks for a second leap."""
    test = cycle.waves
    if test is None:
        return None
    if test.p_value is None:
        return message(
            "second leap: not shown, two waves lower AICc by {gain:.1f} against {best}, and more than 4 is asked for",
            gain=test.gain,
            best=CURVES[test.against],
        )
    if test.admitted:
        return message(
            "second leap: shown, AICc falls by {gain:.1f} and the bootstrap test of one wave has p = {p:.3f}",
            gain=test.gain,
            p=test.p_value,
        )
    return message(
        "second leap: not shown, AICc falls by {gain:.1f}, but the bootstrap test of one wave has p = {p:.3f}",
        gain=test.gain,
        p=test.p_value,
    )


def forecast_said(cycle: Cycle) -> Message | None:
    """Return the forecast of the last year ahead, of the curves and of the rivals."""
    if not cycle.ways.horizon:
        return None
    curves, growth, walk = (
        cycle.forecasts[kind][-1] for kind in ("curves", "constant_growth", "random_walk")
    )
    return message(
        "forecast of {year}: {mid:.4g} by the curves ({level:.0%} interval {low:.4g} to {high:.4g}), {growth:.4g} by "
        "constant growth ({growth_low:.4g} to {growth_high:.4g}), {walk:.4g} by the random walk ({walk_low:.4g} to "
        "{walk_high:.4g})",
        year=verbatim(f"{cycle.times[-1] + cycle.ways.horizon:g}"),
        level=cycle.ways.level,
        mid=float(curves[0]),
        low=float(curves[1]),
        high=float(curves[2]),
        growth=float(growth[0]),
        growth_low=float(growth[1]),
        growth_high=float(growth[2]),
        walk=float(walk[0]),
        walk_low=float(walk[1]),
        walk_high=float(walk[2]),
    )


def said_of(cycle: Cycle) -> tuple[Message, ...]:
    """Return all sentences about one series, in order."""
    parts = (
        stage_said(cycle),
        ceiling_said(cycle),
        rivals_said(cycle),
        decline_said(cycle),
        waves_said(cycle),
        forecast_said(cycle),
    )
    return tuple(part for part in parts if part is not None)
