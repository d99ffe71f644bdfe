"""What a fit of dynamic GMM says of itself: rows, instruments against units, errors, bounds, warnings."""

from __future__ import annotations

from typing import Any

from panelkit.formula.moment_nodes import MomentFormula
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.models.dynamic.gmm.bounds import Bounds
from panelkit.models.dynamic.gmm.instruments import Instruments
from panelkit.models.dynamic.gmm.rows import DynamicRows
from panelkit.models.dynamic.gmm.solution import Solution
from panelkit.models.dynamic.gmm.specification import NEAR_ONE
from panelkit.results.tests import TestResult

EXPLOSIVE = 1.0


def facts_of(rows: DynamicRows, solution: Solution, spec: Any, *, system: bool) -> dict[str, Any]:
    """Return the facts of a fit, in the order of its table."""
    design, moved = rows.design, int(rows.moved.sum())
    years = design.time_labels
    return {
        "nobs": len(rows.y) if system else moved,
        "n_units": len(set(rows.unit[rows.moved].tolist())) if not system else rows.n_units,
        "n_periods": len(years),
        "years": f"{years[0]}-{years[-1]}",
        "n_transformed": moved,
        "n_instruments": solution.rank,
        "n_clusters": solution.stack.groups,
        "steps": spec.steps,
        "transform": _TRANSFORMS[rows.transform],
    }


_TRANSFORMS = {"differences": message("first differences"), "fod": message("forward orthogonal deviations")}


def notes_of(
    asked: MomentFormula,
    rows: DynamicRows,
    instruments: Instruments,
    solution: Solution,
    hansen: TestResult,
    bounds: Bounds | None,
    spec: Any,
    *,
    system: bool,
) -> tuple[Message, ...]:
    """Return the notes of a fit."""
    groups = solution.stack.groups
    counted = {"count": solution.rank, "units": groups}
    said = [*instruments.notes]
    if not asked.given:
        said.append(
            message(
                "no instruments were named: {nodes}, the lags of the outcome collapsed; the regressors are taken to be "
                "strictly exogenous",
                nodes=[f"`{name}`" for name in (*(g.label for g in asked.gmm), *(i.label for i in asked.iv))],
            )
        )
    said.append(
        message("{count} instruments, {n} {units}", count=solution.rank, n=groups)
        if spec.cluster is None
        else message("{count} instruments, {units} clusters", **counted)
    )
    if solution.rank < len(instruments.names):
        said.append(
            message(
                "{columns} instrument columns hold {count} directions: what is a combination of others counts once",
                columns=len(instruments.names),
                count=solution.rank,
            )
        )
    if solution.rank > groups:
        said.append(
            message(
                "more instruments ({count}) than clusters ({units}): the estimate leans to least squares and tests of "
                "over-identification say little; collapse the instruments or take fewer lags",
                **counted,
            )
        )
    if hansen.applicable and hansen.p_value >= NEAR_ONE:
        said.append(
            message(
                "Hansen's p-value of {p:.3f} is no comfort: it nears one where instruments are many (Roodman 2009)",
                p=hansen.p_value,
            )
        )
    if spec.steps == 2 and solution.singular:
        said.append(
            message(
                "the two-step weight is singular ({count} instruments, {units} clusters), and a generalised inverse "
                "was asked "
                "for: estimates hang on its tolerance",
                **counted,
            )
        )
    if solution.first.rank < solution.rank:
        said.append(
            message(
                "the one-step weight holds {held} of {count} directions of the instruments, and the "
                "others are left out: {h} holds all; levels far from zero may be the cause, then "
                "subtract a constant",
                h=option("h", 2),
                held=solution.first.rank,
                count=solution.rank,
            )
        )
    if solution.exact:
        said.append(message("the fit leaves no residuals: standard errors are rounding"))
    said.append(_errors(spec))
    if rows.transform == "fod":
        said.append(
            message(
                "lags of instruments count from the period after a deviation's own, so that they mean under both "
                "transformations what is valid: lag 2 of the outcome is its value one period before the deviation"
            )
        )
    said += _of_persistence(bounds)
    if not rows.periods and not any(_is_period(name, rows) for name in rows.names):
        said.append(
            message(
                "no period effects: shocks that units share are taken for independent ones; "
                "{time_effects} adds them",
                time_effects=option("time_effects", True),
            )
        )
    return tuple(said)


def _is_period(name: str, rows: DynamicRows) -> bool:
    return any(name.startswith(f"C({time}") for time in rows.design.time_names)


def _errors(spec: Any) -> Message:
    if spec.steps == 2 and not spec.windmeijer:
        return message(
            "two-step errors without Windmeijer's correction: far too small where instruments are many"
        )
    shown = (
        message("two-step errors with Windmeijer's (2005) correction")
        if spec.steps == 2
        else message("one-step errors, robust to heteroskedasticity and to correlation inside clusters")
    )
    if spec.small:
        return message(
            "{shown}, times G/(G-1) n/(n-k) with k slopes, t(G-1): xtabond2's `small`", shown=shown
        )
    return message("{shown}; no small-sample factor, z (xtabond2)", shown=shown)


def _of_persistence(bounds: Bounds | None) -> list[Message]:
    if bounds is None:
        return []
    said = [bounds.sentence()]
    if bounds.root >= EXPLOSIVE:
        said.append(
            message(
                "the largest root of the outcome's own lags is {root:.4f}: the estimated path explodes, and long-run "
                "effects "
                "do not exist",
                root=bounds.root,
            )
        )
    return said
