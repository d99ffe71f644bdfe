"""Markov and spatial Markov chains of classes (Quah 1993; Rey 2001), with tests. Arrays only.

`y (N, T)` are values of N units in T periods, `classes (N, T)` codes 0..k-1. Classes come from pooled quantiles,
whose cut-offs are fixed over time, unless given: an index normalised per year changes what a class means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from panelkit.indices.arrays.checks import matrix, vector
from panelkit.kernels.frames import as_floats
from panelkit.kernels.rng import as_generator
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message
from panelkit.language.options import check_count, is_whole, refuse_idle
from panelkit.results.fit import FloatArray, TestResult
from panelkit.show.brief import Brief

IntArray = NDArray[np.int64]
_SAME_FOR_NEIGHBOURS = message("the transition matrix is the same for every neighbours' class")


def quantile_cutoffs(y: ArrayLike, k: int) -> FloatArray:
    """Return the k - 1 pooled quantile cut-offs of all values; ties that merge two cut-offs are refused."""
    values = matrix(y, message("Markov classes"))
    if is_whole(k) and k < 2:
        raise SpecError(message("at least two classes are needed, not {k}", k=k))
    check_count("k", k, 2)
    cut = np.quantile(values, np.arange(1, k) / k)
    if (np.diff(cut) <= 0).any():
        raise DataError(
            message(
                "{k} pooled quantile classes are not distinct: too many equal values; use fewer classes", k=k
            )
        )
    return np.asarray(cut)


def classify(y: ArrayLike, cutoffs: ArrayLike) -> IntArray:
    """Return classes 0..k-1; a value equal to a cut-off belongs to the lower class."""
    return np.searchsorted(_increasing(cutoffs), matrix(y, message("Markov classes")), side="left").astype(
        np.int64
    )


def transitions(classes: ArrayLike, k: int, *, step: int = 1) -> FloatArray:
    """Return counts (k, k) of moves from class i to class j over `step` periods."""
    code = _codes(classes, k)
    start, end = _moves(code, step)
    return np.bincount(start * k + end, minlength=k * k).reshape(k, k).astype(float)


def probabilities(counts: ArrayLike) -> FloatArray:
    """Return row shares (..., k, k) of counts; a row never left is all zero (not uniform)."""
    n = as_floats(counts, message("transition counts"))
    total = n.sum(axis=-1, keepdims=True)
    return np.divide(n, total, out=np.zeros_like(n), where=total > 0)


def steady_state(p: ArrayLike) -> FloatArray:
    """Return the ergodic distribution (k,).

    Raises
    ------
    DataError
        If the chain has none (an empty row) or more than one (several closed sets of classes).
    """
    matrix_p = matrix(p, message("transition matrix"))
    k = len(matrix_p)
    if not np.allclose(matrix_p.sum(axis=1), 1.0, atol=1e-9):
        raise DataError(
            message("a class is never left, so its row of the transition matrix is empty: use fewer classes")
        )
    system = np.vstack([matrix_p.T - np.eye(k), np.ones(k)])
    if np.linalg.matrix_rank(system[:-1], tol=1e-10) < k - 1:
        raise DataError(
            message("the chain falls apart into closed sets: its long-run distribution depends on the start")
        )
    solution, *_ = np.linalg.lstsq(system, np.append(np.zeros(k), 1.0), rcond=None)
    return np.clip(solution, 0.0, None) / np.clip(solution, 0.0, None).sum()


def mobility(p: ArrayLike) -> float:
    """Return Shorrocks' mobility (k - tr P) / (k - 1): 0 for none, 1 for independence of the start."""
    matrix_p = matrix(p, message("transition matrix"))
    k = len(matrix_p)
    return float((k - np.trace(matrix_p)) / (k - 1))


def spatial_counts(
    classes: ArrayLike, lag_classes: ArrayLike, k: int, m: int, *, step: int = 1
) -> FloatArray:
    """Return counts (m, k, k): moves from i to j of units whose neighbours' class at the start is s."""
    code, lag = _codes(classes, k), _codes(lag_classes, m)
    if code.shape != lag.shape:
        raise DataError(
            message(
                "classes {own} and lag classes {lag} must have one shape",
                own=str(code.shape),
                lag=str(lag.shape),
            )
        )
    start, end = _moves(code, step)
    where = lag[:, :-step].ravel()
    return np.bincount((where * k + start) * k + end, minlength=m * k * k).reshape(m, k, k).astype(float)


