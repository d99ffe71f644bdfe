"""Which two terms of a fit are a curve, by their values, and what else bends or moves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from panelkit.formula.coefficients import read_combination, unknown_terms
from panelkit.formula.derivative import contains
from panelkit.formula.tree import Call, Column, Term
from panelkit.kernels.capabilities import PANEL_ROWS
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.panel.design import Design
from panelkit.results.fit import FitResult
from panelkit.show.brief import Brief

# A column repeats the square of another where they differ by no more than this share of its size.
_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Curve(Brief):
    """How a second term curves x: its value, its slope, where b + c slope(x) is zero, from -b/c, and how that moves."""

    value: Callable[[FloatArray], FloatArray]
    slope: Callable[[FloatArray], FloatArray]
    turns: Callable[[float], float]
    moves: Callable[[float], float]


def _root(square: float) -> float:
    return float(np.sqrt(square)) if square > 0.0 else float("nan")


# b x + c x^2 turns at -b/(2c); b x + c/x at sqrt(c/b); b x + c log(x) at -c/b. `turns` and `moves` take r = -b/c.
CURVES: dict[str, Curve] = {
    "square": Curve(lambda x: x * x, lambda x: 2.0 * x, lambda r: r / 2.0, lambda r: 0.5),
    "inverse": Curve(
        lambda x: 1.0 / x,
        lambda x: -1.0 / (x * x),
        lambda r: _root(-1.0 / r),
        lambda r: 0.5 * _root(-1.0 / r) / -r,
    ),
    "log": Curve(np.log, lambda x: 1.0 / x, lambda r: 1.0 / r, lambda r: -1.0 / (r * r)),
}


def _terms_of(design: Design) -> dict[str, Term]:
    """Return the terms of the formula by label."""
    return {} if design.formula is None else {one.label: one for one in design.formula.terms}


def _known(fit: FitResult, design: Design) -> list[str]:
    """Return the terms whose values the rows hold."""
    return [name for name in fit.terms if name in design.terms and name != "Intercept"]


def is_log(design: Design, term: str) -> bool:
    """Tell whether a term is a logarithm as a whole."""
    found = _terms_of(design).get(term)
    node = None if found is None or len(found.factors) > 1 else found.factors[0].node
    return isinstance(node, Call) and node.name == "log"


def spelled(fit: FitResult, design: Design, term: str, beside: str | None) -> tuple[str, str | None]:
    """Return the names of the two terms as the fit has them, blanks and backticks as a user may write them.

    Raises
    ------
    SpecError
        If one is not there, if rows are changes, or if the term is an interaction.
    """
    if fit.linear is not None and PANEL_ROWS not in fit.linear.can and len(design.y) == len(fit.linear.y):
        raise SpecError(
            message(
                "{title}: its rows are changes, and a turning point needs the range of the levels: fit fixed effects",
                title=fit.title,
            )
        )
    found: list[str] = []
    for given in (term, beside):
        if given is None:
            continue
        node = read_combination(given, fit.terms)
        if not isinstance(node, Column) or node.name not in _known(fit, design):
            raise unknown_terms([given], _known(fit, design))
        found.append(node.name)
    held = _terms_of(design).get(found[0])
    if held is not None and len(held.factors) > 1:
        raise SpecError(
            message(
                "`{term}` is an interaction, whose values are not those of one variable: fit the group "
                "alone by {where} or take combine() at a value of the moderator",
                where=option("where"),
                term=found[0],
            )
        )
    return found[0], found[1] if beside is not None else None


def moderated(fit: FitResult, design: Design, term: str, beside: str) -> tuple[Message, ...]:
    """Say where interactions move the curve; the terms themselves are those at zero of what stands beside them."""
    inner = {
        one.factors[0].label for name in (term, beside) if (one := _terms_of(design).get(name)) is not None
    }
    beside_them = [
        label
        for label, one in _terms_of(design).items()
        if len(one.factors) > 1 and inner & {factor.label for factor in one.factors}
    ]
    if not beside_them:
        return ()
    return (
        message(
            "{terms}: the curve is that where what stands beside `{term}` in them is zero",
            terms=[f"`{label}`" for label in beside_them],
            term=term,
        ),
    )


def _refuse_thirds(
    design: Design, known: Sequence[str], term: str, chosen: str, curves: Sequence[str]
) -> None:
    """Refuse a curve of more than two terms, which turns elsewhere than b x + c f(x)."""
    held = _terms_of(design)
    more = [name for name in curves if name not in (term, chosen)]
    if term in held:
        node = held[term].factors[0].node
        more += [
            name
            for name in known
            if name in held
            and len(held[name].factors) == 1
            and name not in (term, chosen)
            and contains(held[name].factors[0].node, node)
        ]
    if more:
        raise SpecError(
            message(
                "{more} bends the curve of `{term}` too: it does not turn where `{term}` and `{chosen}` alone do. "
                "Leave it out, or follow the slope by margins()",
                more=[f"`{name}`" for name in dict.fromkeys(more)],
                term=term,
                chosen=chosen,
            )
        )


def curved(fit: FitResult, design: Design, term: str, beside: str | None) -> tuple[FloatArray, str, str]:
    """Return x (n,), the name of the second term and its form.

    Raises
    ------
    SpecError
        If the second term is no curve of the first, or a third one bends it too.
    """
    known = _known(fit, design)
    x = np.asarray(design.X[:, design.terms.index(term)])
    found: dict[str, str] = {}
    for name in known:
        values = np.asarray(design.X[:, design.terms.index(name)])
        for form, curve in CURVES.items():
            with np.errstate(all="ignore"):
                made = curve.value(x)
            if name != term and np.isfinite(made).all() and _same(values, made):
                found.setdefault(name, form)
    chosen = next(iter(found), None) if beside is None else beside
    if chosen in found:
        _refuse_thirds(design, known, term, str(chosen), list(found))
        return x, str(chosen), found[str(chosen)]
    raise SpecError(
        message(
            "no term of this fit is the square, the inverse or the logarithm of `{term}`; there are {known}",
            term=term,
            known=[f"`{name}`" for name in known],
        )
        if beside is None
        else message(
            "`{beside}` is not the square, the inverse or the logarithm of `{term}`", beside=beside, term=term
        )
    )


def _same(one: FloatArray, other: FloatArray) -> bool:
    return bool(np.abs(one - other).max() <= _SAME * np.abs(other).max())
