"""How often R-JOINT says which word in worlds whose truth is known, on seeds that its conditions were not chosen on.

Every world is a panel of the 31 provinces with five real regressors: three are tested together, two are held fixed.
What moves y without an effect is tied to the sum of the three. It goes through the joint test, the five conditions and
the reading of words of a claim.

    python -m benchmarks.evidence verdicts_joint
"""

from __future__ import annotations

import time
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from benchmarks.evidence.record import fill, percent
from benchmarks.verdict_tables import CONDITIONS, LETTERS
from benchmarks.world_parts import (
    BEFORE,
    UNITS,
    X_DEVIATION,
    blended,
    errors,
    region_codes,
    regressors,
    scaled,
    tied,
    within,
)
from benchmarks.worlds import COUNTING, SERIAL, mixed, tied_trends, tied_waves
from panelkit.claims.designs.joint import condition_of
from panelkit.claims.findings import Measured
from panelkit.claims.rules.joint import SMALLEST, joint_word
from panelkit.language.message import verbatim
from panelkit.studies.scrutiny.deciding import STILL_THERE
from panelkit.studies.scrutiny.joint_trials import (
    BOUND,
    JointPanel,
    JointTrial,
    scrutinise_joint,
    shares_again,
)
from panelkit.studies.scrutiny.wild import Lots

FRESH = COUNTING + 2
YEARS, DRAWS, AGAIN = 8, 999, 199
TESTED, GIVEN = 3, 2
SAID = verbatim("A number.")


@dataclass(frozen=True)
class Several:
    """A world: `share` of the variance of y moves with the three by `tie`; `effect` is the slope of their sum."""

    name: str
    kind: Literal["none", "trends", "slow", "factor"] = "none"
    share: float = 0.0
    tie: float = 0.0
    effect: float = 0.0


SEVERAL = (
    Several("null"),
    Several("own trends 1/3", "trends", 1 / 3),
    Several("trends .8 1/3", "trends", 1 / 3, 0.8),
    Several("slow .8", "slow", 1 / 2, 0.8),
    Several("factor", "factor", 0.45, 0.8),
    Several("effect .17", effect=0.17),
    Several("effect .38", effect=0.38),
)


def main(worlds: int = 300, *, seed: int = FRESH, jobs: int = 1) -> str:
    """Compute the cells that are missing and write them one by one."""
    start = time.perf_counter()
    cells = [(world, YEARS, serial, worlds) for world in SEVERAL for serial in SERIAL]
    facts = {
        "draws": DRAWS,
        "draws of the bound": AGAIN,
        "worlds a cell": worlds,
        "tested, given": f"{TESTED}, {GIVEN}",
    }
    table = fill("verdicts_joint", run, cells, seed=seed, facts=facts, jobs=jobs)
    return f"{table.to_string(index=False)}\n{time.perf_counter() - start:.0f} s"


def run(world: Several, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent; what conditions do is of the significant joint tests."""
    warnings.simplefilter("error")
    panels = drawn(world, years, serial, count, seed)
    found = pd.DataFrame([judged(panel, seed + at) for at, panel in enumerate(panels)])
    words = Counter(found["word"])
    significant = found[found["p"] < 0.05]
    return {
        "world": world.name, "T": years, "AR": serial, "worlds": count,
        "p<.05": percent(found["p"] < 0.05),
        **{letter: round(100.0 * words[word] / count, 2) for letter, word in LETTERS.items() if letter != "C"},
        "share explained": round(float(found["share"].median()), 3),
        **{f"{name} not passed": percent(significant[name] != "passes") for name in ("path", "differences")},
        **{f"{name} takes away": percent(significant[name] == "takes away")
           for name in CONDITIONS if name != "differences"},
        "kept by half a share": percent(significant["kept"]),
    }  # fmt: skip


def drawn(world: Several, years: int, serial: float, count: int, seed: int) -> list[JointPanel]:
    """Return worlds as samples."""
    rng = np.random.default_rng([seed, zlib.crc32(world.name.encode()), years, int(100 * serial)])
    columns = [regressors(rng, years, count) for _ in range(TESTED + GIVEN)]
    tested, given = columns[:TESTED], columns[TESTED:]
    y = errors(rng, years, serial, count)[..., BEFORE:]
    if world.kind == "factor":
        path = np.cumsum(rng.normal(size=(count, 1, years + BEFORE)), axis=2)
        first = rng.normal(size=(count, UNITS, 1))
        tested = [mixed(x, tied(rng, first, world.tie) * path, world.share) for x in tested]
        y = blended(y, (tied(rng, first, world.tie) * path)[..., BEFORE:], world.share)
    together = scaled(sum(x[..., BEFORE:] for x in tested), X_DEVIATION, 0)
    if world.kind == "trends":
        y = blended(y, tied_trends(rng, within(together), world.tie), world.share)
    if world.kind == "slow":
        y = blended(y, tied_waves(rng, within(together), world.tie, 2), world.share)
    y = y + world.effect * together
    X, controls = (np.stack([x[..., BEFORE:] for x in part]) for part in (tested, given))
    held = np.ones((UNITS, years), dtype=bool)
    return [JointPanel(y[at], X[:, at], controls[:, at], held, region_codes()) for at in range(count)]


def judged(panel: JointPanel, seed: int) -> dict[str, object]:
    """Return the word of one world and what came of every condition."""
    found = scrutinise_joint(panel, Lots(DRAWS, rng=seed), draws=0)
    main = found.main
    conditions = tuple(condition_of(trial) for trial in found.trials)
    measured = Measured(
        quantity=SAID,
        value=main.share,
        high=np.nan if main.p < 0.05 else most(panel, seed),
        p_value=main.p,
        conditions=conditions,
        sentence=SAID,
    )
    return {
        "word": joint_word(measured, SMALLEST),
        "p": main.p,
        "share": main.share,
        "kept": any(_kept(trial) for trial in found.trials),
        **{item.key: item.outcome for item in conditions},
    }


def most(panel: JointPanel, seed: int) -> float:
    """Return what the three explain at most, or the smallest share of interest where the bound cannot lie below it."""
    shares: list[float] = []
    enough = AGAIN - int(BOUND * (AGAIN - 1))
    for share in shares_again(panel, seed, AGAIN):
        shares.append(share)
        if sum(one >= SMALLEST for one in shares) == enough:
            return SMALLEST
    return float(np.quantile(shares, BOUND))


def _kept(trial: JointTrial) -> bool:
    """Tell whether a twin in which the three are no longer there leaves the word alone, as half the share is left."""
    asked = trial.name in ("trends", "path", "regions") and trial.found is not None
    return asked and trial.found.p >= STILL_THERE and not trial.takes_away
