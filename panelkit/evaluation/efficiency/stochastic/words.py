"""What a table of a stochastic frontier says beside its numbers."""

from __future__ import annotations

from panelkit.evaluation.efficiency.stochastic.maximum import Maximum
from panelkit.language.message import Message, message


def title_of(outcome: str, kind: str) -> Message:
    """Return the head of the table."""
    if kind == "cost":
        return message("Stochastic cost frontier: {outcome}", outcome=outcome)
    return message("Stochastic production frontier: {outcome}", outcome=outcome)


def notes_of(found: Maximum, kind: str, effects: str) -> tuple[Message, ...]:
    """Return how the levels of units were met, what inefficiency is, and whether any was found."""
    return (_effects_note(effects), *_wrong_skew(found, kind), _share_note())


def _effects_note(effects: str) -> Message:
    if effects == "unit":
        return message(
            "the level of every {unit} is integrated out of the likelihood of deviations (Chen, Schmidt and Wang "
            "2014): inefficiency that does not change over time counts as level, not as inefficiency"
        )
    if effects == "dummies":
        return message(
            "a dummy a {unit} (Greene 2005): with few {periods} sigma_v is too small, and lasting inefficiency counts "
            'as level; effects "unit" have no such bias'
        )
    return message(
        "one level for all {units}: whatever lasts and sets {units} apart, resources and prices among it, counts as "
        "inefficiency"
    )


def _wrong_skew(found: Maximum, kind: str) -> tuple[Message, ...]:
    if not found.boundary:
        return ()
    skewness = found.skewness if kind == "production" else -found.skewness
    return (
        message(
            "no inefficiency is found: the likelihood is largest at sigma_u = 0, where it is least squares (skewness "
            "of the residuals {skewness:.2f}; Waldman 1982). Efficiencies are not told from noise, and none is printed",
            skewness=skewness,
        ),
    )


def _share_note() -> Message:
    return message("half-normal inefficiency is assumed, and read from the skewness of the residuals alone")
