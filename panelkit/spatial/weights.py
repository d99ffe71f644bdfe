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

from panelkit.core.errors import DataError, SpecError
from panelkit.spatial.spectrum import Method, Spectrum, build_spectrum, spectral_radius

FloatArray = NDArray[np.float64]
Normalisation = Literal["none", "row", "spectral", "minmax"]
UNIT_SUM = 1e-9  # what floating-point division leaves
ROUNDED_SUM = 5e-4  # files print weights with few decimals


@dataclass(frozen=True, eq=False)
class Weights:
    """A weights matrix (N, N) with the ids of its rows and columns.

    `normalisation` says what was done to it ("row" is also set where every row of a given matrix sums to one);
    `notes` is what a table prints.
    """

    matrix: sparse.csr_array
    ids: tuple[Hashable, ...]
    name: str
    normalisation: Normalisation = "none"
    notes: tuple[str, ...] = ()
    _spectra: dict[str, Spectrum] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        _check(self.matrix, self.ids, self.name)
        if self.normalisation == "none" and self.row_standardised:
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

        Raises
        ------
        SpecError
            If they are normalised already (twice is never right), or islands (named) stand in the way.
        """
        if how not in get_args(Normalisation):
            raise SpecError(f"weights are normalised by {', '.join(get_args(Normalisation))}, not {how!r}")
        if how == "none" or how == self.normalisation:
            return self
        if self.normalisation != "none":
            raise SpecError(
                f"{self.name} is {self.normalisation}-normalised already: normalise the raw weights, once"
            )
        self.refuse_islands()
        return replace(self, matrix=_scaled(self.matrix, how), normalisation=how, _spectra={})

    def refuse_islands(self) -> None:
        """Raise a `DataError` that names the ids without a neighbour."""
        if self.islands:
            raise DataError(
                f"{self.name}: no neighbour for {_listed(self.islands)}: link them "
                "(Hainan has a link to Guangdong by convention), widen the cut-off, or leave the unit out"
            )

    def aligned(self, ids: Sequence[Hashable]) -> Weights:
        """Return the weights in the order of `ids`.

        Raises
        ------
        DataError
            If the two sets of ids differ; the message lists both sides.
        """
        ids = tuple(ids)
        if ids == self.ids:
            return self
        where = {key: i for i, key in enumerate(self.ids)}
        missing = [key for key in ids if key not in where]
        extra = [key for key in self.ids if key not in set(ids)]
        if missing or extra:
            raise DataError(_mismatch(self.name, missing, extra))
        order = np.array([where[key] for key in ids])
        return replace(self, matrix=self.matrix[order][:, order].tocsr(), ids=ids, _spectra={})

    def subset(self, ids: Iterable[Hashable]) -> Weights:
        """Return the weights among `ids`, normalised again as they were.

        Raises
        ------
        DataError
            If an id is unknown, or a unit is left without a neighbour.
        """
        keep = tuple(ids)
        where = {key: i for i, key in enumerate(self.ids)}
        missing = [key for key in keep if key not in where]
        if missing:
            raise DataError(_mismatch(self.name, missing, []))
        order = np.array([where[key] for key in keep])
        inside = self.matrix[order][:, order].tocsr()
        result = replace(self, matrix=inside, ids=keep, normalisation="none", _spectra={})
        return result if self.normalisation == "none" else result.normalised(self.normalisation)

    def permuted(self, order: NDArray[np.int64]) -> Weights:
        """Return the same network with the ids dealt out anew: id k takes the place of id order[k]."""
        return replace(self, matrix=self.matrix[order][:, order].tocsr(), name=f"{self.name}, permuted")

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
                "islands": ", ".join(map(str, self.islands)) or "none",
                "largest_share_of_a_row": largest_share(self.matrix),
                "rho_low": low,
                "rho_high": high,
            },
            dtype=object,
        )


def largest_share(matrix: sparse.csr_array) -> float:
    """Return the largest share that one weight has of its row's sum."""
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    coo = matrix.tocoo()
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = coo.data / sums[coo.row]
    return float(np.nanmax(shares, initial=0.0))


def as_weights(w: Any, ids: Sequence[Hashable] | None = None, *, name: str | None = None) -> Weights:
    """Return weights from what a user holds.

    Parameters
    ----------
    w
        `Weights`; a libpysal `Graph` or `W`; a square frame with ids on both sides; an array or sparse matrix
        with `ids`; a path to a CSV (square with ids, or columns focal, neighbor, weight), GAL or GWT file.
    ids
        The ids of rows and columns, for arrays and sparse matrices.

    Raises
    ------
    SpecError
        If the object is none of these, or an array comes without ids.
    DataError
        If ids repeat or disagree, weights are negative, missing or infinite, or the diagonal is not zero.
    """
    if isinstance(w, Weights):
        return w
    if isinstance(w, str | Path):
        return _read(Path(w), name)
    if isinstance(w, pd.DataFrame):
        return _from_frame(w, name or "user matrix")
    if hasattr(w, "adjacency") and hasattr(w, "unique_ids"):
        matrix = sparse.csr_array(w.sparse)
        return _built(matrix, tuple(w.unique_ids), name or "user graph")
    if hasattr(w, "id_order") and hasattr(w, "sparse"):
        return _built(sparse.csr_array(w.sparse), tuple(w.id_order), name or "user W")
    if sparse.issparse(w) or isinstance(w, np.ndarray):
        if ids is None:
            raise SpecError("an array of weights has no ids: give them, as_weights(matrix, ids=[...])")
        return _built(sparse.csr_array(w, dtype=float), tuple(ids), name or "user matrix")
    raise SpecError(
        "weights come as Weights, Graph, W, a frame, an array with ids, or a CSV, GAL or GWT file, "
        f"not {type(w).__name__}"
    )


