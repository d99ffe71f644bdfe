"""Ties of one period as a figure: tiles of provinces or a circle, the strongest ties as arcs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from panelkit.evaluation.network.names import unit_names
from panelkit.kernels.within import FloatArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.language.options import check_count
from panelkit.show.canvas import Figure
from panelkit.show.network_map import Arc, Node, network_map

BoolArray = NDArray[np.bool_]


def draw(
    ids: Sequence[Hashable],
    ties: BoolArray,
    scores: FloatArray,
    *,
    blocks: pd.Series | None,
    top: int,
    language: Language,
    title: str,
    notes: Sequence[str],
) -> Figure:
    """Return the figure of ties (N, N), the strongest `top` by scores (N, N): see `Network.plot`."""
    check_count("top", top)
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
    said.append(message("size of a circle: ties sent and received; arrows go to the receiver"))
    return network_map(nodes, arcs, language=language, title=title, notes=[*said, *notes])


def _strongest(ties: BoolArray, scores: FloatArray, top: int) -> list[Arc]:
    order = np.argsort(-np.where(ties, scores, -np.inf), axis=None, kind="stable")[:top]
    pairs = [np.unravel_index(one, ties.shape) for one in order]
    held = [(int(i), int(j)) for i, j in pairs if ties[i, j]]
    # widths by the order of scores: a few pairs hold most of the sum, and their widths would hide the others
    return [Arc(i, j, 1.0 - k / max(1, len(held)), bool(ties[j, i])) for k, (i, j) in enumerate(held)]


def _groups(ids: Sequence[Hashable], blocks: pd.Series) -> list[int]:
    absent = [str(one) for one in ids if one not in blocks.index]
    if absent:
        raise SpecError(message("blocks= names no block for {absent}", absent=absent))
    return [int(one) for one in blocks.reindex(list(ids))]
