"""How often R-MED says which word in worlds whose channel is known: the calibration of verdicts on channels.

Every cell (world, T, AR of both errors) goes through the interval of resampled provinces, every condition of the first
path, the twin with unit trends, and the reading of words.

    python -m benchmarks.evidence verdicts_mediation
    python -m benchmarks.evidence.verdicts_mediation --worlds 200 --trying
"""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from benchmarks.more_worlds import CHANNELS, Channel, draw_channel
from benchmarks.verdict_tables import LETTERS
from benchmarks.world_parts import UNITS, Floats, region_codes, within
from benchmarks.worlds import COUNTING, SERIAL, TRYING, YEARS
from panelkit.claims.designs.mediation import INNER
from panelkit.claims.rules.mediation import FIRST_PATH
from panelkit.inference.indirect import resample_counts
from panelkit.kernels.rng import as_generator
from panelkit.studies.scrutiny.channel import beside_trends, channel_words, first_stands
from panelkit.studies.scrutiny.cube import cube
from panelkit.studies.scrutiny.main_test import SMALLEST_SHARE
from panelkit.studies.scrutiny.scrutiny import scrutinise_worlds
from panelkit.studies.scrutiny.wild import Lots

DRAWS, BATCH = 999, 100


def main(worlds: int = 1000, *, seed: int = COUNTING, jobs: int = 2) -> str:
    """Compute every cell and write the table."""
    start = time.perf_counter()
    cells = [(world, years, serial) for world in CHANNELS for years in YEARS for serial in SERIAL]
    rows = Parallel(n_jobs=jobs)(delayed(run)(*cell, worlds, seed) for cell in cells)
    table = pd.DataFrame(rows)
    name = "verdicts_mediation" if seed == COUNTING else "verdicts_mediation_trying"
    facts = {"draws": DRAWS, "worlds a cell": worlds, "smallest effect": "a fifth times a fifth"}
    write(name, table, seed=seed, facts=facts)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


@dataclass(frozen=True, eq=False)
class Judged:
    """The words of W worlds, and which conditions each met."""

    word: np.ndarray
    significant: np.ndarray
    first: np.ndarray
    trends: np.ndarray
    trends_away: np.ndarray


def run(world: Channel, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent."""
    warnings.simplefilter("error")
    parts = []
    for batch in range(-(-count // BATCH)):
        size = min(BATCH, count - batch * BATCH)
        drawn = draw_channel(world, years, serial, size, seed=seed, batch=batch)
        parts.append(judged(*drawn, seed + batch, region_codes()))
    word, significant, first, trends, away = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("word", "significant", "first", "trends", "trends_away")
    )
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count, "interval excludes zero": percent(significant),
        **{letter: percent(word == full) for letter, full in LETTERS.items()},
        "first path fails": percent(~first[significant]),
        "trends fail": percent(~trends[significant]),
        "trends take away": percent(away[significant]),
    }  # fmt: skip


def judged(x: Floats, m: Floats, y: Floats, seed: int, regions: np.ndarray) -> Judged:
    """Return the words of worlds (W, 31, T) with draws of one seed, the claimed sign positive.

    Parameters
    ----------
    x, m, y
        Treatment, mediator and outcome.
    seed
        Of the resamples and of the wild bootstrap.
    regions
        Shape (31,): the region of every province.

    Returns
    -------
    Judged
    """
    weights = resample_counts(UNITS, DRAWS, as_generator(seed))
    once = np.ones((1, UNITS))
    columns = np.stack([x, m, y], axis=-1)
    draws = indirect(_without(columns, 1), weights)
    twin = _without(columns, 2)
    low, high = np.quantile(draws, [0.025, 0.975], axis=1)
    inner = np.quantile(draws, INNER, axis=1)
    found = scrutinise_worlds(cube(m, x, regions=regions), Lots(DRAWS, rng=seed))
    side = np.where(high < 0.0, -1.0, 1.0)
    first_side = np.where(high < 0.0, np.sign(found.main.slope), 1.0)
    stands = first_stands(found.trials["trends"], first_side)
    beside = beside_trends(draws, indirect(twin, once)[:, 0], indirect(twin, weights), stands, side)
    first = (found.main.p < FIRST_PATH) & (found.main.slope * first_side > 0.0) & found.passed
    deviations = [np.sqrt((within(c) ** 2).mean(axis=(1, 2))) for c in (x, y)]
    smallest = SMALLEST_SHARE**2 * deviations[1] / deviations[0]
    word = channel_words(
        (low, high),
        (inner[0], inner[1]),
        smallest,
        first & beside.passes,
        found.taken | beside.takes_away,
        identified=np.zeros(len(x), dtype=bool),
    )
    return Judged(word, (low > 0.0) | (high < 0.0), first, beside.passes, beside.takes_away)


def indirect(columns: Floats, weights: Floats) -> Floats:
    """Return a times b in every world and resample, (W, B); `columns` (W, N, T, 3) are swept by unit.

    A balanced panel: provinces drawn again keep every year, so that year effects are weighted means.
    """
    own = np.matmul(columns.swapaxes(2, 3), columns)
    gram = np.einsum("bn,wnij->wbij", weights, own, optimize=True)
    means = np.einsum("bn,wntj->wbtj", weights, columns, optimize=True)
    gram -= np.matmul(means.swapaxes(2, 3), means) / weights.sum(axis=1)[:, None, None]
    xx, xm, xy = gram[..., 0, 0], gram[..., 0, 1], gram[..., 0, 2]
    mm, my = gram[..., 1, 1], gram[..., 1, 2]
    return xm / xx * (my * xx - xy * xm) / (mm * xx - xm**2)


def _without(columns: Floats, powers: int) -> Floats:
    """Return columns (W, N, T, q) less every unit's mean (1) or linear trend (2)."""
    steps = np.arange(columns.shape[2], dtype=float)
    basis = np.linalg.qr(np.vander(steps, powers))[0]
    return columns - basis @ (basis.T @ columns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence.verdicts_mediation")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--trying", action="store_true", help="the seeds for choosing rules")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(main(options.worlds, seed=TRYING if options.trying else COUNTING, jobs=options.jobs))
