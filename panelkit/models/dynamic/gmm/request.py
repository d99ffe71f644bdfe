"""What a formula asks of dynamic GMM: the lags of the outcome, and the instruments, named or by default."""

from __future__ import annotations

from panelkit.formula.formula import Formula
from panelkit.formula.moment_nodes import GmmNode, IvNode, MomentFormula, parse_moments, spelled_terms
from panelkit.formula.tree import Call, Node, Term, columns_of, latest_reads
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
        meaning for it, or if the outcome nearer than its second lag is an instrument.
    """
    asked = parse_moments(text)
    if not asked.model.terms:
        raise SpecError(message("`{formula}` has no regressor: name at least one", formula=text))
    for node in asked.gmm:
        _refuse_early(asked.model, node)
    for instrument in asked.iv:
        _refuse_itself(asked.model, instrument)
    return asked if asked.given else _by_default(asked)


def refuse_levels(asked: MomentFormula) -> None:
    """Refuse instruments of the levels where there is no level equation.

    Raises
    ------
    SpecError
        Naming them.
    """
    nodes: tuple[GmmNode | IvNode, ...] = (*asked.gmm, *asked.iv)
    levels = [node.label for node in nodes if node.equation == "level"]
    if levels:
        raise SpecError(
            message(
                "{nodes}: DifferenceGMM has no level equation: leave out `level`, or take SystemGMM",
                nodes=[f"`{name}`" for name in levels],
            )
        )


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
    """Refuse lags of the outcome that the changes of errors hold too, and its changes that errors of levels hold."""
    read = _outcome_read(model, node.factor.node)
    if read is None or node.first - read >= FIRST_LAG:
        return
    first = FIRST_LAG + read
    told = {
        "node": node.label,
        "column": node.factor.label,
        "first": first,
        "last": first + 2,
    }
    if node.equation == "level":
        raise SpecError(
            message(
                "`{node}`: the change of the outcome that it gives the levels moves with their errors; its first valid "
                "lag is {first}, `gmm({column}, {first}:{last}, level)`",
                **told,
            )
        )
    raise SpecError(
        message(
            "`{node}`: lag {nearest} of the outcome moves with the changes of the errors; its first valid lag is "
            "{first}, `gmm({column}, {first}:{last})`",
            nearest=node.first - read,
            **told,
        )
    )


def _refuse_itself(model: Formula, node: IvNode) -> None:
    """Refuse the outcome, or its first lag, as an instrument that stands as it is."""
    reads = [_outcome_read(model, factor.node) for factor in node.term.factors]
    if any(read is not None and -read < FIRST_LAG for read in reads):
        raise SpecError(
            message(
                "`{node}` reads the outcome nearer than lag {first}, and moves with the errors: take "
                "`gmm({outcome}, {first}:{last})`",
                node=node.label,
                outcome=model.outcome,
                first=FIRST_LAG,
                last=FIRST_LAG + 1,
            )
        )


def _outcome_read(model: Formula, node: Node) -> int | None:
    """Return the latest year, from a row's own, in which an expression reads the outcome; None where it does not.

    An expression reads the outcome if it holds all of its columns: of `log(gdp / pop)` the column `pop` alone may be
    predetermined.
    """
    latest = latest_reads(node)
    mine = set(columns_of(model.left.node))
    return max(latest[name] for name in mine) if mine and mine <= set(latest) else None
