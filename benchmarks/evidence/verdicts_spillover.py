"""How often R-SPILL says which word in worlds whose spillover is known, and the size of its twin with unit trends.

Every world is a spatial Durbin panel of the 31 provinces under contiguity: a real regressor, an impact at home, errors
correlated between neighbours and in time. It goes through the interval of the indirect impact, unit trends, inverse
distance and the placebo, as a claim does; the last two only where the interval excludes zero, as they change no word
elsewhere.

    python -m benchmarks.evidence verdicts_spillover
    python -m benchmarks.evidence.verdicts_spillover --worlds 200 --trying
"""

from __future__ import annotations

import argparse
import importlib
import time
import warnings
import zlib
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from benchmarks.evidence.record import fill, percent
from benchmarks.verdict_tables import LETTERS
from benchmarks.world_parts import (
    BEFORE,
    ERROR_DEVIATION,
    X_DEVIATION,
    Floats,
    errors,
    regressors,
    standard,
    within,
)
from benchmarks.worlds import COUNTING, SERIAL, TRYING, YEARS
from panelkit.claims.designs.spatial_conditions import (
    Asked,
    other_weights,
    placebo_condition,
    trends_condition,
)
from panelkit.claims.rules.six_words import word_of
from panelkit.covariance.cluster import Cluster
from panelkit.data.geography import regions
from panelkit.language.errors import PanelkitError
from panelkit.models.spatial.panel import SpatialPanel, fit_sample
from panelkit.models.spatial.sample import SpatialSample, read_sample
from panelkit.spatial.provincial import contiguity, inverse_distance
from panelkit.spatial.weights import Weights
from panelkit.studies.spatial_effects import simulated, smallest_impact
from panelkit.studies.specification import Specification

DRAWS, PERMUTATIONS = 999, 199
FRESH = COUNTING + 1
"""The cells under `COUNTING` were seen when the level of the interval beside trends was chosen."""
MODEL = SpatialPanel("y ~ x", "sdm", vcov=Cluster())
WEIGHTS = ("contiguity", "inverse_distance")


@dataclass(frozen=True)
class Spill:
    """A world: what the neighbours' regressor adds, and how provincial trends of the outcome are tied.

    `own` and `neighbours` are the correlations of the trends of y, a third of its variance, with those of x and of the
    neighbours' x; None: y has no trends.
    """

    name: str
    effect: float = 0.0
    own: float | None = None
    neighbours: float | None = None
    direct: float = 0.17


SPILLS = (
    Spill("no spillover"),
    Spill("no spillover, own trends .6", own=0.6, neighbours=0.0),
    Spill("no spillover, neighbours' trends .6", own=0.0, neighbours=0.6),
    Spill("no spillover, neighbours' trends .8", own=0.0, neighbours=0.8),
    Spill("spillover .38", effect=0.38),
    Spill("spillover .38, neighbours' trends .6", effect=0.38, own=0.0, neighbours=0.6),
)


