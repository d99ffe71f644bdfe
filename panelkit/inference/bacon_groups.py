"""The groups of a treatment by their start on a balanced panel, and the weights of their comparisons by type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.inference.adoption import Treatment
from panelkit.kernels.two_by_two import Comparisons, between_pairs, compared
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.message import Message, message, term
from panelkit.show.brief import Brief

# the residual of the treatment is that of the effects alone up to this share of its largest value
_SAME = 1e-9

# in the order of tables; the keys are those of facts
EARLIER_LATER = term("2x2 comparison", "earlier v later treated")
LATER_EARLIER = term("2x2 comparison", "later v earlier treated")
NEVER_TREATED = term("2x2 comparison", "treated v never treated")
ALWAYS_TREATED = term("2x2 comparison", "treated v always treated")
BOTH_TIMED = term("2x2 comparison", "earlier and later treated")
CONSTANT = term("2x2 comparison", "always v never treated")
WITHIN = term("2x2 comparison", "within groups, by the other regressors")
KINDS: dict[str, Message] = {
    "earlier_later": EARLIER_LATER,
    "later_earlier": LATER_EARLIER,
    "timing_groups": BOTH_TIMED,
    "never_treated": NEVER_TREATED,
    "always_treated": ALWAYS_TREATED,
    "constant": CONSTANT,
    "within": WITHIN,
}


@dataclass(frozen=True, eq=False)
class Groups(Brief):
    """The units of a balanced panel by the period in which they start; G groups, T periods.

    `starts` (G,), `share` (G,) of the weight, `left` (G, T) means of what the other regressors leave of the treatment,
    `alone` whether that is what the effects alone leave.
    """

    one: Treatment
    starts: IntArray
    row: IntArray
    share: FloatArray
    left: FloatArray
    alone: bool

    @classmethod
    def of(cls, one: Treatment) -> Groups:
        """Return the groups of a treatment on a balanced panel."""
        starts, group = one.how.groups
        row = group[one.design.unit]
        by_unit = one.row_weights[one.layout.starts]
        share = np.bincount(group, by_unit) / by_unit.sum()
        path = (np.arange(one.how.n_times) >= starts[:, None]).astype(float)
        swept = path - path.mean(axis=1, keepdims=True)
        swept -= share @ swept
        if one.linear.effects == "twoway" and one.linear.k == 1 and one.linear.layout.interactions is None:
            return cls(one, starts, row, share, swept, alone=True)
        left = cls._means(one, row, len(starts), one.left)
        scale = _SAME * float(np.abs(swept).max())
        alone = bool(np.abs(one.left - swept[row, one.design.time]).max() <= scale)
        return cls(one, starts, row, share, left, alone)

    @property
    def weights(self) -> FloatArray:
        """Return the weights of the rows as shares of one period's, (n,)."""
        return np.asarray(self.one.row_weights * (self.one.how.n_times / self.one.row_weights.sum()))

    @property
    def inside(self) -> FloatArray:
        """Return what is left of the treatment less its mean by group and period, (n,)."""
        return np.asarray(self.one.left - self.left[self.row, self.one.design.time])

    def means(self, values: FloatArray) -> FloatArray:
        """Return the means of a column (n,) by group and period, (G, T)."""
        return self._means(self.one, self.row, len(self.starts), values)

    @staticmethod
    def _means(one: Treatment, row: IntArray, count: int, values: FloatArray) -> FloatArray:
        n_times = one.how.n_times
        cell = row * n_times + one.design.time
        sums = np.bincount(cell, values * one.row_weights, count * n_times)
        held = np.bincount(cell, one.row_weights, count * n_times)
        return np.asarray((sums / held).reshape(count, n_times))


@dataclass(frozen=True, eq=False)
class Parts(Brief):
    """The comparisons with their types, their weights summing to one less that of the part within groups."""

    made: Comparisons
    kinds: list[Message]
    weight: FloatArray
    within: float


def parts_of(groups: Groups, means: FloatArray) -> Parts:
    """Return the comparisons of an outcome with group means `means` (G, T)."""
    if groups.alone:
        made = compared(groups.starts, groups.share, means)
        return Parts(made, _types(groups, made), made.weight, 0.0)
    made, variance = between_pairs(groups.share, groups.left, means)
    moved = float(groups.weights @ groups.inside**2)
    whole = variance + moved
    return Parts(made, _joint_types(groups, made), made.weight * (variance / whole), moved / whole)


def type_shares(groups: Groups) -> dict[str, tuple[Message, float]]:
    """Return type and weight by key, for types with weight; no outcome is read."""
    parts = parts_of(groups, np.zeros(groups.left.shape))
    shares = {
        key: float(parts.weight[[held is kind for held in parts.kinds]].sum()) for key, kind in KINDS.items()
    }
    shares["within"] = parts.within
    return {key: (KINDS[key], share) for key, share in shares.items() if share > 0.0}


def _types(groups: Groups, made: Comparisons) -> list[Message]:
    never, always = groups.one.how.n_times, 0
    kinds = []
    for begin, other in zip(groups.starts[made.treated], groups.starts[made.control], strict=True):
        if other == never:
            kinds.append(NEVER_TREATED)
        elif other == always:
            kinds.append(ALWAYS_TREATED)
        else:
            kinds.append(EARLIER_LATER if begin < other else LATER_EARLIER)
    return kinds


def _joint_types(groups: Groups, made: Comparisons) -> list[Message]:
    never, always = groups.one.how.n_times, 0
    kinds = []
    for begin, other in zip(groups.starts[made.treated], groups.starts[made.control], strict=True):
        if other == never:
            kinds.append(CONSTANT if begin == always else NEVER_TREATED)
        else:
            kinds.append(ALWAYS_TREATED if begin == always else BOTH_TIMED)
    return kinds


def problem_with(one: Treatment) -> Message | None:
    """Return why a treatment has no such decomposition; None where it has one."""
    if not one.how.absorbing:
        labels = [str(one.design.unit_labels[code]) for code in np.flatnonzero(one.how.stops)]
        return message(
            "`{term}` switches off in {units_named}: the comparisons are those of a treatment that stays; "
            "two_way_weights takes one that ends",
            term=one.term,
            units_named=labels[:10] if len(labels) <= 10 else [*labels[:10], f"... ({len(labels)})"],
        )
    if not one.layout.balanced:
        n_units, n_times = len(one.design.unit_labels), len(one.design.time_labels)
        return message(
            "the panel is unbalanced ({missing} of {cells} rows of {units} and {periods} lack), and the comparisons "
            "are those of a balanced one: keep complete {units}, or take two_way_weights",
            missing=n_units * n_times - len(one.column),
            cells=n_units * n_times,
        )
    if one.linear.weights is None:
        return None
    weights = one.row_weights
    varying = np.abs(weights - weights[one.layout.starts][one.design.unit]) > 1e-9 * weights
    if varying.any():
        labels = sorted({str(one.design.unit_labels[code]) for code in one.design.unit[varying]})
        return message(
            "weights vary inside {labels}, and the comparisons are those of groups whose weight is the same in every "
            "{period}: take weights that are constant in a {unit}, or two_way_weights",
            labels=labels[:10] if len(labels) <= 10 else [*labels[:10], f"... ({len(labels)})"],
        )
    return None
