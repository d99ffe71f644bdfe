"""How often R-MOD says which word of a spatial interaction, in worlds in which a moderator changes a spillover or not.

Every world is a spatial Durbin panel of the 31 provinces under contiguity. Treatment and moderator are two real
regressors with the levels and the growth of their provinces; the product is that of what moves inside provinces. What
moves y without an interaction is tied to what everything else in the model leaves of the neighbours' product, and so is
the effect. A world goes through what a claim goes through; conditions are asked only where the interval excludes zero,
as they change no word elsewhere, and the placebo only where all others pass.

    python -m benchmarks.evidence verdicts_spatial_moderation
    python -m benchmarks.evidence.verdicts_spatial_moderation --worlds 40 --trying
"""

from __future__ import annotations

import argparse
import importlib
import time
import warnings
import zlib
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from benchmarks.evidence.record import fill, percent
from benchmarks.evidence.verdicts_spillover import WEIGHTS, _map, _One, _specification
from benchmarks.verdict_tables import LETTERS
from benchmarks.world_parts import BEFORE, ERROR_DEVIATION, Floats, errors, neighbour_root, pair, within
from benchmarks.worlds import COUNTING, SERIAL, TRYING, YEARS, tied_trends, tied_waves
from panelkit.claims.designs.spatial_conditions import (
    Asked,
    other_weights,
    placebo_condition,
    trends_condition,
)
from panelkit.claims.designs.spatial_moderated import differences_conditions
from panelkit.claims.rules.moderation import word_of_a_spatial_interaction
from panelkit.covariance.cluster import Cluster
from panelkit.language.errors import PanelkitError
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.sample import SpatialSample, read_sample
from panelkit.studies.spatial_effects import simulated, smallest_impact
from panelkit.studies.spatial_interaction import with_product

DRAWS, PERMUTATIONS = 999, 199
FRESH = COUNTING + 41
MODEL = SpatialPanel("y ~ x + m", "sdm", vcov=Cluster())
ASKED = ("weights", "trends", "differences", "second_differences")


@dataclass(frozen=True)
class Moved:
    """A world: what the neighbours' x adds, what their product adds, and what else moves y.

    A `share` of the variance of y is trends or slow waves, correlated by `tie` with those of the neighbours' product.
    `near` is how closely x, moderator and errors follow the neighbours' own.
    """

    name: str
    spill: float = 0.0
    effect: float = 0.0
    kind: Literal["none", "trends", "slow"] = "none"
    share: float = 0.0
    tie: float = 0.0
    near: float = 0.3


MOVED = (
    Moved("no spillover"),
    Moved("spillover .38, the same at every m", spill=0.38),
    Moved("the same, x, m and errors near .7", spill=0.38, near=0.7),
    Moved("own trends 1/3", spill=0.38, kind="trends", share=1 / 3),
    Moved("trends .8 1/3", spill=0.38, kind="trends", share=1 / 3, tie=0.8),
    Moved("slow .8 1/2", spill=0.38, kind="slow", share=1 / 2, tie=0.8),
    Moved("interaction .38", spill=0.38, effect=0.38),
    Moved("interaction .75", spill=0.38, effect=0.75),
)


