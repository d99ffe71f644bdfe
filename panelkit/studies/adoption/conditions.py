"""The conditions of a policy's effect: trends, the jump at adoption, regions and leads, in W worlds at once.

They stand where those of a regression stand (`studies/scrutiny`), for a treatment that is 0 and then 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray
from panelkit.language.message import Message, message
from panelkit.results.students_t import t_quantile
from panelkit.show.brief import Brief
from panelkit.studies.adoption.maps import EffectMap, Jackknifed, Maps

Name = Literal["trends", "jump", "regions", "leads"]
DECIDING: tuple[Name, ...] = ("trends", "jump", "regions", "leads")

PASSED = 0.10
"""Beside trends the effect must show at this level, as the common path of a regression must."""
SMALLER = 0.025
"""One-sided level at which an effect beside something is smaller than the main one: that takes it away."""
LEADS_AT = 0.05
"""Joint level at which leads take an effect away."""
HALF = 0.5
"""The jump at adoption must show so much of the effect."""
_ALONE = message("one {unit} is treated, and an effect of one has no error")
FEWEST_UNTREATED = 6
"""Untreated periods that a trend is told from: with fewer, slow movement passes (simulated)."""
LEAST_COVERED = 0.5
"""The share of the treated rows that must be left for a condition to speak of the effect."""


@dataclass(frozen=True, eq=False, kw_only=True)
class AdoptionTrial(Brief):
    """One condition in W worlds: numbers and answers (W,), with the reason where it cannot be computed.

    `effect` is that of the condition (missing for leads); `statistic` the t of the gap to the main effect (trends,
    regions), the ratio to it (jump), the F of the leads. `covered` is the share of treated rows, or pairs, behind it.
    """

    name: Name
    effect: FloatArray
    error: FloatArray
    p: FloatArray
    statistic: FloatArray
    passes: Array
    takes_away: Array
    covered: float
    reason: Message | None = None


def adoption_trials(maps: Maps, y: FloatArray, direction: FloatArray) -> tuple[AdoptionTrial, ...]:
    """Run every condition on outcomes.

    Parameters
    ----------
    maps
        The estimates of the panel.
    y
        Outcomes (n, W).
    direction
        The side on which an effect is asked for, 1 or -1, (W,).

    Returns
    -------
    The trials in the order of `DECIDING`.
    """
    main = maps.main.effect(y)
    return (
        _trends(maps, y, direction),
        _jump(maps, y, main, direction),
        _regions(maps, y, direction),
        _leads(maps, y),
    )


def label(name: Name) -> Message:
    """Return what a condition is called in a table."""
    return {
        "trends": message("{unit} trends from untreated {periods}"),
        "jump": message("jump at adoption beyond the slope before it"),
        "regions": message("region by {period}"),
        "leads": message("leads of the event study"),
    }[name]


def _trends(maps: Maps, y: FloatArray, direction: FloatArray) -> AdoptionTrial:
    """Ask the effect beside unit trends: it must show, and must not be smaller than the main one."""
    if _alone(maps):
        return _not_computed("trends", y, _ALONE)
    untreated = maps.untreated_periods()[maps.treated]
    if np.mean(untreated >= FEWEST_UNTREATED) <= 0.5:
        return _not_computed(
            "trends",
            y,
            message(
                "most treated {units} are held in fewer than {n} {periods} before adoption, and no trend can be told "
                "from so few",
                n=FEWEST_UNTREATED,
            ),
        )
    return _compared("trends", maps.main, maps.trends, y, direction, must_show=True)


def _regions(maps: Maps, y: FloatArray, direction: FloatArray) -> AdoptionTrial:
    if _alone(maps):
        return _not_computed("regions", y, _ALONE)
    if maps.regional is None:
        return _not_computed("regions", y, message("the regions of the {units} are not known"))
    return _compared("regions", maps.main, maps.regional, y, direction, must_show=False)


def _alone(maps: Maps) -> bool:
    """Return whether one unit alone is treated, whose own variance cannot be told from its effect."""
    return int(maps.treated.sum()) < 2


def _compared(
    name: Name, main: EffectMap, beside: EffectMap, y: FloatArray, direction: FloatArray, *, must_show: bool
) -> AdoptionTrial:
    """Hold an effect beside something against the main one."""
    if beside.covered < LEAST_COVERED:
        return _not_computed(
            name,
            y,
            message(
                "{share:.0%} of the treated rows can be compared, and half of them must be",
                share=beside.covered,
            ),
            beside.covered,
        )
    found, gap = beside.against(y), main.against(y, beside)
    with np.errstate(divide="ignore", invalid="ignore"):
        shows = (found.p < PASSED) & (direction * found.value > 0.0)
        t = direction * gap.value / gap.error
        smaller = t > t_quantile(1.0 - 2.0 * SMALLER, gap.df)
    taken = ~shows & smaller
    return AdoptionTrial(
        name=name,
        effect=found.value,
        error=found.error,
        p=found.p,
        statistic=t,
        passes=shows if must_show else ~taken,
        takes_away=taken,
        covered=beside.covered,
    )


def _jump(maps: Maps, y: FloatArray, main: FloatArray, direction: FloatArray) -> AdoptionTrial:
    """Ask whether the jump at adoption shows half of the effect: slow movement shows less."""
    found = maps.jump
    if found is None:
        why = message("no {unit} is held at adoption and in the {periods} before that its slope is told from")
        return _not_computed("jump", y, why)
    made = found.against(y)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = made.value / main
    return AdoptionTrial(
        name="jump",
        effect=made.value,
        error=made.error,
        p=made.p,
        statistic=ratio,
        passes=direction * made.value >= HALF * np.abs(main),
        takes_away=np.zeros(len(main), dtype=bool),
        covered=found.covered,
    )


def _leads(maps: Maps, y: FloatArray) -> AdoptionTrial:
    """Test the leads together: Wald under the delete-one covariance of both kinds of units, as F."""
    if _alone(maps):
        return _not_computed("leads", y, _ALONE)
    leads = maps.leads
    if not leads:
        return _not_computed("leads", y, message("no {unit} is held in two {periods} before adoption"))
    statistic, p = joint_p(
        np.array([one.effect(y) for one in leads]), np.array([one.changes(y) for one in leads]), maps.treated
    )
    taken = p < LEADS_AT
    missing = np.full(y.shape[1], np.nan)
    return AdoptionTrial(
        name="leads",
        effect=missing,
        error=missing,
        p=p,
        statistic=statistic,
        passes=~taken,
        takes_away=taken,
        covered=float(np.mean([one.covered for one in leads])),
    )


def joint_p(values: FloatArray, changes: FloatArray, treated: Array) -> tuple[FloatArray, FloatArray]:
    """Return F and p, (W,) each, of q values (q, W) that are jointly zero, from their delete-one changes (q, N, W).

    Treated units and the others vary on their own; the degrees of freedom f are those of Nel and Van der Merwe (1986)
    for two samples with covariances of their own, and the Wald statistic times (f - q + 1) / (f q) is held against
    F(q, f - q + 1).
    """
    from scipy import special

    q = len(values)
    parts = [_spread(changes[:, group]) for group in (treated, ~treated)]
    covariance = np.sum(parts, axis=0)
    weight = sum(
        _size(part) / max(int(group.sum()) - 1, 1)
        for part, group in zip(parts, (treated, ~treated), strict=True)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        f = np.maximum(_size(covariance) / weight, float(q))
    solved = np.einsum("wjk,kw->wj", np.linalg.pinv(covariance, hermitian=True), values)
    statistic = np.einsum("jw,wj->w", values, solved) * (f - q + 1.0) / (f * q)
    return statistic, np.asarray(special.fdtrc(q, f - q + 1.0, statistic))


def _spread(changes: FloatArray) -> FloatArray:
    """Return what the units of one kind add to the covariance, (W, q, q), from their changes (q, n, W)."""
    n = changes.shape[1]
    made: FloatArray = np.einsum("jnw,knw->wjk", changes, changes) * ((n - 1.0) / max(n, 1))
    return made


def _size(covariance: FloatArray) -> FloatArray:
    """Return the sum of the trace of the square and the square of the trace, (W,)."""
    trace = np.einsum("wjj->w", covariance)
    return np.einsum("wjk,wkj->w", covariance, covariance) + trace**2


def _not_computed(name: Name, y: FloatArray, reason: Message, covered: float = 0.0) -> AdoptionTrial:
    missing, no = np.full(y.shape[1], np.nan), np.zeros(y.shape[1], dtype=bool)
    return AdoptionTrial(
        name=name,
        effect=missing,
        error=missing,
        p=missing,
        statistic=missing,
        passes=no,
        takes_away=no,
        covered=covered,
        reason=reason,
    )


__all__ = [
    "DECIDING",
    "AdoptionTrial",
    "Jackknifed",
    "adoption_trials",
    "label",
]
