"""Size of staggered effects where little is there: few treated units under randomisation, few periods before."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from benchmarks.evidence.staggered import ESTIMATORS, SEED, Cell, run, worlds
from panelkit.models.policy.effects.randomisation import randomise

WORLDS, DRAWS = 1_000, 199
SHOWN = ("callaway-santanna, never", "imputation")
FEW, PERIODS = (1, 2, 3, 5, 8), (8, 14)
SHORT, TREATED = (2, 4), (5, 8, 12)


def randomised(cell: Cell, count: int) -> dict[str, Any]:
    """Return the share of worlds without an effect in which dates dealt to other units reject at five per cent."""
    method: Any = ESTIMATORS[cell.estimator]
    rejected = np.empty(count)
    for at, (panel, _) in enumerate(worlds(cell, count)):
        effects = method.effects(panel).averages("overall")
        held = {"overall": (effects.labels, effects.estimates)}
        drawn = randomise(method, panel, ["overall"], held, reps=DRAWS, rng=at)
        rejected[at] = drawn.p_values()[0] <= 0.05 + 1e-12
    return _row(cell, "randomisation", count, percent(rejected))


def clustered(cell: Cell, count: int) -> dict[str, Any]:
    """Return the share of worlds whose interval by small-sample errors misses the truth."""
    (found,) = [row for row in run(cell, count) if row["errors"] == "small-sample"]
    return _row(cell, "clusters", count, found["size"])


def _row(cell: Cell, inference: str, count: int, size: float) -> dict[str, Any]:
    return {
        "estimator": cell.estimator,
        "T": cell.periods,
        "before": cell.before,
        "treated": cell.treated,
        "inference": inference,
        "worlds": count,
        "size": round(size, 2),
    }


def main() -> Path:
    """Write one row a number of treated units and of periods before the first date."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    few = [Cell(name, t, n, "none") for name in SHOWN for t in PERIODS for n in FEW]
    short = [Cell(name, 8, n, "growing", b) for name in SHOWN for b in SHORT for n in TREATED]
    made = Parallel(n_jobs=2)(
        [
            *(delayed(randomised)(cell, count) for cell in few),
            *(delayed(clustered)(cell, count) for cell in short),
        ]
    )
    facts = {
        "worlds": f"{count} a cell; 31 units, AR(.7) errors, dates drawn after `before` periods",
        "randomisation": f"{DRAWS} assignments of dates, no effect; all others with one treated unit",
        "clusters": "small-sample errors, growing effects; share of 95% intervals that miss the truth",
    }
    return write("staggered_few", pd.DataFrame(made), seed=SEED, facts=facts)
