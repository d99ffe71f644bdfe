"""Whether a regressor is among the ingredients of a gravity network, and what random masses would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from panelkit.evaluation.network.matrices import Of, logged
from panelkit.evaluation.network.network import Network
from panelkit.evaluation.network.recipe import GravityRecipe
from panelkit.evaluation.network.regressors import PairRegressor
from panelkit.evaluation.network.tie_rules import ties_of
from panelkit.kernels.steps import steps_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.message import Message, message, verbatim

ALIKE = 0.95
Source = Literal["distance", "mass"]


def circular_sources(
    network: Network, regressors: Sequence[PairRegressor]
) -> dict[str, tuple[Source, Message]]:
    """Return, by regressor, which ingredient of a network of one period it repeats, and that in words.

    A regressor repeats an ingredient if it has its name, is made from values that correlate with it above .95 in
    absolute value (levels or logarithms), or if its matrix does so with what the ingredient is over pairs: distance, or
    gap, difference, product, sender and receiver of a mass.
    """
    if network.recipe is None:
        return {}
    found = {}
    for one in regressors:
        source = _source(network.recipe, one)
        if source is not None:
            found[one.name] = source
    return found


def circular_note(found: dict[str, tuple[Source, Message]]) -> tuple[Message, ...]:
    """Return what has to be said of regressors that build the network; nothing where none does."""
    if not found:
        return ()
    return (
        message(
            "circular: {names}. The network is computed from these, so that their coefficients and p-values restate "
            "its formula and are no finding about {units}",
            names=[why for _, why in found.values()],
        ),
    )


def benchmark_networks(
    network: Network, of: Of, reps: int, rng: np.random.Generator
) -> Iterator[tuple[FloatArray, IntArray]]:
    """Yield outcome matrices (N, N) of networks whose masses are dealt anew among the units, and the order (N,).

    Distances stay where they are; gap and share move with the masses.
    """
    if network.recipe is None:
        return
    for _ in steps_of(range(reps), reps):
        order = rng.permutation(network.n).astype(np.int64)
        scores = network.recipe.dealt(order).scores()
        if of == "ties":
            yield ties_of(scores, network.threshold)[0].astype(float), order
        else:
            yield (scores[0] if of == "scores" else logged(scores[0], network.ids, verbatim("y"))), order


def _source(recipe: GravityRecipe, one: PairRegressor) -> tuple[Source, Message] | None:
    names = {*recipe.columns, *recipe.values()}
    if one.name in names:
        return "mass", message("`{name}` is an ingredient", name=one.name)
    if one.network is not None and one.network.recipe is not None:
        shared = sorted(set(recipe.columns) & set(one.network.recipe.columns))
        if shared:
            return "mass", message("`{name}` is built from {shared} too", name=one.name, shared=shared)
    if one.values is not None:
        for name, values in recipe.values().items():
            if _alike(one.values[None, :], values[:1]):
                return "mass", message("`{name}` repeats `{mass}`", name=one.name, mass=name)
    off = ~np.eye(len(one.matrix), dtype=bool)
    if _alike(one.matrix[off][None, :], recipe.distance[off][None, :]):
        return "distance", message("`{name}` is the distance of the network", name=one.name)
    for name, values in recipe.values().items():
        if any(_alike(one.matrix[off][None, :], other[off][None, :]) for other in _over_pairs(values[0])):
            return "mass", message("`{name}` repeats `{mass}`", name=one.name, mass=name)
    return None


def _over_pairs(values: FloatArray) -> Iterator[FloatArray]:
    """Yield what values of units (N,) are over pairs, in levels and where positive in logarithms."""
    square = np.ones((len(values), len(values)))
    forms = [values, np.log(values)] if (values > 0).all() else [values]
    for x in forms:
        yield np.abs(x[:, None] - x)
        yield x[:, None] - x
        yield x[:, None] + x
        yield x[:, None] * square
        yield x * square


def _alike(one: FloatArray, other: FloatArray) -> bool:
    """Return whether two rows (1, m) correlate above the limit, each in levels or logarithms."""
    rows = [*_forms(one), *_forms(other)]
    count = len(_forms(one))
    with np.errstate(invalid="ignore", divide="ignore"):
        table = np.abs(np.corrcoef(np.concatenate(rows)))
    return bool((table[:count, count:] > ALIKE).any())


def _forms(row: FloatArray) -> list[FloatArray]:
    return [row, np.log(row)] if (row > 0).all() else [row]