def main(worlds: int = 1000, *, seed: int = FRESH, jobs: int = 2) -> str:
    """Compute the cells that are missing and write them one by one; cells with an effect hold three tenths."""
    start = time.perf_counter()
    name = "verdicts_spillover" if seed == FRESH else "verdicts_spillover_trying"
    cells = [
        (world, years, serial, worlds if world.effect == 0.0 else 3 * worlds // 10)
        for world in SPILLS
        for years in YEARS
        for serial in SERIAL
    ]
    facts = {
        "draws": DRAWS,
        "permuted maps": PERMUTATIONS,
        "worlds a cell": f"{worlds}, with a spillover {3 * worlds // 10}",
    }
    table = fill(name, run, cells, seed=seed, facts=facts, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Spill, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent."""
    warnings.simplefilter("error")
    x, y = drawn(world, years, serial, count, seed)
    found = pd.DataFrame([judged(x[at], y[at], seed + at) for at in range(count)])
    found = found.reindex(columns=dict.fromkeys([*found.columns, "weights", "placebo"]))
    computed = found[found["word"] != ""]
    significant = computed[computed["significant"]]
    trends = computed[computed["trends"] != "not computed"]
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count,
        "not computed": percent(found["word"] == ""),
        "excludes zero": percent(computed["significant"]),
        "trends p<.05": percent(trends["trends significant"].astype(bool)),
        **{letter: percent(computed["word"] == full) for letter, full in LETTERS.items()},
        **{f"{name} not passed": percent(significant[name] != "passes") for name in ("weights", "trends")},
        "stopped by the placebo alone": percent(significant["placebo"] == "fails"),
        "trends take away": percent(significant["trends"] == "takes away"),
    }  # fmt: skip


def drawn(world: Spill, years: int, serial: float, count: int, seed: int) -> tuple[Floats, Floats]:
    """Return regressors and outcomes, (W, 31, T) each, within deviations of one beside the effects."""
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode()), years, int(100 * serial)])
    x = regressors(rng, years, count)[..., BEFORE:] / X_DEVIATION
    noise = errors(rng, years, serial, count)[..., BEFORE:] / ERROR_DEVIATION
    behind = np.einsum("ij,wjt->wit", _map("contiguity").matrix.toarray(), x)
    if world.own is not None and world.neighbours is not None:
        steps = np.arange(years) - (years - 1) / 2.0
        tied = (world.own, world.neighbours)
        parts = [c * standard(within(z) @ steps) for c, z in zip(tied, (x, behind), strict=True)]
        free = np.sqrt(1.0 - sum(c**2 for c in tied)) * rng.normal(size=parts[0].shape)
        trend = (sum(parts) + free)[..., None] * steps
        size = np.sqrt((within(trend) ** 2).mean(axis=(1, 2), keepdims=True))
        noise = np.sqrt(2.0 / 3.0) * noise + np.sqrt(1.0 / 3.0) * trend / size
    scale = np.sqrt((within(behind) ** 2).mean(axis=(1, 2), keepdims=True))
    return x, world.direct * x + world.effect * behind / scale + noise


def judged(x: Floats, y: Floats, seed: int) -> dict[str, object]:
    """Return the word of one world (31, T), and what came of every condition."""
    sample = sample_of(x, y)
    weights = _map("contiguity")
    try:
        fit = fit_sample(MODEL, sample, weights, weights, weights)
        found = simulated(fit, "indirect", DRAWS, seed)
    except PanelkitError:
        return {"word": "", "significant": False, "trends": "not computed", "trends significant": False}
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
    conditions = [trends_condition(asks)]
    beside = conditions[0].numbers
    if significant:
        conditions += other_weights(asks)
        if all(item.passes for item in conditions):
            conditions.append(placebo_condition(asks))
    word = word_of(
        1.0,
        (found.low, found.high),
        (found.inner_low, found.inner_high),
        smallest_impact(sample, "twoway"),
        conditions,
    )
    apart = beside.get("p", 1.0) < 0.05
    return {
        "word": word,
        "significant": significant,
        "trends significant": apart,
        **{item.key: item.outcome for item in conditions},
    }


def sample_of(x: Floats, y: Floats) -> SpatialSample:
    """Return the sample of one world."""
    blank = _blank(x.shape[1])
    return replace(blank, y=y, X=x[..., None])


class _One:
    """The one sample of a world, and the maps."""

    def __init__(self, sample: SpatialSample) -> None:
        self._sample = sample

    def sample(self, spec: Specification) -> SpatialSample:
        return self._sample

    def weights(self, name: str, sample: SpatialSample) -> Weights:
        return _map(name)


@cache
def _map(name: str) -> Weights:
    ids = list(regions().sort_index().index)
    made = contiguity(ids) if name == "contiguity" else inverse_distance(provinces=ids)
    return made.for_model()


@cache
def _blank(years: int) -> SpatialSample:
    """Return a sample of the 31 provinces in the order of the maps, whose numbers are replaced."""
    index = pd.MultiIndex.from_product(
        [_map("contiguity").ids, range(2001, 2001 + years)], names=["unit", "year"]
    )
    noise = np.random.default_rng(1).normal(size=(2, len(index)))
    return read_sample("y ~ x", pd.DataFrame({"y": noise[0], "x": noise[1]}, index=index))


@cache
def _specification() -> Specification:
    return Specification(
        outcome="y", treatment="x", controls=(), lag=0, effects="twoway", estimator="spatial_panel",
        vcov="cluster", years=(2001, 2012), provinces="all",
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence.verdicts_spillover")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--trying", action="store_true", help="the seeds for choosing rules")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    # workers find what is cached by the name of a module, which `__main__` is not
    itself = importlib.import_module("benchmarks.evidence.verdicts_spillover")
    print(itself.main(options.worlds, seed=TRYING if options.trying else FRESH, jobs=options.jobs))
