"""What inefficiency goes with: the second stage after data envelopment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from panelkit.evaluation.efficiency.chance.smoothed import distances_of
from panelkit.evaluation.efficiency.problem import frontier_sets
from panelkit.evaluation.efficiency.programs import ORIENTATIONS, RETURNS, Orientation, Returns
from panelkit.evaluation.efficiency.sample import Sample, check_rows, names_of, read_sample
from panelkit.evaluation.efficiency.second_stage.algorithms import Explained, corrected_distances, explained
from panelkit.evaluation.efficiency.second_stage.naive import least_squares_regression, tobit
from panelkit.evaluation.efficiency.second_stage.result import SecondStage
from panelkit.evaluation.efficiency.second_stage.words import notes_of
from panelkit.evaluation.efficiency.words import FRONTIER_WORDS
from panelkit.formula.arithmetic import Cells
from panelkit.formula.formula import parse_formula
from panelkit.formula.tokens import spelled
from panelkit.indices.panels.panel_frame import own_words
from panelkit.kernels.identified import refuse_unidentified
from panelkit.kernels.index import read_panel_index
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_choice, check_count
from panelkit.language.spelt import option
from panelkit.models.reading import Frame, open_frame, read_design
from panelkit.models.shell import require_terms
from panelkit.panel.design import Design
from panelkit.results.derived import Uncertainty

OneFrontier = Literal["year", "pooled"]
SecondErrors = Literal["parametric", "units"]
OUTCOME = "inefficiency"
_BIAS_DRAWS = 100


@offered("evaluation", family="efficiency", result="SecondStage", source="Simar and Wilson 2007", public=True)
def second_stage(
    data: Any,
    inputs: Sequence[str],
    outputs: Sequence[str],
    regressors: str,
    *,
    algorithm: Literal[1, 2] = 2,
    returns: Returns = "variable",
    orientation: Orientation = "output",
    frontier: OneFrontier = "year",
    errors: SecondErrors | None = None,
    lag: int = 0,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
    where: str | None = None,
    unit: str | None = None,
    time: str | None = None,
) -> SecondStage:
    """Return a truncated regression of inefficiency (distance to the frontier, 1 and more) on what may go with it.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    inputs, outputs
        Columns that are used and made.
    regressors
        The right side of a formula: "log(gdp/population) + C(year)".
    algorithm
        1: distances as data envelopment gives them. 2: less a bias that is drawn from the regression.
    returns, orientation
        Those of the frontier; distances are phi ("output") or 1/theta ("input").
    frontier
        "year": units of a year are judged by each other. "pooled": all rows by one frontier.
    errors
        "parametric": outcomes drawn anew, all rows independent (Simar and Wilson 2007). "units": whole units drawn with
        replacement. None: "units" where a unit has several rows, else "parametric".
    lag
        Years by which inputs precede outputs.
    reps
        Draws of the regression.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    where
        A condition on the rows that are judged, span frontiers and enter the regression.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    SecondStage
        Slopes with intervals; `naive` has least squares and Tobit beside them.

    Raises
    ------
    DataError
        If figures are missing or negative, or too few rows span a frontier.
    SpecError
        If an option is unknown, or a regressor is not identified.
    ConvergenceError
        If the truncated regression has no maximum.

    Notes
    -----
    It needs separability: regressors move inefficiency, not the frontier itself. Effects of units cannot be held
    fixed, so that all that lasts in a province stays in its error.

    Examples
    --------
    >>> found = pk.second_stage(
    ...     panel, ["rd_expenditure"], ["patents_granted"], "log(gdp/population)", algorithm=1, reps=49
    ... )
    >>> found.naive.index.tolist() == list(found.terms)
    True
    """
    _check(algorithm, returns, orientation, frontier, errors, reps)
    generator = as_generator(rng)
    columns = (names_of("inputs", inputs), (), names_of("outputs", outputs), ())
    with own_words(data, unit, time) as levels:
        sample = read_sample(data, columns, lag, where=where, unit=unit, time=time)
        years = sample.index.get_level_values(1).to_numpy()
        sets = frontier_sets(years, frontier, 1)
        said = check_rows(sample, sets, "bcc")
        X, Y = sample.inputs.to_numpy(), sample.outputs.to_numpy()
        own = _own(X, Y, sets, returns, orientation)
        design = _design(data, sample, own, regressors, where, unit, time)
        order = sample.index.get_indexer(design.labels())
        Z = np.empty((len(own), len(design.terms)))
        Z[order] = np.asarray(design.X)
        entered = own
        if algorithm == 2:
            entered = _without_bias(X, Y, sets, own, Z, returns, orientation, generator)
        kind: SecondErrors = errors or ("units" if len(own) > len(design.unit_labels) else "parametric")
        clusters = np.empty(len(own), dtype=np.int64)
        clusters[order] = design.unit
        found = explained(
            entered, Z, reps=reps, generator=generator, clusters=clusters if kind == "units" else None
        )
    made = Uncertainty(method="bootstrap", reps=reps, seed=seed_of(rng), discarded=found.discarded)
    notes = (*notes_of(found, own, algorithm, kind), made.sentence(), *said, *design.notes)
    return SecondStage(
        title=message(
            "Second stage, algorithm {algorithm} of Simar and Wilson: {name}",
            algorithm=algorithm,
            name=term("outcome of a second stage", "inefficiency"),
        ),
        terms=design.terms,
        estimates=found.slopes,
        covariance=np.atleast_2d(np.cov(found.draws, rowvar=False)),
        draws=found.draws,
        uncertainty=made,
        facts=_facts(found, design, frontier),
        notes=tuple(note.spoken(*levels) for note in notes),
        levels=levels,
        naive=_naive(own, Z, design.terms),
        distances=pd.Series(own, index=sample.index, name=OUTCOME),
        corrected=None if algorithm == 1 else pd.Series(entered, index=sample.index, name=OUTCOME),
    )


def _own(
    X: FloatArray, Y: FloatArray, sets: tuple[IntArray, ...], returns: Returns, orientation: Orientation
) -> FloatArray:
    """Return the distance (n,) of every row to the frontier of its set."""
    own = np.empty(len(X))
    for rows in sets:
        own[rows] = distances_of(X[rows], Y[rows], X[rows], Y[rows], returns, orientation)
    return own


def _design(
    data: Any,
    sample: Sample,
    own: FloatArray,
    regressors: str,
    where: str | None,
    unit: str | None,
    time: str | None,
) -> Design:
    """Return the regressors of the rows of the sample, the distances as the outcome."""
    frame = open_frame(data, unit, time)
    Cells(frame.data, unit, time).require(
        parse_formula(f"{spelled(sample.outputs.columns[0])} ~ {regressors}").columns
    )
    if OUTCOME in frame.data.columns:
        raise SpecError(
            message(
                "the data have a column `{name}`, the name of what is explained here: rename it", name=OUTCOME
            )
        )
    index = read_panel_index(frame.data, unit, time)
    labels = pd.MultiIndex.from_arrays(
        [index.unit_labels[index.unit], index.time_labels[index.time]], names=sample.index.names
    )
    distances = pd.Series(own, index=sample.index).reindex(labels).to_numpy()
    held = Frame(frame.data.assign(**{OUTCOME: distances}), frame.notes)
    formula = f"{OUTCOME} ~ {regressors}"
    design = read_design(formula, held, unit=unit, time=time, where=where)
    require_terms(design, formula)
    if not design.has_intercept:
        raise SpecError(message("a truncated regression needs its intercept: leave out `- 1`"))
    absent = sample.index.difference(design.labels())
    if len(absent):
        raise DataError(
            message(
                "{count} rows that span the frontier have no regressors: {places}; leave them out by {where}, or name "
                "other regressors",
                where=option("where"),
                count=len(absent),
                places=[f"{one[0]} {one[1]}" for one in absent[:6]],
            )
        )
    X = np.asarray(design.X)
    refuse_unidentified(X, X, design.terms, "none")
    return design


def _without_bias(
    X: FloatArray,
    Y: FloatArray,
    sets: tuple[IntArray, ...],
    own: FloatArray,
    Z: FloatArray,
    returns: Returns,
    orientation: Orientation,
    generator: np.random.Generator,
) -> FloatArray:
    """Return distances (n,) less the bias of algorithm 2."""
    first = explained(own, Z, reps=0, generator=generator)
    return corrected_distances(
        X, Y, sets, own, Z @ first.slopes, first.sigma, returns, orientation, _BIAS_DRAWS, generator
    )


def _naive(own: FloatArray, Z: FloatArray, terms: tuple[str, ...]) -> pd.DataFrame:
    """Return least squares and Tobit of the distances by term."""
    plain, censored = least_squares_regression(own, Z), tobit(own, Z)
    return pd.DataFrame(
        {
            "ols": plain.slopes,
            "ols_error": plain.std_errors,
            "tobit": censored.slopes,
            "tobit_error": censored.std_errors,
        },
        index=pd.Index(terms, name="term"),
    )


def _facts(found: Explained, design: Design, frontier: OneFrontier) -> dict[Any, Any]:
    labels = design.time_labels
    return {
        "nobs": int(found.rows.sum()),
        term("fact", "rows on the frontier, left out"): int((~found.rows).sum()),
        "n_units": len(design.unit_labels),
        "years": f"{labels[0]}-{labels[-1]}",
        "sigma": found.sigma,
        "loglik": found.loglik,
        term("fact", "frontier"): FRONTIER_WORDS[frontier],
    }


def _check(algorithm: int, returns: str, orientation: str, frontier: str, errors: Any, reps: int) -> None:
    if algorithm not in (1, 2) or isinstance(algorithm, bool):
        raise SpecError(message("algorithm is 1 or 2, not {value!r}", value=algorithm))
    check_choice("returns", returns, RETURNS)
    check_choice("orientation", orientation, ORIENTATIONS)
    check_choice("frontier", frontier, get_args(OneFrontier))
    if errors is not None:
        check_choice("errors", errors, get_args(SecondErrors))
    check_count("reps", reps, 2)
