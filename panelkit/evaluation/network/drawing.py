"""Ties of one period as a figure: tiles of provinces or a circle, the strongest ties as arcs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.data.geography import capitals
from panelkit.data.provinces import resolve
from panelkit.evaluation.network.names import unit_names
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.language.options import check_count
from panelkit.show.canvas import Figure
from panelkit.show.maps.base_map import BaseMap
from panelkit.show.maps.network_map import Arc, Node, network_map
from panelkit.show.maps.projecting import albers
from panelkit.spatial.own_map import read_map

Where = Literal["tiles", "capitals"]
BoolArray = NDArray[np.bool_]


def draw(
    ids: Sequence[Hashable],
    ties: BoolArray,
    scores: FloatArray,
    *,
    blocks: pd.Series | None,
    top: int,
    weight_name: Message,
    places: Where = "tiles",
    boundaries: BaseMap | str | Path | None = None,
    language: Language,
    title: str,
    notes: Sequence[str],
) -> Figure:
    """Return the figure of ties (N, N), the strongest `top` by scores (N, N): see `Network.plot`."""
    check_count("top", top)
    base = read_map(boundaries) if isinstance(boundaries, str | Path) else boundaries
    points = _places(ids, places, base)
    degree = ties.sum(axis=0) + ties.sum(axis=1)
    group = None if blocks is None else _groups(ids, blocks)
    names = unit_names(ids, language)
    nodes = [
        Node(
            key=one,
            name=names[one],
            size=float(degree[k]) / max(1, 2 * (len(ids) - 1)),
            group=None if group is None else group[k],
        )
        for k, one in enumerate(ids)
    ]
    arcs = _strongest(ties, scores, top)
    said: list[str] = []
    if len(arcs) < int(ties.sum()):
        said.append(
            message(
                "the {shown} strongest of {all} ties by score are drawn", shown=len(arcs), all=int(ties.sum())
            )
        )
    said.append(
        message(
            "size of a circle: ties sent and received; arrows go to the receiver, their width is the root of the weight"
        )
    )
    return network_map(
        nodes,
        arcs,
        places=points,
        boundaries=base,
        weight_name=weight_name,
        language=language,
        title=title,
        notes=[*said, *notes],
    )


def _places(ids: Sequence[Hashable], places: Where, base: BaseMap | None) -> FloatArray | None:
    """Return the capitals of the provinces on the plane (n, 2); None where units stand on tiles or a circle."""
    if places not in ("tiles", "capitals"):
        raise SpecError(message("places= is 'tiles' or 'capitals', not {given!r}", given=places))
    if places == "tiles":
        if base is not None:
            raise SpecError(message("boundaries= lie under capitals: give places='capitals' beside it"))
        return None
    if base is not None and base.projection != "albers":
        raise SpecError(
            message(
                "capitals lie on a map in degrees by Albers, and {source} is drawn by {projection!r}: where its "
                "coordinates are degrees, ask for projection='albers' (--map-projection albers)",
                source=base.source,
                projection=base.projection,
            )
        )
    capital = capitals().loc[resolve(ids)]
    return albers(capital[["lon", "lat"]].to_numpy(float))


def _strongest(ties: BoolArray, scores: FloatArray, top: int) -> list[Arc]:
    order = np.argsort(-np.where(ties, scores, -np.inf), axis=None, kind="stable")[:top]
    pairs = [np.unravel_index(one, ties.shape) for one in order]
    held = [(int(i), int(j)) for i, j in pairs if ties[i, j]]
    return [Arc(i, j, float(scores[i, j]), bool(ties[j, i])) for i, j in held]


def _groups(ids: Sequence[Hashable], blocks: pd.Series) -> list[int]:
    absent = [str(one) for one in ids if one not in blocks.index]
    if absent:
        raise SpecError(message("blocks= names no block for {absent}", absent=absent))
    return [int(one) for one in blocks.reindex(list(ids))]
