"""Weights from distances, neighbours and sizes: pure functions on arrays and ids."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from panelkit.kernels.frames import as_floats
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.language.options import is_real, is_whole
from panelkit.spatial.normalising import Normalisation, largest_share
from panelkit.spatial.weights import Weights

FloatArray = NDArray[np.float64]
EARTH_KM = 6371.0


def great_circle(longitude: FloatArray, latitude: FloatArray) -> FloatArray:
    """Return distances in km (N, N) between points in degrees, on a sphere of radius 6,371 km."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    distance: FloatArray = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return distance


def from_links(
    pairs: Sequence[tuple[Hashable, Hashable]],
    ids: Sequence[Hashable],
    name: str,
    normalisation: Normalisation,
) -> Weights:
    """Return symmetric 0/1 weights from pairs of ids."""
    where = {key: i for i, key in enumerate(ids)}
    rows = [where[a] for a, _ in pairs] + [where[b] for _, b in pairs]
    columns = [where[b] for _, b in pairs] + [where[a] for a, _ in pairs]
    matrix = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(ids), len(ids)))
    matrix.data[:] = 1.0
    return Weights(matrix, tuple(ids), name).normalised(normalisation)


def from_distance(
    distance: FloatArray,
    ids: Sequence[Hashable],
    name: str,
    *,
    power: float = 1.0,
    decay: float | None = None,
    above: float = 0.0,
    cutoff: float | None = None,
    normalisation: Normalisation = "row",
) -> Weights:
    """Return 1 / d^power, or exp(-d / decay), for above < d <= cutoff."""
    if power <= 0 or (decay is not None and decay <= 0):
        raise SpecError(message("power and decay are positive: closer is heavier"))
    off = ~np.eye(len(ids), dtype=bool)
    if (distance[off] <= 0).any():
        i, j = np.argwhere((distance <= 0) & off)[0]
        raise DataError(
            message(
                "{name}: {one} and {other} lie at the same place, so that 1/d is infinite",
                name=name,
                one=ids[i],
                other=ids[j],
            )
        )
    keep = off & (distance > above) & (distance <= (np.inf if cutoff is None else cutoff))
    weights = np.zeros_like(distance)
    kept = distance[keep]
    weights[keep] = kept**-power if decay is None else np.exp(-kept / decay)
    raw = Weights(sparse.csr_array(weights), tuple(ids), name)
    if raw.islands and cutoff is not None and normalisation != "none":
        nearest = np.where(off, distance, np.inf).min(axis=1).max()
        names = list(map(str, raw.islands))
        raise DataError(
            message(
                "{name}: nobody within the cut-off of {cutoff:g} for {names}; {nearest:.1f} is the smallest "
                "cut-off that leaves no row empty. To keep them as zero rows, take normalisation='none' and "
                "as_weights(w, islands='zero')",
                name=name,
                cutoff=cutoff,
                names=names,
                nearest=nearest,
            )
        )
    return raw.normalised(normalisation)


def from_nearest(
    distance: FloatArray, ids: Sequence[Hashable], k: int, name: str, normalisation: Normalisation = "row"
) -> Weights:
    """Return 0/1 weights of the k nearest (ties by order of id)."""
    n = len(ids)
    if not is_whole(k) or not 1 <= k < n:
        raise SpecError(
            message("k nearest of {n} units: k lies between 1 and {most}, not {k}", n=n, most=n - 1, k=k)
        )
    inside = np.where(np.eye(n, dtype=bool), np.inf, distance)
    near = np.argsort(inside, axis=1, kind="stable")[:, :k]
    matrix = sparse.csr_array((np.ones(n * k), (np.repeat(np.arange(n), k), near.ravel())), shape=(n, n))
    return Weights(matrix, tuple(ids), name).normalised(normalisation)


ENDOGENOUS = message(
    "economic weights are built from a variable that moves with the outcome: they are endogenous, and with "
    "income-related trends they show dependence where there is none; for robustness only"
)


def from_values(values: pd.Series, name: str, normalisation: Normalisation = "row") -> Weights:
    """Return 1 / |v_i - v_j| with the share of the largest weight and the warning in the notes."""
    v = _positive(values, name)
    gap = np.abs(v[:, None] - v)
    off = ~np.eye(len(v), dtype=bool)
    if (gap[off] == 0).any():
        i, j = np.argwhere((gap == 0) & off)[0]
        raise DataError(
            message(
                "{name}: {one} and {other} have the same value, so that 1/|gap| is infinite",
                name=name,
                one=values.index[i],
                other=values.index[j],
            )
        )
    weights = np.zeros_like(gap)
    weights[off] = 1.0 / gap[off]
    matrix = sparse.csr_array(weights)
    share = message("the largest weight is {share:.0%} of its row", share=largest_share(matrix))
    return Weights(matrix, tuple(values.index), name, notes=(share, ENDOGENOUS)).normalised(normalisation)


def gravity(
    distance: FloatArray,
    values: pd.Series,
    name: str,
    power: float = 2.0,
    normalisation: Normalisation = "row",
) -> Weights:
    """Return v_i v_j / d^power."""
    v = _positive(values, name)
    geographic = from_distance(distance, tuple(values.index), name, power=power, normalisation="none").matrix
    matrix = sparse.csr_array(geographic * np.outer(v, v))
    return Weights(matrix, tuple(values.index), name, notes=(ENDOGENOUS,)).normalised(normalisation)


def mixed(first: Weights, second: Weights, share: float, name: str) -> Weights:
    """Return share W1 + (1 - share) W2, both normalised alike."""
    if not is_real(share) or not 0.0 <= share <= 1.0:
        raise SpecError(
            message("the share of the first weights lies between 0 and 1, not {share!r}", share=share)
        )
    if first.normalisation != second.normalisation:
        raise SpecError(
            message(
                "{one} is {how}-normalised and {other} {other_how}: normalise both alike",
                one=first.name,
                how=first.normalisation,
                other=second.name,
                other_how=second.normalisation,
            )
        )
    other = second.aligned(first.ids)
    matrix = sparse.csr_array(share * first.matrix + (1 - share) * other.matrix)
    notes = tuple(dict.fromkeys((*first.notes, *other.notes)))
    as_given = first.as_given and other.as_given
    return Weights(matrix, first.ids, name, normalisation=first.normalisation, notes=notes, as_given=as_given)


def scaled_by(
    geographic: Weights, values: pd.Series, name: str, normalisation: Normalisation = "row"
) -> Weights:
    """Return W diag(v / mean v): neighbours weigh by their size; `geographic` unnormalised or row-standardised."""
    ordered = values.reindex(list(geographic.ids))
    v = _positive(ordered, name)
    matrix = sparse.csr_array(geographic.matrix @ sparse.diags_array(v / v.mean()))
    return Weights(matrix, geographic.ids, name, notes=(ENDOGENOUS,)).normalised(normalisation)


def _positive(values: pd.Series, name: str) -> FloatArray:
    numbers = as_floats(values, name)
    wrong = [str(key) for key, value in zip(values.index, numbers, strict=True) if not value > 0]
    if wrong:
        raise DataError(
            message(
                "{name}: a positive value is needed for every unit; not so for {wrong}",
                name=name,
                wrong=wrong,
            )
        )
    return numbers