def main(worlds: int = 400, *, seed: int = FRESH, jobs: int = 2) -> str:
    """Compute the cells that are missing and write them one by one; cells with an effect hold a third."""
    start = time.perf_counter()
    name = "verdicts_spatial_moderation" + ("" if seed == FRESH else "_trying")
    cells = [
        (world, years, serial, worlds if world.effect == 0.0 else max(worlds // 3, 1))
        for world in MOVED
        for years in YEARS
        for serial in SERIAL
    ]
    facts = {
        "draws": DRAWS,
        "permuted maps": PERMUTATIONS,
        "worlds a cell": f"{worlds}, with an effect {max(worlds // 3, 1)}",
    }
    table = fill(name, run, cells, seed=seed, facts=facts, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Moved, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent; what conditions do is of the intervals beside zero."""
    warnings.simplefilter("error")
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode()), years, int(100 * serial)])
    found = pd.DataFrame(
        [judged(drawn(world, years, serial, rng, dealt=at % 2 == 1), seed + at) for at in range(count)]
    )
    found = found.reindex(columns=["word", "significant", *ASKED, "placebo"])
    significant = found[found["significant"]]
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count,
        "not computed": percent(found["word"] == ""),
        "excludes zero": percent(found["significant"]),
        **{letter: percent(found["word"] == full) for letter, full in LETTERS.items()},
        **{f"{name.replace('_', ' ')} not passed": percent(significant[name] != "passes") for name in ASKED},
        "stopped by the placebo alone": percent(significant["placebo"] == "fails"),
        "trends take away": percent(significant["trends"] == "takes away"),
    }  # fmt: skip


def drawn(world: Moved, years: int, serial: float, rng: np.random.Generator, *, dealt: bool) -> SpatialSample:
    """Return the sample of one world, product first; errors and what beside them moves y have a variance of one."""
    x, m = pair(rng, years, dealt=dealt)
    if world.near > 0.3:
        root = neighbour_root(world.near)
        x, m = root @ x, root @ m
    sample = with_product(sample_of(x, m, np.zeros_like(x)))
    w = _map("contiguity").matrix.toarray()
    behind = w @ x
    left = _left(w @ sample.X[..., 0], [sample.X[..., 0], x, m, behind, w @ m])[None]
    y = errors(rng, years, serial, 1, world.near)[..., BEFORE:] / ERROR_DEVIATION
    if world.kind == "trends":
        y = _mixed(y, tied_trends(rng, left, world.tie), world.share)
    if world.kind == "slow":
        y = _mixed(y, tied_waves(rng, left, world.tie, 2 if years <= 8 else 3), world.share)
    scale = np.sqrt((within(behind[None]) ** 2).mean())
    added = 0.17 * x + world.spill * behind / scale
    product = world.effect * (w @ sample.X[..., 0]) / np.sqrt((left**2).mean())
    return replace(sample, y=y[0] + added + product)


def judged(sample: SpatialSample, seed: int) -> dict[str, object]:
    """Return the word of one world, and what came of every condition that was asked."""
    weights = _map("contiguity")
    try:
        fit = fit_sample(MODEL, sample, weights, weights, weights)
        found = simulated(fit, "indirect", DRAWS, seed)
    except PanelkitError:
        return {"word": "", "significant": False}
    asks = Asked(
        model=MODEL,
        fit=fit,
        found=found,
        effect="indirect",
        spec=_specification(),
        samples=_One(sample),
        weights=WEIGHTS,
        direction=-1.0 if found.high < 0.0 else 1.0,
        draws=DRAWS,
        permutations=PERMUTATIONS,
        seed=seed,
    )
    significant = found.low > 0.0 or found.high < 0.0
    conditions = []
    if significant:
        conditions = [*other_weights(asks), trends_condition(asks), *differences_conditions(asks)]
        if all(item.passes for item in conditions):
            conditions.append(placebo_condition(asks))
    word = word_of_a_spatial_interaction(
        1.0,
        (found.low, found.high),
        (found.inner_low, found.inner_high),
        smallest_impact(sample, "twoway"),
        conditions,
    )
    return {"word": word, "significant": significant, **{item.key: item.outcome for item in conditions}}


def sample_of(x: Floats, m: Floats, y: Floats) -> SpatialSample:
    """Return the sample of treatment, moderator and outcome, (31, T) each."""
    return replace(_blank(x.shape[1]), y=y, X=np.stack([x, m], axis=2))


@cache
def _blank(years: int) -> SpatialSample:
    index = pd.MultiIndex.from_product(
        [_map("contiguity").ids, range(2001, 2001 + years)], names=["unit", "year"]
    )
    noise = np.random.default_rng(1).normal(size=(3, len(index)))
    return read_sample("y ~ x + m", pd.DataFrame(dict(zip("yxm", noise, strict=True)), index=index))


def _left(product: Floats, others: list[Floats]) -> Floats:
    """Return what effects and the other regressors leave of the neighbours' product, (31, T)."""
    columns = within(np.stack(others)).reshape(len(others), -1).T
    swept = within(product[None]).ravel()
    return (swept - columns @ np.linalg.lstsq(columns, swept)[0]).reshape(product.shape)


def _mixed(noise: Floats, part: Floats, share: float) -> Floats:
    size = np.sqrt((within(part) ** 2).mean())
    return np.sqrt(1.0 - share) * noise + np.sqrt(share) * part / size


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence.verdicts_spatial_moderation")
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--trying", action="store_true", help="the seeds for choosing conditions")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    # workers find what is cached by the name of a module, which `__main__` is not
    itself = importlib.import_module("benchmarks.evidence.verdicts_spatial_moderation")
    print(itself.main(options.worlds, seed=TRYING if options.trying else FRESH, jobs=options.jobs))
