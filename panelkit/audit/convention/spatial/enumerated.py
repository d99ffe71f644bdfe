"""All fits of a spatial search: samples, weights and likelihoods, so many steps from what is stated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from panelkit.audit.convention.candidate import Option
from panelkit.audit.convention.spatial.cubes import Sampled
from panelkit.audit.convention.spatial.likelihoods import Likelihood, mistaken
from panelkit.audit.convention.spatial.orders import Order, swaps
from panelkit.audit.convention.spatial.weighting import Version
from panelkit.language.message import message
from panelkit.models.spatial.batch.asked import Job, Neighbours

MOST = 12_000  # fits without a word from the user: about six seconds


@dataclass(frozen=True, eq=False)
class Planned:
    """One fit to make: its job, its sample and all choices that it is."""

    job: Job
    sample: Sampled
    options: tuple[Option, ...]

    @property
    def departures(self) -> int:
        """Return how many steps lie between it and what was stated."""
        return sum(one.departure for one in self.options)

    @property
    def mistaken(self) -> bool:
        """Return whether nobody would choose it knowingly."""
        return any(one.mistake for one in self.options)


@dataclass(frozen=True, eq=False)
class Axes:
    """What a search crosses with its samples: versions of W, orders in which it may lie wrongly, likelihoods."""

    right: Sequence[Version]
    wrong: Sequence[Version]
    orders: Sequence[Order]
    likelihoods: Sequence[Likelihood]


def planned(samples: Sequence[Sampled], axes: Axes, depth: int) -> Iterator[Planned]:
    """Yield the fits at most `depth` steps from what is stated; those of one sample and W stand next to each other."""
    for sample in samples:
        left = depth - sample.departures
        if left < 0:
            continue
        for w, said in _weights(sample, axes, left):
            still = left - sum(one.departure for one in said)
            for likelihood in axes.likelihoods:
                yield from _likelihood(sample, w, said, likelihood, still)


def _likelihood(
    sample: Sampled, w: Neighbours, said: tuple[Option, ...], one: Likelihood, left: int
) -> Iterator[Planned]:
    """Yield a likelihood, and what known mistakes make of it where a step is left for one."""
    steps = sum(option.departure for option in one.options)
    if steps > left or not _allowed(one, w):
        return
    yield Planned(Job(sample.cube, w, one.asked), sample, (*one.options, *said, *sample.options))
    if steps < left and not any(option.mistake for option in (*said, *sample.options)):
        for wrong in mistaken(one):
            yield Planned(Job(sample.cube, w, wrong.asked), sample, (*wrong.options, *said, *sample.options))


def _weights(sample: Sampled, axes: Axes, left: int) -> Iterator[tuple[Neighbours, tuple[Option, ...]]]:
    """Yield the weights of a sample with the choices behind them."""
    clean = not any(option.mistake for option in sample.options)
    for version in (*axes.right, *(axes.wrong if clean else ())):
        if sum(one.departure for one in version.options) <= left:
            w = version.on(sample.keep)
            if w is not None:
                yield w, version.options
    if not clean or left < 1 or not axes.right:
        return
    stated = axes.right[0]
    w = stated.on(sample.keep)
    for swap in swaps([one.among(sample.keep) for one in axes.orders]) if w is not None else ():
        said = message(
            "W beside rows in another order: rows with {rows}, W with {w}", rows=swap.rows.said, w=swap.w.said
        )
        option = Option("mistake", f"order {swap.rows.key}/{swap.w.key}", said, 1, mistake=True)
        assert w is not None
        yield w.reordered(swap.source), (*stated.options, option)


def _allowed(one: Likelihood, w: Neighbours) -> bool:
    """Tell whether a convention can take these weights; see `conventions.refuse_convention`."""
    asked = one.asked
    spatial = asked.lagged or asked.error
    if not spatial or asked.effects not in ("time", "twoway") or w.row_standardised:
        return True
    if asked.convention == "lee-yu" or (asked.convention == "elhorst" and asked.effects == "twoway"):
        return False
    return not (asked.error and asked.convention in ("lsdv", "elhorst"))
