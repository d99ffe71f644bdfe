"""B24 step by step: whether better transport strengthens the spillover of patents to the structure of neighbours.

`python scripts/spatial_moderator.py out`, or `... out B24`: the designs of kind `spatial_moderated` of a claim.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import panelkit as pk
from panelkit.claims.designs.spatial_moderated import SpatialModeratedDesign
from panelkit.claims.figures import Figures
from panelkit.claims.source import Shipped


def main(folder: Path, name: str = "B24") -> None:
    """Print the impacts of every design at levels of its moderator, both less their means, and draw them."""
    folder.mkdir(parents=True, exist_ok=True)
    claim = next(Shipped().prepared(item).claim for item in pk.load_claims() if item.id == name)
    for design in (part for reading in claim.reading for part in reading.design):
        if not isinstance(design, SpatialModeratedDesign):
            continue
        spec = design.specification(claim)
        plain = pk.SpatialPanel(spec.formula, design.model, vcov=pk.Cluster(), missing=design.missing)
        sample = plain.fit(Figures([spec]).exact(spec), pk.contiguity()).sample
        index = pd.MultiIndex.from_product(
            [sample.ids, sample.design.time_labels], names=["province", "year"]
        )
        controls = [f"control{at}" for at in range(1, len(sample.terms) - 1)]
        columns = np.column_stack([sample.y.reshape(-1), sample.X.reshape(len(index), -1)])
        data = pd.DataFrame(columns, index, columns=["y", "x", "m", *controls])
        inside = data[["x", "m"]] - data[["x", "m"]].groupby(level=0).transform("mean")
        formula = " + ".join(["y ~ x*m", *controls])
        fit = pk.SpatialPanel(formula, design.model, vcov=pk.Cluster()).fit(
            data.assign(**inside), pk.contiguity()
        )
        found = fit.moderated_impacts("x", by="m", percentiles=(10, 50, 90))
        print(f"\n{name} {design.id}: x = {sample.terms[0]}, m = {sample.terms[1]}, less their means")
        print(found.effect(design.effect).to_string(index=False))
        print(found.plot(design.effect).save(folder / f"{name}_{design.id}.svg"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"), *sys.argv[2:])
