"""The paths of a mediation in every specification of a grid, without a bootstrap: estimates and their jackknife.

The columns of a panel are worked out once; every specification is one system of equations on some of its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from panelkit.covariance.by_name import vcov_named
from panelkit.formula.grammar import parse_terms
from panelkit.inference.confounding import error_moments
from panelkit.kernels.interactions import unit_slopes
from panelkit.kernels.within import FloatArray, Layout
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.models.mediation.design import PathColumns, common_sample, groups_of, refuse_unusable
from panelkit.models.mediation.estimator import Mediation
from panelkit.models.mediation.paths import PathMap, PathSystem
from panelkit.models.mediation.roles import roles_of
from panelkit.models.reading import open_frame
from panelkit.results.students_t import t_quantile, t_survival
from panelkit.studies.columns import PanelColumns
from panelkit.studies.specification import Specification

SUM = 2
"""The position of the indirect effect among the effects of a `PathMap`; the routes follow it."""


@dataclass(frozen=True, eq=False)
class Paths:
    """One specification: its equations on its rows, where the paths stand, and the years held."""

    system: PathSystem
    map: PathMap
    mediators: tuple[int, ...]
    period: str

    def effect(self, theta: FloatArray, through: int | None) -> FloatArray:
        """Return the effect through one mediator (1, 2, ...), or the sum over all (None), of (B, K), (B,)."""
        at = SUM if through is None or len(self.map.routes) == 1 else SUM + through
        column: FloatArray = self.map.effects(theta)[:, at]
        return column

    def row(self, through: int | None) -> dict[str, float | int | str]:
        """Return what a grid keeps: the effect, every first path, the correlation of errors that undoes the effect.

        Errors are those of the jackknife over clusters, with t(G - 1).
        """
        system, k = self.system, len(self.mediators)
        deleted, held = system.without_each()
        if not held.all():
            raise SpecError(
                message("the paths are not identified without one of the {units}: the jackknife has no error")
            )
        theta = system.theta[None, :]
        estimate = float(self.effect(theta, through)[0])
        error = _jackknife(self.effect(deleted, through) - estimate)
        if not (np.isfinite(estimate) and error > 0.0):
            raise DataError(message("estimate {estimate} is no result", estimate=estimate))
        df = float(system.n_groups - 1)
        half = float(t_quantile(0.95, df)) * error
        found: dict[str, float | int | str] = {
            "estimate": estimate,
            "std_error": error,
            "conf_low": estimate - half,
            "conf_high": estimate + half,
            "p_value": _p(estimate, error, df),
        }
        for at, place in enumerate(self.map.first):
            first = float(theta[0, place])
            found[f"a{at + 1}"] = first
            found[f"a{at + 1}_p_value"] = _p(first, _jackknife(deleted[:, place] - first), df)
        judged = range(k) if through is None else (through - 1,)
        found["rho_zero"] = min((self._rho(at) for at in judged), key=abs)
        return found | {"nobs": system.layout.n, "period": self.period}

    def _rho(self, mediator: int) -> float:
        """Return the correlation of the errors of mediator and outcome at which the effect through it is zero."""
        system, column = self.system, self.mediators[mediator]
        outcome = system.equations[-1]
        others = [j for j in outcome.regressors if j != column]
        swept = system.swept_columns
        gram = (swept.T @ swept)[None]
        return float(error_moments(gram, others, column, outcome.outcome).correlation[0])


def paths_of(
    spec: Specification, order: str, columns: PanelColumns, frame: Callable[[], pd.DataFrame]
) -> Paths:
    """Return the paths of one specification.

    Parameters
    ----------
    spec
        A specification with mediators.
    order
        "parallel" or "serial".
    columns
        The panel that it reads, each expression worked out once.
    frame
        The same panel as a frame, for a sample that takes more care: singletons, clusters above units, controls that
        are more than one column.

    Returns
    -------
    Paths

    Raises
    ------
    SpecError, DataError
        If it cannot be computed.
    """
    model = _model(
        spec.outcome, spec.treatment, spec.mediators, spec.controls, spec.effects, order, spec.vcov, spec.lag
    )
    return _from_columns(spec, model, columns) or _from_frame(model, frame())


def beside_unit_trends(system: PathSystem, years: FloatArray) -> PathSystem:
    """Return the same equations with a linear trend in every unit; `years` (n,) are those of the rows."""
    layout = Layout(system.layout.unit, system.layout.time, unit_slopes(years - years.mean()))
    return replace(system, layout=layout)


@cache
def _model(
    outcome: str,
    treatment: str,
    mediators: tuple[str, ...],
    controls: tuple[str, ...],
    effects: str,
    order: str,
    vcov: str,
    lag: int,
) -> Mediation:
    return Mediation(
        outcome,
        treatment,
        mediators,
        " + ".join(controls),
        effects=effects,  # type: ignore[arg-type]
        order=order,  # type: ignore[arg-type]
        vcov=vcov_named(vcov),
        treatment_lag=lag,
    )


def _from_columns(spec: Specification, model: Mediation, columns: PanelColumns) -> Paths | None:
    """Return the paths from columns worked out before, None where the sample takes more care."""
    if spec.vcov != "CRV3" or spec.effects == "none" or any(len(parse_terms(c)) > 1 for c in spec.controls):
        return None
    texts = (spec.term, *spec.mediators, *spec.controls, spec.outcome)
    try:
        values = np.column_stack([columns.column(text) for text in texts])
    except SpecError:
        return None
    rows = columns.rows(spec) & ~np.isnan(values).any(axis=1)
    if not rows.any() or not np.isfinite(values[rows]).all():
        return None
    layout = columns.layout(rows, spec)
    if min(int(layout.unit_counts.min()), int(layout.time_counts.min())) < 2:
        return None
    count = len(spec.mediators)
    made = PathColumns(
        values=values[rows],
        labels=texts,
        mediators=tuple(range(1, count + 1)),
        rest=tuple(range(count + 1, len(texts) - 1)),
        products=(),
        layout=layout,
        moderation=None,
    )
    return _paths(made, model, None, columns.period(rows))


def _from_frame(model: Mediation, data: pd.DataFrame) -> Paths:
    """Return the paths by the road of the estimator itself."""
    roles = roles_of(model)
    design = common_sample(model, roles, open_frame(data, None, None), None, None)
    years = design.time_labels
    groups = groups_of(design, model.vcov)
    return _paths(PathColumns.of(model, roles, design), model, groups, f"{years[0]}-{years[-1]}")


def _paths(columns: PathColumns, model: Mediation, groups: np.ndarray | None, period: str) -> Paths:
    system = columns.system(model, groups)
    refuse_unusable(system, columns, model.effects)
    return Paths(system, columns.path_map(system), columns.mediators, period)


def _jackknife(moves: FloatArray) -> float:
    return float(np.sqrt((len(moves) - 1) / len(moves) * (moves**2).sum()))


def _p(estimate: float, error: float, df: float) -> float:
    return float(t_survival(np.array(estimate / error), df))