def _built(matrix: sparse.csr_array, ids: tuple[Hashable, ...], name: str) -> Weights:
    matrix = sparse.csr_array(matrix, dtype=float)
    matrix.eliminate_zeros()
    matrix.sort_indices()
    matrix, notes = _unrounded(matrix)
    return Weights(matrix, tuple(_plain(key) for key in ids), name, notes=notes)


def _unrounded(matrix: sparse.csr_array) -> tuple[sparse.csr_array, tuple[str, ...]]:
    """Rescale rows that sum to one but for printed decimals, and say so."""
    gap = float(np.abs(np.asarray(matrix.sum(axis=1)).ravel() - 1.0).max(initial=0.0))
    if not UNIT_SUM <= gap < ROUNDED_SUM:
        return matrix, ()
    return _scaled(matrix, "row"), (f"rows summed to one within {gap:.1g} and were rescaled to one",)


def _plain(key: Any) -> Hashable:
    return key.item() if isinstance(key, np.generic) else key


def _from_frame(frame: pd.DataFrame, name: str) -> Weights:
    columns = [str(column).lower() for column in frame.columns]
    if columns[:2] == ["focal", "neighbor"] and len(columns) in (2, 3):
        return _from_links(frame, name)
    rows, heads = list(frame.index), list(frame.columns)
    for side, keys in (("rows", rows), ("columns", heads)):
        twins = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twins:
            raise DataError(f"{name}: ids stand twice in the {side}: {_listed(twins)}")
    in_rows, in_heads = set(map(str, rows)), set(map(str, heads))
    if in_rows != in_heads:
        raise DataError(
            f"{name}: ids of rows and columns differ: only in rows {_listed(sorted(in_rows - in_heads))}, "
            f"only in columns {_listed(sorted(in_heads - in_rows))}"
        )
    lookup = {str(head): i for i, head in enumerate(heads)}
    values = frame.to_numpy(float)[:, [lookup[str(row)] for row in rows]]
    return _built(sparse.csr_array(values), tuple(rows), name)


def _from_links(frame: pd.DataFrame, name: str) -> Weights:
    focal, neighbour = frame.iloc[:, 0], frame.iloc[:, 1]
    weight = frame.iloc[:, 2].to_numpy(float) if frame.shape[1] == 3 else np.ones(len(frame))
    ids = tuple(dict.fromkeys([*focal, *neighbour]))
    twice = frame.iloc[:, :2].duplicated()
    if twice.any():
        pairs = [f"{a} - {b}" for a, b in frame.loc[twice].iloc[:, :2].itertuples(index=False)]
        raise DataError(f"{name}: links stand twice, and their weights would add up: {_listed(pairs)}")
    where = {key: i for i, key in enumerate(ids)}
    positions = ([where[key] for key in focal], [where[key] for key in neighbour])
    return _built(sparse.csr_array((weight, positions), shape=(len(ids), len(ids))), ids, name)


def _read(path: Path, name: str | None) -> Weights:
    if not path.is_file():
        raise DataError(f"no weights file at {path}")
    kind = path.suffix.lower()
    label = name or path.stem
    if kind == ".csv":
        head = pd.read_csv(path, nrows=1)
        if [str(column).lower() for column in head.columns[:2]] == ["focal", "neighbor"]:
            return _from_links(pd.read_csv(path), label)
        return _from_frame(pd.read_csv(path, index_col=0), label)
    if kind in (".gal", ".gwt"):
        from libpysal import graph

        reader = graph.read_gal if kind == ".gal" else graph.read_gwt
        return as_weights(reader(path), name=label)
    raise SpecError(f"{path.name}: weights are read from .csv, .gal and .gwt files")


def _check(matrix: sparse.csr_array, ids: tuple[Hashable, ...], name: str) -> None:
    if matrix.shape != (len(ids), len(ids)):
        raise DataError(f"{name}: a matrix of shape {matrix.shape} with {len(ids)} ids")
    if len(set(ids)) < len(ids):
        twins = sorted({str(key) for key in ids if ids.count(key) > 1})
        raise DataError(f"{name}: ids stand twice: {_listed(twins)}")
    problems = []
    if not np.isfinite(matrix.data).all():
        problems.append("missing or infinite weights")
    elif matrix.data.min(initial=0.0) < 0.0:
        problems.append("negative weights")
    own = np.flatnonzero(matrix.diagonal())
    if len(own):
        problems.append(f"a unit is its own neighbour (diagonal): {_listed([ids[i] for i in own])}")
    if problems:
        raise DataError(f"{name}: " + "; ".join(problems))


def _scaled(matrix: sparse.csr_array, how: Normalisation) -> sparse.csr_array:
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    if how == "row":
        return sparse.csr_array(sparse.diags_array(1.0 / sums) @ matrix)
    if how == "spectral":
        return sparse.csr_array(matrix / spectral_radius(matrix))
    columns = np.asarray(matrix.sum(axis=0)).ravel()
    return sparse.csr_array(matrix / min(sums.max(), columns.max()))


def _mismatch(name: str, missing: Sequence[Hashable], extra: Sequence[Hashable]) -> str:
    parts = []
    if missing:
        parts.append(f"in the panel but not in the weights: {_listed(missing)}")
    if extra:
        parts.append(f"in the weights but not in the panel: {_listed(extra)}")
    return f"{name}: the ids of weights and panel differ; {'; '.join(parts)}. Take w.subset(ids) or change the sample"


def _listed(items: Iterable[Hashable], shown: int = 12) -> str:
    names = [str(item) for item in items]
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return (", ".join(names[:shown]) or "none") + more
