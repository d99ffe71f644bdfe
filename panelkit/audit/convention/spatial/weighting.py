"""What may have stood in the place of W: its normalisations, and what is done to it by mistake."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from panelkit.audit.convention.candidate import Option
from panelkit.data.provinces import lookup_many
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.models.spatial.batch.asked import Neighbours
from panelkit.show.brief import Brief
from panelkit.spatial.ids import listed as listed_ids
from panelkit.spatial.normalising import scaled
from panelkit.spatial.provincial import contiguity, inverse_distance, match_labels
from panelkit.spatial.weights import as_weights

IntArray = NDArray[np.int64]
Made = Callable[["Given", IntArray], FloatArray]

_NORMALISED: Mapping[str, Message] = {
    "row": message("W row-standardised"),
    "spectral": message("W divided by its largest eigenvalue"),
    "minmax": message("W divided by the smaller of its largest row and column sums"),
    "none": message("W as given"),
}


@dataclass(frozen=True, eq=False)
class Given(Brief):
    """One W of the search, (N, N) in the order of the units of the widest sample.

    `listed` are its ids as it lists them, `normalisation` what was done to it before; `lost` are units of the sample
    that it does not know, whose rows are missing.
    """

    key: str
    said: Message
    matrix: FloatArray
    normalisation: str
    listed: tuple[Hashable, ...]
    chosen: bool = False
    lost: tuple[Hashable, ...] = ()

    @property
    def notes(self) -> tuple[Message, ...]:
        """Return whom the weights do not know."""
        if not self.lost:
            return ()
        return (
            message(
                "{w} has no weights of {names}: samples with them are not tried",
                w=self.said,
                names=listed_ids(self.lost),
            ),
        )

    @property
    def raw(self) -> bool:
        """Return whether it can be normalised in any way."""
        return self.normalisation == "none"

    @property
    def stated(self) -> str:
        """Return the normalisation that models take: rows, unless another was chosen."""
        return "row" if self.raw and not self.chosen else self.normalisation


@dataclass(frozen=True, eq=False)
class Version:
    """One version of a W: options in words, and the matrix on the units (n,) that a sample holds."""

    given: Given
    options: tuple[Option, ...]
    make: Made
    _held: dict[tuple[int, ...], Neighbours | None] = field(default_factory=dict)

    def on(self, keep: IntArray) -> Neighbours | None:
        """Return the matrix with its eigenvalues, None where a unit is left without a neighbour."""
        key = tuple(keep.tolist())
        if key not in self._held:
            linked = (
                self.given.matrix[np.ix_(keep, keep)].sum(axis=1) > 0.0
            )  # false where a weight is missing
            matrix = self.make(self.given, keep) if linked.all() else np.full((len(keep), len(keep)), np.nan)
            whole = np.isfinite(matrix).all() and (matrix.sum(axis=1) > 0.0).all()
            self._held[key] = Neighbours(matrix) if whole else None
        return self._held[key]


def given_weights(w: Any, ids: Sequence[Hashable]) -> list[Given]:
    """Return the weights that a user names, aligned by id; None: the usual ones of provinces.

    Raises
    ------
    SpecError
        If there are none, and units are no provinces.
    DataError
        If ids of weights and panel differ.
    """
    if w is None:
        return _usual(ids)
    named = w if isinstance(w, Mapping) else {"": w}
    return [_given(str(name), one, ids) for name, one in named.items()]


def _given(name: str, w: Any, ids: Sequence[Hashable]) -> Given:
    weights = match_labels(as_weights(w), list(ids))
    listed = tuple(weights.ids)
    places = [at for at, key in enumerate(ids) if key in set(listed)]
    known = [ids[at] for at in places]
    if 2 * len(known) < len(ids):
        weights.aligned(tuple(ids))  # which says whose ids differ
    if len(known) < len(listed):
        weights = weights.subset([key for key in listed if key in set(known)])
    weights = weights.aligned(tuple(known))
    matrix = np.full((len(ids), len(ids)), np.nan)
    matrix[np.ix_(places, places)] = weights.matrix.toarray()
    said = verbatim(name or str(weights.name))
    lost = tuple(key for key in ids if key not in set(known))
    return Given(name or str(said), said, matrix, weights.normalisation, listed, weights.as_given, lost)


def _usual(ids: Sequence[Hashable]) -> list[Given]:
    places = lookup_many(ids)
    codes = [place.adcode for place in places if place is not None and place.kind == "province"]
    if len(codes) < len(ids):
        raise SpecError(message("spatial models need weights: give w, keyed by the ids of the units"))
    usual = [
        contiguity(codes, normalisation="none", labels="adcode"),
        contiguity(codes, hainan="guangdong+guangxi", normalisation="none", labels="adcode"),
        inverse_distance(1.0, provinces=codes, normalisation="none", labels="adcode"),
        inverse_distance(2.0, provinces=codes, normalisation="none", labels="adcode"),
    ]
    names = (
        message("contiguity, Hainan beside Guangdong"),
        message("contiguity, Hainan beside Guangdong and Guangxi"),
        message("inverse distance between capitals"),
        message("inverse squared distance between capitals"),
    )
    keys = ("contiguity", "contiguity, two", "inverse", "inverse squared")
    return [
        Given(key, said, one.aligned(codes).matrix.toarray(), "none", tuple(ids))
        for key, said, one in zip(keys, names, usual, strict=True)
    ]


def versions(given: Sequence[Given]) -> tuple[list[Version], list[Version]]:
    """Return the versions that somebody may choose, and the mistaken ones of the first W."""
    right = [version for one in given for version in _normalised(one, several=len(given) > 1)]
    return right, _mistaken(given[0])


def _normalised(given: Given, *, several: bool) -> list[Version]:
    named = (Option("W", given.key, given.said),) if several else ()
    ways = ["row", "spectral", "minmax"] if given.raw else [given.stated]
    ways = [given.stated, *(way for way in ways if way != given.stated)]
    return [
        Version(
            given,
            (*named, Option("normalisation", way, _NORMALISED[way], int(way != given.stated))),
            _maker(way),
        )
        for way in ways
    ]


def _maker(way: str) -> Made:
    def make(given: Given, keep: IntArray) -> FloatArray:
        part = given.matrix[np.ix_(keep, keep)]
        if way == "none" or (not given.raw and len(keep) == len(given.matrix)):
            return part
        return scaled(sparse.csr_array(part), way).toarray()  # type: ignore[arg-type]

    return make


def _mistaken(given: Given) -> list[Version]:
    found: list[tuple[str, Message, Made]] = [
        ("twice", message("rows of W divided by their sums twice"), _twice),
        ("columns", message("columns of W standardised in the place of rows"), _columns),
        ("before", message("W row-standardised before units left, and not again"), _before),
    ]
    if given.stated != "none" and given.raw:
        found.append(("not", message("W not standardised"), _maker("none")))
    return [
        Version(given, (Option("mistake", f"W {key}", said, 1, mistake=True),), make)
        for key, said, make in found
    ]


def _rows(given: Given, keep: IntArray) -> FloatArray:
    part = given.matrix[np.ix_(keep, keep)]
    return np.asarray(part / part.sum(axis=1, keepdims=True))


def _twice(given: Given, keep: IntArray) -> FloatArray:
    """Return row shares divided by what the rows summed to, or by the number of neighbours where that is unknown."""
    part = given.matrix[np.ix_(keep, keep)]
    sums = part.sum(axis=1) if given.raw else (part > 0.0).sum(axis=1)
    return np.asarray(_rows(given, keep) / sums[:, None])


def _columns(given: Given, keep: IntArray) -> FloatArray:
    part = given.matrix[np.ix_(keep, keep)]
    return np.asarray(part / part.sum(axis=0)) if given.raw else np.asarray(_rows(given, keep).T)


def _before(given: Given, keep: IntArray) -> FloatArray:
    """Return the part of the standardised whole; missing where nobody left."""
    if len(keep) == len(given.matrix):
        return np.full_like(given.matrix, np.nan)
    everyone = np.arange(len(given.matrix))
    return _rows(given, everyone)[np.ix_(keep, keep)]