def homogeneity(counts: ArrayLike, *, null: Message = _SAME_FOR_NEIGHBOURS) -> tuple[TestResult, TestResult]:
    """Return LR and Q tests that P does not depend on the conditioning class (Anderson and Goodman 1957).

    LR = 2 sum n_ij|s ln(p_ij|s / p_ij), Q = sum n_i|s (p_ij|s - p_ij)^2 / p_ij; df = sum_i (a_i - 1)(b_i - 1), a_i the
    conditions with observations in row i, b_i the positive cells of pooled row i. With many cells expected
    below 5 the chi-square is a rough guide: the tests say how many.
    """
    n = as_floats(counts, message("transition counts"))
    pooled = n.sum(axis=0)
    p, p_s = probabilities(pooled), probabilities(n)
    row = n.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        lr = 2.0 * float(np.where(n > 0, n * np.log(p_s / p), 0.0).sum())
        q = float(np.where(p > 0, row[:, :, None] * (p_s - p) ** 2 / p, 0.0).sum())
    a, b = (row > 0).sum(axis=0), (pooled > 0).sum(axis=1)
    df = int((np.maximum(a - 1, 0) * np.maximum(b - 1, 0)).sum())
    names = (message("Markov homogeneity, LR"), message("Markov homogeneity, Q"))
    if df == 0:
        because = message("no row of the transition matrix has observations under two conditions")
        return (
            TestResult.not_applicable(names[0], null, because),
            TestResult.not_applicable(names[1], null, because),
        )
    expected = (row[:, :, None] * p)[(row[:, :, None] > 0) & (p > 0)]
    thin = int((expected < 5).sum())
    notes = (
        (message("{thin} of {cells} cells expect fewer than 5 moves", thin=thin, cells=expected.size),)
        if thin
        else ()
    )
    return tuple(  # type: ignore[return-value]
        TestResult(
            name=name,
            null=null,
            statistic=statistic,
            distribution="chi2",
            df=(float(df),),
            p_value=_chi2_tail(statistic, df),
            facts={"cells": expected.size, "cells_below_5": thin},
            notes=notes,
        )
        for name, statistic in zip(names, (lr, q), strict=True)
    )


def order_test(classes: ArrayLike, k: int) -> TestResult:
    """Return the LR test of a chain of order 0 (independence of the past) against order 1; df = (a-1)(b-1)."""
    n = transitions(classes, k)
    row, column, total = n.sum(axis=1), n.sum(axis=0), n.sum()
    expected = np.outer(row, column) / total
    with np.errstate(divide="ignore", invalid="ignore"):
        lr = 2.0 * float(np.where(n > 0, n * np.log(n / expected), 0.0).sum())
    df = (int((row > 0).sum()) - 1) * (int((column > 0).sum()) - 1)
    name = message("Markov order, LR")
    null = message("next period's class does not depend on this period's")
    if df == 0:
        return TestResult.not_applicable(name, null, message("only one class occurs"))
    return TestResult(
        name=name,
        null=null,
        statistic=lr,
        distribution="chi2",
        df=(float(df),),
        p_value=_chi2_tail(lr, df),
    )


def stationarity(classes: ArrayLike, k: int, *, breaks: Sequence[int]) -> tuple[TestResult, TestResult]:
    """Return homogeneity tests over time: moves before and after the given period positions share one matrix."""
    code = _codes(classes, k)
    start, end = _moves(code, 1)
    period = np.tile(np.arange(code.shape[1] - 1), code.shape[0])
    part = np.searchsorted(np.asarray(sorted(breaks)), period, side="right")
    size = (len(breaks) + 1) * k * k
    counts = np.bincount((part * k + start) * k + end, minlength=size).reshape(-1, k, k)
    return homogeneity(counts, null=message("the transition matrix is the same for every sub-period"))


def bootstrap(
    classes: ArrayLike, k: int, *, reps: int = 999, rng: int | np.random.Generator = 0
) -> FloatArray:
    """Return transition matrices (reps, k, k) of resamples of whole units: a unit's moves stay together."""
    code = _codes(classes, k)
    units = len(code)
    start, end = _moves(code, 1)
    unit = np.repeat(np.arange(units), code.shape[1] - 1)
    per_unit = np.bincount(unit * k * k + start * k + end, minlength=units * k * k).reshape(units, k * k)
    times = as_generator(rng).multinomial(units, np.full(units, 1.0 / units), size=reps)
    return probabilities((times @ per_unit).reshape(reps, k, k))


