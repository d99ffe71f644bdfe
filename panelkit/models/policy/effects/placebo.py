"""Placebo noise of few treated units: what the never treated would have added in their roles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from panelkit.kernels.frames import as_floats
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import check_confidence, check_count
from panelkit.models.policy.effects.cells import By
from panelkit.models.policy.effects.estimator import StaggeredEstimator
from panelkit.models.policy.effects.randomisation import aligned
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.show.brief import Brief


@dataclass(frozen=True, eq=False)
class Placebos(Brief):
    """Placebo noise (r, p) of averages `estimates` (p,), drawn from never treated units in the treated ones' roles.

    `scaled`: the column by which noise is rescaled between units of different size; empty where it is not.
    """

    estimates: FloatArray
    draws: FloatArray
    scaled: str
    controls: int
    reps: int
    seed: int | None

    def p_values(self) -> FloatArray:
        """Return the share of noise at least as large as the estimate, itself among them, (p,)."""
        extreme = (np.abs(self.draws) >= np.abs(self.estimates)).sum(axis=0)
        return np.asarray((1.0 + extreme) / (1.0 + len(self.draws)))

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the effects whose p is above 1 - level, (p,) each; unbounded where the noise cannot reject at all."""
        allowed = int(np.floor((1.0 - check_confidence(level)) * (1.0 + len(self.draws)) - 1.0 + 1e-9))
        if allowed < 0:
            reach = np.full(len(self.estimates), np.inf)
        else:
            reach = -np.sort(-np.abs(self.draws), axis=0)[min(allowed, len(self.draws) - 1)]
        return np.asarray(self.estimates - reach), np.asarray(self.estimates + reach)

    def sentence(self) -> Message:
        """Return what was done, as a note."""
        rescaled = message(
            ", rescaled for its variance at the treated {units}' `{column}` (Ferman and Pinto 2019)",
            column=self.scaled,
        )
        plain = message(", which supposes that all {units} vary alike (Conley and Taber 2011)")
        return message(
            "p-values and intervals from the noise of {controls} never treated {units} in the treated ones' roles"
            "{how}: {n} draws, seed {seed}; the effect itself may differ between {units}",
            controls=self.controls,
            how=rescaled if self.scaled else plain,
            n=self.reps,
            seed=self.seed,
        )


def placebos(
    method: StaggeredEstimator,
    panel: PolicyPanel,
    estimates: dict[By, tuple[FloatArray, FloatArray]],
    *,
    size: str | None = None,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
) -> Placebos:
    """Draw the noise of few treated units from the never treated (Conley and Taber 2011).

    An average is a weighted sum of outcomes. Never treated units, less their mean in every period, take the roles of
    the treated ones; the factor sqrt((1 + N1/N0) N0/(N0-1)) makes up for the noise of the N0 controls themselves and
    their estimated mean. With `size` the noise of a unit is first rescaled by the square root of the variance at the
    treated unit's size over that at its own, variance = a + b / size by least squares on squared noise (Ferman and
    Pinto 2019, eq. 8; negative fitted variances become that of the plain mean).

    Parameters
    ----------
    method, panel
        The estimator and its rows: balanced, without covariates and weights, clusters the units.
    estimates
        By kind, labels and values (p,) of the averages.
    size
        A column with the size of a unit (population, number of firms), by its mean over the periods.
    reps, rng
        Draws, and the seed or generator; where there are no more choices than this, all are taken.

    Raises
    ------
    SpecError
        If the panel is unbalanced, has covariates or weights, or fewer than two never treated units a treated one.
    """
    check_count("reps", reps)
    _refuse(panel)
    treated = np.flatnonzero(panel.adoption.treated)
    never = np.flatnonzero(~panel.adoption.treated)
    outcomes = panel.cube(panel.y)
    apart = outcomes[never] - outcomes[never].mean(axis=0)
    each = np.eye(len(panel.y))
    weights = np.concatenate(
        [aligned(method.points(panel, each, by), held[0]) for by, held in estimates.items()]
    )
    roles = weights.reshape(len(weights), panel.n_units, -1)[:, treated]
    noise = np.einsum("pjt,it->pji", roles, apart)
    if size is not None:
        noise = noise * _rescaled(noise, _sizes(panel, size), treated, never)
    n1, n0 = len(treated), len(never)
    factor = np.sqrt((1.0 + n1 / n0) * n0 / (n0 - 1.0))
    chosen = _chosen(n0, n1, reps, as_generator(rng))
    draws = np.zeros((len(chosen), len(weights)))
    for j in range(n1):
        draws += noise[:, j, :][:, chosen[:, j]].T
    values = np.concatenate([held[1] for held in estimates.values()])
    return Placebos(values, factor * draws, size or "", n0, len(chosen), seed_of(rng))


def _refuse(panel: PolicyPanel) -> None:
    reasons = [
        (not panel.balanced, message("the panel is unbalanced")),
        (bool(panel.covariates), message("the formula has covariates")),
        (panel.design.weights is not None, message("the rows have weights")),
        (panel.n_clusters != panel.n_units, message("the clusters are not the {units}")),
    ]
    found = [why for holds, why in reasons if holds]
    never, treated = int((~panel.adoption.treated).sum()), int(panel.adoption.treated.sum())
    if never < max(2 * treated, 3):
        found.append(
            message(
                "{never} never treated {units} are too few for {treated} treated",
                never=never,
                treated=treated,
            )
        )
    if found:
        said = message(
            "no placebo noise from the never treated: {why}; take inference='randomisation' or 'clusters'",
            why=found,
        )
        raise SpecError(said.spoken(*panel.design.level_names))


def _sizes(panel: PolicyPanel, size: str) -> FloatArray:
    """Return the mean size of each unit (N,)."""
    if size not in panel.design.extra:
        raise SpecError(
            message(
                "`{size}` names the {units} or {periods}, and tells no size of a {unit}", size=size
            ).spoken(*panel.design.level_names)
        )
    held = as_floats(panel.design.extra[size], f"`{size}`")
    means = np.bincount(panel.unit, held, panel.n_units) / np.bincount(panel.unit, minlength=panel.n_units)
    if not (means > 0.0).all():
        labels = [str(label) for label in panel.design.unit_labels[means <= 0.0]]
        raise SpecError(
            message(
                "`{size}` must be positive to rescale noise by it, and is not in {labels}",
                size=size,
                labels=labels,
            )
        )
    return np.asarray(means)


def _rescaled(noise: FloatArray, sizes: FloatArray, treated: IntArray, never: IntArray) -> FloatArray:
    """Return the factor on the noise of each never treated unit in each role, (p, j, i)."""
    X = np.column_stack([np.ones(len(never)), 1.0 / sizes[never]])
    squares = noise**2
    coef = np.einsum("ki,pji->pjk", np.linalg.pinv(X), squares)
    at_own = np.einsum("ik,pjk->pji", X, coef)
    at_treated = coef[:, :, 0] + coef[:, :, 1] / sizes[treated]
    flat = (at_own <= 0.0).any(axis=2) | (at_treated <= 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.sqrt(at_treated[:, :, None] / at_own)
    return np.asarray(np.where(flat[:, :, None], 1.0, factor))


def _chosen(n0: int, n1: int, reps: int, rng: np.random.Generator) -> IntArray:
    """Return who takes each treated unit's role, (r, n1): every choice where there are no more than `reps`.

    Drawn with replacement: without, the noise of several would add up to less than that of independent units.
    """
    if n0**n1 <= reps:
        return np.array(list(product(range(n0), repeat=n1)), dtype=np.int64)
    return rng.integers(0, n0, (reps, n1))
