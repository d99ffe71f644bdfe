"""How often R-RANK says each word where the order of kinds of provinces is known.

A province stands at its kind's place plus a deviation of its own, and every indicator adds another; the cloud is that
of the design `order` (Dirichlet weights, two normalisations, one indicator left out). `redrawn` says whether the
provinces of a kind are drawn again: the order is then one of kinds, and true where the kinds stand so. Else it is one
of these provinces. `S otherwise` is how often SUPPORTED is said of those worlds where another order than the claimed
one is true, `C as claimed` how often CONTRADICTED of those where the claimed one is. In the worlds "tied at the end"
all neighbours stand one deviation apart in the claimed order but the last two, who do not differ.

    python -m benchmarks.evidence verdicts_rank
    python -m benchmarks.evidence.verdicts_rank --trying --worlds 200
"""

from __future__ import annotations

import argparse
import time
from itertools import product

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from benchmarks.more_worlds import ORDERS, TIED, Order, draw_places
from benchmarks.worlds import COUNTING, TRYING
from panelkit.claims.orders import order_of
from panelkit.claims.rules.rank import rank
from panelkit.indices.arrays.normalise import minmax, zscore
from panelkit.indices.arrays.uncertainty import cloud, redrawn_inside
from panelkit.language.message import verbatim

DRAWS, BATCH, INDICATORS = 1000, 100, (6, 15)
LETTERS = {"S": "SUPPORTED", "P": "PARTLY", "U": "UNDECIDED", "C": "CONTRADICTED"}


def main(worlds: int = 1000, *, seed: int = COUNTING, jobs: int = 2) -> str:
    """Compute all cells and write the table."""
    start = time.perf_counter()
    cells = list(product((*ORDERS, *TIED), INDICATORS, (True, False)))
    rows = Parallel(n_jobs=jobs)(
        delayed(run)(world, indicators, redrawn, worlds, seed) for world, indicators, redrawn in cells
    )
    table = pd.DataFrame(rows)
    name = "verdicts_rank" if seed == COUNTING else "verdicts_rank_trying"
    write(name, table, seed=seed, facts={"draws of a cloud": DRAWS, "worlds a cell": worlds})
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Order, indicators: int, redrawn: bool, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent."""
    words, as_claimed = [], []
    for batch in range(-(-count // BATCH)):
        size = min(BATCH, count - batch * BATCH)
        x, place, group = draw_places(world, indicators, size, seed=seed, batch=batch)
        words += [_word(one, group, redrawn, seed + number) for number, one in enumerate(x)]
        as_claimed += list(_stand(place, group, world, redrawn))
    said, true = np.array(words), np.array(as_claimed)
    return {
        "world": world.name,
        "groups": world.groups,
        "indicators": indicators,
        "redrawn": redrawn,
        "worlds": count,
        **{letter: percent(said == word) for letter, word in LETTERS.items()},
        "otherwise": int((~true).sum()),
        "S otherwise": percent(said[~true] == "SUPPORTED"),
        "C as claimed": percent(said[true] == "CONTRADICTED"),
    }


def _stand(place: np.ndarray, group: np.ndarray, world: Order, redrawn: bool) -> np.ndarray:
    """Return whether the kinds, or these provinces' means, stand in the claimed order (W,)."""
    if redrawn:
        return np.full(len(place), world.apart > 0.0 and not world.tied)
    means = np.stack([place[:, group == g].mean(axis=1) for g in range(world.groups)], axis=1)
    return (np.diff(means, axis=1) < 0.0).all(axis=1)


def _word(x: np.ndarray, group: np.ndarray, redrawn: bool, seed: int) -> str:
    stack = np.stack([minmax(x), zscore(x)])[:, :, None, :]
    found = cloud(stack, draws=DRAWS, rng=seed)
    counts = redrawn_inside(group, DRAWS, np.random.default_rng([seed, 1])) if redrawn else None
    scores = found.group(group, counts=counts)
    names = [verbatim(str(number)) for number in range(scores.shape[1])]
    return rank(order_of(scores, names, kinds=redrawn, unit=verbatim("scores")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence.verdicts_rank")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--trying", action="store_true", help="the seeds for choosing rules")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(main(options.worlds, seed=TRYING if options.trying else COUNTING, jobs=options.jobs))
