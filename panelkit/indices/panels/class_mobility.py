"""Mobility of a panel column between classes: Markov and spatial Markov chains."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from panelkit.indices.arrays import markov
from panelkit.indices.panels.panel_frame import own_words, panel_frame, refuse_gaps, wide
from panelkit.indices.panels.spatial_weights import row_weights
from panelkit.kernels.rng import seed_of
from panelkit.language.errors import DataError
from panelkit.language.message import message, term
from panelkit.language.offers import offered
from panelkit.language.options import check_count
from panelkit.panel.provenance import place_notes
from panelkit.results.fit import Derived, FloatArray, Uncertainty


@offered(
    "index", family="mobility", result="Derived", source="Rey 2001; Shorrocks 1978 (mobility)", public=True
)
def markov_chain(
    data: pd.DataFrame,
    column: str,
    *,
    k: int = 4,
    relative: bool = False,
    reps: int = 999,
    rng: int | np.random.Generator = 0,
    unit: str | None = None,
    time: str | None = None,
) -> Derived:
    """Return the transition probabilities of pooled quantile classes, intervals by resampling provinces.

    Terms `1->1`, `1->2`, ... over one year; `facts` hold mobility and the order test. 31 provinces and a dozen
    years leave few moves a cell: three or four classes at most. `relative` divides by each year's mean, as Rey (2001)
    does: without it an index that grows everywhere leaves no way down.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    column
        A numeric column of `data`.
    k
        Number of classes.
    relative
        Divide by each year's mean first.
    reps
        Number of draws.
    rng
        Seed or numpy generator; the same seed gives the same numbers.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Derived
        One row a pair of classes: the probability of the move in one year, with its interval.

    Raises
    ------
    DataError
        If a class is empty or the panel is not balanced.

    Examples
    --------
    >>> found = pk.markov_chain(panel, "gdp", k=3, relative=True, reps=99, rng=1)
    """
    check_count("reps", reps, 2)
    with own_words(data, unit, time) as levels:
        frame = panel_frame(data, [column], unit=unit, time=time)
        found = _chain(frame, column, k, relative=relative, reps=reps, rng=rng)
    return replace(found, levels=levels)


def _chain(
    frame: pd.DataFrame, column: str, k: int, *, relative: bool, reps: int, rng: int | np.random.Generator
) -> Derived:
    y, _, years = wide(frame[column])
    refuse_gaps(years)
    y = _relative(y) if relative else y
    classes = markov.classify(y, markov.quantile_cutoffs(y, k))
    moves = markov.transitions(classes, k)
    never = [str(i + 1) for i in np.flatnonzero(moves.sum(axis=1) == 0)]
    if never:
        raise DataError(
            message(
                "{column}: no move starts in class {classes} of {k}: use fewer classes",
                column=column,
                classes=never,
                k=k,
            )
        )
    p = markov.probabilities(moves)
    drawn = markov.bootstrap(classes, k, reps=reps, rng=rng)
    whole = (drawn.sum(axis=2) > 0).all(axis=1)
    if whole.sum() < 2:
        raise DataError(
            message(
                "{column}: no resample of {units} holds all {k} classes: use fewer classes",
                column=column,
                k=k,
            )
        )
    draws = drawn[whole].reshape(-1, k * k)
    test = markov.order_test(classes, k)
    return Derived(
        title=message("Markov chain of {column}, {k} classes", column=column, k=k),
        terms=tuple(f"{i + 1}->{j + 1}" for i in range(k) for j in range(k)),
        estimates=p.ravel(),
        covariance=np.cov(draws, rowvar=False),
        draws=draws,
        uncertainty=Uncertainty(
            method="bootstrap", reps=reps, seed=seed_of(rng), discarded=int(len(whole) - whole.sum())
        ),
        facts={
            "n_units": len(y),
            "years": f"{years[0]}-{years[-1]}",
            term("fact", "moves"): int(classes.shape[0] * (classes.shape[1] - 1)),
            term("fact", "discarded"): int(len(whole) - whole.sum()),
            term("fact", "mobility"): markov.mobility(p),
            term("fact", "order_test_p"): test.p_value,
        },
        notes=(
            *place_notes(frame),
            message("classes are pooled quantiles with fixed cut-offs, of values relative to the {period}")
            if relative
            else message("classes are pooled quantiles with fixed cut-offs"),
        ),
    )


@offered("index", family="mobility", result="SpatialMarkov", source="Rey 2001", public=True)
def spatial_markov(
    data: pd.DataFrame,
    column: str,
    w: Any,
    *,
    k: int = 4,
    m: int | None = None,
    same_cutoffs: bool = False,
    relative: bool = False,
    unit: str | None = None,
    time: str | None = None,
) -> markov.SpatialMarkov:
    """Return the spatial Markov chain of a panel column under row-standardised weights, aligned by id (Rey 2001).

    `w` is a panelkit or libpysal weights object, or a frame with provinces on both sides; `relative` divides by each
    year's mean.

    Parameters
    ----------
    data
        A panel: one row a unit and time; pandas, polars or Arrow.
    column
        A numeric column of `data`.
    w
        Weights (N, N) by id, of any kind that `as_weights` reads.
    k
        Number of classes of the values.
    m
        Number of classes of the neighbours' mean; None: k.
    same_cutoffs
        Class the neighbours by the cut-offs of the values.
    relative
        Divide by each year's mean first.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    SpatialMarkov
        Transition matrices (m, k, k) by class of the neighbours, and the tests of equality.

    Raises
    ------
    DataError
        If ids disagree or the panel is not balanced.

    Examples
    --------
    >>> found = pk.spatial_markov(panel, "gdp", w, k=3, relative=True)
    """
    frame = panel_frame(data, [column], unit=unit, time=time)
    y, provinces, years = wide(frame[column])
    refuse_gaps(years)
    y = _relative(y) if relative else y
    weights = row_weights(w, provinces)
    found = markov.spatial_markov(y, weights.matrix.toarray(), k=k, m=m, same_cutoffs=same_cutoffs)
    return replace(found, notes=(*weights.said, *place_notes(frame)))


def _relative(y: FloatArray) -> FloatArray:
    mean = y.mean(axis=0)
    if (mean <= 0).any():
        raise DataError(message("values relative to the {period}'s mean need positive means"))
    return np.asarray(y / mean)