@dataclass(frozen=True, eq=False)
class SpatialMarkov(Brief):
    """Pooled and neighbour-conditioned transition matrices with their tests.

    `counts (k, k)`, `p (k, k)`, `lag_counts (m, k, k)`, `lag_p (m, k, k)`; cut-offs of own and lagged classes.
    """

    cutoffs: FloatArray
    lag_cutoffs: FloatArray
    classes: IntArray
    lag_classes: IntArray
    counts: FloatArray
    p: FloatArray
    lag_counts: FloatArray
    lag_p: FloatArray
    lr: TestResult
    q: TestResult
    notes: tuple[Message, ...] = ()


def spatial_markov(
    y: ArrayLike,
    w: ArrayLike,
    *,
    k: int = 4,
    m: int | None = None,
    cutoffs: ArrayLike | None = None,
    lag_cutoffs: ArrayLike | None = None,
    same_cutoffs: bool = False,
) -> SpatialMarkov:
    """Return the spatial Markov chain of y (N, T) under row-standardised weights w (N, N) (Rey 2001).

    k own classes and m classes of the spatial lag (default m = k) from pooled quantiles of y and of Wy; with
    `same_cutoffs` the lag uses y's cut-offs, as most Chinese papers do. A unit without neighbours is refused:
    its lag would be zero and count as the lowest class.
    """
    refuse_idle(
        {"m": same_cutoffs and m is not None and m != k},
        message(
            "would change nothing: with same_cutoffs=True the neighbours have the classes of the values, k"
        ),
    )
    values = matrix(y, message("spatial Markov"))
    weights = matrix(w, message("spatial weights"))
    n = len(values)
    if weights.shape != (n, n):
        raise DataError(message("weights {shape} do not match {n} units", shape=str(weights.shape), n=n))
    islands = np.flatnonzero(weights.sum(axis=1) == 0)
    if islands.size:
        raise DataError(
            message(
                "units at rows {rows} have no neighbours: link them or drop them", rows=str(islands.tolist())
            )
        )
    if not np.allclose(weights.sum(axis=1), 1.0):
        raise DataError(message("spatial Markov needs row-standardised weights: rows must sum to one"))
    own_cut = quantile_cutoffs(values, k) if cutoffs is None else _increasing(cutoffs)
    k = len(own_cut) + 1
    lag = weights @ values
    if lag_cutoffs is not None:
        lag_cut = _increasing(lag_cutoffs)
    else:
        lag_cut = own_cut if same_cutoffs else quantile_cutoffs(lag, k if m is None else m)
    m = len(lag_cut) + 1
    own_class, lag_class = classify(values, own_cut), classify(lag, lag_cut)
    counts = transitions(own_class, k)
    by_lag = spatial_counts(own_class, lag_class, k, m)
    lr, q = homogeneity(by_lag)
    return SpatialMarkov(
        own_cut,
        lag_cut,
        own_class,
        lag_class,
        counts,
        probabilities(counts),
        by_lag,
        probabilities(by_lag),
        lr,
        q,
    )


def _codes(classes: ArrayLike, k: int) -> IntArray:
    code = matrix(classes, message("classes"))
    if code.shape[1] < 2:
        raise DataError(
            message("a Markov chain needs units by at least two periods, not {shape}", shape=str(code.shape))
        )
    if (code != np.floor(code)).any() or code.min() < 0 or code.max() >= k:
        raise DataError(message("classes must be integers from 0 to {last}", last=k - 1))
    return code.astype(np.int64)


def _increasing(cutoffs: ArrayLike) -> FloatArray:
    cut = vector(cutoffs, message("cut-offs"))
    if (np.diff(cut) <= 0).any():
        raise SpecError(message("cut-offs rise from class to class, not {given}", given=str(cut.tolist())))
    return cut


def _moves(code: IntArray, step: int) -> tuple[IntArray, IntArray]:
    if not 1 <= step < code.shape[1]:
        raise SpecError(
            message("step lies between 1 and {longest}, not {step}", longest=code.shape[1] - 1, step=step)
        )
    return code[:, :-step].ravel(), code[:, step:].ravel()


def _chi2_tail(statistic: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, max(statistic, 0.0)))
