"""Productivity of a panel over time: Malmquist indices with their parts, chains and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from panelkit.evaluation.efficiency.problem import frontier_sets
from panelkit.evaluation.efficiency.productivity.bootstrap import basic_interval, redrawn_pair
from panelkit.evaluation.efficiency.productivity.indices import Figures, Split, adjacent, global_index
from panelkit.evaluation.efficiency.productivity.result import MalmquistIndex, geometric_by_year
from panelkit.evaluation.efficiency.productivity.words import notes_of, title_of
from panelkit.evaluation.efficiency.programs import ORIENTATIONS, Orientation
from panelkit.evaluation.efficiency.sample import Sample, check_rows, names_of, read_sample
from panelkit.evaluation.efficiency.words import FRONTIER_WORDS, ORIENTATION_WORDS
from panelkit.indices.panels.panel_frame import own_words, refuse_gaps, wide
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_choice, check_confidence, check_count
from panelkit.language.spelt import option
from panelkit.results.derived import Uncertainty

Technology = Literal["adjacent", "global"]


@offered(
    "evaluation",
    family="efficiency",
    result="MalmquistIndex",
    source="Fare, Grosskopf, Norris and Zhang 1994; Pastor and Lovell 2005; Chung, Fare and Grosskopf 1997; "
    "Simar and Wilson 1999",
    public=True,
)
def malmquist(
    data: pd.DataFrame,
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    undesirable: Sequence[str] = (),
    technology: Technology = "adjacent",
    split: Split | None = None,
    orientation: Orientation = "output",
    lag: int = 0,
    reps: int = 0,
    level: float = 0.95,
    rng: int | np.random.Generator = 0,
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> MalmquistIndex:
    """Return the change of productivity of every unit between neighbouring years, under constant returns.

    Parameters
    ----------
    data
        A balanced panel: one row a unit and time; pandas, polars or Arrow.
    inputs, outputs
        Columns that are used and made: totals, not ratios.
    undesirable
        Outputs of which less is better: the index is then that of Malmquist and Luenberger, whose distances go along
        more outputs and less of these.
    technology
        "adjacent": geometric mean over the frontiers of both years. "global": one frontier of all years, which makes
        the index circular and always defined.
    split
        Of adjacent indices: "none", "fgnz" (efficiency change = pure x scale, the default without undesirable outputs)
        or "ray_desli" (technical change of the frontier of variable returns, and scale change).
    orientation
        "output" or "input", without undesirable outputs.
    lag
        Years by which inputs precede outputs.
    reps
        Draws of the smoothed bootstrap of every pair of years; 0: no intervals. Adjacent indices without undesirable
        outputs alone.
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
    MalmquistIndex
        Indices by unit and the later of two years, geometric means, chains.

    Raises
    ------
    DataError
        If figures are missing or negative, years do not follow each other, or too few rows span a frontier.
    SpecError
        If an option is unknown or has nothing to act on.

    Notes
    -----
    The frontier of the units at hand moves as they do: technical change is that of the best among them, errors of
    measurement and price changes included. Frontiers of a year can lie inside those of earlier ones.

    Examples
    --------
    >>> found = pk.malmquist(panel, ["rd_expenditure"], ["patents_granted"])
    >>> np.allclose(found.values["malmquist"], found.values["efficiency"] * found.values["technical"])
    True
    """
    generator = as_generator(rng)
    chosen = _checked(technology, split, orientation, undesirable, reps)
    check_confidence(level)
    columns = (
        names_of("inputs", inputs),
        (),
        names_of("outputs", outputs),
        names_of("undesirable", undesirable),
    )
    with own_words(data, unit, time) as levels:
        sample = read_sample(data, columns, lag, where=where, unit=unit, time=time)
        figures, index = _figures(sample)
        years = sample.index.get_level_values(1).to_numpy()
        said = check_rows(sample, frontier_sets(years, "year", 1), "ddf" if undesirable else "bcc")
        if technology == "adjacent":
            parts = adjacent(figures, orientation, chosen)
        else:
            parts = global_index(figures, "constant", orientation)
        values = pd.DataFrame({name: one.ravel() for name, one in parts.items()}, index=index)
        yearly = geometric_by_year(values)
        if reps:
            values, yearly = _with_intervals(values, yearly, figures, orientation, reps, level, generator)
    uncertainty = Uncertainty(method="bootstrap" if reps else "none", reps=reps, seed=seed_of(rng)).sentence()
    notes = (*notes_of(values, technology, chosen, bool(undesirable)), uncertainty, *said, *sample.notes)
    return MalmquistIndex(
        title=title_of(technology, bool(undesirable)),
        values=values,
        yearly=yearly,
        facts={
            "n_units": len(figures.inputs),
            "years": f"{years.min()}-{years.max()}",
            term("fact", "orientation"): ORIENTATION_WORDS[orientation],
            term("fact", "frontier"): FRONTIER_WORDS[technology],
        },
        notes=tuple(note.spoken(*levels) for note in notes),
        levels=levels,
    )


def _checked(
    technology: Technology,
    split: Split | None,
    orientation: Orientation,
    undesirable: Sequence[str],
    reps: int,
) -> Split:
    """Return the split, with options refused that are unknown or have nothing to act on."""
    check_choice("technology", technology, get_args(Technology))
    check_choice("orientation", orientation, ORIENTATIONS)
    chosen: Split = split or ("none" if undesirable or technology == "global" else "fgnz")
    check_choice("split", chosen, get_args(Split))
    if reps:
        check_count("reps", reps, 2)
    plain = technology == "adjacent" and not undesirable
    if not plain and chosen != "none":
        raise SpecError(
            message(
                "split={split!r} parts adjacent indices without undesirable outputs: leave it out",
                split=chosen,
            )
        )
    if undesirable and orientation != "output":
        raise SpecError(
            message("with undesirable outputs distances go along the outputs: leave orientation out")
        )
    if reps and not plain:
        raise SpecError(
            message(
                "no bootstrap is known to hold for global indices and for those with undesirable outputs: {none}, or "
                "an adjacent index without undesirable outputs",
                none=option("reps", 0),
            )
        )
    return chosen


def _figures(sample: Sample) -> tuple[Figures, pd.MultiIndex]:
    """Return the figures as arrays by unit and year, and the index of the changes."""
    table, units, years = wide(sample.outputs.iloc[:, 0])
    refuse_gaps(years)
    if len(years) < 2:
        raise DataError(message("a change of productivity needs two {periods}, and there is one"))
    shape = table.shape
    X, Y, B = (
        one.to_numpy().reshape(*shape, -1) for one in (sample.inputs, sample.outputs, sample.undesirable)
    )
    index = pd.MultiIndex.from_product([units, years[1:]], names=sample.index.names)
    return Figures(X, Y, B), index


def _with_intervals(
    values: pd.DataFrame,
    yearly: pd.DataFrame,
    figures: Figures,
    orientation: Orientation,
    reps: int,
    level: float,
    generator: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables with the bounds of the index."""
    made = values["malmquist"].to_numpy().reshape(len(figures.inputs), -1)
    bounds: Any = np.empty((2, *made.shape))
    of_means: list[tuple[FloatArray, FloatArray]] = []
    for t in steps_of(figures.years[:-1], len(figures.years) - 1):
        pair = redrawn_pair(
            figures.inputs[:, t : t + 2], figures.outputs[:, t : t + 2], orientation, reps, generator
        )
        bounds[:, :, t] = basic_interval(made[:, t], pair.index, level)
        mean = np.exp(np.log(made[:, t]).mean(keepdims=True))
        drawn = np.exp(np.log(pair.index).mean(axis=1, keepdims=True))
        of_means.append(basic_interval(mean, drawn, level))
    low, high = (np.array([one[side][0] for one in of_means]) for side in (0, 1))
    return (
        _beside(values, bounds[0].ravel(), bounds[1].ravel()),
        _beside(yearly, low, high),
    )


def _beside(table: pd.DataFrame, low: FloatArray, high: FloatArray) -> pd.DataFrame:
    """Return the table with the bounds next to the index."""
    out = table.copy()
    out.insert(1, "low", low)
    out.insert(2, "high", high)
    return out
