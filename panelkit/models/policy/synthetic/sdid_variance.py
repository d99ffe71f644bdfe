"""Errors of synthetic difference in differences: placebo, jackknife or bootstrap, and when each is valid.

Arkhangelsky et al. (2021), algorithms 2 (bootstrap), 3 (jackknife) and 4 (placebo); with several dates of adoption as
Clarke, Pailanir, Athey and Imbens (2023). Regularisation stays as it was chosen in the whole sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal, get_args

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, counted, message
from panelkit.models.policy.synthetic.sdid_covariates import without_covariates
from panelkit.models.policy.synthetic.sdid_fit import Cohorts, Method, Panel, Zetas, cohort_effects
from panelkit.show.brief import Brief

Errors = Literal["placebo", "jackknife", "bootstrap"]
ERRORS: tuple[str, ...] = get_args(Errors)
FEW_TREATED = 8
_MOST_REDRAWN = 100


@dataclass(frozen=True, eq=False)
class Sample(Brief):
    """What is estimated: outcomes (N, T), covariates (N, T, K) or None, places of adoption (N,), and how."""

    Y: FloatArray
    X: FloatArray | None
    start: IntArray
    periods: FloatArray
    method: Method
    zetas: Zetas

    def taking(self, rows: IntArray, start: IntArray | None = None) -> Cohorts:
        """Return the effects on some units (m,), which may repeat, under other places of adoption (m,)."""
        at = self.start[rows] if start is None else start
        X = None if self.X is None else self.X[rows]
        Y = without_covariates(self.Y[rows], X, at)
        return cohort_effects(Panel(Y, at, self.periods), self.method, self.zetas)

    @property
    def treated(self) -> IntArray:
        """Return the places of units that adopt, by date."""
        T = self.Y.shape[1]
        places = np.flatnonzero(self.start < T)
        return places[np.argsort(self.start[places], kind="stable")]

    @property
    def controls(self) -> IntArray:
        """Return the places of units that never adopt."""
        return np.flatnonzero(self.start == self.Y.shape[1])


@dataclass(frozen=True, eq=False)
class Draws(Brief):
    """Effects of replications: overall (B,), paths by event time (B, E), and how they make a covariance.

    `factor` times the mean squared deviation from the mean is the variance. `enumerated`: these are all there are.
    """

    overall: FloatArray
    paths: FloatArray
    factor: float
    enumerated: bool = False
    members: IntArray | None = None

    def covariance(self, at: IntArray) -> FloatArray:
        """Return the covariance of the overall effect and of the paths at places, (1+p, 1+p)."""
        joined = np.column_stack([self.overall, self.paths[:, at]])
        centre = joined - np.nanmean(joined, axis=0)
        held = np.isfinite(centre)
        filled = np.where(held, centre, 0.0)
        counts = held.T.astype(np.float64) @ held
        return np.asarray(self.factor * (filled.T @ filled) / counts)


def chosen_errors(asked: Errors | None, sample: Sample) -> tuple[Errors, Message]:
    """Return which errors are taken, and the sentence that says why.

    Raises
    ------
    SpecError
        If what is asked for is not valid here, or nothing is.
    """
    n_treated, n_controls = len(sample.treated), len(sample.controls)
    if asked is not None:
        reason = _invalid(asked, sample)
        if reason is not None:
            raise SpecError(reason)
        return asked, message("errors by {errors}, as asked for", errors=_WORDS[asked])
    if n_treated < FEW_TREATED:
        if n_controls > n_treated:
            return "placebo", counted(
                "errors by placebo: one treated {unit} has no variance of its own that a bootstrap or jackknife could "
                "tell; the placebos take it to be that of the controls",
                "errors by placebo: {n} treated {units} are too few for a bootstrap to tell their variance; the "
                "placebos take it to be that of the controls",
                n=n_treated,
            )
        raise SpecError(
            message(
                "{n} treated {units} are too few for a bootstrap (from {few} on), and {controls} controls are too few "
                "for placebos, which must be more than the treated: ask for errors='bootstrap' if you must",
                n=n_treated,
                few=FEW_TREATED,
                controls=n_controls,
            )
        )
    return "bootstrap", message("errors by bootstrap of whole {units}, {n} of them treated", n=n_treated)


_WORDS = {
    "placebo": message("placebo"),
    "jackknife": message("jackknife"),
    "bootstrap": message("bootstrap"),
}


def _invalid(errors: Errors, sample: Sample) -> Message | None:
    """Return why errors are not valid for a sample, or None."""
    n_treated, n_controls = len(sample.treated), len(sample.controls)
    if errors == "placebo" and n_controls <= n_treated:
        return message(
            "placebo errors put the treatment on {n} controls and compare with the others: there are {controls} "
            "controls only; ask for errors='bootstrap' or 'jackknife'",
            n=n_treated,
            controls=n_controls,
        )
    if errors == "bootstrap" and n_treated < 2:
        return message(
            "a bootstrap needs several treated {units}, and there is one: ask for errors='placebo'"
        )
    if errors == "jackknife":
        _, counts = np.unique(sample.start[sample.treated], return_counts=True)
        if counts.min() < 2:
            return message(
                "the jackknife leaves out one {unit} after another, and a date of adoption has one treated {unit} "
                "only: ask for errors='placebo'"
            )
        if sample.method == "sc":
            return message(
                "the jackknife keeps weights as they are, which is not valid for synthetic control (Arkhangelsky et "
                "al. 2021): ask for errors='placebo' or 'bootstrap'"
            )
        if n_controls < 2:
            return message("the jackknife needs two controls: there is one")
    return None


def placebo_draws(sample: Sample, event: FloatArray, reps: int, rng: np.random.Generator) -> Draws:
    """Return effects on controls in the place of the treated; all placements where there are no more than `reps`."""
    controls, treated = sample.controls, sample.treated
    n = len(treated)
    dates = sample.start[treated]
    alike = len(np.unique(dates)) == 1 and comb(len(controls), n) <= reps
    members = (
        np.array(list(combinations(controls.tolist(), n)))
        if alike
        else np.array([rng.choice(controls, size=n, replace=False) for _ in range(reps)])
    )
    found = []
    for chosen in members:
        start = np.full(len(sample.start), sample.Y.shape[1])
        start[chosen] = dates
        found.append(sample.taking(controls, start[controls]))
    return _collected(found, event, 1.0, enumerated=alike, members=members)


def bootstrap_draws(sample: Sample, event: FloatArray, reps: int, rng: np.random.Generator) -> Draws:
    """Return effects on units drawn with replacement; draws without a control or a treated unit are drawn again."""
    n, T = sample.Y.shape
    found: list[Cohorts] = []
    for _ in range(_MOST_REDRAWN * reps):
        rows = rng.integers(0, n, n)
        adopting = sample.start[rows] < T
        if adopting.any() and not adopting.all():
            found.append(sample.taking(np.sort(rows)))
        if len(found) == reps:
            break
    if len(found) < reps:
        raise SpecError(
            message("the bootstrap draws hardly any sample with treated and controls: take errors='placebo'")
        )
    return _collected(found, event, 1.0)


def jackknife_draws(sample: Sample, event: FloatArray, whole: Cohorts) -> Draws:
    """Return effects without each unit in turn, weights and slopes kept, those of controls rescaled."""
    n, T = sample.Y.shape
    Y = without_covariates(sample.Y, sample.X, sample.start)
    controls = sample.controls
    dates = np.unique(sample.start[sample.start < T])
    found = []
    for out in range(n):
        rows = np.flatnonzero(np.arange(n) != out)
        kept = controls != out
        weights = {
            int(date): (each.omega[kept], each.lam) for date, each in zip(dates, whole.found, strict=True)
        }
        if any(omega.sum() <= 0.0 for omega, _ in weights.values()):
            raise SpecError(
                message(
                    "the jackknife leaves out one control after another, and one of them has all the weight: ask for "
                    "errors='placebo'"
                )
            )
        panel = Panel(Y[rows], sample.start[rows], sample.periods)
        found.append(cohort_effects(panel, sample.method, sample.zetas, weights))
    return _collected(found, event, n - 1.0)


def _collected(
    found: list[Cohorts],
    event: FloatArray,
    factor: float,
    *,
    enumerated: bool = False,
    members: IntArray | None = None,
) -> Draws:
    return Draws(
        np.array([each.effect for each in found]),
        np.array([each.by_event(event) for each in found]),
        factor,
        enumerated,
        members,
    )
