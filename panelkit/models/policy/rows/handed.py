"""What a policy design that is a regression shares with the next: columns made for it, and what is said of the fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from panelkit.formula.formula import parse_formula
from panelkit.formula.tokens import spelled
from panelkit.kernels.index import Array
from panelkit.language.errors import SpecError
from panelkit.language.levels import Levels
from panelkit.language.message import Message, message
from panelkit.models.reading import Frame
from panelkit.models.statements import few_treated
from panelkit.results.fit import FitResult

Fit = TypeVar("Fit", bound=FitResult)

# Below this many treated units clustered errors and the wild bootstrap are not to be trusted (issue of staggered
# adoption; the note of `models/statements.py` begins at five).
FEW_TREATED = 8
RANDOMISE = message("test by randomisation inference (`randomisation_inference`)")
RANDOMISE_RINGS = message(
    "test by randomisation inference over who adopts and who is then exposed (`SpilloverDiD(...).randomise`)"
)
RANDOMISE_UNMATCHED = message(
    "randomisation inference (`randomisation_inference`) takes no weights: run it on the regression without matching"
)


def fresh(frame: Frame, name: str) -> str:
    """Return a column name that the frame does not hold: `name`, else `name` with lines behind it."""
    held = {*map(str, frame.data.columns), *map(str, frame.data.index.names)}
    while name in held:
        name += "_"
    return name


def with_columns(frame: Frame, columns: Mapping[str, Array]) -> Frame:
    """Return the frame with further columns (n,), in the order of its rows."""
    attrs = frame.data.attrs
    data = frame.data.assign(**{name: np.asarray(values) for name, values in columns.items()})
    data.attrs = attrs
    return replace(frame, data=data)


def with_terms(formula: str, terms: Sequence[str]) -> str:
    """Return `outcome ~ covariates` with columns in front of the covariates."""
    parse_formula(formula)
    outcome, _, rest = formula.partition("~")
    return f"{outcome.strip()} ~ {' + '.join(map(spelled, terms))} + {rest.strip()}"


def told(
    fit: Fit, *, title: Message, facts: Mapping[str, Any], notes: Sequence[Message], **changes: Any
) -> Fit:
    """Return a fit under the title of the design that asked for it, with its facts and notes behind the fit's own."""
    return replace(
        fit,
        title=title,
        facts={**fit.facts, **facts},
        notes=tuple(dict.fromkeys((*fit.notes, *notes))),
        **changes,
    )


def refuse_as_covariate(formula: str, *names: str | None) -> None:
    """Refuse a column that says when, where or how strongly a policy comes among the covariates.

    Raises
    ------
    SpecError
        Naming the columns, or as the formula gate does; also where a name is no text.
    """
    terms = parse_formula(formula).rhs_terms
    for name in names:
        if name is not None and (not isinstance(name, str) or not name.strip()):
            raise SpecError(message("a column is named by a text, not {name!r}", name=name))
    twice = [name for name in dict.fromkeys(names) if name is not None and spelled(name) in terms]
    if twice:
        raise SpecError(
            message(
                "{names} says of the policy and is no covariate: leave it out of the formula",
                names=[f"`{name}`" for name in twice],
            )
        )


def without_guards(fit: Fit, terms: Sequence[str]) -> Fit:
    """Return a fit without what it says of the adoption of these columns, which are no treatments."""
    facts = {
        key: value
        for key, value in fit.facts.items()
        if not any(key.endswith(f" of {term}") for term in terms)
    }
    opening = tuple(f"`{term}`: " for term in terms)
    # the covariance's notes stand by position
    at, own = fit.covariance_at[1], fit.covariance_of
    end = at + (len(own.notes) if own is not None else 0)
    before = tuple(note for note in fit.notes[:at] if not note.startswith(opening))
    after = tuple(note for note in fit.notes[end:] if not note.startswith(opening))
    return replace(
        fit,
        facts=facts,
        notes=(*before, *fit.notes[at:end], *after),
        covariance_at=(fit.covariance_at[0], len(before)),
    )


def few(fit: FitResult, treated: int, units: int, levels: Levels) -> tuple[Message, ...]:
    """Return the note for few treated units, where the fit itself has not said so of a 0/1 regressor."""
    if treated >= FEW_TREATED:
        return ()
    if fit.linear is not None and fit.design is not None and few_treated(fit.design, fit.linear.terms):
        return ()
    return (few_note(treated, units, levels),)


def few_note(treated: int, units: int, levels: Levels, remedy: Message = RANDOMISE) -> Message:
    """Say that few units are treated, and what to do."""
    return message(
        "{treated} of {of} {units} are treated: below eight clustered errors, CRV3 and the wild bootstrap are not to "
        "be trusted; {remedy}",
        treated=treated,
        of=units,
        remedy=remedy,
    ).spoken(*levels)
