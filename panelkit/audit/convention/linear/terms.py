"""The formula of a search: terms as products of factors, and how logarithms and lags are rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from panelkit.audit.convention.linear.plans import Recipe
from panelkit.audit.convention.naming import term_named
from panelkit.formula.arithmetic import BY_SAMPLE
from panelkit.formula.formula import parse_formula
from panelkit.formula.grammar import parse_terms
from panelkit.formula.tree import Call, Chain, Column, Factor, Negate, Node, Power, Term, calls_of, columns_of
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option

FILLED = "\0filled"
OUTCOME = ""
_CENTRED = {"center": "center", "standardize": "standardize", "scale": "standardize"}


@dataclass(frozen=True)
class Piece:
    """One factor of a term: its tree, and whether its mean (and deviation) are taken off on the sample."""

    node: Node
    marker: str = ""


@dataclass(frozen=True)
class Regressor:
    """One term: its label and its factors."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Question:
    """The regression as it is stated: outcome, terms; `optional` are the labels that may be left out."""

    outcome: Piece
    regressors: tuple[Regressor, ...]
    optional: tuple[str, ...]
    columns: tuple[str, ...]
    named: Mapping[str, str]

    def regressor(self, label: str) -> Regressor:
        """Return the term of a label."""
        return next(one for one in self.regressors if one.label == label)

    @property
    def always(self) -> tuple[str, ...]:
        """Return the labels of the terms that are never left out."""
        return tuple(one.label for one in self.regressors if one.label not in self.optional)


def question_of(
    formula: str, printed: Iterable[str], names: Mapping[str, str], controls: Iterable[str] | None
) -> tuple[Question, tuple[str, ...]]:
    """Return the question, and the optional terms that the stated regression holds.

    Parameters
    ----------
    printed
        Names of the terms that numbers are printed of.
    names
        From those to terms of the formula, where they are spelled otherwise.
    controls
        Terms that may be in or out; None: those of the formula of which nothing is printed.

    Raises
    ------
    SpecError
        If a term is not a number, or a printed name is no term.
    """
    parsed = parse_formula(formula)
    stated = [_regressor(term) for term in parsed.terms]
    further = [_regressor(term) for text in controls or () for term in parse_terms(text)]
    held = {one.label for one in stated}
    regressors = (*stated, *(one for one in further if one.label not in held))
    named = {name: term_named(name, [one.label for one in stated], names) for name in printed}
    wanted = set(named.values())
    may = held if controls is None else {one.label for one in further}
    optional = tuple(one.label for one in regressors if one.label in may and one.label not in wanted)
    outcome = _piece(parsed.left)
    nodes = [outcome.node, *(piece.node for one in regressors for piece in one.pieces)]
    columns = tuple(dict.fromkeys(name for node in nodes for name in columns_of(node)))
    question = Question(outcome, tuple(regressors), optional, columns, named)
    return question, tuple(label for label in optional if label in held)


def _regressor(term: Term) -> Regressor:
    return Regressor(term.label, tuple(_piece(factor) for factor in term.factors))


def _piece(factor: Factor) -> Piece:
    node: Node = factor.node
    marker = ""
    if isinstance(node, Call) and node.name in _CENTRED:
        marker, node = _CENTRED[node.name], node.argument
    if factor.kind != "value" or BY_SAMPLE & set(calls_of(node)):
        raise SpecError(
            message(
                "`{label}`: a search for conventions takes terms that are numbers, centred or "
                "standardised as a whole at most; effects are stated by {effects}",
                effects=option("effects"),
                label=factor.label,
            )
        )
    return Piece(node, marker)


def rewritten(piece: Piece, recipe: Recipe, *, toggled: bool, lagged: bool) -> Piece:
    """Return a factor under a recipe: logarithm taken or taken off, zeros in logarithms, further lags."""
    node = piece.node
    if toggled:
        node = node.argument if isinstance(node, Call) and node.name == "log" else Call("log", node)
    if recipe.zeros:
        node = _zeros(node, recipe.zeros, recipe.zeroed)
    if lagged and recipe.lag:
        node = _lagged(node, recipe.lag)
    return replace(piece, node=node)


def _lagged(node: Node, step: int) -> Node:
    """Return a tree `step` periods earlier; one that is lagged already by so much is taken back to its own period."""
    if isinstance(node, Call) and node.name == "lag":
        left = node.count("k") + step
        return node.argument if left == 0 else Call("lag", node.argument, (("k", float(left)),))
    return Call("lag" if step > 0 else "lead", node, (("k", float(abs(step))),))


def _zeros(node: Node, how: str, where: tuple[str, ...]) -> Node:
    """Return a tree whose logarithms of the columns `where` (all where it is empty) treat zeros otherwise."""
    match node:
        case Call("log", argument) if not where or set(columns_of(argument)) & set(where):
            if how == "log1p":
                return Call("log1p", argument)
            return Call("log", Column(argument.name + FILLED) if isinstance(argument, Column) else argument)
        case Call(name, argument, options):
            return Call(name, _zeros(argument, how, where), options)
        case Negate(operand):
            return Negate(_zeros(operand, how, where))
        case Chain(first, rest, label):
            return Chain(
                _zeros(first, how, where),
                tuple((sign, _zeros(part, how, where)) for sign, part in rest),
                label,
            )
        case Power(base, exponent, label):
            return Power(_zeros(base, how, where), exponent, label)
        case _:
            return node


def logged(piece: Piece) -> bool:
    """Tell whether a factor is a logarithm as a whole."""
    return isinstance(piece.node, Call) and piece.node.name == "log"


def logged_columns(node: Node) -> tuple[str, ...]:
    """Return the columns of which a tree takes the logarithm."""
    match node:
        case Call("log", argument):
            return tuple(columns_of(argument))
        case Call(_, argument):
            return logged_columns(argument)
        case Negate(operand):
            return logged_columns(operand)
        case Chain(first, rest):
            return tuple(
                name for part in (first, *(part for _, part in rest)) for name in logged_columns(part)
            )
        case Power(base):
            return logged_columns(base)
        case _:
            return ()


def lags_of(node: Node) -> int:
    """Return the longest lag in a tree."""
    match node:
        case Call("lag", argument):
            return node.count("k") + lags_of(argument)
        case Call(_, argument):
            return lags_of(argument)
        case Negate(operand):
            return lags_of(operand)
        case Chain(first, rest):
            return max(lags_of(part) for part in (first, *(part for _, part in rest)))
        case _:
            return 0
