"""Whether R&D pays more in richer provinces: one and two thresholds, a kink, and the quadratic that rivals them.

`python scripts/threshold.py out 999` (draws), or `... out 999 B87`: the designs of kind `threshold` of a claim.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import panelkit as pk
from panelkit.claims.designs.threshold import ThresholdDesign
from panelkit.claims.figures import Figures
from panelkit.claims.source import Shipped
from panelkit.studies.estimation import fit_specification

FORMULA = "log(patents_granted/population) ~ urbanisation_rate"
INCOME, RESEARCH = "log(gdp/population)", "log(rd_expenditure/gdp)"


def of_claim(folder: Path, draws: int, name: str) -> None:
    """Print the threshold of every design of a claim, the treatment less its province's mean, and draw its ratios."""
    claim = next(Shipped().prepared(item).claim for item in pk.load_claims() if item.id == name)
    for design in (one for part in claim.reading for one in part.design if isinstance(one, ThresholdDesign)):
        (spec,) = design.specifications(claim)
        rows = fit_specification(spec, Figures([spec]).exact(spec)).design
        assert rows is not None  # fixed effects keep theirs
        index = {"province": rows.unit_labels[rows.unit], "year": rows.time_labels[rows.time]}
        held = rows.X[:, [term != "Intercept" for term in rows.terms]]
        names = [
            f"x{at}" for at in range(held.shape[1])
        ]  # treatment, then the threshold variable, then controls
        data = pd.DataFrame(np.column_stack([rows.y, held]), columns=["y", *names]).assign(**index)
        data["slope"] = data["x0"] - data.groupby("province")["x0"].transform("mean")
        same = design.threshold == design.treatment
        beside = " + ".join(names[1:] or ["1"])
        model = pk.PanelThreshold(f"y ~ {beside}", "x0" if same else "x1", ("slope",), trim=0.1)
        fit = model.fit(data, unit="province", time="year", reps=draws, rng=design.seed)
        print(f"\n{name} {design.id}: {rows.terms}\n{fit.summary()}")
        print(fit.plot_ratios().save(folder / f"threshold_{name}_{design.id}.svg"))


def main(folder: Path, draws: int = 999, *claims: str) -> None:
    """Print every model; draw the likelihood ratios and write the table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in claims:
        of_claim(folder, draws, name)
    if claims:
        return
    data = pk.load_provinces(
        ["patents_granted", "rd_expenditure", "gdp", "population", "urbanisation_rate"], (2010, 2022)
    )
    for number in (1, 2):
        spec = pk.PanelThreshold(FORMULA, INCOME, (RESEARCH,), number, trim=0.1, intercept=True)
        fit = spec.fit(data, reps=draws, rng=1)
        print(fit.summary())
        print(fit.plot_ratios().save(folder / f"threshold_{number}.svg"))
    print(fit.to_docx(folder / "threshold.docx"))
    print(pk.PanelThreshold(FORMULA, INCOME, kink=True, trim=0.1).fit(data, reps=draws, rng=1).summary())
    print(fit.quadratic(RESEARCH))


if __name__ == "__main__":
    folder, draws, *names = [*sys.argv[1:], *("out", "999")[len(sys.argv) - 1 :]]
    main(Path(folder), int(draws), *names)
