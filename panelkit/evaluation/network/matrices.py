"""Matrices between units by their ids: networks, frames, weights, and series as differences."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from panelkit.evaluation.network.network import Network
from panelkit.kernels.frames import as_floats, as_pandas_series, is_frame
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.spelt import option
from panelkit.spatial.ids import listed, twins

Of = Literal["ties", "scores", "log"]


def pair_matrix(
    given: Any, ids: Sequence[Hashable], name: Message | str, *, year: Any = None, of: Of = "ties"
) -> FloatArray:
    """Return a matrix (N, N) in the order of the units, its diagonal zero.

    `given` is a `Network` (`of` says what of it), a square frame, `Weights`, an array in the order of the units, or a
    series by unit, which becomes the absolute difference |x_i - x_j|.

    Raises
    ------
    DataError
        If ids disagree, or cells off the diagonal are missing.
    SpecError
        If it is of none of these kinds.
    """
    if isinstance(given, Network):
        matrix = _of_network(given, ids, name, year, of)
    elif hasattr(given, "matrix") and hasattr(given, "ids"):
        matrix = _in_order(given.matrix.toarray(), given.ids, given.ids, ids, name)
    elif isinstance(as_pandas_series(given), pd.Series):
        x = unit_values(as_pandas_series(given), ids, name)
        matrix = np.abs(x[:, None] - x[None, :])
    elif is_frame(given):
        frame = pd.DataFrame(given)
        values = np.column_stack([as_floats(frame[column], f"{name}") for column in frame.columns])
        matrix = _in_order(values, list(frame.index), list(frame.columns), ids, name)
    elif isinstance(given, np.ndarray):
        matrix = _array(given, len(ids), name)
    else:
        raise SpecError(
            message(
                "{name}: a matrix between {units} is a Network, a frame with ids on both sides, Weights, an array in "
                "their order or a series by {unit}, not {kind}",
                name=name,
                kind=type(given).__name__,
            )
        )
    return _whole(np.where(np.eye(len(ids), dtype=bool), 0.0, matrix), ids, name)


def check_of(of: Any) -> None:
    """Refuse what is no matrix of a network.

    Raises
    ------
    SpecError
        If it is none of "ties", "scores" and "log".
    """
    if of not in get_args(Of):
        raise SpecError(message("of is one of {known}, not {given!r}", known=list(get_args(Of)), given=of))


def unit_values(series: pd.Series, ids: Sequence[Hashable], name: Message | str) -> FloatArray:
    """Return a series by unit in the order of the units, (N,)."""
    if isinstance(series.index, pd.MultiIndex):
        raise DataError(
            message(
                "{name}: a series by {unit} and {period}: choose one {period}, series.xs(2020, level=1)",
                name=name,
            )
        )
    at = _places(list(series.index), ids, name)
    return np.asarray(as_floats(series, f"{name}")[at])


def logged(matrix: FloatArray, ids: Sequence[Hashable], name: Message | str) -> FloatArray:
    """Return the logarithm of positive scores (N, N), its diagonal zero.

    Raises
    ------
    DataError
        If a score is zero or negative, naming pairs.
    """
    off = ~np.eye(len(ids), dtype=bool)
    wrong = [f"{ids[i]}-{ids[j]}" for i, j in np.argwhere(off & ~(matrix > 0.0))]
    if wrong:
        raise DataError(
            message(
                "{name}: the logarithm of scores needs positive ones, and {count} pairs have none ({pairs}): take "
                "{scores} or {ties}",
                scores=option("of", "scores"),
                ties=option("of", "ties"),
                name=name,
                count=len(wrong),
                pairs=wrong[:3],
            )
        )
    return np.log(np.where(off, matrix, 1.0))


def _of_network(
    network: Network, ids: Sequence[Hashable], name: Message | str, year: Any, of: Of
) -> FloatArray:
    check_of(of)
    here = network.place(year)
    raw = (network.ties if of == "ties" else network.scores)[here].astype(float)
    matrix = _in_order(raw, network.ids, network.ids, ids, name)
    return logged(matrix, ids, name) if of == "log" else matrix


def _in_order(
    values: FloatArray,
    rows: Sequence[Hashable],
    columns: Sequence[Hashable],
    ids: Sequence[Hashable],
    name: Message | str,
) -> FloatArray:
    if values.shape[0] != values.shape[1]:
        raise DataError(
            message(
                "{name}: {rows} rows and {columns} columns: a matrix between {units} is square",
                name=name,
                rows=values.shape[0],
                columns=values.shape[1],
            )
        )
    return np.asarray(values[np.ix_(_places(list(rows), ids, name), _places(list(columns), ids, name))])


def _places(labels: list[Hashable], ids: Sequence[Hashable], name: Message | str) -> list[int]:
    """Return where each unit stands among labels: by the label itself, else by the province that both name."""
    double = twins(labels)
    if double:
        raise DataError(message("{name}: {twice} stand twice", name=name, twice=double))
    at = {label: place for place, label in enumerate(labels)}
    if any(one not in at for one in ids):
        from panelkit.data.provinces import lookup_many

        codes = {place.adcode: k for k, place in enumerate(lookup_many(labels)) if place is not None}
        at |= {
            one: codes[place.adcode]
            for one, place in zip(ids, lookup_many(ids), strict=True)
            if place is not None and one not in at and place.adcode in codes
        }
    missing = [one for one in ids if one not in at]
    extra = len(labels) - (len(ids) - len(missing))
    if missing or extra:
        raise DataError(
            message(
                "{name}: its {units} are not those of the network: {missing} missing there, {extra} more than needed",
                name=name,
                missing=listed(missing) if missing else verbatim("0"),
                extra=extra,
            )
        )
    return [at[one] for one in ids]


def _array(values: Any, n: int, name: Message | str) -> FloatArray:
    if values.shape != (n, n):
        raise DataError(
            message(
                "{name}: an array of shape {shape!s} between {n} {units}: give ({n}, {n}), in their order",
                name=name,
                shape=values.shape,
                n=n,
            )
        )
    return np.asarray(values, dtype=np.float64)


def _whole(matrix: FloatArray, ids: Sequence[Hashable], name: Message | str) -> FloatArray:
    wrong = [f"{ids[i]}-{ids[j]}" for i, j in np.argwhere(~np.isfinite(matrix))]
    if wrong:
        raise DataError(
            message(
                "{name}: {count} pairs have no finite value ({pairs}): fill them, or leave these {units} out",
                name=name,
                count=len(wrong),
                pairs=wrong[:3],
            )
        )
    return matrix
