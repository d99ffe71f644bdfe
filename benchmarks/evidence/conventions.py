"""The search for conventions on 200 synthetic papers: 84 of a convention, 66 of a known mistake, 50 of no candidate.

Every paper prints two coefficients with their errors (or t statistics) and the number of rows, with three or four
decimals. Found first: the planted way, or one with the same numbers, is the nearest, with as many departures.
"""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks.evidence.record import percent, write
from benchmarks.paper_ways import CONVENTIONS, MISTAKES, NO_CANDIDATES, with_zeros
from benchmarks.printed_papers import Way, figures, texts

SEED = 20261201
COUNTS = {"convention": 84, "mistake": 66, "none": 50}
_STEPS = {"window without Tibet": 2, "row lost": 2, "row twice": 2, "two names": 2}


def papers() -> list[Way]:
    """Return the ways of all papers, each kind in turn."""
    kinds = {"convention": CONVENTIONS, "mistake": MISTAKES, "none": NO_CANDIDATES}
    return [way for kind, ways in kinds.items() for way in islice(cycle(ways), COUNTS[kind])]


def searched(at: int, way: Way) -> dict[str, Any]:
    """Return what the search says of one paper."""
    rng = np.random.default_rng([SEED, at])
    frame = figures(rng)
    if way.more.get("zeros"):
        frame = with_zeros(frame)
    revised = frame.assign(y=frame["y"] * np.exp(0.01 * rng.normal(size=len(frame))))
    flat = frame.assign(y_revised=revised["y"]).reset_index()
    made = way.made(flat, rng)
    numbers, said = made if isinstance(made, tuple) else (made, way.said)
    decimals, brackets = 3 + at % 2, "se" if at % 3 else "t"
    data: Any = {"as given": frame, "revised": revised} if way.name == "vintage" else frame
    printed = texts(numbers, way.terms, decimals, brackets)
    found = pk.find_convention(printed, data, formula=way.formula, effects=way.effects)
    best = found.best
    steps = _STEPS.get(way.name, int(bool(set(said) - {"effects", "covariance"})))
    first = best is not None and any(
        set(said.items()) <= set(one.axes) and one.departures == steps for one in best.candidates
    )
    share = np.nan if found.chance is None else found.chance.share
    return {
        "paper": at,
        "kind": way.kind,
        "way": way.name,
        "decimals": decimals,
        "brackets": brackets,
        "state": found.state,
        "first": first if way.kind != "none" else "",
        "best": "" if best is None else str(best.candidate.label),
        "missed": -1 if best is None else best.missed,
        "chance": share,
        "tried": found.tried,
    }


def main() -> Path:
    """Search for every paper and write the table."""
    table = pd.DataFrame([searched(at, way) for at, way in enumerate(papers())])
    planted, none = table[table["kind"] != "none"], table[table["kind"] == "none"]
    facts = {
        "found first, of papers with a convention or mistake, per cent": percent(
            planted["first"].astype(bool)
        ),
        "state found or several, of those, per cent": percent(planted["state"].isin(["found", "several"])),
        "state found or several, of papers of no candidate, per cent": percent(
            none["state"].isin(["found", "several"])
        ),
    }
    print(facts)
    return write("conventions", table, seed=SEED, facts=facts)
