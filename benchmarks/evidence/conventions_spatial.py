"""The search for conventions on synthetic papers of spatial panels and of indices.

Two papers a convention or mistake, four a way that is no candidate. Spatial papers print rho (or lambda), four
coefficients (or two effects) and the number of rows with three or four decimals; index papers D of four province-years
and one mean. Found first: the planted way, or one with the same numbers, is the nearest.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import panelkit as pk
from benchmarks import index_papers as index
from benchmarks import spatial_papers as spatial
from benchmarks.evidence.record import percent, write
from benchmarks.spatial_ways import CONVENTIONS, MISTAKES, NO_CANDIDATES

SEED = 20261202
PLANTED, NONE = 2, 4


def of_spatial(at: int, way: spatial.SpatialWay) -> dict[str, Any]:
    """Return what the search says of one spatial paper."""
    rng = np.random.default_rng([SEED, 1, at])
    frame = spatial.figures(rng)
    decimals = 3 + at % 2
    printed = spatial.texts(way.made(frame, spatial.contiguity(), rng), decimals)
    names = list(frame.index.get_level_values(0).unique())
    w = pk.as_weights(spatial.contiguity(), names, name="contiguity")
    found = pk.find_convention(
        printed, frame, formula=spatial.FORMULA, w=w, model=way.model, effects=way.effects
    )
    wanted = set(way.said.items())
    first = found.best is not None and any(wanted <= set(one.axes) for one in found.best.candidates)
    if not any(axis == "mistake" for axis in way.said):
        first = first and found.best is not None and found.best.candidate.kind == "convention"
    return _row("spatial", at, way, decimals, found, first)


def of_index(at: int, way: index.IndexWay) -> dict[str, Any]:
    """Return what the search says of one paper of coupled systems."""
    rng = np.random.default_rng([SEED, 2, at])
    frame = index.figures(rng)
    decimals = 3 + at % 2
    printed = index.numbers(frame, way, rng, decimals)
    found = pk.find_convention(printed, frame, family="coupling", stated=index.STATED)
    first = found.best is not None and any(
        [option.key for option in one.options] == [way.said] for one in found.best.candidates
    )
    return _row("coupling", at, way, decimals, found, first)


def _row(family: str, at: int, way: Any, decimals: int, found: Any, first: bool) -> dict[str, Any]:
    best = found.best
    return {
        "family": family,
        "paper": at,
        "kind": way.kind,
        "way": way.name,
        "decimals": decimals,
        "state": found.state,
        "first": (first and best.missed == 0) if way.kind != "none" else "",
        "best": "" if best is None else str(best.candidate.label),
        "missed": -1 if best is None else best.missed,
        "chance": np.nan if found.chance is None else found.chance.share,
        "tried": found.tried,
    }


def papers() -> list[tuple[Any, Any]]:
    """Return the function and the way of every paper."""
    planted = [(of_spatial, way) for way in (*CONVENTIONS, *MISTAKES)]
    planted += [(of_index, way) for way in index.WAYS if way.kind != "none"]
    none = [(of_spatial, way) for way in NO_CANDIDATES]
    none += [(of_index, way) for way in index.WAYS if way.kind == "none"]
    return planted * PLANTED + none * NONE


def main() -> Path:
    """Search for every paper and write the table."""
    rows = []
    for at, (search, way) in enumerate(papers()):
        rows.append(search(at, way))
        print(rows[-1], file=sys.stderr, flush=True)
    table = pd.DataFrame(rows)
    facts: dict[str, Any] = {}
    for family, part in table.groupby("family"):
        planted, none = part[part["kind"] != "none"], part[part["kind"] == "none"]
        facts |= {
            f"{family}: found first, of {len(planted)} papers with a convention or mistake, per cent": percent(
                planted["first"].astype(bool)
            ),
            f"{family}: state found or several, of those, per cent": percent(
                planted["state"].isin(["found", "several"])
            ),
            f"{family}: state found or several, of {len(none)} papers of no candidate, per cent": percent(
                none["state"].isin(["found", "several"])
            ),
        }
    print(facts)
    return write("conventions_spatial", table, seed=SEED, facts=facts)
