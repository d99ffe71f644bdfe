"""The grid of defensible specifications as arithmetic: one row each, every failure with its reason, and the shares."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.errors import DataError
from panelkit.language.message import Message, message
from panelkit.results.fit import t_quantile, t_survival
from panelkit.show.brief import Brief
from panelkit.studies.batch import Effect
from panelkit.studies.specification import Specification
from panelkit.studies.tally import NOT_COMPUTED, Tally, reason_of

Tick = Callable[[int], None]
Failures = tuple[tuple[str, Message], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class GridResult(Brief):
    """The defensible specifications: one row each in `table`, and those that could not be computed.

    `table` columns: one per axis (option ids), `left_out`, `formula`, `estimate`, `std_error`, `conf_low`,
    `conf_high`, `p_value`, `nobs`, `period`. Specifications that are the same regression on the same rows stand
    once. `failed` holds (specification, reason). Shares are of all that was declared: a specification that could not
    be computed has neither the claimed sign nor the claimed number.
    """

    table: pd.DataFrame
    share_same_sign: float
    share_claim_inside: float | None
    failed: Failures = ()

    @property
    def n(self) -> int:
        """Return the number of specifications that were computed."""
        return len(self.table)

    @property
    def tally(self) -> Tally:
        """Return how many were computed and which were not."""
        return Tally(self.n, self.failed)

    @property
    def declared(self) -> int:
        """Return the number of specifications that were declared: those computed and those that could not be."""
        return self.tally.declared


def walk(
    specifications: Iterable[Specification],
    effect: Callable[[Specification], Effect],
    axes: Sequence[str],
    *,
    factor: float,
    level: float,
    tick: Tick,
) -> tuple[pd.DataFrame, Failures]:
    """Compute every specification of a grid; what cannot be computed is kept with its reason.

    Options that change nothing (years that a figure does not cover) lead to the same regression on the same
    rows: it counts once, under the first of its names.

    Parameters
    ----------
    specifications
        The main specification first.
    effect
        Returns the treatment's effect in one specification, or raises one of `NOT_COMPUTED`.
    axes
        Names of the axes, one for each of a specification's `choices`.
    factor
        What a coefficient is multiplied by.
    level
        Level of the intervals, between 0 and 1.
    tick
        Called with 1 after every specification.

    Returns
    -------
    table, failed
        One row a regression, and (specification, reason) of those not computed.
    """
    rows: dict[tuple[Specification, str, int], dict[str, Any]] = {}
    failed: list[tuple[str, Message]] = []
    for spec in specifications:
        try:
            found = effect(spec)
            sample = (replace(spec, years=(0, 0), choices=()), found.period, found.nobs)
            rows.setdefault(sample, _row(axes, spec, found, factor, level))
        except NOT_COMPUTED as error:
            failed.append((_label(spec), reason_of(error)))
        tick(1)
    return pd.DataFrame(list(rows.values())), tuple(failed)


def without_each(main: Specification, units: Iterable[object]) -> list[Specification]:
    """Return the main specification without each of its units."""
    return [replace(main, left_out=str(unit)) for unit in units]


def summarise(
    table: pd.DataFrame, failed: Failures = (), *, direction: float, claimed: float | None = None
) -> GridResult:
    """Return the shares of the declared grid with the claimed sign, and with the claimed number in the interval.

    What could not be computed counts in both denominators, and in no numerator.

    Parameters
    ----------
    table
        Columns `estimate, conf_low, conf_high`.
    failed
        (specification, reason) of what could not be computed.
    direction
        The claimed sign, 1 or -1; that of a claimed number decides where there is one.
    claimed
        The claimed number, in the units of the table.

    Returns
    -------
    GridResult
    """
    declared = len(table) + len(failed)
    inside = None
    if claimed is not None:
        direction = float(np.sign(claimed))
        inside = float(((table["conf_low"] <= claimed) & (claimed <= table["conf_high"])).sum() / declared)
    return GridResult(
        table=table,
        share_same_sign=share_with_sign(table["estimate"], direction, declared),
        share_claim_inside=inside,
        failed=failed,
    )


def share_with_sign(estimates: Iterable[float], direction: float, declared: int) -> float:
    """Return the share of all declared specifications that have a sign; missing estimates have none."""
    return float(sum(np.sign(value) == direction for value in estimates) / declared) if declared else 0.0


def split(rows: Iterable[Mapping[str, Any]]) -> tuple[pd.DataFrame, Failures]:
    """Return the computed rows of a grid as a table, and (specification, reason) of those with a `failed` reason."""
    held = list(rows)
    table = pd.DataFrame([{"left_out": "", **row} for row in held if not row["failed"]])
    lost = tuple((_named(row), row["failed"]) for row in held if row["failed"])
    return table.drop(columns="failed", errors="ignore"), lost


def no_result(estimate: float, error: float) -> Message:
    """Return the reason why an estimate with such a standard error is none."""
    return message(
        "estimate {estimate:.3g} with standard error {error:.3g} is no result", estimate=estimate, error=error
    )


def labelled(formula: str, taken: Sequence[str]) -> Message:
    """Return what a specification is called: its formula, and the options taken."""
    return message("{formula} ({options})", formula=formula, options=list(taken) or message("main"))


def _named(row: Mapping[str, Any]) -> Message:
    chosen = [str(value) for key, value in row.items() if key not in ("formula", "failed", "estimate")]
    return labelled(row["formula"], [item for item in chosen if item and item != "nan"])


def _row(
    axes: Sequence[str], spec: Specification, effect: Effect, factor: float, level: float
) -> dict[str, Any]:
    estimate, error = effect.estimate, effect.std_error
    if not (math.isfinite(estimate) and 0.0 < error < math.inf):
        raise DataError(no_result(estimate, error))
    half = float(t_quantile(level, effect.df)) * error
    return {
        **dict(zip(axes, spec.choices, strict=True)),
        "left_out": spec.left_out,
        "formula": spec.formula,
        "estimate": factor * estimate,
        "std_error": factor * error,
        "conf_low": factor * (estimate - half),
        "conf_high": factor * (estimate + half),
        "p_value": float(t_survival(np.array(estimate / error), effect.df)),
        "nobs": effect.nobs,
        "period": effect.period,
    }


def _label(spec: Specification) -> Message:
    taken: list[str] = [choice for choice in spec.choices if choice]
    if not spec.left_out:
        return labelled(spec.formula, taken)
    return message(
        "{formula} ({options}, without {unit_left_out})",
        formula=spec.formula,
        options=taken or message("main"),
        unit_left_out=spec.left_out,
    )


def first_of(failed: Failures) -> Message:
    """Return the first specification that could not be computed, and why."""
    which, why = failed[0]
    return message("{which}: {why}", which=which, why=why)
