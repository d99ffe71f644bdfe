"""Regression of a network on others, tested by relabelling: double semi-partialling, and the permutation of y."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from panelkit.evaluation.network.circular import benchmark_networks, circular_note, circular_sources
from panelkit.evaluation.network.matrices import Of, check_of, pair_matrix
from panelkit.evaluation.network.mrqap_result import QAPRegression
from panelkit.evaluation.network.network import Network
from panelkit.evaluation.network.qap import BENCHMARKS, common_period, ids_of, levels_of, sentence
from panelkit.evaluation.network.regressors import PairRegressor, read_regressors
from panelkit.evaluation.network.relabelling import (
    less_basis,
    p_values,
    pair_basis,
    relabelled_sums,
    relabellings,
    residual_t,
)
from panelkit.kernels.identified import least_squares
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.language.options import check_permutations
from panelkit.language.spelt import option

Method = Literal["dsp", "y-permutation"]
_REPEATED = 1e-8  # of a regressor's norm that the others leave: below that it has no coefficient of its own


@offered(
    "evaluation",
    family="networks",
    result="QAPRegression",
    source="Dekker, Krackhardt and Snijders 2007",
    public=True,
)
def mrqap(
    y: Any,
    X: Mapping[str, Any],
    *,
    year: Any = None,
    of: Of = "ties",
    method: Method = "dsp",
    reps: int = 4999,
    exact: bool | None = None,
    rng: int | np.random.Generator = 0,
) -> QAPRegression:
    """Return a regression over ordered pairs, tested by relabelling (MRQAP).

    Coefficients are those of least squares. Pairs that share a unit are not independent, so that ordinary p-values are
    far too small; those here come from relabelled units.

    Parameters
    ----------
    y
        A network, a frame with ids on both sides, or an array.
    X
        By name: networks, frames, weights or arrays; a series by unit (|x_i - x_j|); or (kind, series) with the kinds
        "gap", "difference", "sum", "sender", "receiver", "same".
    year
        The period of networks; None: the last of y, or of the first network. A network of a single period is taken as
        it is, and a note names its period where it is another one.
    of
        What of a network: "ties" (a linear probability model), "scores" or "log" (of scores).
    method
        "dsp": double semi-partialling; what the others leave of a regressor is relabelled, one regressor at a time.
        "y-permutation": y is relabelled, which tests that *all* coefficients are zero; where another regressor acts,
        p of a single one rests on a null that does not hold, and a note says so.
    reps
        Relabellings drawn; p = (1 + #)/(reps + 1).
    exact
        List all n! orders: p = #/n!. None: where n is 7 or less.
    rng
        Seed or numpy generator; the same seed gives the same numbers.

    Returns
    -------
    QAPRegression
        Coefficients, t as test statistic, p-values, R2, and which regressors the network is built from.

    Raises
    ------
    DataError
        If ids disagree, values are missing, or a matrix is the same for all pairs.
    SpecError
        If a regressor repeats the others, or an option is none of those listed.

    Examples
    --------
    >>> network = pk.gravity_network(panel, ["population", "gdp"], year=2020)
    >>> patents = panel["patents_granted"].xs(2020, level="year")
    >>> near = pk.contiguity(normalisation="none")
    >>> found = pk.mrqap(network, {"border": near, "gdp": patents}, reps=499)
    >>> found.circular
    ('gdp',)
    """
    if method not in ("dsp", "y-permutation"):
        raise SpecError(
            message("method is one of {known}, not {given!r}", known=["dsp", "y-permutation"], given=method)
        )
    check_permutations("reps", reps)
    check_of(of)
    right = list(X.values()) if isinstance(X, Mapping) else []
    network = y.at(year) if isinstance(y, Network) else None
    year = common_period(year, *right) if network is None else network.years[0]
    ids = ids_of(y, *right)
    regressors = read_regressors(X, ids, year=year, of=of)
    outcome = _outcome(pair_matrix(y if network is None else network, ids, verbatim("y"), of=of))
    columns = np.stack([one.matrix for one in regressors], axis=2)
    twice = all(np.array_equal(one, one.T) for one in (outcome, *np.moveaxis(columns, 2, 0)))
    fit = _Fit(outcome, columns, [one.name for one in regressors], twice)
    chance = as_generator(rng)
    orders, listed = relabellings(len(ids), reps, chance, exact)
    t = fit.t()
    drawn = fit.semi_partialled(orders) if method == "dsp" else fit.permuted(orders)
    single = [p_values(float(t[k]), drawn[:, k], listed) for k in range(len(regressors))]
    circular = circular_sources(network, regressors) if network is not None else {}
    benchmark = _benchmark(network, regressors, circular, of, chance)
    squares = fit.permuted_r2(orders)
    return QAPRegression(
        title=message("Regression over pairs, {how}", how=_HOW[method]),
        terms=tuple(one.name for one in regressors),
        made=tuple(one.made for one in regressors),
        coefficients=fit.coefficients[1:],
        intercept=float(fit.coefficients[0]),
        standardised=fit.standardised(),
        statistics=t,
        p_values=tuple(single),
        r2=fit.r2,
        r2_p=p_values(fit.r2, squares, listed)["greater"],
        pairs=fit.pairs,
        method=method,
        relabellings=len(orders),
        exact=listed,
        circular=tuple(circular),
        benchmark=benchmark,
        notes=tuple(
            note.spoken(*levels_of(network))
            for note in (
                *circular_note(circular),
                *_said(method, outcome, twice),
                sentence(len(ids), len(orders), listed, seed_of(rng)),
            )
        ),
        levels=levels_of(network),
    )


_HOW: dict[Method, Message] = {
    "dsp": message("double semi-partialling (MRQAP-DSP)"),
    "y-permutation": message("permutation of y (MRQAP-Y)"),
}


class _Fit:
    """Least squares over ordered pairs, and its statistics under relabelled units."""

    def __init__(self, y: FloatArray, columns: FloatArray, names: list[str], twice: bool) -> None:
        self.y, self.columns, self.twice = y, columns, twice
        self.off = ~np.eye(len(y), dtype=bool)
        self.X = np.column_stack([np.ones(int(self.off.sum())), columns[self.off]])
        self.pairs = int(self.off.sum()) // (2 if twice else 1)
        self.free = self.pairs - self.X.shape[1]
        if self.free < 1:
            raise DataError(
                message("{pairs} pairs carry no {count} regressors", pairs=self.pairs, count=columns.shape[2])
            )
        self.bases = [pair_basis(np.delete(columns, k, axis=2)) for k in range(columns.shape[2])]
        self.residuals = [less_basis(columns[:, :, k], basis) for k, basis in enumerate(self.bases)]
        _refuse_repeated(columns, self.residuals, names)
        self.coefficients = least_squares(self.X, y[self.off])
        self.errors = y[self.off] - self.X @ self.coefficients
        self.spread = float(((y[self.off] - y[self.off].mean()) ** 2).sum())
        self.r2 = 1.0 - float(self.errors @ self.errors) / self.spread

    def standardised(self) -> FloatArray:
        """Return coefficients times the deviation of the regressor over that of y, (k,)."""
        return np.asarray(self.coefficients[1:] * self.X[:, 1:].std(axis=0) / self.y[self.off].std())

    def t(self) -> FloatArray:
        """Return the t of every regressor, (k,), which is only a statistic to be relabelled."""
        same = np.arange(len(self.y))[None, :]
        return self.semi_partialled(same)[0]

    def semi_partialled(self, orders: IntArray) -> FloatArray:
        """Return the t of each regressor's relabelled residual beside the others, (B, k)."""
        return np.column_stack(
            [
                residual_t(residual, self.y, basis, orders, self.free, self.twice)
                for residual, basis in zip(self.residuals, self.bases, strict=True)
            ]
        )

    def permuted(self, orders: IntArray) -> FloatArray:
        """Return the t of each regressor where y is relabelled, (B, k)."""
        own = np.stack(self.residuals, axis=2)
        products = relabelled_sums(self.y, own, orders)
        squares = (own**2).sum(axis=(0, 1))
        factor = 0.5 if self.twice else 1.0
        left = factor * self.spread * (1.0 - self.permuted_r2(orders))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(products / squares / np.sqrt(left[:, None] / self.free / (factor * squares)))

    def permuted_r2(self, orders: IntArray) -> FloatArray:
        """Return R2 where y is relabelled, (B,)."""
        basis = pair_basis(self.columns)
        inside = np.where(self.off, self.y, 0.0)
        sums = (relabelled_sums(inside, basis, orders) ** 2).sum(axis=1)
        mean = inside.sum() ** 2 / self.off.sum()
        return np.asarray((sums - mean) / self.spread)


def _outcome(matrix: FloatArray) -> FloatArray:
    off = ~np.eye(len(matrix), dtype=bool)
    if np.ptp(matrix[off]) == 0.0:
        raise DataError(message("y is the same for all pairs: there is nothing to explain"))
    return matrix


def _refuse_repeated(columns: FloatArray, residuals: list[FloatArray], names: list[str]) -> None:
    off = ~np.eye(len(columns), dtype=bool)
    repeated = []
    for k, residual in enumerate(residuals):
        column = columns[:, :, k][off]
        if np.sqrt((residual**2).sum()) <= _REPEATED * np.sqrt(((column - column.mean()) ** 2).sum()):
            repeated.append(f"`{names[k]}`")
    if repeated:
        raise SpecError(
            message(
                "{names}: a linear combination of the other regressors and the intercept: leave one out",
                names=repeated,
            )
        )


def _benchmark(
    network: Network | None,
    regressors: list[PairRegressor],
    circular: Mapping[str, tuple[str, Message]],
    of: Of,
    rng: np.random.Generator,
) -> FloatArray:
    """Return R2 of networks of random masses on the same regressors, those of masses moved with them, (B,)."""
    if network is None:
        return np.empty(0)
    off = ~np.eye(network.n, dtype=bool)
    moving = [circular.get(one.name, ("", None))[0] == "mass" for one in regressors]
    found = []
    for y, order in benchmark_networks(network, of, BENCHMARKS, rng):
        columns = [
            one.matrix[np.ix_(order, order)] if moves else one.matrix
            for one, moves in zip(regressors, moving, strict=True)
        ]
        X = np.column_stack([np.ones(int(off.sum())), *(column[off] for column in columns)])
        target = y[off]
        left = target - X @ least_squares(X, target)
        found.append(1.0 - (left @ left) / ((target - target.mean()) ** 2).sum())
    return np.array(found)


def _said(method: Method, y: FloatArray, twice: bool) -> tuple[Message, ...]:
    off = ~np.eye(len(y), dtype=bool)
    notes = []
    if method == "y-permutation":
        notes.append(
            message(
                "the permutation of y tests that all coefficients are zero at once; where another regressor acts, p of "
                "a single one rests on a null that does not hold, and {dsp} is made for it",
                dsp=option("method", "dsp"),
            )
        )
    if set(np.unique(y[off])) <= {0.0, 1.0}:
        notes.append(
            message("y is 0 or 1: coefficients are differences of the probability of a tie (linear model)")
        )
    if twice:
        notes.append(message("all matrices are symmetric: every pair counts once"))
    return tuple(notes)
