"""Which requests of a threshold model mean something."""

from __future__ import annotations

from typing import Any, Literal, get_args

from panelkit.formula.formula import parse_formula
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.options import check_confidence, is_real, is_whole, refuse_idle
from panelkit.language.spelt import option
from panelkit.models.threshold.candidates import check_search
from panelkit.models.threshold.rows import roles_of

Transform = Literal["within", "hansen-1999"]
_MOST = 3


def regime_of(spec: Any) -> tuple[str, ...]:
    """Return the regressors with a slope by regime, after everything that was asked has been checked.

    Raises
    ------
    SpecError
        If an option is none that is known, or two of them contradict each other.
    """
    given = spec.regime
    if not isinstance(given, str | tuple | list):
        raise SpecError(
            message("{regime} is a tuple of expressions, not {given!r}", regime=option("regime"), given=given)
        )
    named = (given,) if isinstance(given, str) else tuple(given)
    if spec.kink is True:
        _check_kink(spec, named)
        named = (spec.threshold,)
    if not named:
        raise SpecError(
            message(
                "{regime} names at least one regressor whose slope differs by regime", regime=option("regime")
            )
        )
    _check_numbers(spec)
    _check_words(spec)
    roles_of(spec.formula, named, spec.threshold)
    return named


def _check_numbers(spec: Any) -> None:
    """Refuse numbers of thresholds and trims that mean nothing."""
    if not is_whole(spec.thresholds) or not 1 <= spec.thresholds <= _MOST:
        raise SpecError(message("thresholds is 1, 2 or 3, not {value!r}", value=spec.thresholds))
    if not is_real(spec.trim) or not 0.0 < spec.trim < 0.5:
        raise SpecError(
            message("trim is a share of the rows between 0 and 0.5, not {value!r}", value=spec.trim)
        )


def _check_words(spec: Any) -> None:
    """Refuse words that are not known, and those that have no work under Hansen's program."""
    for name in ("time_effects", "intercept", "kink"):
        value = getattr(spec, name)
        if not isinstance(value, bool):
            raise SpecError(message("{name} is True or False, not {value!r}", name=name, value=value))
    if spec.transform not in get_args(Transform):
        raise SpecError(
            message(
                "transform is one of {known}, not {value!r}", known=get_args(Transform), value=spec.transform
            )
        )
    check_search(spec.search)
    check_confidence(spec.level)
    hansen = spec.transform == "hansen-1999"
    refuse_idle(
        {"time_effects": hansen and spec.time_effects, "intercept": hansen and spec.intercept},
        message(
            "are no part of {transform}: set them to False", transform=option("transform", "hansen-1999")
        ),
    )


def _check_kink(spec: Any, named: tuple[str, ...]) -> None:
    """Refuse what has no work beside a kink."""
    refuse_idle(
        {
            "regime": named not in ((), (spec.threshold,)),
            "thresholds": spec.thresholds != 1,
            "search": spec.search != "exact",
            "intercept": spec.intercept is True,
            "transform": spec.transform != "within",
        },
        message("do not apply to a kink: it is one, of the threshold variable itself, by an exact search"),
    )
    labels = parse_formula(spec.formula).rhs_terms
    if parse_formula(f"{spec.threshold} ~ 1").outcome in labels:
        raise SpecError(
            message(
                "`{name}`: a kink gives the threshold variable a slope on either side: leave it out of the formula",
                name=spec.threshold,
            )
        )
