"""What a result says of the weights of its rows, and what a convention demands of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.panel.design import Design
from panelkit.panel.weighting import Weighting


def weight_facts(design: Design) -> dict[str, Any]:
    """Return what a result states of weights: kind and column as they are spelled, and their sum as given."""
    if design.weights is None:
        return {}
    return {"row_weights": str(design.weighting), "weights_sum": float(design.weights.sum())}


def weight_notes(design: Design) -> tuple[Message, ...]:
    """Return the sentences under a table that say what the weights mean, and what does not see them."""
    if design.weights is None or design.weighting is None:
        return ()
    return (*_meaning(design.weighting, float(design.weights.sum())), *_unweighted(design))


def _unweighted(design: Design) -> tuple[Message, ...]:
    """Name the functions of the formula that read the sample, in which every row counts once."""
    factors = (
        () if design.formula is None else [each for term in design.formula.terms for each in term.factors]
    )
    bases = [factor.label for factor in factors if factor.kind == "basis"]
    names = list(dict.fromkeys([*design.memory.statistics, *bases]))
    if not names:
        return ()
    return (
        message(
            "means, deviations, quantiles and knots in {functions} count every row once, whatever its weight",
            functions=[f"`{name}`" for name in names],
        ),
    )


def _meaning(weighting: Weighting, total: float) -> tuple[Message, ...]:
    facts = {"column": weighting.factor.label, "total": total}
    if weighting.kind == "aw":
        return (
            message(
                "analytic weights `{column}`, sum {total:.10g}: the variance of a row is that of the errors over its "
                "weight; weights are scaled to sum to the number of rows",
                **facts,
            ),
        )
    if weighting.kind == "fw":
        return (
            message(
                "frequency weights `{column}`, sum {total:.10g}: a row stands for as many equal rows, all of which "
                "count as observations",
                **facts,
            ),
        )
    return (
        message(
            "sampling weights `{column}`, sum {total:.10g}: a row stands for others of the population, and its weight "
            "says nothing of its error; weights are scaled to sum to the number of rows",
            **facts,
        ),
    )


def refuse_varying_weights(design: Design) -> None:
    """Refuse weights that change within a unit, as Stata's xtreg, fe does.

    Raises
    ------
    DataError
        Naming the units.
    """
    if design.weights is None:
        return
    first = np.flatnonzero(np.r_[True, design.unit[1:] != design.unit[:-1]])
    changing = np.unique(design.unit[design.weights != design.weights[first][design.unit]])
    if len(changing):
        raise DataError(
            message(
                "convention xtreg: the weights `{weights}` must be constant within the {unit}, as "
                "Stata's xtreg, fe demands, and change in {names}: take {convention}, which lets them "
                "vary, or their mean by {unit}",
                convention=option("convention", "reghdfe"),
                weights=str(design.weighting),
                names=[str(design.unit_labels[at]) for at in changing],
            ).spoken(*design.level_names)
        )
