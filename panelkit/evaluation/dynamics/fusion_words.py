"""What a fusion model says of itself: names of its parameters, and the notes below its table."""

from __future__ import annotations

import numpy as np

from panelkit.evaluation.dynamics.equilibria import equilibrium, is_bounded
from panelkit.evaluation.dynamics.fusion_fit import TERMS, FusionFit, term_of
from panelkit.evaluation.dynamics.shown import named_units
from panelkit.evaluation.dynamics.stages import CHANCE, LEAST
from panelkit.language.message import Message, message


def shown_term(term: str, names: tuple[str, str]) -> Message:
    """Return what a parameter of `tidy` is called in a table."""
    for name in names:
        if term == term_of("growth", name):
            return message("growth of {stock}", stock=name)
        if term == term_of("effect", name):
            return message("effect on {stock} of the other at its mean", stock=name)
        if term == term_of("interaction", name):
            return message("interaction α on {stock}", stock=name)
        if term == term_of("policy", name):
            return message("one unit of policy on {stock}", stock=name)
    raise KeyError(term)


def told(found: FusionFit) -> tuple[Message, ...]:
    """Return stage, bounds, fit, rivals and what is not shown."""
    said = (
        message("a design of panelkit's own; interactions are associations of {units}, not causal effects"),
        _stage(found),
        *_at_rest(found),
        _fit(found),
        _rivals(found),
        *_policy_known(found),
        *_two_estimates(found),
        *_without_capacity(found),
        message(
            "estimate: corrected for the bias that draws from the fitted system show; errors are shocks that "
            "stay; rates are taken as shared by all {units}, and intervals are too narrow where they are not"
        ),
        message("p-values: {shuffles} shuffles of partners among {units}", shuffles=found.shuffles),
    )
    return tuple(one.spoken(*found.levels) for one in said)


def _stage(found: FusionFit) -> Message:
    if found.stage == "undetermined":
        return message(
            "stage: undetermined (the likeliest has {share:.0%} of the draws; named are {least:.0%} and more, "
            "with p <= {chance:g} for every sign)",
            share=found.share,
            least=LEAST,
            chance=CHANCE,
        )
    return message(
        "stage: {stage}, in {share:.0%} of the draws; an effect below {margin:g} a {period} counts as none",
        stage=found.stage_word(),
        share=found.share,
        margin=found.margin,
    )


def _at_rest(found: FusionFit) -> tuple[Message, ...]:
    coefficients = found.coefficients
    held = is_bounded(coefficients)
    rest = np.isfinite(equilibrium(coefficients)).all(axis=-1)
    lacking = [name for name, one in zip(found.units, held & rest, strict=True) if not one]
    if not lacking:
        return (message("every {unit}'s system is bounded and has an equilibrium"),)
    return (
        message(
            "{count} of {total} {units} have no bounded system with an equilibrium: a stock shows no saturation, "
            "or the interactions outweigh it ({named})",
            count=len(lacking),
            total=len(found.units),
            named=named_units(lacking),
        ),
    )


def _fit(found: FusionFit) -> Message:
    parts = [
        message(
            "{stock} U {u:.3f} (mean {mean:.2f}, spread {spread:.2f}, covariance {rest:.2f})",
            stock=str(row["stock"]),
            u=float(row["u"]),
            mean=float(row["u_mean"]),
            spread=float(row["u_spread"]),
            rest=float(row["u_covariance"]),
        )
        for row in found.statistics.to_dict("records")
    ]
    return message("Theil's statistics of the path from the first {period}: {parts}", parts=parts)


def _rivals(found: FusionFit) -> Message:
    table = found.held_out.set_index(["stock", "model"])["to_random_walk"]
    parts = [
        message(
            "{stock} {fusion:.2f} (without interaction {logistic:.2f}, log-linear trend {trend:.2f})",
            stock=name,
            fusion=float(table[name, "fusion"]),
            logistic=float(table[name, "logistic"]),
            trend=float(table[name, "trend"]),
        )
        for name in found.names
    ]
    return message(
        "errors of the last {periods}, held out, over those of a random walk: {parts}", parts=parts
    )


def _policy_known(found: FusionFit) -> tuple[Message, ...]:
    if not found.policy:
        return ()
    return (
        message(
            "held out: the two forecasts by logistic stocks take the policy of the {periods} that they forecast as "
            "known, and trend and random walk do without it: errors in foreseeing a policy are not in the comparison"
        ),
    )


def _two_estimates(found: FusionFit) -> tuple[Message, ...]:
    beside = found.trajectories
    if beside is None:
        return ()
    return (
        message(
            "trajectories: effects {first:.3f} and {second:.3f} by nonlinear least squares on whole paths, "
            "errors {one:.3f} and {two:.3f}; {agreeing} starts of the search came to the same end",
            first=float(beside.effects[0]),
            second=float(beside.effects[1]),
            one=float(beside.effect_errors[0]),
            two=float(beside.effect_errors[1]),
            agreeing=beside.agreeing,
        ),
    )


def _without_capacity(found: FusionFit) -> tuple[Message, ...]:
    table = found.tidy()
    lost = table["term"].str.startswith(TERMS["interaction"]) & table["conf_low"].isna()
    if not lost.any():
        return ()
    return (
        message(
            "α divides by growth and capacity, which too many draws do not have: the figures do not show where "
            "the stocks saturate; read the effects"
        ),
    )
