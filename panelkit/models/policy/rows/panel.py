"""The rows of a policy evaluation: a design, when its units adopt, its clusters, and who left because of the design."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from panelkit.kernels.index import SHOWN, Array, listed
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.models.policy.rows.adoption import Adoption, Timing, read_timing
from panelkit.models.policy.rows.adoption_notes import counted_adopters, moved_dates, uneven_periods
from panelkit.models.reading import open_frame, read_design
from panelkit.panel.design import Design
from panelkit.panel.leaving import Reason, Why
from panelkit.panel.weighting import weighting_of
from panelkit.show.brief import Brief

SOON = Reason(
    Why.OTHER, message("adoption after the sample, and the {period} lies within the anticipation of it")
)
ALWAYS = Reason(Why.OTHER, message("treated in every {period} held: no {period} before to compare with"))


@dataclass(frozen=True, eq=False)
class PolicyPanel(Brief):
    """Rows, adoption and clusters; n rows, N units, T periods, G clusters, m covariates.

    `design` is sorted unit-major; `adoption` holds the first treated period of its N units. `X` (n, m) are the
    covariates without an intercept, `weights` (n,) those of the rows (ones where there are none), `cluster` (N,) the
    cluster of each unit from 0, `cluster_name` what it is. `anticipation` is how many periods before adoption the
    effect may begin. `known` keeps what several averages of one panel ask for; `replace` begins it anew.
    """

    design: Design
    adoption: Adoption
    cluster: IntArray
    cluster_name: str
    anticipation: int = 0
    notes: tuple[Message, ...] = ()
    known: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def y(self) -> FloatArray:
        """Return the outcome, (n,)."""
        return self.design.y

    @cached_property
    def X(self) -> FloatArray:
        """Return the covariates, (n, m)."""
        keep = [j for j, name in enumerate(self.design.terms) if name != "Intercept"]
        return self.design.X[:, keep]

    @property
    def covariates(self) -> tuple[str, ...]:
        """Return the names of the covariates, m of them."""
        return tuple(name for name in self.design.terms if name != "Intercept")

    @property
    def unit(self) -> IntArray:
        """Return the unit of each row, (n,)."""
        return self.design.unit

    @property
    def time(self) -> IntArray:
        """Return the period of each row, (n,), a place in `periods`."""
        return self.design.time

    @property
    def periods(self) -> FloatArray:
        """Return the calendar values of the periods, (T,)."""
        return self.adoption.periods

    @property
    def n_units(self) -> int:
        """Return N."""
        return len(self.design.unit_labels)

    @property
    def n_clusters(self) -> int:
        """Return G."""
        return int(self.cluster.max()) + 1

    @cached_property
    def step(self) -> float:
        """Return the shortest time between two periods, 1 where there is one period."""
        steps = np.diff(self.periods)
        return float(steps.min()) if len(steps) else 1.0

    @property
    def anticipated(self) -> float:
        """Return the calendar length of the anticipation: that of so many periods."""
        return self.anticipation * self.step

    @cached_property
    def weights(self) -> FloatArray:
        """Return the weights of the rows, (n,)."""
        held = self.design.weights
        return np.ones(len(self.y)) if held is None else np.asarray(held, dtype=np.float64)

    @cached_property
    def start(self) -> IntArray:
        """Return the place of the first period that the policy may move, by unit (N,): T where there is none."""
        places = np.searchsorted(self.periods, self.adoption.first)
        return np.where(self.adoption.treated, np.maximum(places - self.anticipation, 0), len(self.periods))

    @cached_property
    def exposed(self) -> Array:
        """Mark the rows that the policy may move: from `anticipation` periods before adoption on, (n,) bool."""
        return np.asarray(self.time >= self.start[self.unit])

    @cached_property
    def balanced(self) -> bool:
        """Return whether every unit is held in every period."""
        return len(self.y) == self.n_units * len(self.periods)

    def cube(self, values: FloatArray) -> FloatArray:
        """Return values of rows (n,) as (N, T), missing where a unit is not held."""
        made = np.full((self.n_units, len(self.periods)), np.nan)
        made[self.unit, self.time] = values
        return made

    def by_cluster(self, by_unit: FloatArray) -> FloatArray:
        """Return sums by cluster (G, k) of values by unit (N, k)."""
        if self.n_clusters == self.n_units:
            made = np.empty_like(by_unit)
            made[self.cluster] = by_unit
            return made
        made = np.zeros((self.n_clusters, by_unit.shape[1]))
        np.add.at(made, self.cluster, by_unit)
        return made

    def under(self, first: FloatArray) -> PolicyPanel:
        """Return the same rows had the units adopted at other dates (N,), for randomisation."""
        return replace(self, adoption=replace(self.adoption, first=first))


def read_policy_panel(
    formula: str,
    data: Any,
    *,
    unit: str | None = None,
    time: str | None = None,
    cohort: str | None = None,
    treatment: str | None = None,
    cluster: str | None = None,
    where: str | None = None,
    weights: str | None = None,
    anticipation: int = 0,
    extra: tuple[str, ...] = (),
) -> PolicyPanel:
    """Read the rows of a policy evaluation.

    Parameters
    ----------
    formula
        `outcome ~ covariates`, or `outcome ~ 1`; the treatment is no term of it.
    data, unit, time
        As in `FixedEffects.fit`.
    cohort, treatment
        When units adopt, one of the two (`read_timing`).
    cluster
        A column that is constant within units; None clusters by unit.
    where, weights
        As in `FixedEffects`; the dates of adoption are read from all rows held.
    anticipation
        Periods before adoption in which the effect may begin.
    extra
        Further columns to carry along with the rows.

    Returns
    -------
    The rows; units that are treated in all their periods have left, with the reason.

    Raises
    ------
    SpecError, DataError
        As `read_timing` and `FixedEffects.fit` do; also if nobody adopts, all adopt from the start, or a cluster
        changes within a unit.
    """
    frame = open_frame(data, unit, time)
    timing = read_timing(frame, unit=unit, time=time, cohort=cohort, treatment=treatment)
    columns = (*extra, *(() if cluster is None else (cluster,)))
    design = read_design(
        formula,
        frame,
        unit=unit,
        time=time,
        extra=columns,
        where=where,
        sweeping="none",
        weighting=weighting_of(weights),
    )
    _refuse_treatment_term(design, timing)
    design = _without_anticipating(design, timing, anticipation)
    design = _without_always_treated(design, timing, anticipation)
    adoption = timing.on(design)
    if not adoption.treated.any():
        raise _nobody(design, timing)
    codes, name = _clusters(design, cluster)
    return PolicyPanel(
        design,
        adoption,
        codes,
        name,
        anticipation,
        (
            *timing.notes,
            *moved_dates(design, timing, adoption),
            *counted_adopters(design, adoption),
            *uneven_periods(design),
        ),
    )


def _refuse_treatment_term(design: Design, timing: Timing) -> None:
    if timing.name in design.terms:
        raise SpecError(
            message(
                "`{name}` says when {units} adopt and is no covariate: leave it out of the formula",
                name=timing.name,
            ).spoken(*design.level_names)
        )


def _without_anticipating(design: Design, timing: Timing, anticipation: int) -> Design:
    """Return the design without rows of units that adopt after the sample, from when they may anticipate it."""
    dates = timing.later or timing.first
    stated = np.array([dates[label] for label in design.unit_labels], dtype=np.float64)
    periods = design.time_labels.astype(np.float64)
    outside = np.isfinite(stated) & (stated > periods[-1])
    early = outside[design.unit] & (periods[design.time] >= stated[design.unit] - anticipation)
    return design.keep(~early, reason=SOON) if early.any() else design


def _without_always_treated(design: Design, timing: Timing, anticipation: int) -> Design:
    """Return the design without units that the policy may move in every period they are held."""
    adoption = timing.on(design)
    place = np.searchsorted(adoption.periods, adoption.first) - anticipation
    earliest = np.full(len(design.unit_labels), len(adoption.periods), dtype=np.int64)
    np.minimum.at(earliest, design.unit, design.time)
    always = adoption.treated & (earliest >= place)
    if not always.any():
        return design
    if always[adoption.treated].all():
        labels = [str(label) for label in design.unit_labels[always]]
        raise DataError(
            design.spoken(
                message(
                    "no adopting {unit} is held before the policy may move it ({units_named}; {n} {periods} of "
                    "anticipation): the sample must reach further back",
                    units_named=listed(labels, len(labels)),
                    n=anticipation,
                )
            )
        )
    return design.keep(~always[design.unit], reason=ALWAYS)


def _nobody(design: Design, timing: Timing) -> DataError:
    return DataError(
        design.spoken(
            message(
                "nobody adopts by `{name}` between {first} and {last}: check the column and the sample",
                name=timing.name,
                first=int(design.time_labels[0]),
                last=int(design.time_labels[-1]),
            )
        )
    )


def _clusters(design: Design, cluster: str | None) -> tuple[IntArray, str]:
    """Return the cluster of each unit (N,), and what the clusters are."""
    n_units = len(design.unit_labels)
    if cluster is None or cluster in design.unit_names:
        return np.arange(n_units, dtype=np.int64), design.level_names[0]
    values = design.extra[cluster] if cluster in design.extra else design.time_labels[design.time]
    codes, labels = np.unique(np.asarray([str(value) for value in values]), return_inverse=True)[::-1]
    low = np.full(n_units, len(labels), dtype=np.int64)
    high = np.full(n_units, -1, dtype=np.int64)
    np.minimum.at(low, design.unit, codes)
    np.maximum.at(high, design.unit, codes)
    moving = np.flatnonzero(low != high)
    if len(moving):
        raise DataError(
            design.spoken(
                message(
                    "`{name}` changes within {units_named}: clusters must hold whole {units}",
                    name=cluster,
                    units_named=listed([str(design.unit_labels[i]) for i in moving[:SHOWN]], len(moving)),
                )
            )
        )
    if len(labels) < 2:
        raise DataError(
            message(
                "clusters by `{name}`: the sample holds {count} cluster, and errors from clusters need two or more",
                name=cluster,
                count=len(labels),
            )
        )
    return low, cluster
