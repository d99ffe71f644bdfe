"""Whether dynamic models foretell an index better than its last value, and what each of them adds to a ruler.

`python scripts/contest.py out`, or `... out A13`: the designs of kind `contest` of a claim, one contest each.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import panelkit as pk
from panelkit.claims.designs.contest import ContestDesign
from panelkit.claims.source import Shipped

INDEX, COMPANION = "tech_innovation", "industrial_innovation"
MODELS = ("drift", "trend", "autoregression", "network", "combination")


def of_claim(folder: Path, name: str) -> None:
    """Print what every design of a claim measured and its gain by year, and write both."""
    claim = next(Shipped().prepared(item).claim for item in pk.load_claims() if item.id == name)
    names = {
        design.id for part in claim.reading for design in part.design if isinstance(design, ContestDesign)
    }
    rows, years = {}, {}
    for verdict in pk.check(name):
        if verdict.design is None or verdict.design.id not in names or verdict.tested is None:
            continue
        found = verdict.tested.measured
        rows[verdict.design.id] = {
            "gain": found.value,
            "low": found.low,
            "high": found.high,
            "p": found.p_value,
        }
        years[verdict.design.id] = found.table["gain"]
        print(f"{verdict.design.id}: {found.sentence}")
    table = pd.DataFrame(rows).T.join(pd.DataFrame(years).T)
    print(table.round(3).to_string())
    table.to_csv(folder / f"contest_{name}.csv")


def main(folder: Path, *claims: str) -> None:
    """Print a contest on the first index, draw the gains and write the scores."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in claims:
        of_claim(folder, name)
    if claims:
        return
    index = pk.composite_index(INDEX)
    contest = pk.forecast_contest(index, "score", models=MODELS, min_train=5, network=pk.contiguity())
    print(contest.sentence())
    print(contest)
    print(contest.plot().save(folder / "contest.svg"))
    contest.scores.to_csv(folder / "contest.csv", index=False)


if __name__ == "__main__":
    folder, *names = [*sys.argv[1:], *("out",)[len(sys.argv) - 1 :]]
    main(Path(folder), *names)
