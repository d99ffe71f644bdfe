"""How often each word is said in worlds whose truth is known: the calibration of regression verdicts.

Every cell (world, T, AR of the errors) goes through the main test, the five deciding conditions and the reading of
words. A cell that the table holds already, with the same seed and number of worlds, is not computed again. Beside the
cells of T = 8 and 12 stand some of T = 6 and 14, and one cell world by world through claim file and `pk.check`
(`verdicts_public`). The tables of the docs are made of the cells by `benchmarks/verdict_tables.py`.

    python -m benchmarks.evidence verdicts
    python -m benchmarks.evidence.verdicts --trying --worlds 200 --only "slow|factor"
"""

from __future__ import annotations

import argparse
import re
import time
import warnings

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.evidence import verdicts_public
from benchmarks.evidence.record import CELL, held, percent, write
from benchmarks.judged import NUMBER, Judged, judged
from benchmarks.verdict_tables import LETTERS, tables
from benchmarks.worlds import COUNTING, SERIAL, TRYING, WORLDS, YEARS, World, draw
from panelkit.results.students_t import t_survival

DRAWS, BATCH = 999, 100
OTHER_YEARS = (6, 14)
AT_OTHER_YEARS = (
    "null",
    "trends .6",
    "trends .8 2/3",
    "slow .8",
    "factor",
    "momentum",
    "effect .17",
    "effect .38",
)


def main(worlds: int = 1000, *, seed: int = COUNTING, only: str = "", jobs: int = 2) -> str:
    """Compute the cells that are missing, write them one by one, then the tables that are made of them."""
    name = "verdicts" if seed == COUNTING else "verdicts_trying"
    start = time.perf_counter()
    table = _held(name, seed, worlds)
    done = set() if table.empty else set(table[CELL].itertuples(index=False, name=None))
    missing = [cell for cell in cells(only) if (cell[0].name, cell[1], cell[2], worlds) not in done]
    facts = {
        "made by": f"python -m benchmarks.evidence.verdicts{'' if seed == COUNTING else ' --trying'}",
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
    made = tables(table)
    for part, frame in made.items():
        write(f"{name}_{part}", frame, seed=seed, facts={**facts, "made from": f"{name}.csv"})
    if seed == COUNTING and not only:
        verdicts_public.main(jobs=jobs)
    return (
        f"{made['words'].to_string(index=False)}\n{len(missing)} cells in {time.perf_counter() - start:.0f} s"
    )


def cells(only: str = "") -> list[tuple[World, int, float]]:
    """Return world, T and AR of every cell, of the worlds that a regular expression finds."""
    return [
        (world, years, serial)
        for world in WORLDS
        if re.search(only, world.name)
        for years in (*YEARS, *(OTHER_YEARS if world.name in AT_OTHER_YEARS else ()))
        for serial in SERIAL
    ]


def run(world: World, years: int, serial: float, count: int, seed: int) -> dict[str, object]:
    """Return the shares of one cell in per cent."""
    warnings.simplefilter("error")
    start, parts = time.process_time(), []
    for batch in range(-(-count // BATCH)):
        size = min(BATCH, count - batch * BATCH)
        drawn = draw(world, years, serial, size, seed=seed, batch=batch)
        parts.append(judged(drawn, DRAWS, seed + batch))
    return {
        "world": world.name, "group": world.group, "T": years, "AR": serial, "worlds": count, **_shares(parts),
        "seconds": round(time.process_time() - start, 1),
    }  # fmt: skip


def _shares(parts: list[Judged]) -> dict[str, float]:
    scrutinies = [part.found for part in parts]
    word = np.concatenate([part.word for part in scrutinies])
    low = np.concatenate([part.main.low for part in scrutinies])
    claimed = low > 0.0
    found = {"significant": percent(claimed)}
    found |= {letter: percent(word == full) for letter, full in LETTERS.items()}
    stated = np.concatenate([part.stated for part in parts])
    found[f"S as {NUMBER:g}"] = percent(stated == "SUPPORTED")
    names = list(scrutinies[0].trials)
    for name in names:
        trials = [part.trials[name] for part in scrutinies]
        passes = np.concatenate([trial.passes for trial in trials])
        taken = np.concatenate([trial.takes_away for trial in trials])
        found[f"{name} not passed"] = percent(~passes[claimed])
        found[f"{name} takes away"] = percent(taken[claimed])
    for name in names:
        left = np.concatenate([part.without(name) for part in parts])
        found[f"S without {name}"] = percent(left == "SUPPORTED")
    found["main p<.05"] = percent(np.concatenate([part.main.p < 0.05 for part in scrutinies]))
    t = np.concatenate([np.abs(part.main.slope / part.main.error) for part in scrutinies])
    units = parts[0].found.main.without.shape[1]
    found["CRV3 p<.05"] = percent(np.asarray(t_survival(t, units - 1.0)) < 0.05)
    for name in names:
        p = np.concatenate([part.trials[name].p for part in scrutinies])
        if not np.isnan(p).all():
            found[f"{name} p<.05"] = percent(p < 0.05)
    detectable = [part.main.detectable / part.main.smallest for part in scrutinies]
    # in within deviations of y for one of x: the smallest effect of interest is a fifth
    found["smallest detectable"] = round(0.2 * float(np.median(np.concatenate(detectable))), 3)
    return found


def _held(name: str, seed: int, worlds: int) -> pd.DataFrame:
    """Return the cells that are written already; those of another seed or number of worlds do not count."""
    table = held(name, seed)
    return table if table.empty else table[table["worlds"] == worlds].reset_index(drop=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence.verdicts")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--trying", action="store_true", help="the seeds for choosing rules")
    parser.add_argument("--only", default="", help="a regular expression on names of worlds")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = TRYING if options.trying else COUNTING
    print(main(options.worlds, seed=chosen, only=options.only, jobs=options.jobs))
