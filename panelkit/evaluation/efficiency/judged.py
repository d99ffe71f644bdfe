"""Solve a problem frontier by frontier, and gather scores, slacks, peers and multipliers by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from panelkit.evaluation.efficiency.directional import directional
from panelkit.evaluation.efficiency.problem import EfficiencyProblem, Model
from panelkit.evaluation.efficiency.programs import Orientation, radial
from panelkit.evaluation.efficiency.scale import scale_of
from panelkit.evaluation.efficiency.slacks import largest_slacks
from panelkit.evaluation.efficiency.slacks_based import EFFICIENT, slacks_based, super_slacks_based
from panelkit.evaluation.efficiency.two_stage import two_stage
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.show.brief import Brief


@dataclass(eq=False)
class Judged(Brief):
    """What one frontier says of its rows, or all of them of all rows.

    `scores` by name (n,); `slacks` (n, m + s + b) in the order inputs, outputs, undesirable, None where a model has
    none; `links` (k, 3): row, peer and intensity; `multipliers` (n, m + s + 1), the last that of the sum of
    intensities.
    """

    scores: dict[str, FloatArray]
    slacks: FloatArray | None = None
    links: FloatArray = field(default_factory=lambda: np.empty((0, 3)))
    multipliers: FloatArray | None = None
    by_highs: int = 0


@dataclass(frozen=True, eq=False)
class _Part(Brief):
    """The figures of one frontier."""

    x: FloatArray
    z: FloatArray
    y: FloatArray
    b: FloatArray


def judge(problem: EfficiencyProblem) -> Judged:
    """Return the scores of every row; a row of several frontiers (windows) has their means."""
    count = len(problem.units)
    parts = [(rows, _MODELS[problem.model](problem, _part(problem, rows))) for rows in problem.sets]
    times = np.zeros(count)
    for rows, _ in parts:
        times[rows] += 1.0
    means = {
        name: _mean([(rows, one.scores[name]) for rows, one in parts], times) for name in parts[0][1].scores
    }
    slacks = [(rows, one.slacks) for rows, one in parts if one.slacks is not None]
    multipliers = [(rows, one.multipliers) for rows, one in parts if one.multipliers is not None]
    if len(problem.sets) > 1 and (times > 1.0).any():
        # a kind of returns has no mean
        means.pop("kind", None)
        multipliers = []
    return Judged(
        means,
        _mean(slacks, times) if slacks else None,
        _joined(parts, times),
        _mean(multipliers, times) if multipliers else None,
        sum(one.by_highs for _, one in parts),
    )


def _part(problem: EfficiencyProblem, rows: IntArray) -> _Part:
    return _Part(
        problem.inputs[rows], problem.intermediates[rows], problem.outputs[rows], problem.undesirable[rows]
    )


def _mean(parts: list[tuple[IntArray, FloatArray]], times: FloatArray) -> FloatArray:
    """Return means by row of what several frontiers say."""
    whole = np.zeros((len(times), *parts[0][1].shape[1:]))
    for rows, values in parts:
        whole[rows] += values
    return whole / times.reshape(-1, *[1] * (whole.ndim - 1))


def _joined(parts: list[tuple[IntArray, Judged]], times: FloatArray) -> FloatArray:
    """Return rows, peers and mean intensities of all frontiers, each pair once."""
    links = [
        np.column_stack(
            [rows[one.links[:, 0].astype(int)], rows[one.links[:, 1].astype(int)], one.links[:, 2]]
        )
        for rows, one in parts
    ]
    whole = np.concatenate(links)
    pairs, place = np.unique(whole[:, :2], axis=0, return_inverse=True)
    sums = np.bincount(place.ravel(), weights=whole[:, 2], minlength=len(pairs))
    return np.column_stack([pairs, sums / times[pairs[:, 0].astype(int)]]) if len(pairs) else whole


def _links(peers: IntArray, weights: FloatArray) -> FloatArray:
    rows, places = np.nonzero((peers >= 0) & (weights > _NO_PEER))
    return np.column_stack([rows, peers[rows, places], weights[rows, places]])


# an intensity below this share is rounding
_NO_PEER = 1e-9


def _way(problem: EfficiencyProblem) -> Orientation:
    return "output" if problem.orientation == "output" else "input"


def _radial(problem: EfficiencyProblem, part: _Part) -> Judged:
    way = _way(problem)
    found = radial(part.x, part.y, part.x, part.y, returns=problem.returns, orientation=way)
    scale = scale_of(part.x, part.y, part.x, part.y, orientation=way)
    slacks = largest_slacks(
        part.x, part.y, found.scores, part.x, part.y, returns=problem.returns, orientation=way
    )
    return Judged(
        {
            "score": found.scores,
            "constant": scale.constant,
            "variable": scale.variable,
            "scale": scale.efficiency,
            "kind": scale.kind.astype(float),
        },
        np.column_stack([slacks.inputs, slacks.outputs]),
        _links(slacks.peers, slacks.peer_weights),
        np.column_stack([found.input_weights, found.output_weights, found.intercepts]),
        found.by_highs,
    )


def _super(problem: EfficiencyProblem, part: _Part) -> Judged:
    found = radial(
        part.x,
        part.y,
        part.x,
        part.y,
        returns=problem.returns,
        orientation=_way(problem),
        exclude_self=True,
    )
    # outputs that nobody else makes: a factor of zero is no distance
    reached = np.where(found.scores > 0.0, found.scores, np.nan)
    return Judged(
        {"score": reached},
        links=_links(found.peers, found.peer_weights),
        multipliers=np.column_stack([found.input_weights, found.output_weights, found.intercepts]),
        by_highs=found.by_highs,
    )


def _sbm(problem: EfficiencyProblem, part: _Part) -> Judged:
    found = slacks_based(
        part.x,
        part.y,
        part.x,
        part.y,
        undesirable=part.b,
        reference_undesirable=part.b,
        returns=problem.returns,
        orientation=problem.orientation,
    )
    return Judged(
        {"score": found.scores},
        np.column_stack([found.inputs, found.outputs, found.undesirable]),
        _links(found.peers, found.peer_weights),
        by_highs=found.by_highs,
    )


def _super_sbm(problem: EfficiencyProblem, part: _Part) -> Judged:
    """Return slacks-based scores, those of efficient rows by how far they are outside the others' envelope."""
    plain = _sbm(problem, part)
    ahead = np.flatnonzero(plain.scores["score"] >= 1.0 - EFFICIENT)
    found = super_slacks_based(
        part.x[ahead],
        part.y[ahead],
        part.x,
        part.y,
        left_out=ahead,
        returns=problem.returns,
        orientation=problem.orientation,
    )
    scores = plain.scores["score"].copy()
    scores[ahead] = found.scores
    # outside the envelope there is no slack: what a row is ahead by is not what it lacks
    return Judged(
        {"score": scores, "plain": plain.scores["score"]}, plain.slacks, plain.links, by_highs=plain.by_highs
    )


