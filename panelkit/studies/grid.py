"""Walk the grid of defensible specifications: one row each, and every failure with its reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.claims import scales
from panelkit.claims.batch import Effect, effect_of
from panelkit.claims.figures import Figures
from panelkit.claims.file.document import Claim, Reading, Rule
from panelkit.claims.fits import fit_specification
from panelkit.claims.samples import Specification
from panelkit.claims.verdict import GridResult
from panelkit.language.errors import DataError, PanelkitError
from panelkit.results.fit import FitResult, t_quantile, t_survival

Tick = Callable[[int], None]

NOT_COMPUTED = (PanelkitError, np.linalg.LinAlgError, ArithmeticError)
"""What one specification of a grid may raise: it counts as not computed, and the others go on."""


def reason_of(error: Exception) -> str:
    """Return why a specification could not be computed, on one line."""
    said = str(error) if isinstance(error, PanelkitError) else f"{type(error).__name__}: {error}"
    return " ".join(said.split())


def walk(
    claim: Claim,
    reading: Reading,
    grid: list[Specification],
    figures: Figures,
    main: FitResult,
    tick: Tick,
) -> GridResult:
    """Fit every specification of the grid; what cannot be computed is kept with its reason.

    Options that change nothing (years that a figure does not cover) lead to the same regression on the same
    rows: it counts once, under the first of its names.
    """
    rows: dict[tuple[Specification, str, int], dict[str, Any]] = {}
    failed: list[tuple[str, str]] = []
    axes = [axis.id for axis in claim.grid.axis]
    level = float(claim.test.level) if claim.test is not None else 0.95
    for spec in [*grid, *_without_each(claim, grid[0], main)]:
        try:
            effect = effect_of(main) if spec == grid[0] else _effect(spec, figures)
            sample = (replace(spec, years=(0, 0), choices=()), effect.period, effect.nobs)
            rows.setdefault(sample, _row(axes, spec, effect, scales.factor(reading.effect), level))
        except NOT_COMPUTED as error:
            failed.append((_label(spec), reason_of(error)))
        tick(1)
    if not rows:
        raise DataError(
            f"claim {claim.id}: no specification of the grid could be computed; first: {failed[0]}"
        )
    return summarise(pd.DataFrame(list(rows.values())), reading.rule, tuple(failed))


def summarise(table: pd.DataFrame, rule: Rule, failed: tuple[tuple[str, str], ...] = ()) -> GridResult:
    """Return the shares of the declared grid with the claimed sign, and with the claimed number in the interval.

    What could not be computed counts in both denominators, and in no numerator.
    """
    declared = len(table) + len(failed)
    claimed = None if rule.value is None else float(rule.value)
    direction = np.sign(claimed) if claimed is not None else (-1.0 if rule.sign == "-" else 1.0)
    inside = None
    if claimed is not None:
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


def split(rows: Iterable[Mapping[str, Any]]) -> tuple[pd.DataFrame, tuple[tuple[str, str], ...]]:
    """Return the computed rows of a grid as a table, and (specification, reason) of those with a `failed` reason."""
    held = list(rows)
    table = pd.DataFrame([{"left_out": "", **row} for row in held if not row["failed"]])
    lost = tuple((_named(row), str(row["failed"])) for row in held if row["failed"])
    return table.drop(columns="failed", errors="ignore"), lost


def _named(row: Mapping[str, Any]) -> str:
    chosen = [str(value) for key, value in row.items() if key not in ("formula", "failed", "estimate")]
    return f"{row['formula']} ({', '.join(item for item in chosen if item and item != 'nan') or 'main'})"


def _without_each(claim: Claim, main: Specification, fit: FitResult) -> Iterator[Specification]:
    """Yield the main specification without each of its units."""
    if claim.grid.leave_one_out is None or fit.design is None:
        return
    for unit in fit.design.unit_labels:
        yield replace(main, left_out=str(unit))


def _effect(spec: Specification, figures: Figures) -> Effect:
    effect = figures.effect(spec)
    return effect if effect is not None else effect_of(fit_specification(spec, figures.panel(spec)))


def _row(axes: list[str], spec: Specification, effect: Effect, factor: float, level: float) -> dict[str, Any]:
    estimate, error = effect.estimate, effect.std_error
    if not (math.isfinite(estimate) and 0.0 < error < math.inf):
        raise DataError(f"estimate {estimate:.3g} with standard error {error:.3g} is no result")
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


def _label(spec: Specification) -> str:
    taken = [choice for choice in spec.choices if choice]
    return f"{spec.formula} ({', '.join(taken) or 'main'}{f', without {spec.left_out}' if spec.left_out else ''})"
