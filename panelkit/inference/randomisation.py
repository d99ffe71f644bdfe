"""Randomisation inference: what the estimate would have been, had other units had the treatment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from panelkit.inference.panel_tests.fits import design_of
from panelkit.kernels.capabilities import ONE_EQUATION
from panelkit.kernels.permutation import (
    Paths,
    all_placements,
    paths_of,
    placements,
    random_permutations,
    same_periods,
)
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_count, check_number
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult

# |t*| and |t| of the same assignment differ by rounding only; closer than this they count as ties.
_TIE = 1e-9
_STATISTICS = {"coefficient": term("statistic", "coefficient"), "t": term("statistic", "t")}


@dataclass(frozen=True, kw_only=True, eq=False)
class RandomisationResult(TestResult):
    """A randomisation test; `draws` are the statistics under the permuted treatments that could be computed.

    p counts all `reps`: a permutation without a statistic is at least as extreme as what is observed.
    """

    term: str
    null_value: float
    estimate: float
    reps: int
    enumerated: bool
    n_treated: int
    seed: int | None
    draws: FloatArray


@offered(
    "inference",
    family="few clusters",
    result="RandomisationResult",
    source="MacKinnon and Webb 2020",
    public=True,
)
def randomisation_inference(
    fit: FitResult,
    term: str,
    null: float = 0.0,
    *,
    reps: int = 9999,
    rng: int | np.random.Generator = 0,
    statistic: Literal["coefficient", "t"] = "coefficient",
) -> RandomisationResult:
    """Test the sharp null that the treatment changes every outcome by `null` per unit of it.

    The units exchange their whole paths of the treatment, controls and outcomes stay (MacKinnon and Webb 2020).

    Parameters
    ----------
    fit
        A least-squares fit.
    term
        The treatment, a term of the fit.
    null
        Effect per unit of the treatment under the null.
    reps
        Random permutations; where there are no more placements of the treated paths than this, all are taken.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    statistic
        "coefficient", or "t" with errors clustered by unit, which is safer when treated and untreated units differ
        in variance and several are treated.

    Returns
    -------
    RandomisationResult
        p = share of assignments at least as extreme as the actual one, itself among them; it cannot be below
        one over the number of placements.

    Raises
    ------
    SpecError
        If the fit is not least squares on a design, or no unit can exchange its path with another.

    Examples
    --------
    >>> fit = pk.FixedEffects("log(patents_granted) ~ log(rd_expenditure)").fit(panel)
    >>> found = pk.randomisation_inference(fit, "log(rd_expenditure)", reps=99, rng=1)
    """
    linear, design = design_of(fit)
    if ONE_EQUATION not in linear.can:
        raise SpecError(
            message("randomisation_inference is for a treatment in one equation, not for an instrumented fit")
        )
    if statistic not in ("coefficient", "t"):
        raise SpecError(message("statistic is coefficient or t, not {statistic!r}", statistic=statistic))
    if term not in linear.terms:
        raise SpecError(message("no term {term} in this fit: it has {terms}", term=term, terms=linear.terms))
    check_count("reps", reps)
    check_number("null", null, message("the null value"))
    at = linear.terms.index(term)
    focal = linear.X[:, at]
    rest = np.column_stack([np.delete(linear.X, at, axis=1), linear.y - null * focal])
    groups = same_periods(linear.layout)
    raw = _cube(design.X[:, design.terms.index(term)], linear.layout.unit, linear.layout.time)
    treated = _treated(raw)
    levels = (design.unit_names[0], design.time_names[0])
    draws, enumerated = _draws(raw, treated, groups, reps, rng, levels)
    paths = paths_of(focal, rest, linear.layout)
    actual = _statistic(paths, np.arange(len(groups))[None, :], statistic)[0]
    values = _statistic(paths, draws, statistic)
    kept = values[np.isfinite(values)]
    # what cannot be computed counts as at least as extreme
    extreme = ~(np.abs(values) < abs(actual) * (1.0 - _TIE))
    p = float(extreme.mean()) if enumerated else float((1 + extreme.sum()) / (1 + len(values)))
    return RandomisationResult(
        name=message("randomisation inference ({statistic})", statistic=_STATISTICS[statistic]),
        null=message("{term} changes every outcome by {null:g}", term=term, null=null),
        statistic=float(actual),
        distribution=_STATISTICS[statistic],
        p_value=p,
        term=term,
        null_value=null,
        estimate=float(linear.beta[at]),
        reps=len(values),
        enumerated=enumerated,
        n_treated=len(treated),
        seed=None if enumerated else seed_of(rng),
        draws=kept,
        notes=tuple(
            note.spoken(*levels)
            for note in _notes(groups, treated, enumerated, len(values), len(values) - len(kept))
        ),
    )


def _statistic(paths: Paths, draws: IntArray, which: str) -> FloatArray:
    beta, t = paths.statistics(draws)
    return beta if which == "coefficient" else t


def _cube(column: FloatArray, unit: IntArray, time: IntArray) -> FloatArray:
    cube = np.full((int(unit.max()) + 1, int(time.max()) + 1), np.nan)
    cube[unit, time] = column
    return cube


def _treated(raw: FloatArray) -> IntArray:
    """Return the units whose path is not the commonest one (all units where no path is shared)."""
    paths, which, counts = np.unique(
        np.nan_to_num(raw, nan=0.0), axis=0, return_inverse=True, return_counts=True
    )
    return (
        np.flatnonzero(which.reshape(-1) != int(np.argmax(counts))) if len(paths) > 1 else np.array([], int)
    )


def _draws(
    raw: FloatArray,
    treated: IntArray,
    groups: IntArray,
    reps: int,
    rng: int | np.random.Generator,
    levels: tuple[str, str],
) -> tuple[IntArray, bool]:
    count = len(groups)
    if np.unique(groups, return_counts=True)[1].max() == 1:
        raise SpecError(
            message(
                "no two units hold the same {periods}, so that they cannot exchange paths: take a sample in which at "
                "least the treated and some other units hold the same {periods}"
            ).spoken(*levels)
        )
    if len(np.unique(groups)) == 1 and 0 < len(treated) < count:
        alike = len(np.unique(raw[treated], axis=0)) == 1
        if placements(count, treated, alike) <= reps:
            return all_placements(count, treated, alike), True
    return random_permutations(groups, reps, as_generator(rng)), False


def _notes(groups: IntArray, treated: IntArray, enumerated: bool, count: int, lost: int) -> list[Message]:
    notes = [
        message(
            "valid if the treatment could as well have gone to any other unit with the same {periods}; it says nothing "
            "of why units were treated"
        )
    ]
    if enumerated:
        notes.append(
            message(
                "all {count} placements of the {treated} treated paths were taken",
                count=count,
                treated=len(treated),
            )
        )
        if count < 100:
            notes.append(message("the smallest possible p is {p:.3f}", p=1.0 / count))
    sizes = np.bincount(groups)
    alone = int((sizes[groups] == 1).sum())
    if alone:
        notes.append(
            message(
                "{alone} units share their {periods} with no other unit and keep their own path", alone=alone
            )
        )
    if lost:
        notes.append(
            message(
                "{lost} of {count} permutations left the treatment no variation: they count as at least as extreme",
                lost=lost,
                count=count,
            )
        )
    return notes
