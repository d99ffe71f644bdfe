"""Local projections: long differences of units that adopt now against units that have not when the effect is read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.models.policy.effects.cells import Averages, By, DirectEffects
from panelkit.models.policy.effects.estimator import Points
from panelkit.models.policy.effects.windowed import Window, led_by_mean
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.staggered.stacked import check_corrected, check_horizon, widest_horizon


@offered("staggered", "local-projections", source="Dube, Girardi, Jorda and Taylor 2025, eq. 9-11")
@dataclass(frozen=True)
class LocalProjections:
    """Differences from the period before adoption, with period effects, on adoption now.

    `control`: "not-yet" compares with units untreated when the effect is read, "never" with those alone. `corrected`
    gives every adoption the same weight; without, the regression weighs cohorts by variances, as the plain local
    projection does. `horizon`: (before, after), how far effects are read; None reads all by event time. The effect
    overall is that on the mean of the outcome over adoption and `after` periods; None takes the window that holds most
    treated rows.
    """

    control: str = "not-yet"
    horizon: tuple[int, int] | None = None
    corrected: bool = False

    def __post_init__(self) -> None:
        if self.control not in ("never", "not-yet"):
            raise SpecError(
                message(
                    "control is one of {known}, not {control!r}",
                    known=("never", "not-yet"),
                    control=self.control,
                )
            )
        check_horizon(self.horizon)
        check_corrected(self.corrected)

    def effects(self, panel: PolicyPanel) -> DirectEffects:
        """Return the effects by event time, leads among them, and overall.

        Raises
        ------
        DataError, SpecError
            If a covariate is given, weights are, or nobody is left to compare with.
        """
        _refuse_covariates(panel)
        cube = panel.cube(panel.y)
        rows = [(h, *_coefficient(panel, self, cube, h)) for h in self._horizons(panel)]
        kept = [row for row in rows if np.isfinite(row[1])]
        late = [row for row in kept if row[0] >= 0]
        if not late:
            raise DataError(
                panel.design.spoken(
                    message(
                        "no effect can be read: nobody is untreated when a {unit} has adopted; add {units} that adopt "
                        "later or never"
                    )
                )
            )
        pooled = _pooled(panel, self, cube)
        step = panel.step
        event = Averages(
            np.r_[np.nan, [row[0] * step for row in kept]],
            np.r_[np.mean([row[1] for row in late]), [row[1] for row in kept]],
            np.column_stack([np.mean([row[2] for row in late], axis=0), *[row[2] for row in kept]]),
            np.zeros((len(kept) + 1, 0)),
            np.column_stack([np.any([row[3] for row in late], axis=0), *[row[3] for row in kept]]),
        )
        overall = Averages(
            np.array([np.nan]),
            np.array([pooled[0]]),
            pooled[1][:, None],
            np.zeros((1, 0)),
            pooled[2][:, None],
        )
        groups = panel.n_clusters
        pools = bool(np.isfinite(pooled[0]))
        return DirectEffects(
            {"overall": overall, "event": event} if pools else {"event": event},
            factor=groups / (groups - 1.0),
            notes=() if pools else (_unpooled(panel, self._after(panel)),),
            facts={"base": (-(panel.anticipation + 1) * step,)},
        )

    def points(
        self, panel: PolicyPanel, outcomes: FloatArray, by: By, *, window: Window | None = None
    ) -> Points:
        """Return the coefficients for outcomes (n, m), those by event time inside the window."""
        _refuse_covariates(panel)
        made = []
        for column in outcomes.T:
            cube = panel.cube(column)
            if by == "overall":
                made.append([_pooled(panel, self, cube)[0]])
                continue
            found = {h: _coefficient(panel, self, cube, h)[0] for h in self._horizons(panel)}
            kept = {h: value for h, value in found.items() if np.isfinite(value)}
            made.append(list(kept.values()))
        if by == "overall":
            return Points(np.array([np.nan]), np.array(made).T)
        step = panel.step
        return led_by_mean(np.array(list(kept), dtype=np.float64) * step, np.array(made).T, window)

    def _horizons(self, panel: PolicyPanel) -> list[int]:
        """Return how many periods after adoption effects are read, leads as negative numbers."""
        widest = len(panel.periods) - 1
        before, after = self.horizon or (widest, widest)
        base = -1 - panel.anticipation
        return [h for h in range(-before - panel.anticipation, after + 1) if h != base]

    def _after(self, panel: PolicyPanel) -> int:
        """Return over how many periods after adoption the effect overall is read."""
        return (self.horizon or widest_horizon(panel))[1]


Coefficient = tuple[float, FloatArray, Array]


def _refuse_covariates(panel: PolicyPanel) -> None:
    if panel.covariates:
        raise SpecError(
            message(
                "local-projections takes no covariates ({names}) here: of which {period} they would be is not settled; "
                "take imputation or callaway-santanna",
                names=panel.covariates,
            ).spoken(*panel.design.level_names)
        )
    if panel.design.weights is not None:
        raise SpecError(
            message(
                "local-projections takes no weights here: take imputation, callaway-santanna or sun-abraham"
            )
        )


def _unpooled(panel: PolicyPanel, after: int) -> Message:
    return panel.design.spoken(
        message(
            "no effect overall: no adopting {unit} and one to compare with are held in all {n} {periods} from adoption "
            "on; name a shorter `horizon`, or read the mean by event time",
            n=after + 1,
        )
    )


def _coefficient(panel: PolicyPanel, spec: LocalProjections, cube: FloatArray, h: int) -> Coefficient:
    """Return the effect h periods after adoption, what clusters add (G,), and which are treated (G,)."""
    n_periods = cube.shape[1]
    lead = np.full_like(cube, np.nan)
    if abs(h) < n_periods:
        lead[:, max(-h, 0) : n_periods - max(h, 0)] = cube[:, max(h, 0) : n_periods - max(-h, 0)]
    return _difference(panel, spec, cube, lead, max(h, 0))


def _pooled(panel: PolicyPanel, spec: LocalProjections, cube: FloatArray) -> Coefficient:
    """Return the effect on the mean of adoption and the periods after it."""
    after, n_periods = spec._after(panel), cube.shape[1]
    lead = np.full_like(cube, np.nan)
    for t in range(n_periods - after):
        lead[:, t] = cube[:, t : t + after + 1].mean(axis=1)
    return _difference(panel, spec, cube, lead, after)


def _difference(
    panel: PolicyPanel, spec: LocalProjections, cube: FloatArray, lead: FloatArray, clean: int
) -> Coefficient:
    """Regress lead less base (N, T) on adoption with period effects, controls untreated for `clean` periods more."""
    n_periods = cube.shape[1]
    lag = 1 + panel.anticipation
    base = np.full_like(cube, np.nan)
    base[:, lag:] = cube[:, : n_periods - lag]
    change = lead - base
    places = np.searchsorted(panel.periods, panel.adoption.first)
    t = np.arange(n_periods)
    treated = (t[None, :] == places[:, None]) & np.isfinite(change)
    never = ~panel.adoption.treated[:, None]
    untreated = (
        never
        if spec.control == "never"
        else never | (t[None, :] + clean < places[:, None] - panel.anticipation)
    )
    control = untreated & np.isfinite(change) & ~treated
    ones, zeros = treated.sum(axis=0), control.sum(axis=0)
    used = (ones > 0) & (zeros > 0)
    nothing = (np.nan, np.zeros(panel.n_clusters), np.zeros(panel.n_clusters, dtype=bool))
    if not used.any():
        return nothing
    held = treated | control
    n, k = int(held.sum()), int(held.any(axis=0).sum()) + 1
    treated, control = treated & used, control & used
    share = ones / np.maximum(ones + zeros, 1)
    scale = (
        np.where(used, 1.0 / np.maximum(1.0 - share, 1e-300), 0.0) if spec.corrected else used.astype(float)
    )
    path = np.where(treated, 1.0 - share, np.where(control, -share, 0.0)) * scale
    rows = treated | control
    moved = np.where(rows, change, 0.0)
    total = float((path * treated).sum())
    effect = float((path * moved).sum() / total)
    level = moved.sum(axis=0) / np.maximum(rows.sum(axis=0), 1) - effect * share
    residual = np.where(rows, moved - level - effect * treated, 0.0)
    added = (path * residual).sum(axis=1) / total * np.sqrt((n - 1.0) / max(n - k, 1))
    by_cluster = panel.by_cluster(np.column_stack([added, treated.any(axis=1).astype(float)]))
    return effect, by_cluster[:, 0], by_cluster[:, 1] > 0.0
