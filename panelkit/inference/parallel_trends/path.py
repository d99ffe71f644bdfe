"""Estimates by event time with their covariance: what functions above an event study read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.offers import offered
from panelkit.language.options import is_real
from panelkit.show.brief import Brief

# eigenvalue of a correlation matrix below which estimates are taken to repeat each other
_REPEATED = 1e-10


@offered("inference", family="parallel trends", public=True)
@dataclass(frozen=True, kw_only=True, eq=False)
class EventPath(Brief):
    """Estimates by event time with their covariance, of whatever event study.

    A result of panelkit offers them by its method `event_path()`; those of another program are put in here.

    Parameters
    ----------
    event
        Event times (k,), 0 the first treated period, in any order; the base may be among them.
    estimate
        Estimates (k,).
    covariance
        Their covariance (k, k).
    base
        The event time against which all are measured.
    df
        Degrees of freedom of the covariance; infinite takes it as known.
    clusters, treated
        The number of clusters behind it, and how many of them are treated, where that is known.

    Raises
    ------
    DataError
        If the arrays do not fit together, a number is not finite, an event time stands twice, or the covariance is not
        symmetric with variances above zero.

    Examples
    --------
    >>> path = pk.EventPath(
    ...     event=[-3, -2, 0, 1], estimate=[0.01, -0.02, 0.3, 0.4], covariance=0.01 * np.eye(4), base=-1, df=30
    ... )
    >>> pk.pretrend_test(path).df
    (2.0, 29.0)
    """

    event: FloatArray
    estimate: FloatArray
    covariance: FloatArray
    base: float
    df: float = float("inf")
    clusters: int | None = None
    treated: int | None = None

    def __post_init__(self) -> None:
        """Sort by event time and leave the base out.

        Raises
        ------
        DataError
            If the arrays are no estimates with a covariance.
        """
        event, estimate, covariance = (
            _numbers(name, getattr(self, name)) for name in ("event", "estimate", "covariance")
        )
        _check_shapes(event, estimate, covariance)
        if not is_real(self.base) or not np.isfinite(self.base):
            raise SpecError(
                message(
                    "base is the event time that all estimates are measured against, not {base!r}",
                    base=self.base,
                )
            )
        if not is_real(self.df) or not self.df > 0.0:
            raise SpecError(message("df is a number above 0, not {df!r}", df=self.df))
        order = np.argsort(event, kind="stable")
        order = order[event[order] != self.base]
        held = {
            "event": event[order],
            "estimate": estimate[order],
            "covariance": covariance[np.ix_(order, order)],
            "base": float(self.base),
            "df": float(self.df),
        }
        for name, value in held.items():
            object.__setattr__(self, name, value)
        self._check_numbers()

    def _check_numbers(self) -> None:
        names = [f"{event:g}" for event in self.event]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DataError(message("event times stand twice: {events}", events=twice))
        variances = np.diag(self.covariance)
        bad = ~(np.isfinite(self.estimate) & np.isfinite(variances) & (variances > 0.0))
        if not bad.any():  # one missing variance is missing beside all others: name it alone
            bad = np.asarray(~np.isfinite(self.covariance).all(axis=1))
        if bad.any():
            raise DataError(
                message(
                    "no finite estimate with a variance above zero at event times {events}: leave them out",
                    events=[names[at] for at in np.flatnonzero(bad)],
                )
            )
        scale = np.sqrt(np.outer(variances, variances))
        if len(names) and (np.abs(self.covariance - self.covariance.T) > 1e-8 * scale).any():
            raise DataError(message("the covariance of the estimates is not symmetric"))

    def _brief(self) -> str:
        return f"{len(self.event)} estimates, base {self.base:g}, df={self.df:g}"

    @property
    def welch(self) -> float | None:
        """Return the degrees of freedom of a difference between treated and other clusters (Welch 1947).

        Both sides are taken to vary alike: 1 / (w^2 / (n1 - 1) + (1 - w)^2 / (n0 - 1)), w = n0 / (n0 + n1) the share of
        the treated in the variance. None where the numbers are not known, or a side has one cluster.
        """
        if self.clusters is None or self.treated is None or not 2 <= self.treated <= self.clusters - 2:
            return None
        treated, others = self.treated, self.clusters - self.treated
        share = others / self.clusters
        return 1.0 / (share**2 / (treated - 1) + (1.0 - share) ** 2 / (others - 1))

    def at(self, events: FloatArray) -> EventPath:
        """Return the estimates at some event times.

        Raises
        ------
        SpecError
            If there is none at an event time.
        """
        wanted = np.atleast_1d(np.asarray(events, dtype=float))
        missing = [f"{one:g}" for one in wanted if one not in self.event]
        if missing:
            raise SpecError(
                message(
                    "no estimate at event times {missing}: there are {events}",
                    missing=missing,
                    events=[f"{one:g}" for one in self.event],
                )
            )
        rows = np.flatnonzero(np.isin(self.event, wanted))
        return EventPath(
            event=self.event[rows],
            estimate=self.estimate[rows],
            covariance=self.covariance[np.ix_(rows, rows)],
            base=self.base,
            df=self.df,
            clusters=self.clusters,
            treated=self.treated,
        )

    def check_regular(self) -> None:
        """Refuse estimates that repeat each other.

        Raises
        ------
        DataError
            Which names their event times, and the number of clusters where it cannot carry so many.
        """
        spread = np.sqrt(np.diag(self.covariance))
        values, vectors = np.linalg.eigh(self.covariance / np.outer(spread, spread))
        if values[0] > _REPEATED * values[-1]:
            return
        weight = np.abs(vectors[:, values <= _REPEATED * values[-1]]).max(axis=1)
        events = [f"{event:g}" for event in self.event[weight > 1e-3]]
        if self.clusters is not None and len(self.event) >= self.clusters:
            raise DataError(
                message(
                    "{clusters} clusters carry no covariance of {n} estimates (event times {events}): bin event times, "
                    "or ask about fewer",
                    clusters=self.clusters,
                    n=len(self.event),
                    events=events,
                )
            )
        raise DataError(
            message(
                "the covariance is singular: the estimates at event times {events} repeat each other; leave some out",
                events=events,
            )
        )


def read_path(result: Any) -> EventPath:
    """Return the estimates by event time that a result offers.

    Parameters
    ----------
    result
        An `EventPath`; a result with a method `event_path()` that returns one; or effects of a staggered adoption, with
        `event_times` (k,), `event_estimates` (k,) and `event_covariance` (k, k).

    Raises
    ------
    SpecError
        If it offers none, or its leads have no base in common.
    """
    if isinstance(result, EventPath):
        return result
    offer = getattr(result, "event_path", None)
    if callable(offer):
        return cast(EventPath, offer())
    if not hasattr(type(result), "event_covariance"):
        raise SpecError(
            message(
                "a {kind} has no estimates by event time: give the result of an event study, or "
                "EventPath(event=, estimate=, covariance=, base=)",
                kind=type(result).__name__,
            )
        )
    return _of_adoption(result)


def _of_adoption(result: Any) -> EventPath:
    """Return the estimates of a staggered adoption, with the degrees of freedom that its treated units allow."""
    base = np.atleast_1d(result.facts.get("base", ()))
    if len(base) != 1:
        raise SpecError(
            message(
                "the leads of this result are not measured against one period (base: {base}): take base='universal' or "
                "an estimator that does, such as 'sun-abraham'",
                base=[f"{one:g}" for one in base] or [message("none")],
            )
        )
    facts = result.facts
    by_unit = facts.get("n_clusters") == facts.get("n_units")
    path = EventPath(
        event=result.event_times,
        estimate=result.event_estimates,
        covariance=result.event_covariance,
        base=float(base[0]),
        clusters=facts.get("n_clusters"),
        treated=facts.get("n_treated") if by_unit else None,
    )
    allowed = path.welch
    return path if allowed is None else replace(path, df=allowed)


def leads_of(path: EventPath, first_effect: float) -> EventPath:
    """Return the estimates before the first effect, of which no two may repeat each other.

    Raises
    ------
    SpecError
        If there is none.
    DataError
        If their covariance is singular.
    """
    leads = path.event[path.event < first_effect]
    if not len(leads):
        raise SpecError(
            message(
                "no lead beside the base {base:g}: an estimate before event time {first:g} is needed to see a trend",
                base=path.base,
                first=first_effect,
            )
        )
    found = path.at(leads)
    found.check_regular()
    return found


def posts_of(path: EventPath, first_effect: float) -> EventPath:
    """Return the estimates from the first effect on.

    Raises
    ------
    SpecError
        If there is none.
    """
    posts = path.event[path.event >= first_effect]
    if not len(posts):
        raise SpecError(
            message(
                "no estimate from event time {first:g} on: there is no effect to ask about",
                first=first_effect,
            )
        )
    return path.at(posts)


def _numbers(name: str, held: Any) -> FloatArray:
    """Return what is held as an array of numbers."""
    try:
        return np.asarray(held, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(
            message("{name} holds something else than numbers in rows alike", name=name)
        ) from None


def _check_shapes(event: FloatArray, estimate: FloatArray, covariance: FloatArray) -> None:
    k = event.size
    if event.ndim != 1 or estimate.shape != (k,) or covariance.shape != (k, k):
        raise DataError(
            message(
                "event times (k,), estimates (k,) and covariance (k, k) do not fit together: {event}, {estimate}, "
                "{covariance}",
                event=str(event.shape),
                estimate=str(estimate.shape),
                covariance=str(covariance.shape),
            )
        )
    if not np.isfinite(event).all():
        raise DataError(message("an event time is not a finite number"))
