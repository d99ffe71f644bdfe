"""Placebos in space: what the synthetic control finds where no unit was treated.

Abadie, Diamond and Hainmueller (2010, section 2.4). Every donor is treated as the adopting unit was, its synthetic
control made out of the other donors; of several adopting units as many donors are drawn, each in the place of one of
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, factorial
from typing import Literal, get_args

import numpy as np

from panelkit.kernels.index import Array
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.models.policy.synthetic.synthetic_fit import Rule, Stack, Synthetic, Target, stacked, synthesise
from panelkit.show.brief import Brief

Statistic = Literal["ratio", "post"]
STATISTICS: tuple[str, ...] = get_args(Statistic)
PERFECT = 1e-6  # of the donors' spread: a fit that more donors than periods make
_TIE = 1e-9  # statistics closer than this are ties


@dataclass(frozen=True, eq=False)
class Placebos(Brief):
    """Placebos of a stack with E event times; B of them.

    `members` (B, n) are the donors that stand for the treated units, `gap` (B, E), `pre`, `post` (B,) the RMSPE,
    `effect` (B,) the mean gaps; `kept` (B,) marks those whose fit before is good enough to compare with. `enumerated`:
    these are all there are. `statistic`: "ratio" of RMSPE after and before, or "post", that after alone. A pre-RMSPE
    up to `perfect` is none: what is left of it is rounding.
    """

    members: IntArray
    gap: FloatArray
    pre: FloatArray
    post: FloatArray
    effect: FloatArray
    kept: Array
    enumerated: bool
    statistic: Statistic = "ratio"
    perfect: float = 0.0

    @property
    def ratio(self) -> FloatArray:
        """Return post / pre RMSPE, (B,); infinite where the fit before is perfect."""
        return _ratio(self.post, self._exact(self.pre))

    @property
    def smallest_p(self) -> float:
        """Return the smallest p-value that the placebos allow."""
        return 1.0 / (1.0 + float(self.kept.sum()))

    def _exact(self, pre: FloatArray) -> FloatArray:
        return np.where(pre > self.perfect, pre, 0.0)

    def _scale(self, pre: FloatArray) -> FloatArray:
        """Return what gaps after are divided by."""
        return self._exact(pre) if self.statistic == "ratio" else np.ones_like(pre)

    def _own_scale(self, stack: Stack) -> float:
        return float(self._scale(np.array(stack.pre_rmspe)))

    def p_value(self, stack: Stack) -> float:
        """Return the share of placebos and estimate whose statistic is at least the estimate's."""
        own = _ratio(np.array(stack.post_rmspe), np.array(self._own_scale(stack)))
        return _rank(_ratio(self.post, self._scale(self.pre))[self.kept], float(own))

    def p_by_event(self, stack: Stack) -> FloatArray:
        """Return the same for the size of the gap at each event time, (E,)."""
        sizes = _ratio(np.abs(self.gap[self.kept]), self._scale(self.pre)[self.kept, None])
        own = _ratio(np.abs(stack.gap), np.array(self._own_scale(stack)))
        return np.array([_rank(sizes[:, e], float(own[e])) for e in range(len(own))])

    def interval(self, stack: Stack, level: float) -> tuple[float, float]:
        """Return the constant effects that the placebo test does not reject (Firpo and Possebom 2018).

        The whole line where no placebo p-value comes down to 1 - level; missing where every constant is rejected.
        """
        critical = self._critical(_ratio(self.post, self._scale(self.pre)), level)
        spread = stack.post_rmspe**2 - stack.effect**2
        own = self._own_scale(stack)
        room = (own * critical) ** 2 - spread if np.isfinite(critical) else np.inf
        if room < 0.0:
            return np.nan, np.nan
        return stack.effect - np.sqrt(room), stack.effect + np.sqrt(room)

    def interval_by_event(self, stack: Stack, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the same for each event time, (E,) and (E,)."""
        sizes = _ratio(np.abs(self.gap), self._scale(self.pre)[:, None])
        critical = np.array([self._critical(sizes[:, e], level) for e in range(sizes.shape[1])])
        with np.errstate(invalid="ignore"):
            half = np.where(np.isfinite(critical), self._own_scale(stack) * critical, np.inf)
        return stack.gap - half, stack.gap + half

    def _critical(self, values: FloatArray, level: float) -> float:
        """Return the largest statistic (of values (B,)) that is not rejected, infinite where none is."""
        held = np.sort(values[self.kept])[::-1]
        rank = int(np.floor((1.0 - level) * (len(held) + 1) + _TIE))
        return float(held[rank - 1]) if rank >= 1 else np.inf


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = above / below
    return np.where(below > 0.0, found, np.inf)


def _rank(values: FloatArray, own: float) -> float:
    beaten = values >= own * (1.0 - _TIE) if np.isfinite(own) else ~np.isfinite(values)
    return float((1 + beaten.sum()) / (1 + len(values)))


def placebos_in_space(
    rule: Rule,
    found: Sequence[Synthetic],
    *,
    reps: int,
    rng: np.random.Generator,
    worst: float | None = None,
    statistic: Statistic | None = None,
) -> Placebos | None:
    """Return the placebos of synthetic controls; None where there are too few donors for one.

    Parameters
    ----------
    rule, found
        The synthetic controls, on one pool of donors.
    reps
        Draws; where there are no more placements than this, all are taken.
    rng
        For the draws.
    worst
        Leave out placebos whose pre-RMSPE is more than so many times the estimate's.
    statistic
        None: "ratio", or "post" where the fit of the estimate or of a placebo before is perfect. All assignments have
        their part in that choice alike, so that the test keeps its size.
    """
    donors = found[0].donors
    sizes = [len(each.target.members) for each in found]
    if len(donors) < sum(sizes) + 1:
        return None
    placements, enumerated = _placements(donors, [each.target for each in found], reps, rng)
    stacks = [_placebo(rule, found, donors, chosen) for chosen in placements]
    own = stacked(found, rule.rectangle.periods)
    pre = np.array([each.pre_rmspe for each in stacks])
    perfect = PERFECT * float(np.std(rule.rectangle.Y[donors]))
    exact = bool(min(own.pre_rmspe, float(pre.min())) <= perfect)
    return Placebos(
        members=placements,
        gap=np.array([each.gap for each in stacks]),
        pre=pre,
        post=np.array([each.post_rmspe for each in stacks]),
        effect=np.array([each.effect for each in stacks]),
        kept=np.ones(len(pre), dtype=bool) if worst is None else pre <= worst * own.pre_rmspe,
        enumerated=enumerated,
        statistic=statistic or ("post" if exact else "ratio"),
        perfect=perfect,
    )


def _placebo(rule: Rule, found: Sequence[Synthetic], donors: IntArray, chosen: IntArray) -> Stack:
    """Return the stack in which the chosen donors stand for the treated units, one after another."""
    pool = donors[~np.isin(donors, chosen)]
    made, at = [], 0
    for each in found:
        target = each.target
        members = chosen[at : at + len(target.members)]
        at += len(members)
        made.append(synthesise(rule, Target(members, target.start, target.stop), pool))
    return stacked(made, rule.rectangle.periods)


def _placements(
    donors: IntArray, targets: Sequence[Target], reps: int, rng: np.random.Generator
) -> tuple[IntArray, bool]:
    """Return which donors stand for the treated units, (B, n), and whether these are all that differ."""
    groups = _groups(targets)
    n = sum(groups)
    if _count(len(donors), groups) <= reps:
        return np.array(list(_all(donors, groups))), True
    return np.array([rng.choice(donors, size=n, replace=False) for _ in range(reps)]), False


def _groups(targets: Sequence[Target]) -> list[int]:
    """Return how many units share a target, or a date: exchanging them changes nothing."""
    dates = np.concatenate([np.full(len(each.members), each.start) for each in targets])
    changes = np.flatnonzero(np.diff(dates)) + 1
    return [len(part) for part in np.split(dates, changes)]


def _count(donors: int, groups: Sequence[int]) -> int:
    n = sum(groups)
    ways = factorial(n)
    for size in groups:
        ways //= factorial(size)
    return comb(donors, n) * ways


def _all(donors: IntArray, groups: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield every placement, the donors of a group in order."""
    if not groups:
        yield ()
        return
    for chosen in combinations(donors.tolist(), groups[0]):
        rest = donors[~np.isin(donors, chosen)]
        for others in _all(rest, groups[1:]):
            yield (*chosen, *others)
