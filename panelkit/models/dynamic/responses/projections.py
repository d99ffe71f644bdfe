"""Local projections beside the responses of a panel VAR: two-way effects, half-panel jackknife, clustered errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.dynamic.responses.arrays import cumulated, impact
from panelkit.models.dynamic.responses.asked import check_fit, check_flags, check_horizon, positions
from panelkit.models.dynamic.responses.by_horizon import ByHorizon
from panelkit.models.dynamic.responses.projected import Projected, project
from panelkit.models.dynamic.responses.projection_rows import ProjectionRows, projection_rows
from panelkit.results.derived import Uncertainty


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalProjections(ByHorizon):
    """Responses by local projections; `rows` (H,) are the rows behind every horizon."""

    jackknife: bool
    cumulative: bool = False
    rows: tuple[int, ...] = ()

    @property
    def quantity(self) -> Message:
        """Return what the numbers are."""
        return message("cumulative response") if self.cumulative else message("response")


@offered("capability", "local_projections")
@offered(
    "dynamics",
    "local_projections",
    family="dynamic",
    result="LocalProjections",
    source="Jorda 2005; Plagborg-Moeller and Wolf 2021; Mei, Sheng and Shi 2023",
    public=True,
)
def local_projections(
    fit: Any,
    horizon: int = 10,
    *,
    order: Sequence[str | int] | None = None,
    cumulative: bool = False,
    jackknife: bool = True,
) -> LocalProjections:
    """Return responses of the variables of a panel VAR by one regression a horizon, without the VAR's dynamics.

    Parameters
    ----------
    fit
        A fitted `PanelVAR`: its variables, lags, exogenous terms, rows and effects, and the size of its shocks.
    horizon
        Periods after the shock; those that the panel is too short for are left out, and said.
    order
        As of `impulse_responses`: variables before the shock's enter at its own period.
    cumulative
        Whether responses are summed up.
    jackknife
        Whether the bias of order 1/T, that effects of units and lags make (Nickell), is taken out by halves of the
        periods; it lives in projections too, where lags enter and where the shock is not strictly exogenous.

    Returns
    -------
    LocalProjections
        Of shocks of one standard deviation of the VAR's orthogonal errors, which counts as known. Errors are clustered
        by unit with G/(G - 1), t with G - 1 degrees of freedom.

    Raises
    ------
    SpecError
        If an option means nothing.
    DataError
        If the panel is too short.

    Notes
    -----
    With the controls of the VAR, projections and VAR ask for the same responses (Plagborg-Moeller and Wolf 2021); far
    ahead projections do not extrapolate, at the price of wider intervals and of shorter samples.

    Examples
    --------
    >>> fit = pk.PanelVAR(("log(gdp)", "log(patents_granted)")).fit(panel)
    >>> pk.local_projections(fit, 4).order
    ('log(gdp)', 'log(patents_granted)')
    """
    horizon = check_horizon(horizon)
    check_fit(fit)
    check_flags(cumulative=cumulative, jackknife=jackknife)
    at = positions(order, fit.names)
    rows = projection_rows(fit)
    made = _one(fit, rows, horizon, at, cumulative, jackknife)
    if len(at) > 1:
        made = replace(made, reversal=_one(fit, rows, horizon, at[::-1], cumulative, jackknife))
    return made


def _one(
    fit: Any, rows: ProjectionRows, horizon: int, at: tuple[int, ...], cumulative: bool, jackknife: bool
) -> LocalProjections:
    """Return the projections in one order, without those of its reversal."""
    effects = bool(fit.spec.time_effects)
    found = project(rows.levels, rows.controls, horizon, at, jackknife=jackknife, time_effects=effects)
    size = np.diag(impact(np.asarray(fit.sigma), at))
    values, parts = found.values * size, rows.by_cluster(found.parts) * size
    if cumulative:
        values, parts = cumulated(values), np.cumsum(parts, axis=0)
    clusters = parts.shape[1]
    errors = np.sqrt(clusters / (clusters - 1.0) * (parts**2).sum(axis=1))
    names = tuple(fit.names)
    return LocalProjections(
        title=message("Local projections, cumulative") if cumulative else message("Local projections"),
        names=names,
        horizons=tuple(range(len(values))),
        values=values,
        errors=errors,
        df=float(clusters - 1),
        order=tuple(names[i] for i in at),
        uncertainty=Uncertainty(method="influence"),
        facts=_facts(fit, found),
        notes=_notes(fit, rows, found, horizon, jackknife),
        levels=fit.level_names,
        jackknife=jackknife,
        cumulative=cumulative,
        rows=tuple(int(count) for count in found.rows),
    )


def _facts(fit: Any, found: Projected) -> dict[str, Any]:
    return {
        "nobs": int(found.rows[0]),
        "nobs_last": int(found.rows[-1]),
        "n_units": int(found.units[0]),
        "n_periods": int(found.periods[0]),
        "lags": len(fit.coefficients),
    }


def _notes(
    fit: Any, rows: ProjectionRows, found: Projected, horizon: int, jackknife: bool
) -> tuple[Message, ...]:
    reached = len(found.values) - 1
    lags = len(fit.coefficients)
    effects = message("{unit} and {period} effects") if fit.spec.time_effects else message("{unit} effects")
    clusters = int(rows.cluster.max()) + 1
    said = [
        message(
            "one regression a horizon on the impulse, the variables before it in the order, and all variables up to "
            "{lags} {periods} back, with {effects}; {first:,} rows at the first horizon, {last:,} at the last",
            lags=lags,
            effects=effects,
            first=int(found.rows[0]),
            last=int(found.rows[-1]),
        ),
        message(
            "a shock is one standard deviation of the VAR's orthogonal errors, taken as known; errors clustered by "
            "{by}, t with {df} degrees of freedom",
            by=rows.clustered_by,
            df=clusters - 1,
        ),
        message(
            "half-panel jackknife: twice the estimate less the mean of those of the earlier and the later half of the "
            "{periods}"
        )
        if jackknife
        else message(
            "no jackknife: with {unit} effects and lags the estimates have a bias of order one over the number of "
            "{periods}"
        ),
    ]
    if reached < horizon:
        said.append(_left_out(reached, horizon, jackknife))
    return tuple(said)


def _left_out(reached: int, horizon: int, jackknife: bool) -> Message:
    """Return which horizons are left out, and why."""
    if jackknife:
        return message(
            "horizons {first} to {last} are left out: for that far ahead the halves of the {periods} are too short, "
            "and the jackknife would not take the bias out",
            first=reached + 1,
            last=horizon,
        )
    return message(
        "horizons {first} to {last} are left out: too few {periods} are left to project that far ahead",
        first=reached + 1,
        last=horizon,
    )
