"""Index systems made disjoint, and random systems of the same size: what agreement of systems is to be held against.

A system's score is the weighted sum of its indicators, and under entropy or equal weights an indicator's weight is its
own number, divided by the system's sum. A part of a system is then a set of its indicators with the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from panelkit.indices.arrays import weights as weighting
from panelkit.indices.arrays.normalise import minmax
from panelkit.indices.panels.composite import Composite
from panelkit.kernels.within import IntArray
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import message
from panelkit.results.fit import FloatArray
from panelkit.show.brief import Brief

SEPARABLE = ("entropy", "equal")
_LEAST = 3  # indicators of a system: two are no system of many dimensions
_TRIES = 50


@dataclass(frozen=True, eq=False)
class System(Brief):
    """One system: the figure behind each indicator, whether it is a total, its weight, and its mean (N, k) by unit."""

    columns: tuple[str, ...]
    totals: tuple[bool, ...]
    weight: FloatArray
    mean: FloatArray


def system_of(composite: Composite, units: pd.Index) -> System:
    """Return the system of a composite, on these units.

    Raises
    ------
    SpecError
        If the weight of an indicator depends on the others.
    """
    plan = composite.design
    if plan.weights not in SEPARABLE or plan.aggregation != "linear" or composite.weights is None:
        raise SpecError(
            message(
                "design {design}: a system is made disjoint under entropy or equal weights and linear aggregation only",
                design=plan.id,
            )
        )
    items = plan.indicators()
    return System(
        columns=tuple(item.column for item in items),
        totals=tuple(item.per is None or item.is_total for item in items),
        weight=composite.weights["weight"].to_numpy(dtype=float),
        mean=composite.normalised.groupby(level="province").mean().reindex(units).to_numpy(dtype=float),
    )


def made_disjoint(systems: Sequence[System], draws: int, rng: np.random.Generator) -> list[FloatArray]:
    """Return marks (draws, k) of the indicators each system keeps: a figure of several stays in one, drawn at random.

    Draws that leave a system fewer than three are drawn again.

    Raises
    ------
    DataError
        If the systems share so many figures that such draws are rare.
    """
    kept: list[list[FloatArray]] = [[] for _ in systems]
    for _ in range(_TRIES):
        marks = _dealt(systems, draws, rng)
        enough = np.min([part.sum(axis=1) for part in marks], axis=0) >= _LEAST
        for parts, part in zip(kept, marks, strict=True):
            parts.append(part[enough])
        if sum(map(len, kept[0])) >= draws:
            return [np.concatenate(parts)[:draws] for parts in kept]
    raise DataError(
        message(
            "the systems share so many figures that one of them is hardly ever left with {least}",
            least=_LEAST,
        )
    )


def _dealt(systems: Sequence[System], draws: int, rng: np.random.Generator) -> list[FloatArray]:
    """Return marks (draws, k) where every figure is dealt to one of the systems that hold it."""
    marks = [np.ones((draws, len(system.columns))) for system in systems]
    for column in sorted({name for system in systems for name in system.columns}):
        holders = [at for at, system in enumerate(systems) if column in system.columns]
        chosen = rng.integers(len(holders), size=draws)
        for number, at in enumerate(holders):
            places = [place for place, name in enumerate(systems[at].columns) if name == column]
            marks[at][:, places] = (chosen == number)[:, None]
    return marks


def scores_of(system: System, marks: FloatArray) -> FloatArray:
    """Return mean scores (B, N) of parts of a system."""
    weight = marks * system.weight
    return np.asarray((weight / weight.sum(axis=1, keepdims=True)) @ system.mean.T)


def random_scores(
    pool: Mapping[bool, System],
    systems: Sequence[System],
    marks: Sequence[FloatArray],
    rng: np.random.Generator,
) -> list[FloatArray]:
    """Return mean scores (B, N) of random disjoint systems with as many totals and ratios as the parts have.

    Parameters
    ----------
    pool
        Whether totals -> the pool read so: a figure may stand in both, and is taken once.
    systems, marks
        The systems, and the indicators that each keeps.
    """
    draws, names = len(marks[0]), sorted({name for part in pool.values() for name in part.columns})
    keys = rng.random((draws, len(names)))
    taken: list[dict[bool, FloatArray]] = [{} for _ in systems]
    for kind in (True, False):  # fewer figures can be totals: they come first
        at = [names.index(name) for name in pool[kind].columns]
        wanted = [
            part @ (np.array(system.totals) == kind) for system, part in zip(systems, marks, strict=True)
        ]
        holder = _holders(keys[:, at], np.stack(wanted, axis=1))
        for number, kinds in enumerate(taken):
            kinds[kind] = (holder == number).astype(float)
        keys[:, at] = np.where(holder < len(systems), np.inf, keys[:, at])
    return [_joined(pool, marks_by_kind) for marks_by_kind in taken]


def _holders(keys: FloatArray, wanted: FloatArray) -> IntArray:
    """Return which system (B, P) takes each figure, the figures in the order of their keys; the last number is none.

    `wanted` (B, S) is how many each system takes; an infinite key is a figure that is taken already.
    """
    if (np.isfinite(keys).sum(axis=1) < wanted.sum(axis=1)).any():
        raise DataError(message("the pool holds too few figures for systems of this size"))
    place = np.argsort(np.argsort(keys, axis=1), axis=1)
    ends = np.cumsum(wanted, axis=1)
    return np.asarray((place[:, :, None] >= ends[:, None, :]).sum(axis=2))


def _joined(pool: Mapping[bool, System], marks: Mapping[bool, FloatArray]) -> FloatArray:
    weight = {kind: marks[kind] * part.weight for kind, part in pool.items()}
    total = np.sum([part.sum(axis=1) for part in weight.values()], axis=0)
    return np.asarray(sum(weight[kind] @ pool[kind].mean.T for kind in pool) / total[:, None])


def pool_of(frame: pd.DataFrame, *, totals: bool, equal: bool, units: pd.Index) -> System:
    """Return figures of a complete panel as the indicators that random systems are made of.

    Parameters
    ----------
    frame
        Figures by (province, year), larger being better.
    totals
        Whether they are totals.
    equal
        Weights: equal, or by entropy.
    units
        The units of the systems.
    """
    z = minmax(frame.to_numpy(dtype=float))
    weight = np.ones(z.shape[1]) if equal else 1.0 - weighting.entropies(z)
    mean = pd.DataFrame(z, index=frame.index).groupby(level="province").mean().reindex(units)
    return System(
        tuple(str(name) for name in frame.columns),
        (totals,) * frame.shape[1],
        weight,
        mean.to_numpy(dtype=float),
    )


def agreements(scores: Sequence[FloatArray]) -> FloatArray:
    """Return Kendall's W (B,) of the judges' scores, each (B, N), without ties."""
    m, n = len(scores), scores[0].shape[1]
    ranks = sum(np.argsort(np.argsort(part, axis=1), axis=1) + 1.0 for part in scores)
    spread = ((ranks - m * (n + 1) / 2.0) ** 2).sum(axis=1)
    return np.asarray(12.0 * spread / (m**2 * (n**3 - n)))
