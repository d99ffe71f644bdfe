"""Stages of the output of national products and their second leaps (A14, B110): `python scripts/life_cycle.py out 199`.

With names of products behind the draws, those alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import panelkit as pk
from panelkit.claims.designs.life_cycle import LifeCycleDesign
from panelkit.evaluation.life_cycle.second_leap import second_leaps


def main(folder: Path, draws: int = 199, *names: str) -> None:
    """Print life cycle and second leap of every product of the claims; draw each with its curves."""
    folder.mkdir(parents=True, exist_ok=True)
    claim = next(item.claim for item in pk.load_claims() if item.id == "A14")
    (design,) = claim.reading[0].design
    assert isinstance(design, LifeCycleDesign)
    courses = {}
    for name in names or (design.figure, *design.also):
        output = pk.load_nation(name)[name].dropna()
        courses[name] = (output.to_numpy(), output.index.to_numpy(dtype=float))
        found = pk.life_cycle(output, reps=draws, rng=design.seed)
        print(f"\n{name}\n{found}")
        print(found.plot().save(folder / f"{name}.svg"))
    leaps = second_leaps(courses, reps=draws, rng=np.random.default_rng(design.seed))
    for name, leap in leaps.items():
        print(f"{name}: fell {leap.fall.share:.0%} to {leap.fall.trough:.0f}, Holm's p {leap.adjusted:.2g}")


if __name__ == "__main__":
    folder, draws, *names = [*sys.argv[1:], *("out", "199")[len(sys.argv) - 1 :]]
    main(Path(folder), int(draws), *names)
