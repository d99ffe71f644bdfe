"""Randomisation inference with rings: who adopts is dealt out anew, and with it who is exposed."""

from __future__ import annotations

import numpy as np

from panelkit.inference.randomisation import RandomisationResult
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.language.message import message, term
from panelkit.language.options import check_count
from panelkit.models.policy.rows.adoption import Timing
from panelkit.models.policy.rows.panel import PolicyPanel
from panelkit.models.policy.rows.untreated import predictable, untreated_fit
from panelkit.models.policy.spillover.rings import Rings, ring_columns

_TIE = 1e-9


def randomised_rings(
    panel: PolicyPanel,
    rings: Rings,
    timing: Timing,
    treated: str,
    *,
    reps: int,
    rng: int | np.random.Generator,
) -> tuple[RandomisationResult, ...]:
    """Test that nobody's adoption moves anybody, by dealing the dates out anew among the units of the panel.

    Parameters
    ----------
    panel
        The rows.
    rings, timing
        Rings and dates of all units of the data; those that left the panel keep theirs.
    treated
        What the effect on the treated is called.
    reps
        Random assignments.
    rng
        Seed or generator.

    Returns
    -------
    One test for the treated and one a ring; an assignment under which an effect cannot be estimated counts as at least
    as extreme.
    """
    check_count("reps", reps)
    drawn = as_generator(rng)
    names = (treated, *rings.names)
    first = np.array([timing.first[label] for label in rings.labels], dtype=np.float64)
    place = {label: at for at, label in enumerate(rings.labels)}
    own = np.array([place[label] for label in panel.design.unit_labels], dtype=np.int64)
    actual = _means(panel, rings, first, timing)
    draws = np.full((reps, len(names)), np.nan)
    for rep in steps_of(range(reps), reps):
        dealt = first.copy()
        dealt[own] = first[own][drawn.permutation(len(own))]
        draws[rep] = _means(panel, rings, dealt, timing)
    # what cannot be computed counts as at least as extreme
    extreme = ~(np.abs(draws) < np.abs(actual) * (1.0 - _TIE))
    count = int((first[own] <= panel.periods[-1]).sum())
    return tuple(
        RandomisationResult(
            name=message("randomisation inference over adoption: {term}", term=name),
            null=message("no adoption moves any outcome, of whoever adopts or lies near"),
            statistic=float(actual[j]),
            distribution=term("statistic", "coefficient"),
            p_value=float((1 + extreme[:, j].sum()) / (1 + reps)),
            term=name,
            null_value=0.0,
            estimate=float(actual[j]),
            reps=reps,
            enumerated=False,
            n_treated=count,
            seed=seed_of(rng),
            draws=draws[np.isfinite(draws[:, j]), j],
        )
        for j, name in enumerate(names)
    )


def _means(panel: PolicyPanel, rings: Rings, first: FloatArray, timing: Timing) -> FloatArray:
    """Return the mean effects on treated and rings (1 + R,) had the units adopted at these dates; missing where "
    "none."""
    dealt = Timing(dict(zip(rings.labels, first, strict=True)), timing.name)
    cells = ring_columns(rings, dealt, panel.design.unit_labels, panel.design.time_labels)
    columns = cells[panel.unit, panel.time]
    clean = np.asarray(columns.max(axis=1) == 0.0)
    if not clean.any():
        return np.full(columns.shape[1], np.nan)
    fit = untreated_fit(panel, clean)
    members = np.where(predictable(panel, clean)[:, None], columns, 0.0)
    count = members.sum(axis=0)
    left = fit.left(panel.y[:, None])[:, 0]
    return np.where(count > 0.0, members.T @ left / np.maximum(count, 1.0), np.nan)
