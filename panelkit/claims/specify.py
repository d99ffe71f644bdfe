"""Turn the regression of a design into concrete specifications: figures for roles, options of the grid taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Claim
from panelkit.claims.file.grid import GridOption
from panelkit.claims.file.parts import Sample, fill_roles
from panelkit.formula.grammar import parse_expression
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.studies.specification import Specification, Spread

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Regression:
    """A regression as a design declares it: formulas with roles in braces.

    `mediators` are read by an estimator that has them; `beside` are ratios read with the regression's figures.
    """

    outcome: str
    treatment: str
    estimator: str
    vcov: str
    controls: tuple[str, ...] = ()
    lag: int = 0
    effects: str = "twoway"
    mediators: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    lags: int = 0
    spread: Spread = ""


def refuse_same(treatment: str, moderator: str) -> None:
    """Refuse a moderator that is the treatment: the regression would hold one column for both.

    Raises
    ------
    SpecError
        If the two formulas are one.
    """
    if parse_expression(treatment).node == parse_expression(moderator).node:
        raise SpecError(
            message(
                "moderator {moderator} is the treatment itself: an effect that changes with its own level is a curve, "
                "no moderation",
                moderator=f"`{moderator}`",
            )
        )


def specify(
    claim: Claim, design: ClaimDesign, regression: Regression, options: Sequence[GridOption | None] = ()
) -> Specification:
    """Return a regression as a specification, changed by the options of a grid (None: the main choice).

    Parameters
    ----------
    claim
        Whose quantities fill the roles.
    design
        Whose sample is taken, or the claim's.
    regression
        The formulas and the estimator.
    options
        One for each axis of the grid; the last one that says something of a field decides.

    Returns
    -------
    Specification

    Raises
    ------
    SpecError
        If neither design nor claim has a sample, or an option changes what the kind of design does not have.
    """
    taken = [option for option in options if option is not None]
    _refuse_what_is_not_had(claim, design, taken)
    quantities = dict(claim.quantities)
    for option in taken:
        quantities.update(option.quantities or {})
    sample = _sample(claim.sample_of(design), taken)

    lags = _last(taken, "lags", regression.lags)

    def filled(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(fill_roles(text, quantities) for text in texts)

    return Specification(
        outcome=fill_roles(regression.outcome, quantities),
        treatment=fill_roles(regression.treatment, quantities),
        controls=filled(_last(taken, "controls", regression.controls)),
        lag=_last(taken, "lag", regression.lag),
        effects=_last(taken, "effects", regression.effects),
        estimator=regression.estimator,
        vcov=regression.vcov,
        years=sample.window,
        provinces=sample.provinces,
        vintage=tuple(sorted(sample.vintage.items())),
        choices=tuple(option.id if option is not None else "" for option in options),
        mediators=filled(regression.mediators),
        beside=filled(regression.beside),
        lags=lags,
        spread=_last(taken, "spread", regression.spread) if lags else "",
        twin=_last(taken, "twin", ""),
    )


def whole_grid(claim: Claim, design: ClaimDesign, regression: Regression) -> list[Specification]:
    """Return the main specification, then every other combination of the grid's axes."""
    choices = product(*[(None, *axis.option) for axis in claim.grid.axis])
    return list(dict.fromkeys(specify(claim, design, regression, taken) for taken in choices))


def _refuse_what_is_not_had(claim: Claim, design: ClaimDesign, taken: list[GridOption]) -> None:
    """Refuse options of arrival over years and of twin designs where the kind reads neither."""
    if design.TWINS:
        return
    for option in taken:
        named = [name for name in ("lags", "spread", "twin") if getattr(option, name) is not None]
        if named:
            raise SpecError(
                message(
                    "{place}: option {option} of the grid changes {named}, which a design of the kind `{kind}` does "
                    "not have",
                    place=claim.place_of(design),
                    option=option.id,
                    named=named,
                    kind=design.kind,
                )
            )


def _sample(base: Sample, taken: list[GridOption]) -> Sample:
    vintage = dict(base.vintage)
    for option in taken:
        vintage.update(option.vintage or {})
    return base.model_copy(
        update={
            "years": _last(taken, "years", base.years),
            "provinces": _last(taken, "provinces", base.provinces),
            "vintage": vintage,
        }
    )


def _last(taken: list[GridOption], name: str, main: T) -> T:
    """Return what the last option says of a field, or the main design's value."""
    said = [getattr(option, name) for option in taken if getattr(option, name) is not None]
    return said[-1] if said else main
