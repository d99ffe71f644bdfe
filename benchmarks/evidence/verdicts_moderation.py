"""How often R-MOD says which word in worlds whose interaction is known: R-SIGN's conditions and two more.

Treatment and moderator are two real regressors with the levels and the growth of their provinces, so that the product
is as real ones are: most of it is the movement of one times the level of the other. What moves y without an effect is
tied to what treatment, moderator and effects leave of the product, and so is the effect. A pair of regressors serves
for several worlds, as these share their controls. What an interaction is asked beside R-SIGN's conditions was chosen on
trying seeds.

    python -m benchmarks.evidence verdicts_moderation
"""

from __future__ import annotations

import time
import warnings
import zlib
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from benchmarks.evidence.record import fill, percent
from benchmarks.verdict_tables import CONDITIONS, LETTERS
from benchmarks.world_parts import (
    BEFORE,
    UNITS,
    X_DEVIATION,
    Floats,
    blended,
    errors,
    pair,
    region_codes,
    within,
)
from benchmarks.worlds import COUNTING, SERIAL, YEARS, tied_trends, tied_waves
from panelkit.studies.scrutiny.cube import Cube, cube
from panelkit.studies.scrutiny.interaction import interaction_words, second_differences, stands_beside_trends
from panelkit.studies.scrutiny.scrutiny import Scrutiny, scrutinise_worlds
from panelkit.studies.scrutiny.wild import Lots

FRESH = COUNTING + 4
DRAWS, ALIKE = 999, 5


@dataclass(frozen=True)
class Product:
    """A world: `share` of the variance of y moves with the product by `tie`; `effect` is the product's slope."""

    name: str
    kind: Literal["none", "trends", "slow"] = "none"
    share: float = 0.0
    tie: float = 0.0
    effect: float = 0.0


PRODUCTS = (
    Product("null"),
    Product("own trends 1/3", "trends", 1 / 3),
    Product("trends .6 1/3", "trends", 1 / 3, 0.6),
    Product("trends .8 1/3", "trends", 1 / 3, 0.8),
    Product("slow .6", "slow", 1 / 2, 0.6),
    Product("slow .8", "slow", 1 / 2, 0.8),
    Product("effect .17", effect=0.17),
    Product("effect .38", effect=0.38),
)


def main(worlds: int = 1000, *, seed: int = FRESH, jobs: int = 1) -> str:
    """Compute the cells that are missing and write them one by one."""
    start = time.perf_counter()
    cells = [(world, years, serial, worlds) for world in PRODUCTS for years in YEARS for serial in SERIAL]
    facts = {"draws": DRAWS, "worlds a cell": worlds, "worlds a pair of regressors": ALIKE}
    table = fill("verdicts_moderation", run, cells, seed=seed, facts=facts, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Product, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent; what conditions do is of the significant main tests."""
    warnings.simplefilter("error")
    parts = [
        judged(panel, Lots(DRAWS, rng=seed + at))
        for at, panel in enumerate(drawn(world, years, serial, count, seed))
    ]
    word = np.concatenate([part.word for part in parts])
    claimed = np.concatenate([part.main.low > 0.0 for part in parts])
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count,
        "main p<.05": percent(np.concatenate([part.main.p < 0.05 for part in parts])),
        "significant": percent(claimed),
        **{letter: percent(word == full) for letter, full in LETTERS.items()},
        **{f"{name.replace('_', ' ')} not passed": percent(~_marks(parts, name, "passes")[claimed])
           for name in ("trends", "path", "differences", "second_differences")},
        **{f"{name} takes away": percent(_marks(parts, name, "takes_away")[claimed])
           for name in CONDITIONS if name != "differences"},
    }  # fmt: skip


def judged(panel: Cube, lots: Lots) -> Scrutiny:
    """Return the words of R-MOD, and the conditions as an interaction is asked them."""
    found = scrutinise_worlds(panel, lots)
    main, trends = found.main, found.trials["trends"]
    trends = replace(trends, passes=trends.passes & stands_beside_trends(trends, main, found.direction))
    second = second_differences(panel, main, found.direction)
    asked = replace(found, trials={**found.trials, "trends": trends, second.name: second})
    word = interaction_words(
        (main.low, main.high),
        (main.inner_low, main.inner_high),
        found.smallest,
        asked.passed,
        asked.taken,
        standing=trends.passes,
    )
    return replace(asked, word=word)


def drawn(world: Product, years: int, serial: float, count: int, seed: int) -> list[Cube]:
    """Return cubes of `ALIKE` worlds each, the product of a pair in the place of the treatment."""
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode()), years, int(100 * serial)])
    return [_cube(world, pair(rng, years, dealt=at % 2 == 1), rng, serial) for at in range(count // ALIKE)]


def _cube(world: Product, both: Floats, rng: np.random.Generator, serial: float) -> Cube:
    x, m = both
    years = x.shape[1]
    left = _left(x * m, x, m)
    product = x * m * X_DEVIATION / left.std()
    y = errors(rng, years, serial, ALIKE)[..., BEFORE:]
    own = np.broadcast_to(left, (ALIKE, UNITS, years))
    if world.kind == "trends":
        y = blended(y, tied_trends(rng, own, world.tie), world.share)
    if world.kind == "slow":
        y = blended(y, tied_waves(rng, own, world.tie, 2 if years <= 8 else 3), world.share)
    return cube(y + world.effect * product, product, np.stack([x, m]), regions=region_codes())


def _left(product: Floats, x: Floats, m: Floats) -> Floats:
    """Return what effects, treatment and moderator leave of a product, (31, T)."""
    columns = within(np.stack([x, m])).reshape(2, -1).T
    swept = within(product[None]).ravel()
    slopes = np.linalg.lstsq(columns, swept)[0]
    return (swept - columns @ slopes).reshape(product.shape)


def _marks(parts: list[Scrutiny], name: str, what: str) -> np.ndarray:
    return np.concatenate([getattr(part.trials[name], what) for part in parts])
