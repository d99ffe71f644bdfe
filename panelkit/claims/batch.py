"""Grids in batches: specifications that differ in the outcome only are one computation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panelkit.claims.columns import Columns
from panelkit.claims.samples import Specification
from panelkit.core.errors import DataError, PanelkitError
from panelkit.core.results import FitResult
from panelkit.core.within import Layout, check_effects

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
    """Return what a grid keeps of a fit: its first term."""
    df = float(np.broadcast_to(fit.df, fit.estimates.shape)[0])
    error = float(np.sqrt(fit.covariance[0, 0]))
    return Effect(float(fit.estimates[0]), error, df, fit.nobs, str(fit.facts["years"]))


class Batch:
    """Fixed-effects specifications with the jackknife covariance, computed once for all their outcomes."""

    def __init__(self, specifications: Iterable[Specification]) -> None:
        self._outcomes: dict[Shared, dict[str, None]] = {}
        for spec in specifications:
            self._outcomes.setdefault(_shared(spec), {})[spec.outcome] = None
        self._held: dict[tuple[Shared, str, str], Effect | PanelkitError | None] = {}

    def effect(self, spec: Specification, columns: Columns) -> Effect | None:
        """Return the effect of a specification, or None where it must be fitted on its own.

        Raises
        ------
        SpecError, DataError
            If the specification cannot be computed.
        """
        if spec.estimator != "fixed_effects" or spec.vcov != "CRV3":
            return None
        key = (_shared(spec), spec.left_out, spec.outcome)
        if key not in self._held:
            self._compute(spec, columns)
        found = self._held[key]
        if isinstance(found, PanelkitError):
            raise found
        return found

    def _compute(self, spec: Specification, columns: Columns) -> None:
        """Compute the effects on every outcome that shares the regressors of a specification."""
        from panelkit.models.many_outcomes import jackknifed

        outcomes = list(self._outcomes.get(_shared(spec), {}) or [spec.outcome])
        X = columns.regressors(spec)
        asked = columns.rows(spec) & ~np.isnan(X).any(axis=1)
        for names, rows in _by_rows(outcomes, asked, columns):
            layout = columns.layout(rows) if rows.any() else None
            found: Effect | PanelkitError | None = None
            if layout is None:
                years = f"{spec.years[0]}-{spec.years[1]}"
                found = DataError(f"no province has all figures of `{spec.formula}` in {years}")
            elif _plain(layout):
                Y = np.column_stack([columns.column(name)[rows] for name in names])
                try:
                    beta, error = jackknifed(Y, X[rows], layout, check_effects(spec.effects))
                except PanelkitError as problem:
                    found = problem
                else:
                    self._keep(spec, names, beta[0], error[0], layout, columns.period(rows))
                    continue
            for name in names:
                self._held[_shared(spec), spec.left_out, name] = found

    def _keep(
        self,
        spec: Specification,
        names: list[str],
        beta: NDArray[np.float64],
        error: NDArray[np.float64],
        layout: Layout,
        period: str,
    ) -> None:
        for name, value, spread in zip(names, beta, error, strict=True):
            self._held[_shared(spec), spec.left_out, name] = Effect(
                float(value), float(spread), float(layout.n_units - 1), layout.n, period
            )


def _shared(spec: Specification) -> Shared:
    """Return everything that specifications in one batch have in common."""
    return (spec.term, spec.controls, spec.effects, spec.years, spec.provinces, spec.vintage)


def _by_rows(
    outcomes: list[str], asked: NDArray[np.bool_], columns: Columns
) -> list[tuple[list[str], NDArray[np.bool_]]]:
    """Return the outcomes that are held on the same rows together."""
    groups: dict[bytes, tuple[list[str], NDArray[np.bool_]]] = {}
    for name in outcomes:
        rows = asked & ~np.isnan(columns.column(name))
        groups.setdefault(rows.tobytes(), ([], rows))[0].append(name)
    return list(groups.values())


def _plain(layout: Layout) -> bool:
    """Return whether no unit and no year stands alone (singletons leave a sample first: slower road)."""
    return int(layout.unit_counts.min()) > 1 and int(layout.time_counts.min()) > 1
