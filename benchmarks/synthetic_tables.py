"""Synthetic papers: true tables from real fits and indices, printed in random styles, with and without one error.

    python -m benchmarks.synthetic_tables 3          # three tables with an error each, and what it is

A table is known by its seed: kind, panel, style and error follow from it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.synthetic import described, further, indexed, numbers, papers, regressions, spatials, tested
from benchmarks.synthetic.layouts import text_of
from benchmarks.synthetic.slips import Planted, plant
from benchmarks.synthetic.style import Printout, print_out, style
from benchmarks.synthetic.true import PAPER, UNITS, Number, TrueTable, world

KINDS = (
    regressions.fixed_effects,
    regressions.pooled,
    regressions.one_fit,
    regressions.gmm,
    regressions.threshold,
    regressions.mediation,
    spatials.durbin,
    spatials.models,
    spatials.tests,
    spatials.effects,
    numbers.coupling,
    numbers.inequality,
    numbers.dagum,
    numbers.weights,
    numbers.descriptives,
    numbers.correlations,
    numbers.decomposition,
)
ESTIMATED = (
    regressions.fixed_effects,
    regressions.threshold,
    regressions.mediation,
    spatials.durbin,
    spatials.effects,
)
MORE = (
    described.starred_correlations,
    described.moments,
    described.factors,
    described.morans,
    indexed.levels,
    indexed.scores,
    indexed.hierarchy,
    further.long_run,
    further.threshold_tests,
    further.thresholds,
    further.regimes,
    further.mediation_words,
    further.squares,
    tested.joint_tests,
    tested.kept_durbin,
    tested.dynamic_durbin,
)
"""Kinds of tables from number `MORE_FROM` on."""
MORE_FROM = 100_000
SEED = 20261201


@dataclass(frozen=True)
class Sample:
    """A printed table as text, clean or with one error planted."""

    seed: int
    printout: Printout
    planted: Planted | None

    @property
    def text(self) -> str:
        return text_of(self.printout)


def sample(number: int, *, error: bool, seed: int = SEED, habit: str = "") -> Sample:
    """Return a table by number: kinds take turns, everything else is drawn."""
    rng = np.random.default_rng([seed, number])
    few = UNITS.set((8, 12)) if habit == "8 to 11 units" else None
    try:
        true = _kind(number, habit)(rng)
    finally:
        if few is not None:
            UNITS.reset(few)
    if habit == "stars of 500 resamples":
        true = _resampled(true, rng)
    clean = print_out(true, replace(style(rng), habit=habit))
    planted = plant(clean, rng) if error else None
    return Sample(number, clean if planted is None else planted.printout, planted)


def _kind(number: int, habit: str) -> Callable[[np.random.Generator], TrueTable]:
    kinds, first = (MORE, MORE_FROM) if number >= MORE_FROM else (_kinds(habit), 0)
    return kinds[(number - first) % len(kinds)]


def _kinds(habit: str) -> tuple[Callable[[np.random.Generator], TrueTable], ...]:
    if habit == "Driscoll-Kraay":
        return (regressions.driscoll_kraay,)
    if habit == "8 to 11 units":
        return (*ESTIMATED, regressions.one_fit)
    return ESTIMATED if habit == "stars of 500 resamples" else KINDS


def _resampled(true: TrueTable, rng: np.random.Generator) -> TrueTable:
    """Return a table whose p-values are shares among 500 resamples."""

    def drawn(number: Number | None) -> Number | None:
        if number is None or number.p is None:
            return number
        return replace(number, p=float(rng.binomial(500, number.p) / 500))

    return replace(
        true,
        lines=tuple(replace(line, numbers=tuple(map(drawn, line.numbers))) for line in true.lines),
    )


def paper(number: int, *, seed: int = SEED) -> tuple[Printout, ...]:
    """Return the tables of a paper without an error: descriptives, two of regressions, a Durbin model; one panel."""
    rng = np.random.default_rng([seed, number, 3])
    token = PAPER.set(world(rng, most=3))
    try:
        trues = [
            make(rng)
            for make in (
                numbers.descriptives,
                regressions.fixed_effects,
                regressions.fixed_effects,
                spatials.durbin,
            )
        ]
    finally:
        PAPER.reset(token)
    form = style(rng)
    return tuple(print_out(true, form) for true in trues)


def whole_paper(number: int, *, error: bool, seed: int = SEED) -> papers.Paper:
    """Return a paper of six tables, one column and one total of which stand in two, clean or with an error."""
    return papers.write(np.random.default_rng([seed, number, 5]), error=error)


def samples(count: int, *, error: bool, seed: int = SEED) -> Iterator[Sample]:
    """Yield tables; with `error`, those alone in which one could be planted."""
    for number in range(count):
        one = sample(number, error=error, seed=seed)
        if not error or one.planted is not None:
            yield one


def main(count: int) -> None:
    """Print tables with their errors."""
    for one in samples(count, error=True):
        print(one.text)
        if one.planted is not None:
            print(
                f"-- {one.planted.truth.name}: {one.planted.before} -> {one.planted.after} ({one.planted.slip})\n"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
