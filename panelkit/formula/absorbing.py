"""Which terms of a formula are swept out beside the effects instead of becoming columns: a decision by structure alone.

`C(unit):year` gives every unit a slope, `C(region):C(year)` every region-year an effect. Nobody reads those
coefficients, and a unit that leaves takes its own along; so they are swept. A `base=` says that the coefficients are
wanted: such a term becomes columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from panelkit.formula.model_matrix import Category
from panelkit.formula.tree import Call, Factor, Term
from panelkit.kernels.index import Array
from panelkit.kernels.interactions import Interactions
from panelkit.kernels.within import Effects


def split_terms(
    terms: Sequence[Term],
    values: Mapping[str, Array | Category],
    panel: tuple[Array, Array],
    effects: Effects,
) -> tuple[tuple[Term, ...], Interactions | None]:
    """Return the terms that become columns, and the interactions that are swept out beside the effects.

    Parameters
    ----------
    terms
        The terms of the right-hand side.
    values
        Floats or categories (n,) by factor label, on the rows of the sample.
    panel
        Codes (n,) of unit and time of these rows.
    effects
        The effects that the estimator sweeps. Slopes stand beside any; cells beside unit effects only.

    Returns
    -------
    The terms that are left, in their order, and the interactions; None where no term is one.
    """
    unit, time = panel
    slopes = {term: _slope(term, values, unit) for term in terms} if effects != "none" else {}
    cells = {term: _cell(term, values, time) for term in terms} if effects in ("unit", "twoway") else {}
    sloped = {term: column for term, column in slopes.items() if column is not None}
    celled = {term: codes for term, codes in cells.items() if codes is not None}
    if not sloped and not celled:
        return tuple(terms), None
    n = len(unit)
    interactions = Interactions(
        np.stack([*sloped.values()], axis=1) if sloped else np.empty((n, 0)),
        np.stack([*celled.values()], axis=1) if celled else np.empty((n, 0), dtype=np.int64),
        tuple(term.label for term in sloped),
        tuple(term.label for term in celled),
    )
    return tuple(term for term in terms if term not in sloped and term not in celled), interactions


def _slope(term: Term, values: Mapping[str, Array | Category], unit: Array) -> Array | None:
    """Return the column (n,) whose slope differs by unit under this term, None if it is no such term."""
    categories = [factor for factor in term.factors if factor.kind == "category"]
    numbers = [factor for factor in term.factors if factor.kind == "value"]
    if len(categories) != 1 or len(numbers) != len(term.factors) - 1 or not numbers:
        return None
    if _with_base(categories[0]) or not _same_partition(_codes(values[categories[0].label]), unit):
        return None
    column: Array = np.prod([np.asarray(values[factor.label]) for factor in numbers], axis=0)
    return column


def _cell(term: Term, values: Mapping[str, Array | Category], time: Array) -> Array | None:
    """Return the codes (n,) of the cells of this term, None if it is no interaction of categories with time."""
    if len(term.factors) < 2 or not all(factor.kind == "category" for factor in term.factors):
        return None
    codes = [_codes(values[factor.label]) for factor in term.factors]
    if any(_with_base(factor) for factor in term.factors):
        return None
    if not any(_same_partition(each, time) for each in codes):
        return None
    found = codes[0]
    for each in codes[1:]:
        found = np.unique(found * (int(each.max()) + 1) + each, return_inverse=True)[1]
    return found.astype(np.int64)


def _codes(value: Array | Category) -> Array:
    return value.codes if isinstance(value, Category) else value


def _with_base(factor: Factor) -> bool:
    return isinstance(factor.node, Call) and factor.node.option("base") is not None


def _same_partition(first: Array, second: Array) -> bool:
    """Tell whether two codings put the same rows together."""
    pairs = len(np.unique(first * (int(second.max()) + 1) + second))
    return pairs == len(np.unique(first)) == len(np.unique(second))
