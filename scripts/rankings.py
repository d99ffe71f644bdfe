"""Rankings of regions and of the Yangtze delta (A7, A8): three designs, three variants, how sure each order is."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import panelkit as pk
from panelkit.data.geography import regions
from panelkit.report.index_files import write_composite

DESIGNS = ("nqpf_three_factors", "nqpf_tech_green_digital", "nqpf_entity_penetration")
REGIONS = ("east", "central", "northeast", "west")
DELTA = ("Jiangsu", "Zhejiang", "Shanghai", "Anhui")


def main(folder: Path) -> None:
    """Print the probability of both claimed orders, the agreement of the designs, and write the first index."""
    groups = regions().set_index("name_en")["region"]
    people = pk.load_provinces("population", years=(2014, 2023))["population"]
    rows = []
    for name in DESIGNS:
        for variant in ("mixed", "scale", "intensity"):
            index = pk.composite_index(name, variant=variant)
            provinces = pk.rank_uncertainty(index, rng=1)
            plain = pk.rank_uncertainty(index, groups=groups, rng=1)
            weighted = pk.rank_uncertainty(index, groups=groups, population=people, rng=1)
            orders = (
                plain.probability(*REGIONS),
                weighted.probability(*REGIONS),
                provinces.probability(*DELTA),
            )
            rows.append((name, variant, *orders, plain.most_frequent(1)["order"].iloc[0]))
    columns = [
        "design",
        "variant",
        "regions",
        "regions, by population",
        "delta",
        "most frequent order of regions",
    ]
    print(pd.DataFrame(rows, columns=columns).to_string(index=False))
    agreement = pk.design_agreement({name: pk.composite_index(name) for name in DESIGNS})
    print(agreement.overall, agreement.by_year.to_string(), sep="\n")
    first = pk.composite_index(DESIGNS[0])
    print(*write_composite(first, pk.rank_uncertainty(first, rng=1), folder), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
