"""What holds in a true table and an audit could find broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.synthetic import number_truths as numbers
from benchmarks.synthetic import regression_truths as regressions
from benchmarks.synthetic.corners import Truth, stars
from benchmarks.synthetic.style import Printout


def truths(printout: Printout) -> Iterator[Truth]:
    """Yield everything that holds in a printout and that an audit could find broken."""
    for truth in (*stars(printout), *_of_kind(printout)):
        if all(place in printout.pieces for place in truth.places):
            yield truth


def _of_kind(printout: Printout) -> Iterator[Truth]:
    yield from (must(printout) for must in printout.true.musts)
    if printout.true.kind in BY_KIND:
        yield from BY_KIND[printout.true.kind](printout)


BY_KIND: dict[str, Callable[[Printout], Iterator[Truth]]] = {
    "fixed effects": regressions.sample,
    "pooled": regressions.pooled,
    "one fit": regressions.one_fit,
    "gmm": regressions.sample,
    "threshold": regressions.threshold,
    "mediation": regressions.mediation,
    "durbin": regressions.durbin,
    "models": regressions.models,
    "tests": regressions.tests,
    "effects": regressions.effects,
    "coupling": numbers.coupling,
    "theil": numbers.sums(0, (1, 2), (3, 4), "Theil"),
    "dagum": numbers.sums(0, (1, 2, 3), (4, 5, 6), "Dagum"),
    "weights": numbers.weights,
    "descriptives": numbers.descriptives,
    "correlations": numbers.correlations,
    "fevd": numbers.fevd,
}
