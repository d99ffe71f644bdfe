"""The columns of a dose response: dose, or its class, times after the policy, or times periods since."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.models.policy.dose.intensity import Intensity
from panelkit.panel.design import Design
from panelkit.show.brief import Brief


@dataclass(frozen=True)
class Bins:
    """Classes of positive doses, of about as many units each."""

    count: int


@dataclass(frozen=True, eq=False)
class DoseColumns(Brief):
    """What a response is made of; N units of the sample.

    `names` of the columns, response by response, time by time. `edges` (b + 1,) are the ends of classes of doses, empty
    for a linear response. `events` (e,) are periods since the policy, empty for before and after; `ends` are binned.
    `base` is the last of them before the policy, -1 in a yearly panel. `dose` (N,), `first` (N,) of the sample's units;
    `mean_dose` is that of the treated.
    """

    names: tuple[str, ...]
    edges: FloatArray
    events: FloatArray
    dose: FloatArray
    first: FloatArray
    periods: FloatArray
    base: float = -1.0

    @property
    def n_units(self) -> int:
        return len(self.dose)

    @property
    def reached(self) -> FloatArray:
        """Mark the units that are treated inside the sample, (N,) bool."""
        return np.asarray((self.dose > 0.0) & (self.first <= self.periods[-1]))

    @property
    def n_treated(self) -> int:
        return int(self.reached.sum())

    @property
    def n_zero(self) -> int:
        """Return how many units are never treated in the sample."""
        return self.n_units - self.n_treated

    @property
    def cohorts(self) -> int:
        return len(np.unique(self.first[self.reached & (self.first > self.periods[0])]))

    @property
    def mean_dose(self) -> float:
        return float(self.dose[self.reached].mean())

    def values(self, dose: FloatArray, first: FloatArray, when: FloatArray) -> FloatArray:
        """Return the columns (n, k) of rows with these doses, dates and periods."""
        responses = [dose] if not len(self.edges) else list(self.classes(dose).T)
        if not len(self.events):
            times = [(when >= first).astype(np.float64)]
        else:
            # a unit without a date in the sample has no event; its dose is zero or it begins later
            since = when - _held(first, self.periods)
            since = np.where(np.isfinite(since), np.clip(since, self.events[0], self.events[-1]), np.nan)
            times = [(since == e).astype(np.float64) for e in self.events if e != self.base]
        return np.column_stack([response * time for response in responses for time in times])

    def classes(self, dose: FloatArray) -> FloatArray:
        """Return 0/1 columns (n, b) of the class of each dose (n,); zero doses are in none."""
        place = np.searchsorted(self.edges, dose, side="left")
        place = np.where(dose > 0.0, np.clip(place, 1, len(self.edges) - 1), 0)
        return (place[:, None] == np.arange(1, len(self.edges))).astype(np.float64)


def dose_columns(
    design: Design,
    intensity: Intensity,
    bins: Bins | None,
    *,
    event: bool,
    window: tuple[int, int] | None,
) -> DoseColumns:
    """Return the columns of a response on the units and periods of a design.

    Raises
    ------
    DataError
        If nobody with a dose is treated inside the sample, doses do not differ, there is no period before, or classes
        are asked for and every unit has a dose, or there are more classes than doses.
    """
    dose, first = intensity.of(design.unit_labels)
    periods = design.time_labels.astype(np.float64)
    reached = (dose > 0.0) & (first <= periods[-1])
    name = intensity.name
    if not reached.any() or first[reached].min() > periods[-1]:
        raise DataError(
            design.spoken(
                message(
                    "nobody with a dose `{name}` is treated between {first} and {last}",
                    name=name,
                    first=int(periods[0]),
                    last=int(periods[-1]),
                )
            )
        )
    if first[reached].max() <= periods[0]:
        raise DataError(
            design.spoken(
                message("the policy begins in the first {period} held: no {period} before to compare with")
            )
        )
    if len(np.unique(np.where(reached, dose, 0.0))) < 2:
        raise DataError(
            design.spoken(
                message("the dose `{name}` is alike in all {units}: it tells nobody from nobody", name=name)
            )
        )
    edges = np.empty(0) if bins is None else _edges(np.where(reached, dose, 0.0), bins, name, design)
    events, base = _events(first[reached], periods, window) if event else (np.empty(0), -1.0)
    return DoseColumns(_names(name, edges, events, base), edges, events, dose, first, periods, base)


def _edges(dose: FloatArray, bins: Bins, name: str, design: Design) -> FloatArray:
    """Return the ends of classes with about as many treated units each, (b + 1,)."""
    if (dose > 0.0).all():
        raise DataError(
            design.spoken(
                message(
                    "every {unit} has a dose `{name}`, so that no class can be held against {units} without: take "
                    "response='linear', which compares more with less, and what it then needs",
                    name=name,
                )
            )
        )
    held = dose[dose > 0.0]
    edges = np.quantile(held, np.linspace(0.0, 1.0, bins.count + 1), method="lower")
    edges[0] = 0.0
    inside = np.searchsorted(edges, held, side="left")
    if len(np.unique(inside)) < bins.count:
        raise DataError(
            design.spoken(
                message(
                    "`{name}` has too few different doses for {bins} classes: {n} {units} with a dose; take fewer",
                    name=name,
                    bins=bins.count,
                    n=len(held),
                )
            )
        )
    return np.asarray(edges)


def _held(first: FloatArray, periods: FloatArray) -> FloatArray:
    """Return dates moved to the next period held, infinite where there is none: as cohorts are read elsewhere."""
    return np.append(periods, np.inf)[np.searchsorted(periods, first)]


def _events(
    first: FloatArray, periods: FloatArray, window: tuple[int, int] | None
) -> tuple[FloatArray, float]:
    """Return the periods since the policy that occur among the treated, cut at the window, and the base among them."""
    since = np.unique((periods[None, :] - _held(first, periods)[:, None]).ravel())
    base = float(since[since < 0.0].max())
    if window is None:
        return since, base
    if window[0] >= base:
        raise SpecError(
            message(
                "window={window} begins at the base: {base:.0f} is the last {period} held before the policy",
                window=str(window),
                base=base,
            )
        )
    return np.union1d(np.clip(since, *window), [base]), base


def _names(name: str, edges: FloatArray, events: FloatArray, base: float) -> tuple[str, ...]:
    responses = [name] if not len(edges) else [f"{name}_bin{b}" for b in range(1, len(edges))]
    times = ["_post"] if not len(events) else [time_name(e) for e in events if e != base]
    return tuple(f"{response}{time}" for response in responses for time in times)


def time_name(event: float) -> str:
    """Return the end of a column's name: `_pre3` three periods before the policy, `_post0` its first one."""
    return f"_pre{-event:.0f}" if event < 0.0 else f"_post{event:.0f}"
