"""Grids in batches: specifications that differ in the outcome only are one computation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.kernels.within import Layout, check_effects
from panelkit.language.errors import DataError, PanelkitError
from panelkit.language.message import message
from panelkit.results.fit import FitResult
from panelkit.studies.columns import PanelColumns
from panelkit.studies.estimation import treatment
from panelkit.studies.specification import Specification

Shared = tuple[object, ...]


@dataclass(frozen=True)
class Effect:
    """The treatment's coefficient in one specification, with its standard error and sample."""

    estimate: float
    std_error: float
    df: float
    nobs: int
    period: str


def effect_of(fit: FitResult) -> Effect:
    """Return what a grid keeps of a fit: its treatment."""
    place = treatment(fit)
    df = float(np.broadcast_to(fit.df, fit.estimates.shape)[place])
    error = float(np.sqrt(fit.covariance[place, place]))
    return Effect(float(fit.estimates[place]), error, df, fit.nobs, str(fit.facts["years"]))


class Batch:
    """Fixed-effects specifications with the jackknife covariance, computed once for all their outcomes."""

    def __init__(self, specifications: Iterable[Specification]) -> None:
        self._outcomes: dict[Shared, dict[str, None]] = {}
        for spec in specifications:
            self._outcomes.setdefault(_shared(spec), {})[spec.left] = None
        self._held: dict[tuple[Shared, str, str], Effect | PanelkitError | None] = {}

    def effect(self, spec: Specification, columns: PanelColumns) -> Effect | None:
        """Return the effect of a specification, or None where it must be fitted on its own.

        Raises
        ------
        SpecError, DataError
            If the specification cannot be computed.
        """
        if spec.estimator != "fixed_effects" or spec.vcov != "CRV3" or spec.effects == "none":
            return None
        key = (_shared(spec), spec.left_out, spec.left)
        if key not in self._held:
            self._compute(spec, columns)
        found = self._held[key]
        if isinstance(found, PanelkitError):
            raise found
        return found

    def _compute(self, spec: Specification, columns: PanelColumns) -> None:
        """Compute the effects on every outcome that shares the regressors of a specification."""
        outcomes = list(self._outcomes.get(_shared(spec), {}) or [spec.left])
        X = columns.regressors(spec)
        asked = columns.rows(spec) & ~np.isnan(X).any(axis=1)
        held, found = _columns_of(outcomes, columns)
        together: dict[bytes, tuple[list[str], NDArray[np.bool_]]] = {}
        for name, y in held.items():
            rows = asked & ~np.isnan(y)
            together.setdefault(rows.tobytes(), ([], rows))[0].append(name)
        for names, rows in together.values():
            Y = np.column_stack([held[name][rows] for name in names])
            found.update(_effects(spec, names, Y, X[rows], columns, rows))
        for name, effect in found.items():
            self._held[_shared(spec), spec.left_out, name] = effect


def _columns_of(
    outcomes: list[str], columns: PanelColumns
) -> tuple[dict[str, NDArray[np.float64]], dict[str, Effect | PanelkitError | None]]:
    """Return the outcomes' columns, and the errors of those that cannot be worked out."""
    held: dict[str, NDArray[np.float64]] = {}
    wrong: dict[str, Effect | PanelkitError | None] = {}
    for name in outcomes:
        try:
            held[name] = columns.column(name)
        except PanelkitError as problem:
            wrong[name] = problem
    return held, wrong


def _effects(
    spec: Specification,
    names: list[str],
    Y: NDArray[np.float64],
    X: NDArray[np.float64],
    columns: PanelColumns,
    rows: NDArray[np.bool_],
) -> dict[str, Effect | PanelkitError | None]:
    """Return the effects on outcomes Y (n, m) held on the same rows; None where singletons ask for more care."""
    from panelkit.models.linear.many_outcomes import jackknifed

    if not rows.any():
        years = f"{spec.years[0]}-{spec.years[1]}"
        said = message(
            "no {unit} has all figures of `{formula}` in {years}", formula=spec.formula, years=years
        )
        return dict.fromkeys(names, DataError(said))
    layout = columns.layout(rows, spec)
    if not _plain(layout):
        return dict.fromkeys(names)
    try:
        beta, error = jackknifed(Y, X, layout, check_effects(spec.effects))
    except PanelkitError as problem:
        return dict.fromkeys(names, problem)
    df, period = float(layout.n_units - 1), columns.period(rows)
    pairs = zip(names, beta[0], error[0], strict=True)
    return {name: Effect(float(b), float(e), df, layout.n, period) for name, b, e in pairs}


def _shared(spec: Specification) -> Shared:
    """Return everything that specifications in one batch have in common."""
    return (spec.term, spec.others, spec.effects, spec.years, spec.provinces, spec.vintage, spec.twin)


def _plain(layout: Layout) -> bool:
    """Return whether no unit and no year stands alone (singletons leave a sample first: slower road)."""
    return int(layout.unit_counts.min()) > 1 and int(layout.time_counts.min()) > 1
