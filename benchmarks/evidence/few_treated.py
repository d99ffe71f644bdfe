"""Size and coverage of what draws chance for one to five treated provinces: randomisation and placebo noise."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import percent, write
from benchmarks.evidence.staggered import BEFORE, ESTIMATORS, RHO, SEED, Cell, worlds
from panelkit.models.policy.effects.placebo import placebos
from panelkit.models.policy.effects.randomisation import randomise

WORLDS, DRAWS = 800, 199
CHANCES: dict[str, Any] = {
    "randomisation": lambda method, panel, held, rng: randomise(
        method, panel, list(held), held, reps=DRAWS, rng=rng
    ),
    "conley-taber": lambda method, panel, held, rng: placebos(method, panel, held, reps=DRAWS, rng=rng),
}
PERIODS, TREATED = (8, 14), (1, 2, 3, 5)


def run(cell: Cell, count: int) -> list[dict[str, Any]]:
    """Return one row a way to draw chance: p of no effect without one, and coverage with one."""
    method: Any = ESTIMATORS[cell.estimator]
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in CHANCES}
    for seed, (panel, effect) in enumerate(worlds(cell, count)):
        truth = float(np.nanmean(effect))
        null = replace(panel, design=replace(panel.design, y=panel.y - np.nan_to_num(effect).ravel()))
        for name, draw in CHANCES.items():
            rng = np.random.default_rng([SEED, seed])
            p = draw(method, null, overall(method, null), rng).p_values()[0]
            low, high = draw(method, panel, overall(method, panel), rng).interval(0.95)
            found[name].append((float(p <= 0.05), float(low[0] <= truth <= high[0])))
    return [told(cell, name, np.array(each)) for name, each in found.items()]


def overall(method: Any, panel: Any) -> dict[Any, Any]:
    """Return label and value of the effect overall."""
    points = method.points(panel, panel.y[:, None], "overall")
    return {"overall": (points.labels, points.values[:, 0])}


def told(cell: Cell, chance: str, found: Any) -> dict[str, Any]:
    """Return the row of a cell."""
    return {
        "estimator": cell.estimator,
        "inference": chance,
        "T": cell.periods,
        "treated": cell.treated,
        "worlds": len(found),
        "size": percent(found[:, 0]),
        "coverage": percent(found[:, 1]),
    }


def main() -> Path:
    """Write one row a cell and way to draw chance."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=WORLDS)
    count = parser.parse_known_args()[0].worlds
    names = ("imputation", "callaway-santanna, never")
    cells = [Cell(e, t, n, "growing") for e in names for t in PERIODS for n in TREATED]
    made = Parallel(n_jobs=2)(delayed(run)(cell, count) for cell in cells)
    facts = {
        "worlds": f"{count} a cell; 31 units, AR({RHO}) errors, dates drawn after {BEFORE} periods, growing effects",
        "size": "share of worlds without an effect whose p is at most .05",
        "coverage": "share of worlds whose 95% interval holds the mean effect over treated rows",
        "draws": f"{DRAWS}; all choices where there are fewer",
    }
    return write(
        "few_treated", wide(pd.DataFrame([row for rows in made for row in rows])), seed=SEED, facts=facts
    )


def wide(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row a number of periods and of treated units, a column a way to draw chance and what is counted."""
    parts = [
        cells[cells["inference"] == name]
        .set_index(["estimator", "T", "treated"])[kind]
        .rename(f"{name}: {kind}")
        for name in CHANCES
        for kind in ("size", "coverage")
    ]
    return pd.concat(parts, axis=1).reset_index()
