"""The two-way coefficient of an absorbing 0/1 treatment on a balanced panel as an average of comparisons of two groups.

Groups share the period in which they start. With n_g their share of the weight and D_g the share of periods under
treatment, the pair of k before l gives (Goodman-Bacon 2021, theorem 1), up to the variance of the swept treatment,

    k against l before l starts:  n_k n_l (D_k - D_l)(1 - D_k)
    l against k after k started:  n_k n_l (D_k - D_l) D_l

and never treated (D = 0) or always treated (D = 1) groups are cases of it. With further regressors, d being what they
leave of the treatment, the coefficient is a part between pairs of groups and one within groups (ibid., section 5.2):

    sum d y = sum_kl n_k n_l sum_t (d_kt - d_lt)(y_kt - y_lt) + sum (d - d_gt)(y - y_gt).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Comparisons(Brief):
    """Pairs of groups: `treated` and `control` (m,) their numbers, `weight` (m,) summing to one, `estimate` (m,)."""

    treated: IntArray
    control: IntArray
    weight: FloatArray
    estimate: FloatArray


def pair_weights(starts: IntArray, share: FloatArray, n_times: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Return treated group, comparison group and weight (m,) of every 2x2 comparison with weight.

    Parameters
    ----------
    starts
        (G,) first treated period by group, sorted: 0 always, `n_times` never.
    share
        (G,) of the units' weight.
    n_times
        Periods of the panel.
    """
    under = 1.0 - starts / n_times
    early, late = np.triu_indices(len(starts), k=1)
    gap = share[early] * share[late] * (under[early] - under[late])
    forward, backward = gap * (1.0 - under[early]), gap * under[late]
    treated, control = np.r_[early, late], np.r_[late, early]
    weight = np.r_[forward, backward]
    held = weight > 0.0
    return treated[held], control[held], weight[held] / weight.sum()


def compared(starts: IntArray, share: FloatArray, means: FloatArray) -> Comparisons:
    """Return every 2x2 comparison of an outcome whose means by group and period are `means` (G, T)."""
    n_times = means.shape[1]
    treated, control, weight = pair_weights(starts, share, n_times)
    running = np.column_stack([np.zeros(len(starts)), np.cumsum(means, axis=1)])
    begin, other = starts[treated], starts[control]
    forward = other > begin
    first, last = np.where(forward, 0, other), np.where(forward, other, n_times)

    def change(group: IntArray) -> FloatArray:
        before = (running[group, begin] - running[group, first]) / (begin - first)
        after = (running[group, last] - running[group, begin]) / (last - begin)
        return np.asarray(after - before)

    return Comparisons(treated, control, weight, change(treated) - change(control))


def between_pairs(share: FloatArray, left: FloatArray, means: FloatArray) -> tuple[Comparisons, float]:
    """Return the part between pairs of groups, its weights summing to one, and its variance.

    Parameters
    ----------
    share
        (G,) of the units' weight.
    left
        (G, T) means of what the other regressors leave of the treatment.
    means
        (G, T) means of the outcome.
    """
    early, late = np.triu_indices(len(share), k=1)
    gap, rise = left[early] - left[late], means[early] - means[late]
    square = np.einsum("mt,mt->m", gap, gap)
    product = np.einsum("mt,mt->m", gap, rise)
    variance = share[early] * share[late] * square
    total = float(variance.sum())
    held = variance > 1e-14 * total
    early, late = early[held], late[held]
    made = Comparisons(early, late, variance[held] / total, product[held] / square[held])
    return made, total
