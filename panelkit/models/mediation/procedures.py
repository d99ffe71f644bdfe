"""Named procedures for mediation, as papers run them, each with what it does and does not show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.mediation.procedure import Name, Procedure, Step
from panelkit.models.mediation.result import MediationResult
from panelkit.models.mediation.words import number
from panelkit.results.fit import FitResult

LEVEL = 0.05


@dataclass(frozen=True)
class _Legs:
    """Total, first, second and direct path of one mediator: estimate, error, p-value each.

    `levels`: what unit and time are called in the data.
    """

    total: tuple[float, float, float]
    first: tuple[float, float, float]
    second: tuple[float, float, float]
    direct: tuple[float, float, float]
    indirect: float
    interval: tuple[float, float]
    levels: tuple[str, str]


@offered("capability", "mediation_procedure")
def procedure(result: MediationResult, name: Name, mediator: str | None = None) -> Procedure:
    """Run a named procedure on one mediator of a result; None is the only one.

    Raises
    ------
    SpecError
        If there is no such procedure, or the model is serial, moderated or has an interaction.
    """
    at = result.mediator_position(mediator)
    if name not in _PROCEDURES:
        raise SpecError(message("no procedure {name!r}: there are {names}", name=name, names=NAMES))
    if not applies_to(result):
        raise SpecError(
            message(
                "{name} is written for mediators side by side without a moderator or an interaction: read "
                ".inference() instead",
                name=name,
            )
        )
    legs = _legs_of(result, at)
    title, steps, conclusion, shows, shows_not = _PROCEDURES[name](legs)
    fits = [result.fits["total"], result.fits[f"mediator {at}"], result.fits["outcome"]]
    models = tuple(fits[:2] if name == "jiang_2022" else fits)
    label = result.mediator_labels[at]
    return Procedure(name, title, label, steps, conclusion, shows, shows_not, models)


def applies_to(result: MediationResult) -> bool:
    """Return whether the procedures are written for such a model: mediators side by side, no products."""
    return not result.products and (result.spec.order == "parallel" or len(result.mediators) == 1)


def _legs_of(result: MediationResult, mediator: int) -> _Legs:
    at = result.terms.index(result.path_terms[mediator])
    low, high = result.conf_int().to_numpy()[at]
    outcome, label = result.fits["outcome"], result.mediator_labels[mediator]
    return _Legs(
        total=_read(result.fits["total"], result.treatment_label),
        first=_read(result.fits[f"mediator {mediator}"], result.treatment_label),
        second=_read(outcome, label),
        direct=_read(outcome, result.treatment_label),
        indirect=float(result.estimates[at]),
        interval=(float(low), float(high)),
        levels=result.level_names,
    )


def _read(fit: FitResult, term: str) -> tuple[float, float, float]:
    at = fit.terms.index(term)
    line = fit.tidy().iloc[at]
    return float(line["estimate"]), float(line["std_error"]), float(line["p_value"])


_Written = tuple[Message, tuple[Step, ...], Message, Message, Message]


def _step(test: Message, leg: tuple[float, float, float]) -> Step:
    return Step(test, *leg, message("significant") if leg[2] < LEVEL else message("not significant"))


def _total(legs: _Legs) -> Step:
    return _step(message("total effect c, outcome on treatment"), legs.total)


def _first(legs: _Legs) -> Step:
    return _step(message("path a, mediator on treatment"), legs.first)


def _second(legs: _Legs) -> Step:
    return _step(message("path b, outcome on mediator, treatment held"), legs.second)


def _direct(legs: _Legs) -> Step:
    return _step(message("direct effect c', mediator held"), legs.direct)


_CONFOUNDED = message(
    "that the mediator causes the outcome: whatever moves both enters b, and with such a confounder the steps find "
    "mediation where there is none; read .sensitivity() beside it"
)


def _baron_kenny(legs: _Legs) -> _Written:
    return (
        message("Baron and Kenny (1986), three steps"),
        (_total(legs), _first(legs), _second(legs), _direct(legs)),
        _baron_kenny_end(legs),
        message(
            "whether the partial correlations that mediation implies are in the data; the test of a and b together is "
            "the joint-significance test"
        ),
        _CONFOUNDED,
    )


def _baron_kenny_end(legs: _Legs) -> Message:
    c, a, b, direct = (leg[2] < LEVEL for leg in (legs.total, legs.first, legs.second, legs.direct))
    if not c:
        return message("step 1 fails (c not significant): the procedure stops and finds no mediation")
    if not (a and b):
        return message("a or b is not significant: no mediation by these steps")
    if not direct:
        return message(
            '"complete mediation" in its words: c\' is not significant, which is no proof that it is zero'
        )
    if abs(legs.direct[0]) < abs(legs.total[0]):
        return message('"partial mediation" in its words: all steps significant and |c\'| < |c|')
    return message("all steps significant, but |c'| > |c|: suppression, for which the procedure has no word")


def _wen_ye(legs: _Legs) -> _Written:
    c, a, b, direct = (leg[2] < LEVEL for leg in (legs.total, legs.first, legs.second, legs.direct))
    steps = [_total(legs), _first(legs), _second(legs)]
    mediated = a and b
    if not mediated:
        low, high = legs.interval
        mediated = low > 0.0 or high < 0.0
        steps.append(_resampled(legs, mediated=mediated))
    if mediated:
        steps.append(_direct(legs))
        said = _wen_ye_end(legs, direct=direct)
    else:
        said = message("the indirect effect is not significant: stop")
    return (
        message("Wen and Ye (2014), the flow"),
        tuple(steps),
        said if c else message("c is not significant: framed as suppression; {rest}", rest=said),
        message(
            "whether the product a·b is distinguishable from zero, also where a or b alone is not, and how its sign "
            "compares with that of the direct effect"
        ),
        _CONFOUNDED,
    )


def _resampled(legs: _Legs, *, mediated: bool) -> Step:
    nan, (low, high) = float("nan"), (number(end) for end in legs.interval)
    found = (
        message("interval [{low}, {high}] excludes zero", low=low, high=high)
        if mediated
        else message("interval [{low}, {high}] holds zero", low=low, high=high)
    )
    test = message("bootstrap of a·b, {units} resampled").spoken(*legs.levels)
    return Step(test, legs.indirect, nan, nan, found)


def _wen_ye_end(legs: _Legs, *, direct: bool) -> Message:
    if not direct:
        return message(
            "c' is not significant: only an indirect effect is found (the authors advise against the words complete "
            "mediation)"
        )
    if legs.indirect * legs.direct[0] > 0.0:
        return message(
            "a·b and c' have one sign: partial mediation, ab/c = {ratio}",
            ratio=number(legs.indirect / legs.total[0]),
        )
    return message(
        "a·b and c' have opposite signs: suppression, |ab/c'| = {ratio}",
        ratio=number(abs(legs.indirect / legs.direct[0])),
    )


def _jiang(legs: _Legs) -> _Written:
    return (
        message("Jiang (2022): treatment to mediator only"),
        (_total(legs), _first(legs)),
        _jiang_end(legs),
        message(
            "that the first link holds; the second, from mediator to outcome, must be plain from theory or other "
            "studies"
        ),
        message(
            "how much of the effect goes through the mediator: no share, no b, no full or partial mediation is claimed"
        ),
    )


def _jiang_end(legs: _Legs) -> Message:
    c, a = legs.total[2] < LEVEL, legs.first[2] < LEVEL
    if not a:
        return message("no support for the channel: the treatment is not seen to move the mediator")
    if c:
        return message("consistent with the channel: the treatment moves the mediator")
    return message(
        "consistent with the channel: the treatment moves the mediator, though no total effect is seen"
    )


_PROCEDURES: dict[str, Callable[[_Legs], _Written]] = {
    "baron_kenny": _baron_kenny,
    "wen_ye_2014": _wen_ye,
    "jiang_2022": _jiang,
}
NAMES: tuple[Name, ...] = ("baron_kenny", "wen_ye_2014", "jiang_2022")
