"""The bootstrap of clusters: every cluster gets a random weight, and the effects are estimated anew."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import check_confidence, check_count
from panelkit.models.policy.effects.cells import By
from panelkit.models.policy.effects.estimator import StaggeredEstimator
from panelkit.models.policy.effects.randomisation import aligned
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.panel.weighting import weighting_of
from panelkit.results.derived import two_sided_p
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Resampled(Brief):
    """Averages (r, p) under random weights of clusters, beside the estimates (p,)."""

    estimates: FloatArray
    draws: FloatArray
    discarded: int
    reps: int
    seed: int | None

    def p_values(self) -> FloatArray:
        """Return twice the share of draws on the other side of zero, (p,)."""
        return two_sided_p(self.draws)

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return percentiles of the draws, (p,) each."""
        tail = (1.0 - check_confidence(level)) / 2.0
        low, high = np.quantile(self.draws, [tail, 1.0 - tail], axis=0)
        return np.asarray(low), np.asarray(high)

    def sentence(self) -> Message:
        """Return what was done, as a note."""
        return message(
            "p-values and intervals by the bootstrap of clusters: {n} draws of exponential weights (Rubin 1981), seed "
            "{seed}, {discarded} discarded; percentiles",
            n=self.reps,
            seed=self.seed,
            discarded=self.discarded,
        )


def resampled(
    method: StaggeredEstimator,
    panel: PolicyPanel,
    estimates: dict[By, tuple[FloatArray, FloatArray]],
    *,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
) -> Resampled:
    """Give every cluster an exponential weight of mean one, and estimate anew, `reps` times.

    No cluster is ever lost, so that every draw identifies what the sample does; the weights' mean and variance are
    those of a cluster's count in a bootstrap with replacement.

    Raises
    ------
    SpecError
        If the estimator takes no weights, or more than a tenth of the draws fail.
    """
    check_count("reps", reps, 99)
    generator = as_generator(rng)
    outcomes = panel.y[:, None]
    values = np.concatenate([held[1] for held in estimates.values()])
    made = np.full((reps, len(values)), np.nan)
    for row in steps_of(range(reps), reps):
        drawn = generator.exponential(size=panel.n_clusters)
        try:
            made[row] = _once(method, _weighed(panel, drawn), outcomes, estimates)
        except PanelkitError as error:
            if row == 0:
                raise SpecError(
                    message("the bootstrap weighs clusters, and this estimator fails: {why}", why=error.said)
                ) from None
    lost = ~np.isfinite(made).all(axis=1)
    if lost.sum() * 10 > reps:
        raise SpecError(
            message(
                "{lost} of {reps} draws of the bootstrap identify nothing", lost=int(lost.sum()), reps=reps
            )
        )
    return Resampled(values, made[~lost], int(lost.sum()), reps, seed_of(rng))


def _weighed(panel: PolicyPanel, drawn: FloatArray) -> PolicyPanel:
    """Return the panel whose rows carry the weight of their cluster beside their own."""
    weights = panel.weights * drawn[panel.cluster[panel.unit]]
    return replace(panel, design=replace(panel.design, weights=weights, weighting=weighting_of("pw=drawn")))


def _once(
    method: StaggeredEstimator,
    panel: PolicyPanel,
    outcomes: FloatArray,
    estimates: dict[By, tuple[FloatArray, FloatArray]],
) -> FloatArray:
    found = [aligned(method.points(panel, outcomes, by), held[0]) for by, held in estimates.items()]
    return np.concatenate(found)[:, 0]
