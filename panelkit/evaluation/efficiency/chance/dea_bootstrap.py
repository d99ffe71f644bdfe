"""Efficiencies with their bias and intervals: the smoothed bootstrap of a panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from panelkit.evaluation.efficiency.chance.result import BootstrappedEfficiency
from panelkit.evaluation.efficiency.chance.smoothed import Corrected, smoothed_bootstrap
from panelkit.evaluation.efficiency.problem import frontier_sets
from panelkit.evaluation.efficiency.programs import ORIENTATIONS, RETURNS, Orientation, Returns
from panelkit.evaluation.efficiency.result import Efficiency
from panelkit.evaluation.efficiency.sample import check_rows, names_of, read_sample
from panelkit.evaluation.efficiency.words import ORIENTATION_WORDS, RETURNS_WORDS
from panelkit.indices.panels.panel_frame import own_words
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.levels import Levels
from panelkit.language.message import Message, message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_choice, check_confidence, check_count
from panelkit.language.spelt import option
from panelkit.results.derived import Uncertainty

OneFrontier = Literal["year", "pooled"]


@offered(
    "evaluation",
    family="efficiency",
    result="BootstrappedEfficiency",
    source="Simar and Wilson 1998, 2000",
    public=True,
)
def dea_bootstrap(
    data: pd.DataFrame,
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    returns: Returns = "variable",
    orientation: Orientation = "input",
    frontier: OneFrontier = "year",
    lag: int = 0,
    reps: int = 999,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> BootstrappedEfficiency:
    """Return radial efficiencies less their bias, with intervals, by the homogeneous smoothed bootstrap.

    An envelope of observed points lies inside the technology, so that all efficiencies are too high, the more so the
    fewer the points and the more the inputs and outputs. The bootstrap estimates by how much.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    inputs, outputs
        Columns that are used and made: totals, not ratios.
    returns
        "constant", "variable", "decreasing" or "increasing".
    orientation
        "input": efficiency is theta; "output": 1/phi.
    frontier
        "year": units of a year are judged by each other. "pooled": all rows by one frontier.
    lag
        Years by which inputs precede outputs.
    reps
        Draws of each frontier.
    level
        Level of the intervals.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    where
        A condition on the rows that are judged and span frontiers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    BootstrappedEfficiency
        By unit and year: efficiency, bias, standard error, corrected efficiency, interval.

    Raises
    ------
    DataError
        If figures are missing or negative, too few rows span a frontier, or too few lie off it.
    SpecError
        If an option is unknown.

    Notes
    -----
    Inefficiency is drawn from one distribution, whatever inputs and outputs are, and measurement without error is
    assumed. Where squared bias is not more than three times the variance no corrected efficiency is given (Simar and
    Wilson 2000).

    Examples
    --------
    >>> found = pk.dea_bootstrap(panel, ["rd_expenditure"], ["patents_granted"], where="year == 2020", reps=49)
    >>> bool((found.values["high"] <= found.values["efficiency"] + 1e-9).all())
    True
    """
    check_choice("returns", returns, RETURNS)
    check_choice("orientation", orientation, ORIENTATIONS)
    check_choice("frontier", frontier, get_args(OneFrontier))
    check_count("reps", reps, 2)
    check_confidence(level)
    as_generator(rng)
    with own_words(data, unit, time) as levels:
        sample = read_sample(
            data,
            (names_of("inputs", inputs), (), names_of("outputs", outputs), ()),
            lag,
            where=where,
            unit=unit,
            time=time,
        )
        years = sample.index.get_level_values(1).to_numpy()
        sets = frontier_sets(years, frontier, 1)
        said = check_rows(sample, sets, "bcc")
        points = sample.inputs.to_numpy(), sample.outputs.to_numpy()
        return _bootstrapped(
            points,
            sets,
            sample.index,
            returns=returns,
            orientation=orientation,
            reps=reps,
            level=level,
            rng=rng,
            beside=(*said, *sample.notes),
            levels=levels,
        )


def bootstrap_of(
    found: Efficiency, *, reps: int = 999, level: float = 0.95, rng: int | np.random.Generator = 0
) -> BootstrappedEfficiency:
    """Return the bootstrap of efficiencies that are there already.

    Raises
    ------
    SpecError
        If they are not radial, or a row stands in several frontiers.
    """
    problem = found.problem
    rows = sum(len(one) for one in problem.sets)
    if not problem.is_radial or rows != len(problem.inputs):
        raise SpecError(
            message(
                "the smoothed bootstrap draws radial efficiencies (ccr, bcc, radial) of one frontier a row: "
                "{year} or {pooled}",
                year=option("frontier", "year"),
                pooled=option("frontier", "pooled"),
            )
        )
    check_count("reps", reps, 2)
    check_confidence(level)
    index: Any = found.scores.index
    way: Any = problem.orientation
    return _bootstrapped(
        (problem.inputs, problem.outputs),
        problem.sets,
        index,
        returns=problem.returns,
        orientation=way,
        reps=reps,
        level=level,
        rng=rng,
        beside=(),
        levels=found.levels,
    )


def _bootstrapped(
    points: tuple[FloatArray, FloatArray],
    sets: tuple[IntArray, ...],
    index: pd.MultiIndex,
    *,
    returns: Returns,
    orientation: Orientation,
    reps: int,
    level: float,
    rng: int | np.random.Generator,
    beside: tuple[Message, ...],
    levels: Levels,
) -> BootstrappedEfficiency:
    """Return the bootstrap of rows (n, m), (n, s) by the frontiers of sets of them."""
    X, Y = points
    generator = as_generator(rng)
    values = np.empty((len(X), 6))
    for rows in sets:
        found = smoothed_bootstrap(
            X[rows], Y[rows], returns=returns, orientation=orientation, reps=reps, generator=generator
        )
        values[rows] = _columns(found, level)
    table = pd.DataFrame(values, index=index, columns=list(BootstrappedEfficiency.heads))
    years = index.get_level_values(1)
    uncertainty = Uncertainty(method="bootstrap", reps=reps, seed=seed_of(rng)).sentence()
    notes = (*_notes(table, level), uncertainty, *beside)
    return BootstrappedEfficiency(
        title=message(
            "Efficiency less its bias ({orientation}, {returns} returns)", **_said(orientation, returns)
        ),
        values=table,
        facts={
            "n_units": int(index.get_level_values(0).nunique()),
            "years": f"{years.min()}-{years.max()}",
            term("fact", "returns"): RETURNS_WORDS[returns],
            term("fact", "orientation"): ORIENTATION_WORDS[orientation],
        },
        notes=tuple(note.spoken(*levels) for note in notes),
        levels=levels,
    )


def _columns(found: Corrected, level: float) -> FloatArray:
    """Return the columns (n, 6) of the result, on the scale of efficiencies."""
    low, high = found.interval(level)
    plain, corrected = 1 / found.distances, 1 / found.corrected
    given = np.where(found.worth_correcting, corrected, np.nan)
    spread = found.std_errors / found.distances**2
    return np.column_stack([plain, plain - corrected, spread, given, 1 / high, 1 / low])


def _said(orientation: Orientation, returns: Returns) -> dict[str, Message]:
    """Return the words of a title."""
    return {"orientation": ORIENTATION_WORDS[orientation], "returns": RETURNS_WORDS[returns]}


def _notes(table: pd.DataFrame, level: float) -> tuple[Message, ...]:
    kept = int(table["corrected"].isna().sum())
    return (
        message(
            "intervals of {level:.0%} by the homogeneous smoothed bootstrap (Simar and Wilson 1998): one distribution "
            "of inefficiency whatever inputs and outputs are, no error of measurement; how often they hold at 31 "
            "{units} stands in docs/productivity.md",
            level=level,
        ),
        message(
            "{kept} of {rows} rows have no corrected efficiency: there the squared bias is at most three times the "
            "variance, and a correction would add more noise than it takes off",
            kept=kept,
            rows=len(table),
        ),
    )
