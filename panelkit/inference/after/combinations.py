"""Combinations of coefficients: linear ones exactly, others by the delta method with the derivative of their tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.formula.coefficients import read_combination
from panelkit.formula.derivative import Slope, has_columns, is_linear, parts_of
from panelkit.formula.tree import Call, Chain, Negate, Node, Number
from panelkit.inference.after.coefficients import at_estimates, contrast_degrees, names_of, spread_of
from panelkit.inference.after.fieller import RatioSet, fieller
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.results.derived import Derived, Uncertainty
from panelkit.results.estimates import Estimates
from panelkit.results.students_t import t_quantile

_LEVEL = 0.95


@dataclass(frozen=True, kw_only=True, eq=False)
class Combination(Derived):
    """Combinations of coefficients with their joint covariance.

    `fieller` holds, by name, Fieller's 95 % set of those that are a ratio of two linear combinations.
    """

    fieller: Mapping[str, RatioSet]


@offered(
    "inference",
    family="after the fit",
    result="Combination",
    source="Stata's lincom and nlcom; Fieller 1954",
    public=True,
)
def combine(fit: Estimates, expressions: str | Sequence[str] | Mapping[str, str]) -> Combination:
    """Return combinations of coefficients with their standard errors: `fit.combine("x + 2*z")`.

    Parameters
    ----------
    fit
        A result with estimates and a covariance.
    expressions
        One expression, several, or a mapping of names to expressions. Terms are named as in `fit.test`;
        `+ - * / ^`, parentheses, `exp`, `log`, `sqrt` and numbers may stand beside them: `"-x/(2*x2)"`, `"exp(x)"`.

    Returns
    -------
    Combination
        One row an expression, with their joint covariance. A linear combination has its exact standard error, any other
        one G V G' with the derivative G taken from the expression. Statistics are t where those of the fit are. A ratio
        of linear combinations has Fieller's set in `fieller`, and in a note.

    Raises
    ------
    SpecError
        If a term is not there, or an expression has no value at the estimates: a pole, a logarithm of what is not
        positive.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure) + log(gdp)").fit(panel)
    >>> both = fit.combine(["log(rd_expenditure) + log(gdp)", "log(rd_expenditure)/log(gdp)"])
    >>> len(both.terms), len(both.fieller)
    (2, 1)
    """
    names = names_of(fit)
    named = _named(expressions)
    trees = {name: read_combination(text, names) for name, text in named.items()}
    for name, tree in trees.items():
        if not has_columns(tree):
            raise SpecError(message("`{name}` names no coefficient", name=name))
    values = np.asarray(fit.estimates)
    slopes = [_finite_slope(name, tree, names, values) for name, tree in trees.items()]
    gradient = np.array([slope.by for slope in slopes])
    degrees = contrast_degrees(fit, gradient)
    sets = {
        name: found
        for name, tree, df in zip(trees, trees.values(), degrees, strict=True)
        if (found := _ratio_set(fit, tree, names, float(df))) is not None
    }
    draws = getattr(fit, "draws", None)
    return Combination(
        title=message("Combinations of coefficients: {title}", title=fit.title),
        terms=tuple(trees),
        estimates=np.array([float(slope.value) for slope in slopes]),
        covariance=_finite_covariance(tuple(trees), gradient, np.asarray(fit.covariance)),
        df=float(degrees[0]) if degrees.min() == degrees.max() else degrees,
        facts={"vcov": fit.facts["vcov"]} if "vcov" in fit.facts else {},
        notes=(*_how(trees, draws), *_near_poles(fit, trees, names, degrees), *_said(sets)),
        uncertainty=getattr(fit, "uncertainty", Uncertainty(method="delta")),
        draws=None if draws is None else _drawn(trees, names, draws),
        levels=fit.level_names,
        fieller=sets,
    )


def _named(expressions: str | Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    if isinstance(expressions, str):
        return {" ".join(expressions.split()): expressions}
    if isinstance(expressions, Mapping):
        return {str(name): text for name, text in expressions.items()}
    found = {" ".join(text.split()) if isinstance(text, str) else str(text): text for text in expressions}
    if not found:
        raise SpecError(message("no expression is given: write one, such as `x + 2*z`"))
    return found


def _finite_covariance(names: tuple[str, ...], gradient: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return the covariance (k, k) of combinations with derivatives (k, p).

    Raises
    ------
    SpecError
        If a variance lies beyond the largest number.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        found = spread_of(gradient, covariance)
        lost = [f"`{name}`" for name, row in zip(names, found, strict=True) if not np.isfinite(row).all()]
    if lost and np.isfinite(covariance).all():
        raise SpecError(
            message("{names}: the variance lies beyond the largest number: combine logarithms", names=lost)
        )
    return found


def _finite_slope(name: str, tree: Node, names: tuple[str, ...], values: FloatArray) -> Slope:
    for below in _denominators(tree):
        if float(at_estimates(below, names, values).value) == 0.0:
            raise SpecError(
                message(
                    "`{name}`: its denominator is zero at the estimates: the expression has a pole there",
                    name=name,
                )
            )
    found = at_estimates(tree, names, values)
    if not (np.isfinite(found.value) and np.isfinite(found.by).all()):
        raise SpecError(
            message(
                "`{name}` has no value or no derivative at the estimates (a zero below a stroke, a logarithm or a root "
                "of what is not positive, a power of zero)",
                name=name,
            )
        )
    return found


def _denominators(tree: Node) -> list[Node]:
    """Return the parts of an expression that stand below a stroke and hold coefficients."""
    return [
        part
        for node in parts_of(tree)
        if isinstance(node, Chain)
        for operator, part in node.rest
        if operator == "/" and has_columns(part)
    ]


def _how(trees: Mapping[str, Node], draws: FloatArray | None) -> tuple[Message, ...]:
    if draws is not None or all(is_linear(tree) for tree in trees.values()):
        return ()
    return (message("nonlinear combinations: standard errors by the delta method"),)


def _near_poles(
    fit: Estimates, trees: Mapping[str, Node], names: tuple[str, ...], degrees: FloatArray
) -> tuple[Message, ...]:
    """Warn of denominators whose 95 % interval holds zero."""
    notes = []
    for (name, tree), df in zip(trees.items(), degrees, strict=True):
        for below in _denominators(tree):
            slope = at_estimates(below, names, np.asarray(fit.estimates))
            error = float(np.sqrt(spread_of(slope.by[None, :], np.asarray(fit.covariance))[0, 0]))
            if abs(float(slope.value)) <= float(t_quantile(_LEVEL, float(df))) * error:
                notes.append(
                    message(
                        "`{name}`: its denominator, {value:.4g} (standard error {error:.4g}), is not clearly away from "
                        "zero; the delta method does not hold there: read Fieller's set, or test the numerator",
                        name=name,
                        value=float(slope.value),
                        error=error,
                    )
                )
    return tuple(dict.fromkeys(notes))


def _ratio_set(fit: Estimates, tree: Node, names: tuple[str, ...], df: float) -> RatioSet | None:
    parts = ratio_of(tree)
    if parts is None or getattr(fit, "draws", None) is not None:
        return None
    values = np.asarray(fit.estimates)
    top, bottom = (at_estimates(part, names, values) for part in parts)
    rows = np.array([top.by, bottom.by])
    spread = spread_of(rows, np.asarray(fit.covariance))
    critical = float(t_quantile(_LEVEL, df))
    return fieller((float(top.value), float(bottom.value)), spread, critical, _LEVEL)


def ratio_of(tree: Node) -> tuple[Node, Node] | None:
    """Return numerator and denominator of a ratio of two linear combinations, None for any other expression."""
    match tree:
        case Negate(operand):
            inner = ratio_of(operand)
            return None if inner is None else (Negate(inner[0]), inner[1])
        case Call("I", argument):
            return ratio_of(argument)
        case Chain(first, rest) if rest[0][0] in "*/":
            above: list[tuple[str, Node]] = [(op, part) for op, part in rest if op == "*"]
            below = [part for op, part in rest if op == "/"]
            if not any(has_columns(part) for part in below):
                return None
            top = Chain(first, tuple(above)) if above else first
            bottom = Chain(Number(1.0), tuple(("*", part) for part in below))
            return (top, bottom) if is_linear(top) and is_linear(bottom) else None
    return None


def _said(sets: Mapping[str, RatioSet]) -> tuple[Message, ...]:
    return tuple(
        message("Fieller's 95 % set of `{name}`: {found}", name=name, found=found.said())
        for name, found in sets.items()
    )


def _drawn(trees: Mapping[str, Node], names: tuple[str, ...], draws: FloatArray) -> FloatArray:
    """Return the combinations of every draw (reps, m)."""
    return np.array(
        [[float(at_estimates(tree, names, draw).value) for tree in trees.values()] for draw in draws]
    )
