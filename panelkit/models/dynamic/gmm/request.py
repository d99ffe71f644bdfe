"""What a formula asks of dynamic GMM: the lags of the outcome, and the instruments, named or by default."""

from __future__ import annotations

from panelkit.formula.formula import Formula
from panelkit.formula.moment_nodes import GmmNode, IvNode, MomentFormula, parse_moments, spelled_terms
from panelkit.formula.tree import Call, Term, columns_of, latest_reads
from panelkit.language.errors import SpecError
from panelkit.language.message import message

FIRST_LAG = 2
"""The first lag of the outcome that errors without serial correlation leave valid beside changes."""
_DEFAULT_LAST = 3


def read_request(text: str) -> MomentFormula:
    """Read the formula; without a bar instruments are lags 2 and 3 of the outcome, collapsed, and the regressors.

    Raises
    ------
    SpecError
        If the formula does not pass the gate, if it has no regressor, if it names no instruments and the default has no
        meaning for it, or if lags of the outcome below the second are instruments.
    """
    asked = parse_moments(text)
    if not asked.model.terms:
        raise SpecError(message("`{formula}` has no regressor: name at least one", formula=text))
    for node in asked.gmm:
        _refuse_early(asked.model, node)
    return asked if asked.given else _by_default(asked)


def own_lags(model: Formula) -> dict[str, int]:
    """Return the terms that are lags of the outcome, with their lags."""
    found = {}
    for term in model.terms:
        lag = _own_lag(model, term)
        if lag:
            found[term.label] = lag
    return found


def combined(asked: MomentFormula) -> Formula:
    """Return the model with the terms of iv() that are no regressors beside it: every column that a row must hold."""
    held = {term.key for term in asked.model.terms}
    extra = {node.term.key: node.term for node in asked.iv if node.term.key not in held}
    if not extra:
        return asked.model
    return asked.model.adding(spelled_terms(tuple(extra.values())))


def _by_default(asked: MomentFormula) -> MomentFormula:
    model = asked.model
    lags = own_lags(model)
    if not lags:
        raise SpecError(
            message(
                "`{formula}` has no lag of `{outcome}` among its regressors and names no instruments: add "
                "`lag({outcome}, 1)`, "
                "or instruments behind a bar, `| gmm({outcome}, 2:3) + iv(x)`",
                formula=asked.text,
                outcome=model.outcome,
            )
        )
    others = [term for term in model.terms if term.label not in lags]
    mine = set(columns_of(model.left.node))
    hidden = [
        term.label for term in others if any(mine & set(columns_of(factor.node)) for factor in term.factors)
    ]
    if hidden:
        raise SpecError(
            message(
                "{terms}: they read `{outcome}`, and cannot be instruments of themselves: name the instruments behind "
                "a bar, "
                "`| gmm({outcome}, 2:3) + iv(x)`",
                terms=[f"`{name}`" for name in hidden],
                outcome=model.outcome,
            )
        )
    last = max(_DEFAULT_LAST, FIRST_LAG + len(lags) - 1)
    nodes = (GmmNode(model.left, FIRST_LAG, last, "both", True),)
    return MomentFormula(asked.text, model, nodes, tuple(IvNode(term) for term in others), False)


def _own_lag(model: Formula, term: Term) -> int:
    """Return which lag of the outcome a term is; 0 where it is none."""
    if len(term.factors) != 1:
        return 0
    node = term.factors[0].node
    if isinstance(node, Call) and node.name == "lag" and node.argument == model.left.node:
        return node.count("k")
    return 0


def _refuse_early(model: Formula, node: GmmNode) -> None:
    """Refuse lags of the outcome that the changes of errors hold too."""
    outcome = set(columns_of(model.left.node))
    inner = node.factor.node
    same = inner == model.left.node or (
        isinstance(inner, Call) and inner.name == "lag" and inner.argument == model.left.node
    )
    if not same or node.equation == "level":
        return
    nearest = node.first - max(at for name, at in latest_reads(inner).items() if name in outcome)
    if nearest < FIRST_LAG:
        raise SpecError(
            message(
                "`{node}`: lag {nearest} of the outcome moves with the changes of the errors; its first valid lag is "
                "{first}, `gmm({outcome}, {first}:{last})`",
                node=node.label,
                nearest=nearest,
                first=FIRST_LAG,
                last=FIRST_LAG + 2,
                outcome=model.outcome,
            )
        )
