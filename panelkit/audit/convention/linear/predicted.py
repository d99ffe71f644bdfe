"""What regressions would print: coefficients, errors, statistics and counts, every covariance at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from panelkit.audit.convention.candidate import Candidate, Option
from panelkit.audit.convention.linear.plans import Plan
from panelkit.audit.convention.linear.regressions import Regression
from panelkit.audit.convention.linear.shared import Solved, diagonals
from panelkit.audit.convention.linear.variances import VARIANCES, factors, freedoms
from panelkit.audit.convention.target import ERROR, ESTIMATE, NOBS, PERIODS, R2, UNITS, P, Slot, T
from panelkit.kernels.within import FloatArray, IntArray, Layout
from panelkit.language.message import message
from panelkit.results.students_t import t_survival
from panelkit.show.brief import Brief

SCALES = (
    Option("coefficients", "as they are", message("coefficients as they are")),
    Option("coefficients", "standardised", message("standardised coefficients (outcome and regressors)"), 1),
    Option("coefficients", "regressors standardised", message("regressors standardised (n-1)"), 1),
    Option("coefficients", "outcome standardised", message("outcome standardised (n-1)"), 1),
    Option(
        "coefficients", "regressors standardised, n", message("regressors standardised (n)"), 1, mistake=True
    ),
    Option("coefficients", "outcome standardised, n", message("outcome standardised (n)"), 1, mistake=True),
)


_FIRST, _LAST = ("effects", "covariance"), ("mistake",)


def _in_order(option: Option) -> int:
    """Return where an option stands in a label: effects, covariance, what departs, mistakes last."""
    if option.axis in _FIRST:
        return _FIRST.index(option.axis)
    return len(_FIRST) + (option.mistake or option.axis in _LAST)


class Candidates(Sequence[Candidate]):
    """Plans times ways to scale times covariances, as candidates that are made when asked for."""

    def __init__(self, plans: Sequence[Plan], scales: Sequence[int]) -> None:
        """Keep the plans, and how many ways to scale each has."""
        self.plans = tuple(plans)
        self.sizes = np.array(scales, dtype=np.int64) * len(VARIANCES)
        self.starts = np.r_[0, np.cumsum(self.sizes)]

    def __len__(self) -> int:
        return int(self.starts[-1])

    def parts(self, at: int) -> tuple[int, int, int]:
        """Return which plan, which way to scale and which covariance a candidate is."""
        plan = int(np.searchsorted(self.starts, at, side="right")) - 1
        scale, variance = divmod(at - int(self.starts[plan]), len(VARIANCES))
        return plan, scale, variance

    def __getitem__(self, at: int) -> Candidate:  # type: ignore[override]
        plan, scale, variance = self.parts(range(len(self))[at])
        scaled = (SCALES[scale],) if scale else ()
        options = (*self.plans[plan].options, *scaled, VARIANCES[variance].option)
        return Candidate(tuple(sorted(options, key=_in_order)))

    @cached_property
    def departures(self) -> IntArray:
        """Return how many steps each lies from what is stated, (C,)."""
        found = []
        for plan, size in zip(self.plans, self.sizes, strict=True):
            steps = np.full(size, plan.departures)
            steps[len(VARIANCES) :] += 1
            found.append(steps)
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    @cached_property
    def plausible(self) -> IntArray:
        """Return the place of the covariance of each in the order of plausibility, (C,)."""
        return np.arange(len(self)) % len(VARIANCES)

    @cached_property
    def mistakes(self) -> IntArray:
        """Return which are mistakes, (C,)."""
        scaled = np.repeat([one.mistake for one in SCALES], len(VARIANCES))
        found = [
            scaled[:size] | any(one.mistake for one in plan.options)
            for plan, size in zip(self.plans, self.sizes, strict=True)
        ]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Asked(Brief):
    """Which numbers are asked for, S of them, and what the printed terms are in the formula."""

    slots: tuple[Slot, ...]
    named: Mapping[str, str]
    _factors: dict[tuple[object, ...], FloatArray] = field(default_factory=dict, repr=False)

    def rows(self, regression: Regression, scales: int, only: int | None = None) -> FloatArray:
        """Return what a regression prints, (scales x V, S), or under one covariance alone, (scales, S)."""
        solved = regression.solved
        places = range(len(VARIANCES)) if only is None else range(only, only + 1)
        errors = self._errors(regression, places)
        shared = _of_the_whole(solved)
        scaling = _scalings(regression)[:scales]
        out = np.full((scales, len(places), len(self.slots)), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = solved.beta / errors
        for at, (term, kind) in enumerate(self.slots):
            if not term:
                out[:, :, at] = shared.get(kind, np.nan)
                continue
            label = self.named[term]
            if label not in regression.labels:
                continue
            j = regression.labels.index(label)
            if kind == ESTIMATE:
                out[:, :, at] = (solved.beta[j] * scaling[:, j])[:, None]
            elif kind == ERROR:
                out[:, :, at] = errors[:, j] * np.abs(scaling[:, j])[:, None]
            elif kind == T:
                out[:, :, at] = t[:, j]
            elif kind == P:
                left = freedoms(solved.layout, solved.effects, len(solved.beta))[list(places)]
                out[:, :, at] = t_survival(t[:, j], left)
        return out.reshape(-1, len(self.slots))

    def _errors(self, regression: Regression, places: range) -> FloatArray:
        """Return the standard errors of a regression under the covariances at these places, (V, k)."""
        solved = regression.solved
        if not any(kind in (ERROR, T, P) for _, kind in self.slots):
            return np.full((len(places), len(solved.beta)), np.nan)
        names = [VARIANCES[at].shared for at in places]
        shared = diagonals(solved, regression.calendar, names)
        variances = np.array([shared[name] for name in names]) * self._factor(solved)[list(places), None]
        with np.errstate(invalid="ignore"):
            return np.sqrt(np.where(variances > 0.0, variances, np.nan))

    def _factor(self, solved: Solved) -> FloatArray:
        """Return the factors of all covariances, (V,), which depend on the size of a fit alone."""
        layout, k = solved.layout, len(solved.beta)
        parts = 1 if layout.balanced else layout.components
        key = (layout.n, layout.n_units, layout.n_times, parts, solved.effects, k)
        if key not in self._factors:
            self._factors[key] = factors(layout, solved.effects, k)
        return self._factors[key]


def _scalings(regression: Regression) -> FloatArray:
    """Return what each way to scale multiplies the coefficients by, (6, k)."""
    n, k = len(regression.solved.y), len(regression.solved.beta)
    deviations = np.ones(1 + k)
    deviations[: len(regression.deviations)] = regression.deviations  # the intercept is not standardised
    y, x, more = deviations[0], deviations[1:], np.sqrt(n / max(n - 1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.array([np.ones(k), x / y, x * more, np.ones(k) / (y * more), x, np.ones(k) / y])


def _of_the_whole(solved: Solved) -> dict[str, float]:
    """Return the numbers of a fit as a whole."""
    layout, n, k = solved.layout, len(solved.y), len(solved.beta)
    rss = float(solved.residuals @ solved.residuals)
    pooled = solved.effects == "none"
    deviations = solved.raw - solved.raw.mean()
    total = float(deviations @ deviations)
    swept = total if pooled else float(solved.y @ solved.y)
    inside = _around_units(solved.raw, layout)
    unfitted = _around_units(solved.raw - solved.regressors @ solved.beta, layout)
    absorbed = layout.absorbed(solved.effects)
    left, counted = n - k - absorbed, 1 if pooled else absorbed
    r2, within = 1.0 - rss / total, 1.0 - rss / swept
    held = k - 1 if pooled else k
    values = (
        within,
        1.0 - rss / float(inside @ inside),
        r2,
        1.0 - (1.0 - r2) * (n - 1) / left,
        1.0 - (1.0 - within) * (n - counted) / (n - counted - held),
        1.0 - float(unfitted @ unfitted) / float(inside @ inside),
    )
    return {NOBS: n, UNITS: layout.n_units, PERIODS: layout.n_times, **dict(zip(R2, values, strict=True))}


def _around_units(values: FloatArray, layout: Layout) -> FloatArray:
    """Return values (n,) less the mean of their unit."""
    means = np.add.reduceat(values, layout.starts) / layout.unit_counts
    return np.asarray(values - means[layout.unit])
