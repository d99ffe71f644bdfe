"""What stands on the right of a regression over pairs: matrices by name, some of them made from values of units."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from panelkit.evaluation.network.matrices import Of, pair_matrix, unit_values
from panelkit.evaluation.network.names import ONE_PERIOD
from panelkit.evaluation.network.network import Network
from panelkit.kernels.frames import as_pandas_series
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.show.brief import Brief

KINDS: dict[str, Message] = {
    "gap": message("|x_i - x_j|"),
    "difference": message("x_i - x_j"),
    "sum": message("x_i + x_j"),
    "sender": message("x of the sender"),
    "receiver": message("x of the receiver"),
    "same": message("1 where x_i = x_j"),
}


@dataclass(frozen=True, eq=False)
class PairRegressor(Brief):
    """A matrix (N, N) over pairs; `values` (N,) where made from units, `network` (one period) where it is one."""

    name: str
    matrix: FloatArray
    made: Message | None = None
    values: FloatArray | None = None
    network: Network | None = None


def read_regressor(
    name: str, given: Any, ids: Sequence[Hashable], *, year: Any = None, of: Of = "ties"
) -> PairRegressor:
    """Return a regressor: a matrix of any kind that `pair_matrix` reads, or (kind, series by unit).

    Raises
    ------
    SpecError
        If the kind is none of `KINDS`.
    DataError
        If ids disagree, values are missing, or all pairs are the same.
    """
    label = verbatim(f"`{name}`")
    if isinstance(given, tuple):
        kind, values = _pair_of(given, label)
        found = _of_units(name, kind, unit_values(values, ids, label))
    elif isinstance(as_pandas_series(given), pd.Series):
        found = _of_units(name, "gap", unit_values(as_pandas_series(given), ids, label))
    else:
        network = _of_period(given, year) if isinstance(given, Network) else None
        matrix = pair_matrix(given if network is None else network, ids, label, of=of)
        found = PairRegressor(name, matrix, _other_period(network, year), network=network)
    return _varied(found)


def read_regressors(
    X: Mapping[str, Any], ids: Sequence[Hashable], *, year: Any = None, of: Of = "ties"
) -> list[PairRegressor]:
    """Return the regressors of a mapping from names to what `read_regressor` takes."""
    if not isinstance(X, Mapping) or not X:
        raise SpecError(
            message(
                "X is a mapping from names to matrices with one at least, not {kind}", kind=type(X).__name__
            )
        )
    return [read_regressor(str(name), given, ids, year=year, of=of) for name, given in X.items()]


def _of_period(network: Network, year: Any) -> Network:
    """Return a network at the period; one that holds a single period is taken as it is, of another one too."""
    return network if len(network.years) == 1 else network.at(year)


def _other_period(network: Network | None, year: Any) -> Message | None:
    if network is None or year is None or network.years[0] in (year, ONE_PERIOD):
        return None
    return message("network of {year}", year=str(network.years[0]))


def _pair_of(given: tuple[Any, ...], label: Message) -> tuple[str, pd.Series]:
    values = as_pandas_series(given[1]) if len(given) == 2 else None
    if not isinstance(values, pd.Series) or given[0] not in KINDS:
        raise SpecError(
            message(
                "{name}: a pair is (kind, series by {unit}) with one of the kinds {kinds}",
                name=label,
                kinds=list(KINDS),
            )
        )
    return str(given[0]), values


def _of_units(name: str, kind: str, x: FloatArray) -> PairRegressor:
    first, second = x[:, None], x[None, :]
    square = np.ones((len(x), len(x)))
    made = {
        "gap": np.abs(first - second),
        "difference": first - second,
        "sum": first + second,
        "sender": first * square,
        "receiver": second * square,
        "same": (first == second).astype(float),
    }[kind]
    matrix = np.where(np.eye(len(x), dtype=bool), 0.0, made)
    return PairRegressor(name, matrix, KINDS[kind], values=x)


def _varied(found: PairRegressor) -> PairRegressor:
    off = ~np.eye(len(found.matrix), dtype=bool)
    if np.ptp(found.matrix[off]) == 0.0:
        raise DataError(message("`{name}` is the same for all pairs: leave it out", name=found.name))
    return found
