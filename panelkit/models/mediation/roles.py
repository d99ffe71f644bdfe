"""The variables of a mediation as its design carries them, and what may stand in two places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from panelkit.formula.formula import parse_formula
from panelkit.formula.grammar import parse_expression, parse_terms, spelled_term
from panelkit.formula.tree import Call, Column, Term
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, lines, message
from panelkit.models.mediation.plan import MediationPlan, Variables
from panelkit.models.mediation.terms import Variable


@dataclass(frozen=True)
class Roles:
    """The labels of treatment, mediators, outcome and moderator as the design carries them, and the formula."""

    formula: str
    outcome: str
    treatment: str
    mediators: tuple[str, ...]
    moderator: str | None
    plain_outcome: str
    plain_treatment: str
    plain_mediators: tuple[str, ...]
    columns: tuple[str, ...]


def roles_of(spec: MediationPlan) -> Roles:
    """Return the variables of a plan as its design carries them."""
    return roles_among(spec.variables)


def roles_among(spec: Variables) -> Roles:
    """Return variables as a design carries them.

    Raises
    ------
    SpecError
        If one stands in two places, or a control or the moderator is made of treatment, mediator or outcome.
    """
    treatment, mediators = _term(spec.treatment), [_term(name) for name in spec.mediators]
    if spec.treatment_lag:
        treatment = f"lag({treatment}, {spec.treatment_lag})"
    outcome = spelled_term(Term((parse_expression(spec.outcome),)))
    if spec.outcome_lead:
        outcome = f"lead({outcome}, {spec.outcome_lead})"
    named = [treatment, *mediators, *([_term(spec.moderator)] if spec.moderator else [])]
    formula = " + ".join(
        [f"{outcome} ~ {named[0]}", *named[1:], *([spec.controls] if spec.controls.strip() else [])]
    )
    parsed = parse_formula(formula)
    labels = [parse_formula(f"{outcome} ~ {term}").rhs_terms[0] for term in named]
    _refuse_made_of(spec, outcome, labels[: len(mediators) + 1])
    twice = [label for label in labels if labels.count(label) > 1]
    in_controls = () if not spec.controls.strip() else parse_formula(f"{outcome} ~ {spec.controls}").rhs_terms
    twice += [label for label in labels if label in in_controls]
    if twice:
        raise SpecError(
            message(
                "{names} stands in two places: treatment, mediators, moderator and controls are different variables",
                names=[f"`{name}`" for name in dict.fromkeys(twice)],
            )
        )
    k = len(mediators)
    return Roles(
        formula=formula,
        outcome=parsed.outcome,
        treatment=labels[0],
        mediators=tuple(labels[1 : k + 1]),
        moderator=labels[k + 1] if spec.moderator else None,
        plain_outcome=spec.outcome,
        plain_treatment=spec.treatment,
        plain_mediators=spec.mediators,
        columns=parsed.columns,
    )


def _term(expression: str) -> str:
    """Return an expression as one term of a formula: arithmetic is wrapped in I()."""
    factor = parse_expression(expression)
    if isinstance(factor.node, Column | Call):
        return spelled_term(Term((factor,)))
    return f"I({factor.label})"


def _refuse_made_of(spec: Variables, outcome: str, own: Sequence[str]) -> None:
    """Refuse controls and a moderator that are made of a mediator, the treatment or the outcome."""
    treatment, *mediators = (Variable(parse_expression(label)) for label in own)
    left = Variable(parse_expression(outcome))
    others = parse_terms(spec.controls) if spec.controls.strip() else ()
    others += (Term((parse_expression(spec.moderator),)),) if spec.moderator else ()
    found: list[Message] = []
    for term in (term for term in others if term.label not in own):
        held = next((variable for variable in mediators if variable.inside(term)), None)
        if held is not None:
            found.append(_made_of_mediator(term.label, held.label))
        elif treatment.alone_inside(term):
            found.append(
                message(
                    "`{term}` is made of the treatment `{treatment}`: its effect is then no single number, and what "
                    "would be printed is the effect where the rest of the term is zero. Take `moderator=..., "
                    "moderates=('first', 'direct')` for a product, or leave the term out",
                    term=term.label,
                    treatment=treatment.label,
                )
            )
        elif left.alone_inside(term):
            found.append(
                message(
                    "`{term}` is made of the outcome `{outcome}`: leave it out on the right",
                    term=term.label,
                    outcome=left.label,
                )
            )
    if found:
        raise SpecError(lines(found))


def _made_of_mediator(term: str, mediator: str) -> Message:
    return message(
        "`{term}` is made of the mediator `{mediator}`: the effect of the mediator would change with it, and the "
        "product of two paths would leave that out. For treatment × mediator take `Mediation(..., interaction=True)`, "
        "for another variable `moderator=..., moderates=('second',)`; `lag({mediator}, 1)` may stand as a control",
        term=term,
        mediator=mediator,
    )
