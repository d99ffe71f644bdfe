"""What violations of parallel trends are allowed: unions of sets that bound differences of the violation.

With violations delta (p,) at the leads and after treatment, zero at the base, each set of a union says

    |R_t' delta| <= v' delta + d   for every period t after treatment,

R the first (or second) differences that end there, v' delta a difference before treatment times Mbar, or none, d a
number. R has one row a period after treatment, so that the weights w with w'R_post = l' are unique: every set bounds
the one combination l' delta_post by w'R delta_pre +- |w| (v' delta + d), and all inference stands on the two numbers
a = w'R beta (its post part is the effect l' beta_post) and b = v' beta + d (Rambachan and Roth 2023, section 2.4 and
footnote 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from panelkit.inference.parallel_trends.path import EventPath, leads_of, posts_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.show.brief import Brief

Restriction = Literal["relative magnitudes", "smoothness", "relative smoothness"]
RESTRICTIONS: tuple[str, ...] = get_args(Restriction)


@dataclass(frozen=True, eq=False)
class Study(Brief):
    """Leads and effects around a base, in order of time.

    `beta` (p,), `sigma` (p, p) with `n_pre` leads first; `effect` (T,) the combination l of the effects, `event` (p,);
    `step` the event time between periods.
    """

    event: FloatArray
    beta: FloatArray
    sigma: FloatArray
    n_pre: int
    effect: FloatArray
    step: float

    @property
    def n_post(self) -> int:
        """Return the number of effects."""
        return len(self.effect)

    @property
    def times(self) -> FloatArray:
        """Return periods from the base on (p,)."""
        return np.r_[np.arange(-self.n_pre, 0), np.arange(1, self.n_post + 1)].astype(float)

    @property
    def estimate(self) -> float:
        """Return the effect in question as it is estimated."""
        return float(self.effect @ self.beta[self.n_pre :])

    @property
    def std_error(self) -> float:
        """Return its standard error."""
        return float(np.sqrt(self.effect @ self.sigma[self.n_pre :, self.n_pre :] @ self.effect))


@dataclass(frozen=True, eq=False)
class Bounded(Brief):
    """The sets of a union in two numbers: a and b at the estimates and their covariance.

    `weights` is w (T,). `a` and its variance are one number for all sets; `b`, `var_b`, `cov` (S,) one a set. `spread`
    (S, 2, T): standard errors of the two inequalities of each period.
    """

    weights: FloatArray
    a: float
    var_a: float
    b: FloatArray
    var_b: FloatArray
    cov: FloatArray
    spread: FloatArray

    @property
    def outer(self) -> float:
        """Return |w|_1."""
        return float(np.abs(self.weights).sum())


def study(path: EventPath, effect: FloatArray, first_effect: float) -> Study:
    """Return leads and effects around the base.

    Raises
    ------
    SpecError
        If there is no lead or no effect, the base does not stand between them, or a period lacks.
    """
    leads, posts = leads_of(path, first_effect), posts_of(path, first_effect)
    beside = [f"{one:g}" for one in leads.event if one > path.base]
    if beside or path.base >= first_effect:
        raise SpecError(
            message(
                "the base {base:g} does not stand between the leads ({leads}) and the effects (from {first:g} on): "
                "estimate the event study against event time {last:g}, or say with first_effect= where effects begin",
                base=path.base,
                leads=[f"{one:g}" for one in leads.event],
                first=first_effect,
                last=first_effect - 1.0,
            )
        )
    path.at(np.r_[leads.event, posts.event]).check_regular()
    return Study(
        event=path.event,
        beta=path.estimate,
        sigma=path.covariance,
        n_pre=len(leads.event),
        effect=effect,
        step=_step(np.r_[leads.event, path.base, posts.event]),
    )


def _step(events: FloatArray) -> float:
    """Return the event time between periods, which is the same everywhere."""
    steps = np.diff(events)
    if np.ptp(steps) > 1e-9 * steps.max():
        regular = np.arange(events[0], events[-1] + 0.5 * steps.min(), steps.min())
        missing = [f"{one:g}" for one in regular if np.abs(events - one).min() > 1e-9]
        raise SpecError(
            message(
                "differences from period to period need all of them: no estimate at event times {missing}",
                missing=missing,
            )
        )
    return float(steps[0])


def differences(held: Study, order: Literal[1, 2]) -> tuple[FloatArray, FloatArray]:
    """Return first or second differences before treatment (P, p) and those that end after the base (T, p)."""
    n = held.n_pre + 1 + held.n_post
    every = np.diff(np.eye(n), n=order, axis=0)
    base = held.n_pre
    ends = np.arange(order, n)
    every = np.delete(every, base, axis=1)
    return every[ends <= base], every[ends > base]


def bounded(held: Study, restriction: str, m: float) -> Bounded:
    """Return the sets that a restriction allows, as two numbers each.

    Raises
    ------
    SpecError
        If there are too few leads for it.
    """
    order: Literal[1, 2] = 1 if restriction == "relative magnitudes" else 2
    before, after = differences(held, order)
    if restriction == "smoothness":
        compared, fixed = np.zeros((1, before.shape[1])), m
    else:
        if not len(before):
            raise SpecError(
                message(
                    "relative smoothness compares with second differences before treatment: two leads beside the base "
                    "are needed, there is {n}",
                    n=held.n_pre,
                )
            )
        compared, fixed = m * np.vstack([before, -before]), 0.0
    weights = np.asarray(np.linalg.solve(after[:, held.n_pre :].T, held.effect), dtype=float)
    functional = weights @ after
    rows = np.stack([after - compared[:, None], -after - compared[:, None]], axis=1)  # (S, 2, T, p)
    along = held.sigma @ functional
    return Bounded(
        weights=weights,
        a=float(functional @ held.beta),
        var_a=float(functional @ along),
        b=compared @ held.beta + fixed,
        var_b=np.einsum("sp,pq,sq->s", compared, held.sigma, compared),
        cov=compared @ along,
        spread=np.sqrt(np.einsum("sitp,pq,sitq->sit", rows, held.sigma, rows)),
    )


def identified_set(held: Study, restriction: str, m: float) -> tuple[float, float]:
    """Return the effects that estimates without error would leave: Lemma 2.1 of Rambachan and Roth.

    Missing where no violation is allowed that meets the leads (second differences before treatment above M).
    """
    if restriction == "smoothness":
        before, _ = differences(held, 2)
        if len(before) and np.abs(before @ held.beta).max() > m * (1.0 + 1e-12):
            return np.nan, np.nan
    sets = bounded(held, restriction, m)
    reach = sets.outer * float(sets.b.max())
    return sets.a - reach, sets.a + reach