def _directional(problem: EfficiencyProblem, part: _Part) -> Judged:
    found = directional(
        part.x,
        part.y,
        part.b,
        part.x,
        part.y,
        part.b,
        returns=problem.returns,
        disposability=problem.disposability,
    )
    # the zero of a row on the frontier comes out as a rounding on either side
    distances = np.where(np.abs(found.distances) < EFFICIENT, 0.0, found.distances)
    return Judged(
        {"score": 1.0 / (1.0 + distances), "distance": distances},
        links=_links(found.peers, found.peer_weights),
        by_highs=found.by_highs,
    )


def _network(problem: EfficiencyProblem, part: _Part) -> Judged:
    found = two_stage(part.x, part.z, part.y, part.x, part.z, part.y)
    names = ("first_most", "second_least", "first_least", "second_most", "first_alone", "second_alone")
    return Judged(
        {"score": found.system, **{name: getattr(found, name) for name in names}}, by_highs=found.by_highs
    )


_MODELS: dict[Model, Callable[[EfficiencyProblem, _Part], Judged]] = {
    "ccr": _radial,
    "bcc": _radial,
    "radial": _radial,
    "super": _super,
    "sbm": _sbm,
    "super_sbm": _super_sbm,
    "ddf": _directional,
    "network": _network,
}
