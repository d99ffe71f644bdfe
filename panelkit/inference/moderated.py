"""Direct, indirect and total effects of a regressor at values of its moderator, in a spatial model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from panelkit.formula.tree import Node, Term
from panelkit.inference.after.moved import (
    PERCENTILES,
    moderator_values,
    numbers_of,
    part_named,
    refuse_moderator,
    terms_holding,
)
from panelkit.inference.after.row_parts import RowParts
from panelkit.inference.after.rows import observed_of
from panelkit.inference.impact_parts import EFFECTS, Horizon, ImpactParts, check_horizon
from panelkit.inference.impacts import Method, SpatialFitLike, check_reps, uncertain
from panelkit.inference.moderated_parts import moderated_stacked, moved_by_unit, of_periods
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.offers import offered
from panelkit.language.options import refuse_idle
from panelkit.results.derived import Derived
from panelkit.show.brief import Brief
from panelkit.spatial.spectrum import EIGEN_LIMIT

if TYPE_CHECKING:
    from panelkit.show.figures import Figure

_CURVE = 41
# A line through three points: rounding leaves this much of their size.
_STRAIGHT = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class ModeratedImpacts(Derived):
    """Direct, indirect and total effects of `of` at values of the moderator `by`; what differs, and a unit's slope.

    `values` (m,) are those of the moderator; `curve` the effects at `grid`, its whole range, for the figure.
    """

    of: str
    by: str
    values: tuple[float, ...]
    curve: Derived
    grid: FloatArray

    def effect(self, which: str = "indirect", level: float = 0.95) -> pd.DataFrame:
        """Return the rows of one effect, `direct`, `indirect` or `total`, as `tidy` has them.

        Raises
        ------
        SpecError
            If there is no such effect.
        """
        if which not in EFFECTS:
            raise SpecError(
                message(
                    "an effect is {names}, not {which!r}", names=[str(kind) for kind in EFFECTS], which=which
                )
            )
        tidy = self.tidy(level)
        return tidy[tidy["equation"] == which].reset_index(drop=True)

    def plot(
        self, which: str = "indirect", *, level: float = 0.95, language: Language = "en", **style: Any
    ) -> Figure:
        """Draw an effect over the range of the moderator with its interval: `direct`, `indirect` or `total`."""
        from panelkit.show import figures

        points = self.effect(which, level).iloc[: len(self.values)]
        curve = self.curve.tidy(level)
        curve = curve[curve["equation"] == which].assign(value=self.grid)
        kind = EFFECTS[EFFECTS.index(which)]
        return figures.margins_curve(
            curve, points, self.values, of=self.of, at=self.by, kind=kind, language=language, **style
        )


@offered(
    "inference",
    family="after the fit",
    result="ModeratedImpacts",
    source="LeSage and Pace 2009, ch. 2; Brambor, Clark and Golder 2006",
    public=True,
)
def moderated_impacts(
    fit: SpatialFitLike,
    of: str,
    by: str,
    *,
    values: Sequence[float] | None = None,
    percentiles: Sequence[float] | None = None,
    method: Method = "delta",
    horizon: Horizon = "short",
    reps: int | None = None,
    rng: int | np.random.Generator = 0,
    data: Any = None,
) -> ModeratedImpacts:
    """Return direct, indirect and total effects of a regressor where a moderator stands beside it.

    With `y ~ x*m` in a spatial Durbin model the effect of x is the matrix (I - rho W)^-1 [diag(b + d m) + W diag(t +
    u m)], t and u the coefficients of W*x and W*x:m: none of the impacts of x, m and x:m alone is the effect of x. The
    moderator is that of the province in which x moves, since the model lags the product W(xm).

    Parameters
    ----------
    fit
        A spatial fit that has `impacts`: sar, sem, sdm, slx, sdem, sac, random effects, dynamic, a cross-section.
    of
        The variable that moves, a factor of the formula (`x`, `log(x)`), or a column inside one.
    by
        The moderator, a factor or a column; `of` itself gives the effect along a curve (`x + I(x^2)`).
    values
        Values of the moderator, in all provinces alike.
    percentiles
        Or its percentiles over the rows that entered; neither: the 10th, 50th and 90th.
    method, horizon, reps, rng
        As in `fit.impacts`: "delta", "draws", "bootstrap" or "none"; "long" for the long run of a dynamic model.
    data
        The frame that was fitted, where a column is needed that stands in no term of its own.

    Returns
    -------
    ModeratedImpacts
        For direct, indirect and total: the effect at each value, the mean effect at the moderators as observed, the
        effect at the highest less that at the lowest value, and what a unit more of the moderator adds where effects
        are linear in it. `.plot("indirect")` draws the curve with its interval.

    Raises
    ------
    SpecError
        If no term holds both, the moderator moves with the variable or has one value, the fit has no impacts, or values
        and percentiles are both given.

    Examples
    --------
    >>> formula = "log(patents_granted) ~ log(rd_expenditure) * log(gdp/population)"
    >>> fit = pk.SpatialPanel(formula, "sdm").fit(panel, w)
    >>> found = pk.moderated_impacts(fit, "log(rd_expenditure)", by="log(gdp/population)")
    >>> len(found.values)
    3
    """
    check_reps(method, reps)
    if not hasattr(fit, "impact_parts"):
        raise SpecError(
            message(
                "{title}: a linear fit has no spatial impacts; its effects are margins()", title=fit.title
            )
        )
    refuse_idle(
        {"percentiles": values is not None and percentiles is not None},
        message("would change nothing: the values of the moderator are given"),
    )
    parts = fit.impact_parts()
    check_horizon(parts, horizon)
    moved = moved_in(fit, of, by, data)
    chosen, words = moderator_values(moved.observed, values, None, _shares(percentiles))
    names, combine, effects = _rows(moved, parts, chosen, words)
    grid = np.linspace(float(moved.observed.min()), float(moved.observed.max()), _CURVE)
    curve = moved.effects(parts, list(grid))
    many = len(names) * len(EFFECTS)

    def whole(theta: FloatArray) -> FloatArray:
        held = effects(theta, horizon).reshape(len(theta), len(EFFECTS), -1) @ combine
        return np.hstack([held.reshape(len(theta), many), curve(theta, horizon)])

    estimate, covariance, draws, uncertainty = uncertain(fit, parts, whole, method, reps, rng)

    def part(rows: slice) -> dict[str, Any]:
        return {
            "title": _title(fit, of, by, horizon, parts),
            "estimates": estimate[rows],
            "covariance": covariance[rows, rows],
            "draws": None if draws is None else draws[:, rows],
            "df": parts.df,
            "uncertainty": uncertainty,
        }

    dense = Derived(
        terms=tuple(str(at) for at in range(_CURVE)) * len(EFFECTS),
        equations=tuple(kind for kind in EFFECTS for _ in range(_CURVE)),
        **part(slice(many, None)),
    )
    return ModeratedImpacts(
        terms=names * len(EFFECTS),
        equations=tuple(kind for kind in EFFECTS for _ in names),
        facts={"method": method, "horizon": horizon, "units": len(parts.ids)},
        notes=(
            uncertainty.sentence(),
            message("the moderator `{by}` is that of the {unit} in which `{of}` moves", by=by, of=of),
            *(parts.drawable[1] if method in ("delta", "draws") else ()),
            *(fit.design.provenance if fit.design is not None else ()),
        ),
        levels=fit.level_names,
        of=of,
        by=by,
        values=tuple(float(value) for value in chosen),
        curve=dense,
        grid=grid,
        **part(slice(0, many)),
    )


@dataclass(frozen=True)
class Moved(Brief):
    """A variable and its moderator in the terms of a spatial fit.

    `places` are those of `parts.terms` that hold the variable, `terms` the same as trees; `shape` is N and T,
    `observed` (N T,) the moderator on the rows that entered, `by` its name.
    """

    places: tuple[int, ...]
    terms: tuple[Term, ...]
    variable: Node
    moderator: Node
    rows: RowParts
    shape: tuple[int, int]
    observed: FloatArray
    by: str

    def gradient(self, values: Sequence[float | None]) -> FloatArray:
        """Return the derivatives of the terms at values of the moderator, None as observed, (q, V, N)."""
        return moved_by_unit(self.terms, self.variable, self.moderator, values, self.rows, self.shape)

    def effects(
        self, parts: ImpactParts, values: Sequence[float | None]
    ) -> Callable[[FloatArray, Horizon], FloatArray]:
        """Return the function of (m, p) parameter vectors that gives the effects at values, (m, 3 V)."""
        return moderated_stacked(parts, self.places, self.gradient(values))


def moved_in(fit: Any, of: str, by: str, data: Any = None) -> Moved:
    """Return a variable and its moderator in the terms of a spatial fit.

    Raises
    ------
    SpecError
        If no term holds both, the moderator has one value or moves with the variable, or a column of a term is not at
        hand.
    """
    design = observed_of(fit)
    if design.formula is None:
        raise SpecError(
            message(
                "{title}: its columns were made after the formula, so that none can be moved", title=fit.title
            )
        )
    rows = RowParts(design, data)
    variable, moderator = part_named(design, of), part_named(design, by)
    held = terms_holding(fit, design, variable, of)
    refuse_moderator(held, variable, moderator, of, by)
    parts = fit.impact_parts()
    kept = [(parts.terms.index(one.label), one) for _, one in held if one.label in parts.terms]
    shape = (len(parts.ids), fit.curvature.problem.y.shape[1])
    observed = of_periods(rows.value(moderator), len(design.y), shape).reshape(-1)
    if np.ptp(observed) == 0.0:
        raise SpecError(
            message(
                "`{by}` is {value:.6g} in all rows that entered: nothing says what another value does to the effect of "
                "`{of}`",
                by=by,
                of=of,
                value=float(observed[0]),
            )
        )
    return Moved(
        tuple(at for at, _ in kept),
        tuple(one for _, one in kept),
        variable,
        moderator,
        rows,
        shape,
        observed,
        by,
    )


def _rows(
    moved: Moved, parts: ImpactParts, chosen: FloatArray, words: tuple[Message, ...]
) -> tuple[tuple[str, ...], FloatArray, Callable[[FloatArray, Horizon], FloatArray]]:
    """Return the names of the rows, what makes them of the effects at settings (V, rows), and those effects."""
    ends = (float(moved.observed.min()), float(moved.observed.max()))
    few = len(parts.ids) <= EIGEN_LIMIT
    settings: list[float | None] = [*chosen, *ends, *([None] if few else [])]
    eye, count = np.eye(len(settings)), len(chosen)
    names: list[Message] = [*words]
    columns = [*eye[:count]]
    if few:
        names.append(message("as observed"))
        columns.append(eye[-1])
    if np.ptp(chosen) > 0.0:
        low, high = int(np.argmin(chosen)), int(np.argmax(chosen))
        names.append(message("{high} less {low}", high=words[high], low=words[low]))
        columns.append(eye[high] - eye[low])
    if _straight(moved.gradient([ends[0], sum(ends) / 2.0, ends[1]])):
        names.append(message("a unit more of {by}", by=moved.by))
        columns.append((eye[count + 1] - eye[count]) / (ends[1] - ends[0]))
    return tuple(names), np.column_stack(columns), moved.effects(parts, settings)


def _straight(gradient: FloatArray) -> bool:
    """Tell whether derivatives (q, 3, N) at two ends and between them lie on a line."""
    bend = gradient[:, 0] - 2.0 * gradient[:, 1] + gradient[:, 2]
    return bool(np.abs(bend).max() <= _STRAIGHT * np.abs(gradient).max())


def _shares(percentiles: Sequence[float] | None) -> tuple[float, ...]:
    if percentiles is None:
        return PERCENTILES
    found = tuple(float(share) for share in numbers_of(percentiles))
    if not found or not all(0.0 <= share <= 100.0 for share in found):
        raise SpecError(
            message("percentiles lie between 0 and 100, at least one, not {given}", given=str(percentiles))
        )
    return found


def _title(fit: SpatialFitLike, of: str, by: str, horizon: Horizon, parts: ImpactParts) -> Message:
    if horizon == "long":
        return message("long-run effects of {of} at {by}: {fit}", of=of, by=by, fit=fit.title)
    if parts.tau < 0 and parts.eta < 0:
        return message("effects of {of} at {by}: {fit}", of=of, by=by, fit=fit.title)
    return message("short-run effects of {of} at {by}: {fit}", of=of, by=by, fit=fit.title)
