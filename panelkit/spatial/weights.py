"""Spatial weights keyed by id: normalised once, aligned by name, islands named."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from panelkit.kernels.frames import type_name
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.language.offers import offered
from panelkit.spatial.ids import Places, listed, plain, twins
from panelkit.spatial.normalising import UNIT_SUM, Normalisation, largest_share, scaled, unrounded
from panelkit.spatial.sources import Source, read_source
from panelkit.spatial.spectrum import Method, Spectrum, build_spectrum
from panelkit.spatial.weights_faults import check_weights, ids_differ

FloatArray = NDArray[np.float64]
Islands = Literal["refuse", "zero"]
_KINDS = {"Graph": message("user graph"), "W": message("user W")}
_SAID = {
    "row": message("row-standardised"),
    "spectral": message("divided by the largest eigenvalue"),
    "minmax": message("divided by the smaller of the largest row and column sums"),
    "none": message("as given, not normalised"),
}

BY_DEFAULT = message(
    'the rows were divided by their sums, which is the default: `w.normalised("none")` takes weights as they are'
)


@offered("weights", family="object", result="Weights", public=True)
@dataclass(frozen=True, eq=False)
class Weights:
    """A weights matrix (N, N) with the ids of its rows and columns.

    `normalisation` says what was done to it ("row" is also set where every row of a given matrix sums to one);
    `as_given` that somebody chose to leave it so, `normalised("none")`: models then do not standardise its rows.
    `notes` is what a table prints. `zero_rows` says that units without a neighbour were allowed by name,
    `as_weights(w, islands="zero")`: their rows stay zero, and so do their spatial lags.

    Parameters
    ----------
    matrix
        Weights (N, N), row i the neighbours of unit i; the diagonal is zero.
    ids
        Labels (N,) of rows and columns.
    name
        What tables call it.
    normalisation
        "none", "row", "spectral" or "minmax": what was done to it.
    notes
        Sentences that tables print.
    as_given
        Somebody chose to leave the matrix as it is.
    zero_rows
        Units without a neighbour may enter, with a row of zeros.

    Examples
    --------
    >>> w.n, w.normalisation
    (31, 'row')
    >>> raw = pk.contiguity(normalisation="none")
    >>> spectral = raw.normalised("spectral")
    """

    matrix: sparse.csr_array
    ids: tuple[Hashable, ...]
    name: str
    normalisation: Normalisation = "none"
    notes: tuple[Message, ...] = ()
    as_given: bool = False
    zero_rows: bool = False
    _spectra: dict[str, Spectrum] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        check_weights(self.matrix, self.ids, self.name)
        if self.normalisation == "none" and self._rows_are_shares:
            object.__setattr__(self, "normalisation", "row")

    def __repr__(self) -> str:
        return f"Weights({self.name!r}, n={self.n}, links={self.matrix.nnz}, normalisation={self.normalisation!r})"

    @property
    def n(self) -> int:
        return len(self.ids)

    @cached_property
    def row_sums(self) -> FloatArray:
        return np.asarray(self.matrix.sum(axis=1)).ravel()

    @cached_property
    def row_standardised(self) -> bool:
        """Return whether every row sums to one."""
        return bool(np.abs(self.row_sums - 1.0).max() < UNIT_SUM)

    @property
    def _rows_are_shares(self) -> bool:
        """Return whether every row sums to one, but for the zero rows that are allowed."""
        wanted = np.diff(self.matrix.indptr) > 0 if self.zero_rows else np.ones(self.n, dtype=bool)
        return bool(wanted.any() and np.abs(self.row_sums[wanted] - 1.0).max() < UNIT_SUM)

    @property
    def normalised_by(self) -> Message:
        """Return what was done to the rows, zero rows named: why a refusal finds that they do not sum to one."""
        how: Message = verbatim(self.normalisation)
        if not self.islands:
            return how
        return message("{how}, with zero rows for {islands}", how=how, islands=listed(self.islands))

    @cached_property
    def links_alike(self) -> bool:
        """Return whether every unit has every other as a neighbour, all with one weight."""
        values = self.matrix.data
        if len(values) != self.n * (self.n - 1) or self.matrix.diagonal().any() or self.n < 2:
            return False
        return bool(np.ptp(values) <= UNIT_SUM * np.abs(values).max())

    @cached_property
    def islands(self) -> tuple[Hashable, ...]:
        """Return the ids without a neighbour."""
        neighbours = np.diff(self.matrix.indptr)
        return tuple(self.ids[i] for i in np.flatnonzero(neighbours == 0))

    def spectrum(self, method: Method = "auto") -> Spectrum:
        """Return the spectrum, computed once."""
        if method not in self._spectra:
            self._spectra[method] = build_spectrum(self.matrix, method)
        return self._spectra[method]

    def normalised(self, how: Normalisation) -> Weights:
        """Return the weights normalised: by row sums, by the largest eigenvalue, or by min(max row, max column sum).

        "none" keeps them as they are, in models too.

        Raises
        ------
        SpecError
            If they are normalised already (twice is never right), or islands (named) stand in the way.
        """
        if how not in get_args(Normalisation):
            raise SpecError(
                message(
                    "weights are normalised by {names}, not {how!r}",
                    names=list(get_args(Normalisation)),
                    how=how,
                )
            )
        if how == "none" and self.normalisation == "none":
            return self if self.as_given else replace(self, as_given=True)
        if how in ("none", self.normalisation):
            return self
        if self.normalisation != "none":
            raise SpecError(
                message(
                    "{name} is {normalisation}-normalised already: normalise the raw weights, once",
                    name=self.name,
                    normalisation=self.normalisation,
                )
            )
        self.refuse_islands()
        return replace(self, matrix=scaled(self.matrix, how), normalisation=how, _spectra={})

    def for_model(self) -> Weights:
        """Return the weights that a model takes: row-standardised, unless another normalisation was chosen."""
        if self.normalisation != "none" or self.as_given:
            return self
        row = self.normalised("row")
        return replace(row, notes=(*row.notes, BY_DEFAULT))

    @property
    def said(self) -> tuple[Message, ...]:
        """Return what a table prints: the normalisation, and the notes."""
        how = message("weights {name}: {how}", name=self.name, how=_SAID[self.normalisation])
        if not (self.islands and self.zero_rows):
            return (how, *self.notes)
        zero = message(
            "no neighbour for {islands}: zero rows by choice, so that their spatial lags are zero and nothing of "
            "others reaches them",
            islands=listed(self.islands),
        )
        return (how, zero, *self.notes)

    def refuse_islands(self, *, always: bool = False) -> None:
        """Raise a `DataError` that names the ids without a neighbour, unless zero rows were allowed.

        `always`: where a zero row has no meaning, a mean of neighbours say, whatever was allowed.
        """
        if not self.islands or (self.zero_rows and self.matrix.nnz and not always):
            return
        named = listed(self.islands)
        if always:
            raise DataError(
                message(
                    "{name}: no neighbour for {islands}, and a mean of neighbours is asked for: link them, widen the "
                    "cut-off, or leave the unit out",
                    name=self.name,
                    islands=named,
                )
            )
        raise DataError(
            message(
                "{name}: no neighbour for {islands}: link them (Hainan has a link to Guangdong by convention), "
                "widen the cut-off, leave the unit out, or allow zero rows by name, as_weights(w, islands='zero') "
                "(command line: --islands zero)",
                name=self.name,
                islands=named,
            )
        )

    def aligned(self, ids: Sequence[Hashable]) -> Weights:
        """Return the weights in the order of `ids`.

        Raises
        ------
        DataError
            If the two sets of ids differ; the message lists both sides.
        """
        return self._in_order_of(tuple(ids), of_panel=True)

    def _in_order_of(self, ids: tuple[Hashable, ...], *, of_panel: bool) -> Weights:
        """Return the weights in the order of ids, which are those of a panel, or of `ids=`."""
        if ids == self.ids:
            return self
        place, back = Places(self.ids, ids), Places(ids, self.ids)
        order = [place.get(key) for key in ids]
        missing = [key for key, at in zip(ids, order, strict=True) if at is None]
        extra = [key for key in self.ids if back.get(key) is None]
        if missing or extra or len(ids) != len(self.ids):
            raise DataError(ids_differ(self.name, missing, extra, twins(ids), of_panel=of_panel))
        at = np.array(order, dtype=np.int64)
        return replace(self, matrix=self.matrix[at][:, at].tocsr(), ids=ids, _spectra={})

    def subset(self, ids: Iterable[Hashable]) -> Weights:
        """Return the weights among `ids`, normalised again as they were.

        Raises
        ------
        DataError
            If an id is unknown, or a unit is left without a neighbour.
        """
        keep = tuple(ids)
        place = Places(self.ids, keep)
        held = [place.get(key) for key in keep]
        missing = [key for key, at in zip(keep, held, strict=True) if at is None]
        if missing:
            raise DataError(ids_differ(self.name, missing, []))
        order = np.array(held, dtype=np.int64)
        inside = self.matrix[order][:, order].tocsr()
        result = replace(self, matrix=inside, ids=keep, normalisation="none", _spectra={})
        return result if self.normalisation == "none" else result.normalised(self.normalisation)

    def permuted(self, order: NDArray[np.int64]) -> Weights:
        """Return the same network with the ids dealt out anew: id k takes the place of id order[k]."""
        return replace(
            self,
            matrix=self.matrix[order][:, order].tocsr(),
            name=message("{name}, permuted", name=self.name),
        )

    def relabelled(self, labels: Mapping[Hashable, Hashable]) -> Weights:
        """Return the weights with other ids."""
        return replace(self, ids=tuple(labels[key] for key in self.ids))

    def lag(self, values: pd.Series) -> pd.Series:
        """Return W x for a series indexed by id (any order)."""
        ordered = self.aligned(tuple(values.index))
        return pd.Series(ordered.matrix @ values.to_numpy(float), index=values.index, name=values.name)

    def to_graph(self) -> Any:
        """Return the weights as a `libpysal.graph.Graph`."""
        from libpysal.graph import Graph

        coo = self.matrix.tocoo()
        focal = [self.ids[i] for i in coo.row] + list(self.islands)
        neighbour = [self.ids[i] for i in coo.col] + list(self.islands)
        order = {key: i for i, key in enumerate(self.ids)}
        table = pd.DataFrame(
            {"focal": focal, "neighbor": neighbour, "weight": [*coo.data, *([0.0] * len(self.islands))]}
        )
        table = table.sort_values(
            ["focal", "neighbor"], key=lambda column: column.map(order), ignore_index=True
        )
        return Graph.from_adjacency(table)

    def describe(self) -> pd.Series:
        """Return units, links, degrees, islands, the largest share of a row, and the ends of rho."""
        degrees = np.diff(self.matrix.indptr)
        low, high = self.spectrum().interval
        return pd.Series(
            {
                "name": self.name,
                "n": self.n,
                "normalisation": self.normalisation,
                "links": int(self.matrix.nnz),
                "min_neighbours": int(degrees.min()),
                "max_neighbours": int(degrees.max()),
                "islands": listed(self.islands, len(self.islands)),
                "largest_share_of_a_row": largest_share(self.matrix),
                "rho_low": low,
                "rho_high": high,
            },
            dtype=object,
        )


@offered("weights", family="object", result="Weights", public=True)
def as_weights(
    w: Any,
    ids: Sequence[Hashable] | None = None,
    *,
    name: str | None = None,
    islands: Islands = "refuse",
) -> Weights:
    """Return weights from what a user holds.

    Parameters
    ----------
    w
        `Weights`; a libpysal `Graph` or `W`; a square frame with ids on both sides; an array or sparse matrix
        with `ids`; a path to a table (.csv, .txt, .xlsx, .xls, .dta: square with ids in the first row, the first
        column or both, or columns focal, neighbor, weight), a GAL or a GWT file.
    ids
        The ids of rows and columns. They name the rows of arrays and of tables that are only numbered, in their
        order; beside labels they choose the order, and must be the same units.
    name
        What tables call it; None: a name made from what was given.
    islands
        "refuse": models and tests refuse units without a neighbour. "zero": their rows stay zero, as in Stata's
        `xsmle` and with `zero.policy=TRUE` of R `spdep` and `spatialreg`; what is normalised leaves them so. Their
        spatial lags are zero, their impacts are their own coefficients, and Moran's I counts and judges the others.

    Returns
    -------
    The weights by id, as given: not normalised unless they were.

    Raises
    ------
    SpecError
        If the object is none of these, or nobody says who is who: an array, or a frame or file whose rows and columns
        are only numbered 0, 1, ... or 1, 2, ..., without `ids`.
    DataError
        If ids repeat or disagree, weights are negative, missing or infinite, or the diagonal is not zero.

    Examples
    --------
    >>> chain = pk.as_weights(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]), ["a", "b", "c"], name="chain")
    >>> chain.normalised("row").n
    3
    >>> alone = pk.as_weights(pk.contiguity(hainan="none", normalisation="none"), islands="zero")
    >>> alone.normalised("row").islands
    ('Hainan',)
    """
    if islands not in get_args(Islands):
        raise SpecError(message("islands is 'refuse' or 'zero', not {islands!r}", islands=islands))
    if isinstance(ids, str):
        raise SpecError(message("ids is a list of the units' ids, not the text {ids!r}", ids=ids))
    given = None if ids is None else _given_ids(ids)
    if isinstance(w, Weights):
        held = w if given is None else w._in_order_of(given, of_panel=False)
        return replace(held, zero_rows=True) if islands == "zero" and not held.zero_rows else held
    label = (
        Path(w).stem if isinstance(w, str | Path) else _KINDS.get(type(w).__name__, message("user matrix"))
    )
    return _built(read_source(w, given, name or label), name or label, zero_rows=islands == "zero")


def _given_ids(ids: Any) -> tuple[Hashable, ...]:
    """Return the ids that a user gave, one a unit; refuse what is no list of them."""
    try:
        given = tuple(plain(key) for key in ids)
        hash(given)
    except TypeError:
        kind: Message = verbatim(type_name(ids))
        seen = message("{kind} of lists or arrays", kind=kind) if hasattr(ids, "__iter__") else kind
        raise SpecError(
            message(
                "ids is a list of the units' ids, one a unit, each a name or a number, not {seen}", seen=seen
            )
        ) from None
    return given


def _built(source: Source, name: str, *, zero_rows: bool) -> Weights:
    matrix = sparse.csr_array(source.matrix, dtype=float)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    matrix, notes = unrounded(matrix)
    return Weights(matrix, source.ids, name, notes=(*source.notes, *notes), zero_rows=zero_rows)
