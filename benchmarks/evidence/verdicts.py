"""How often each word is said in worlds whose truth is known: the calibration of regression verdicts.

Every cell (world, T, AR of the errors) goes through the main test, the five deciding conditions and the reading of
words. A cell that the table holds already, with the same seed and number of worlds, is not computed again.

    python -m benchmarks.evidence verdicts
    python -m benchmarks.evidence.verdicts --trying --worlds 200 --only "slow|factor"
"""

from __future__ import annotations

import argparse
import re
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence.record import FOLDER, write
from benchmarks.worlds import COUNTING, SERIAL, TRYING, WORLDS, YEARS, World, draw
from panelkit.studies.scrutiny.cube import Cube, cube
from panelkit.studies.scrutiny.scrutiny import Scrutiny, inside_both, scrutinise_worlds
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.scrutiny.words import words

DRAWS, BATCH, NUMBER = 999, 100, 0.38
LETTERS = {"S": "SUPPORTED", "P": "PARTLY", "U": "UNDECIDED", "N": "NOT SUPPORTED", "C": "CONTRADICTED"}
KEYS = ["world", "T", "AR", "worlds"]


def main(worlds: int = 1000, *, seed: int = COUNTING, only: str = "", jobs: int = 2) -> str:
    """Compute the cells that are missing, write them one by one, then the summary by group of worlds."""
    name = "verdicts" if seed == COUNTING else "verdicts_trying"
    start = time.perf_counter()
    kinds = [world for world in WORLDS if re.search(only, world.name)]
    cells = [(world, years, serial) for world in kinds for years in YEARS for serial in SERIAL]
    table = _held(name, seed, worlds)
    done = set() if table.empty else set(table[KEYS].itertuples(index=False, name=None))
    missing = [cell for cell in cells if (cell[0].name, cell[1], cell[2], worlds) not in done]
    made = "verdicts" if seed == COUNTING else "verdicts --trying"
    facts = {
        "made by": f"python -m benchmarks.evidence.{made}",
        "draws": DRAWS,
        "smallest effect": "a fifth of a within deviation",
        "worlds a cell": worlds,
    }
    found = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(run)(world, years, serial, worlds, seed) for world, years, serial in missing
    )
    for row in found:
        table = pd.concat([table, pd.DataFrame([row])], ignore_index=True)
        write(name, table, seed=seed, facts=facts)
    summary = summarise(table)
    write(f"{name}_summary", summary, seed=seed, facts={**facts, "made from": f"{name}.csv"})
    return f"{summary.to_string(index=False)}\n{len(missing)} cells in {time.perf_counter() - start:.0f} s"


def run(world: World, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent."""
    warnings.simplefilter("error")
    start, parts, stated = time.process_time(), [], []
    for batch in range(-(-count // BATCH)):
        size = min(BATCH, count - batch * BATCH)
        drawn = draw(world, years, serial, size, seed=seed, batch=batch)
        panel = cube(drawn.y, drawn.x, regions=drawn.regions, income=drawn.income)
        lots = Lots(DRAWS, rng=seed + batch)
        parts.append(scrutinise_worlds(panel, lots))
        stated.append(_stated(panel, parts[-1], lots))
    found = _shares(parts)
    number = np.concatenate(stated)
    return {
        "world": world.name, "group": world.group, "T": years, "AR": serial, "worlds": count, **found,
        f"S as {NUMBER:g}": _percent(number == "SUPPORTED"), "seconds": round(time.process_time() - start, 1),
    }  # fmt: skip


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Return means over the cells of each group of worlds, with the lowest and highest share of SUPPORTED."""
    groups = table.groupby("group", sort=False)
    numbers = ["significant", *LETTERS, f"S as {NUMBER:g}"]
    means = groups[numbers].mean().round(1)
    ends = groups["S"].agg(lowest="min", highest="max").add_prefix("S ")
    more = groups[["C", "P"]].max().rename(columns={"C": "C highest", "P": "P highest"})
    return means.join(ends).join(more).reset_index()


def _stated(panel: Cube, found: Scrutiny, lots: Lots) -> np.ndarray:
    """Return the words of a claim that states a number, from what the direction's reading has computed."""
    main = found.main
    return words(
        (main.low, main.high),
        (main.inner_low, main.inner_high),
        np.full(panel.worlds, NUMBER / 2.0),
        found.passed,
        found.taken,
        number=np.full(panel.worlds, NUMBER),
        inside=inside_both(panel, main, NUMBER, lots),
    )


def _shares(parts: list[Scrutiny]) -> dict[str, float]:
    word = np.concatenate([part.word for part in parts])
    slope = np.concatenate([part.main.slope for part in parts])
    claimed = np.concatenate([part.main.p < 0.05 for part in parts]) & (slope > 0.0)
    found = {"significant": _percent(claimed)}
    found |= {letter: _percent(word == full) for letter, full in LETTERS.items()}
    for name in parts[0].trials:
        trials = [part.trials[name] for part in parts]
        passes = np.concatenate([trial.passes for trial in trials])
        taken = np.concatenate([trial.takes_away for trial in trials])
        found[f"{name} not passed"] = _percent(~passes[claimed])
        found[f"{name} takes away"] = _percent(taken[claimed])
    found["smallest detectable"] = round(
        float(np.median(np.concatenate([0.2 * p.main.detectable / p.main.smallest for p in parts]))), 3
    )
    return found


def _percent(marks: np.ndarray) -> float:
    return round(100.0 * float(np.mean(marks)), 2) if len(marks) else float("nan")


def _held(name: str, seed: int, worlds: int) -> pd.DataFrame:
    """Return the cells that are written already; those of another seed or number of worlds do not count."""
    path: Path = FOLDER / f"{name}.csv"
    if not path.exists():
        return pd.DataFrame()
    text = path.read_text(encoding="utf-8")
    if f"# seed: {seed}\n" not in text:
        return pd.DataFrame()
    # a world is called null
    table = pd.read_csv(path, comment="#", keep_default_na=False, na_values=[""])
    return table[table["worlds"] == worlds].reset_index(drop=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence.verdicts")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--trying", action="store_true", help="the seeds for choosing rules")
    parser.add_argument("--only", default="", help="a regular expression on names of worlds")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = TRYING if options.trying else COUNTING
    print(main(options.worlds, seed=chosen, only=options.only, jobs=options.jobs))
