"""Spatial weights by the names that a claim file gives them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal

from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message, verbatim
from panelkit.spatial import provincial
from panelkit.spatial.weights import Weights

WeightsName = Literal[
    "contiguity", "inverse_distance", "inverse_distance_2", "nearest_4", "own", "own_2", "own_3"
]
OWN_WEIGHTS: tuple[WeightsName, ...] = ("own", "own_2", "own_3")
"""What a claim file calls the weights given beside a panel of the user's own, in their order."""


_SAID: Mapping[str, Message] = {
    "contiguity": message("contiguity"),
    "inverse_distance": message("inverse distance"),
    "inverse_distance_2": message("inverse distance^{power:g}", power=2),
    "nearest_4": message("{k} nearest", k=4),
}


def said_weights(name: str) -> Message:
    """Return what weights are called in a sentence; those of the user's own by the name of the claim file."""
    return _SAID.get(name, verbatim(name))


def weights_named(name: str, ids: Sequence[Hashable]) -> Weights:
    """Return the provincial weights that a claim file names, between these provinces.

    Raises
    ------
    SpecError
        If the name is that of weights of the user's own.
    """
    provinces = list(ids)
    if name in OWN_WEIGHTS:
        raise SpecError(
            message(
                "weights `{name}` are given beside a panel of your own: `w=`, on the command line --w FILE with --data",
                name=name,
            )
        )
    if name == "contiguity":
        return provincial.contiguity(provinces)
    if name == "inverse_distance":
        return provincial.inverse_distance(provinces=provinces)
    if name == "inverse_distance_2":
        return provincial.inverse_distance(2, provinces=provinces)
    return provincial.nearest(4, provinces=provinces)
