"""Correlation of two networks by relabelling the units of one: Hubert's quadratic assignment procedure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import factorial
from typing import Any, Literal

import numpy as np
import pandas as pd

from panelkit.evaluation.network.circular import benchmark_networks, circular_note, circular_sources
from panelkit.evaluation.network.matrices import Of, check_of
from panelkit.evaluation.network.network import Network
from panelkit.evaluation.network.regressors import PairRegressor, read_regressor
from panelkit.evaluation.network.relabelling import centred, correlations, p_values, relabellings
from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Message, message
from panelkit.language.offers import offered
from panelkit.language.options import check_permutations
from panelkit.results.tabled import Named, Tabled

Alternative = Literal["two-sided", "greater", "less"]
BENCHMARKS = 199
_SIDES: dict[Alternative, Message] = {
    "two-sided": message("two-sided: |r| at least as large"),
    "greater": message("one-sided: r at least as large"),
    "less": message("one-sided: r at most as large"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class QAPCorrelation(Tabled):
    """A correlation over pairs and its place among those of relabelled units.

    `draws` (B,) are the correlations under relabelling, all n! of them where `exact`; `benchmark` those of networks
    whose masses were dealt anew with distances as they are, where the network is computed from masses. `circular` are
    the matrices that the other one is built from.
    """

    correlation: float
    alternative: Alternative
    p_values: dict[Alternative, float]
    draws: FloatArray
    exact: bool
    benchmark: FloatArray = field(default_factory=lambda: np.empty(0))
    circular: tuple[str, ...] = ()
    levels: Levels = PROVINCIAL

    @property
    def p_value(self) -> float:
        """Return p of the alternative that was asked for."""
        return self.p_values[self.alternative]

    def _named(self) -> Sequence[Named]:
        rows: list[Named] = [
            (message("Correlation over pairs"), self.correlation),
            (message("p, {side}", side=_SIDES[self.alternative]), self.p_value),
            (message("Mean under relabelling"), float(np.mean(self.draws))),
            (message("Standard deviation under relabelling"), float(np.std(self.draws))),
            (message("Relabellings"), len(self.draws)),
        ]
        if len(self.benchmark):
            rows.append((message("Correlation with random masses, mean"), float(np.mean(self.benchmark))))
        return rows

    def tidy(self) -> pd.DataFrame:
        """Return one row: the correlation, all three p-values, number of relabellings and whether they are all."""
        return pd.DataFrame(
            [
                {
                    "correlation": self.correlation,
                    "p_value": self.p_value,
                    "p_two_sided": self.p_values["two-sided"],
                    "p_greater": self.p_values["greater"],
                    "p_less": self.p_values["less"],
                    "relabellings": len(self.draws),
                    "exact": self.exact,
                    "circular": bool(self.circular),
                    "benchmark": float(np.mean(self.benchmark)) if len(self.benchmark) else float("nan"),
                }
            ]
        )


@offered(
    "evaluation", family="networks", result="QAPCorrelation", source="Hubert and Schultz 1976", public=True
)
def qap(
    a: Any,
    b: Any,
    *,
    year: Any = None,
    of: Of = "ties",
    reps: int = 4999,
    alternative: Alternative = "two-sided",
    exact: bool | None = None,
    rng: int | np.random.Generator = 0,
) -> QAPCorrelation:
    """Return the correlation of two networks over ordered pairs, tested by relabelling the units of the first.

    Rows and columns are permuted together, so that what hangs together in a network stays together. The null is that
    the labels of one have nothing to do with the other.

    Parameters
    ----------
    a, b
        Networks, frames with ids on both sides, weights, arrays in one order, or series by unit (|x_i - x_j|).
    year
        The period of networks; None: the last of the first one. A network of a single period is taken as it is.
    of
        What of a network: "ties", "scores" or "log" (of scores).
    reps
        Relabellings drawn; p = (1 + #)/(reps + 1).
    alternative
        "two-sided" (|r| at least as large), "greater" or "less".
    exact
        List all n! orders: p = #/n!. None: where n is 7 or less.
    rng
        Seed or numpy generator; the same seed gives the same numbers.

    Returns
    -------
    QAPCorrelation
        The correlation, p-values of all alternatives, and whether one network is built from the other.

    Raises
    ------
    DataError
        If ids disagree, or all pairs of a matrix are the same.
    SpecError
        If an option is none of those listed.

    Examples
    --------
    >>> near = pk.contiguity(normalisation="none")
    >>> network = pk.gravity_network(panel, ["population", "gdp"], year=2020)
    >>> found = pk.qap(network, near, reps=499)
    >>> found.correlation > 0.3, found.p_value
    (True, 0.002)
    """
    options: Any = {"of": of, "reps": reps, "alternative": alternative, "exact": exact, "rng": rng}
    return named_qap({"a": a, "b": b}, year=year, **options)


def named_qap(
    sides: Mapping[str, Any],
    *,
    year: Any = None,
    of: Of = "ties",
    reps: int = 4999,
    alternative: Alternative = "two-sided",
    exact: bool | None = None,
    rng: int | np.random.Generator = 0,
) -> QAPCorrelation:
    """Return `qap` of two matrices by name, which its notes call them by; the options are those of `qap`.

    Raises
    ------
    DataError
        If ids disagree, or all pairs of a matrix are the same.
    SpecError
        If an option is none of those listed.
    """
    if alternative not in _SIDES:
        raise SpecError(
            message("alternative is one of {known}, not {given!r}", known=list(_SIDES), given=alternative)
        )
    check_permutations("reps", reps)
    check_of(of)
    given = tuple(sides.values())
    network = next((one for one in given if isinstance(one, Network)), None)
    ids, year = ids_of(*given), common_period(year, *given)
    first, second = (read_regressor(name, one, ids, year=year, of=of) for name, one in sides.items())
    chance = as_generator(rng)
    orders, all_of_them = relabellings(len(ids), reps, chance, exact)
    found = float(correlations(first.matrix, second.matrix, np.arange(len(ids))[None, :])[0])
    draws = correlations(first.matrix, second.matrix, orders)
    notes, circular, benchmark = _circularity([first, second], of, chance)
    apart = [message("`{name}`: {made}", name=one.name, made=one.made) for one in (first, second) if one.made]
    notes = (*notes, *_of_benchmark(benchmark), *(apart if network is not None else ()))
    made = (sentence(len(ids), len(orders), all_of_them, seed_of(rng)),)
    return QAPCorrelation(
        title=message("QAP correlation"),
        correlation=found,
        alternative=alternative,
        p_values=p_values(found, draws, all_of_them),  # type: ignore[arg-type]
        draws=draws,
        exact=all_of_them,
        benchmark=benchmark,
        circular=circular,
        notes=tuple(note.spoken(*levels_of(network)) for note in (*notes, *made)),
        levels=levels_of(network),
    )


def _of_benchmark(benchmark: FloatArray) -> tuple[Message, ...]:
    """Return what networks of random masses have for a correlation, in words."""
    if not len(benchmark):
        return ()
    low, high = np.quantile(benchmark, [0.05, 0.95])
    return (
        message(
            "benchmark: networks of the same masses dealt anew among the {units}, distances as they are, have a "
            "correlation of {mean:.3f} (5-95 %: {low:.3f}-{high:.3f})",
            mean=float(benchmark.mean()),
            low=float(low),
            high=float(high),
        ),
    )


def ids_of(*given: Any) -> tuple[Hashable, ...]:
    """Return the units of the first thing that names them, or numbers where all are arrays.

    Raises
    ------
    DataError
        If nothing says how many units there are.
    """
    for one in given:
        if isinstance(one, Network) or (hasattr(one, "matrix") and hasattr(one, "ids")):
            return tuple(one.ids)
    for one in given:
        held = one[1] if isinstance(one, tuple) and len(one) == 2 else one
        if isinstance(held, pd.DataFrame | pd.Series):
            return tuple(held.index)
    for one in given:
        if isinstance(one, np.ndarray) and one.ndim == 2:
            return tuple(range(len(one)))
    raise DataError(
        message(
            "nothing names the {units}: give a Network, a frame with ids on both sides, or an array (N, N)"
        )
    )


def common_period(year: Any, *given: Any) -> Any:
    """Return the period at which networks are taken: that asked for, or the last of the first one; None without one.

    Raises
    ------
    SpecError
        If a period is asked for that no network holds.
    """
    held = [one for one in given if isinstance(one, Network)]
    if not held:
        return None
    if year is None:
        return held[0].years[-1]
    return year if any(year in one.years for one in held[1:]) else held[0].years[held[0].place(year)]


def levels_of(network: Network | None) -> Levels:
    """Return what the units of a network are called."""
    return PROVINCIAL if network is None else network.levels


def sentence(n: int, count: int, exact: bool, seed: int | None) -> Message:
    """Return how relabellings were made."""
    if exact:
        return message("all {count} orders of {n} {units}: p = # / n!", count=factorial(n), n=n)
    if seed is None:
        return message(
            "{count} relabellings by a generator of the caller's: p = (1 + #) / ({count} + 1)", count=count
        )
    return message("{count} relabellings, seed {seed}: p = (1 + #) / ({count} + 1)", count=count, seed=seed)


def _circularity(
    sides: list[PairRegressor], of: Of, rng: np.random.Generator
) -> tuple[tuple[Message, ...], tuple[str, ...], FloatArray]:
    """Return note, names and correlations with random masses, of the first side that is computed from masses."""
    for one, other in (sides, sides[::-1]):
        if one.network is None or one.network.recipe is None:
            continue
        found = circular_sources(one.network, [other])
        moves = any(source == "mass" for source, _ in found.values())
        draws = [
            _r(y, other.matrix[np.ix_(order, order)] if moves else other.matrix)
            for y, order in benchmark_networks(one.network, of, BENCHMARKS, rng)
        ]
        return circular_note(found), tuple(found), np.array(draws)
    return (), (), np.empty(0)


def _r(a: FloatArray, b: FloatArray) -> float:
    one, other = centred(a), centred(b)
    scale = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / scale) if scale > 0 else 0.0
