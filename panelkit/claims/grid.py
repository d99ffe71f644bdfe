"""Walk the grid of defensible specifications: one row each, and every failure with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.claims import scales
from panelkit.claims.batch import Effect, effect_of
from panelkit.claims.figures import Figures
from panelkit.claims.fits import fit_specification
from panelkit.claims.samples import Specification
from panelkit.claims.schema import Claim, Reading
from panelkit.claims.verdict import GridResult
from panelkit.core.errors import DataError, PanelkitError
from panelkit.core.results import FitResult, t_quantile, t_survival

Tick = Callable[[int], None]


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
        except PanelkitError as error:
            failed.append((_label(spec), str(error)))
        tick(1)
    if not rows:
        raise DataError(
            f"claim {claim.id}: no specification of the grid could be computed; first: {failed[0]}"
        )
    return summarise(pd.DataFrame(list(rows.values())), reading, tuple(failed))


def summarise(table: pd.DataFrame, reading: Reading, failed: tuple[tuple[str, str], ...] = ()) -> GridResult:
    """Return the shares of the grid with the claimed sign, and with the claimed number inside the interval."""
    claimed = None if reading.rule.value is None else float(reading.rule.value)
    direction = np.sign(claimed) if claimed is not None else (-1.0 if reading.rule.sign == "-" else 1.0)
    inside = None
    if claimed is not None:
        inside = float(((table["conf_low"] <= claimed) & (claimed <= table["conf_high"])).mean())
    return GridResult(
        table=table,
        share_same_sign=float((np.sign(table["estimate"]) == direction).mean()),
        share_claim_inside=inside,
        failed=failed,
    )


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
