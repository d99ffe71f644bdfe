"""Whether R&D pays more in richer provinces: one and two thresholds, a kink, and the quadratic that rivals them."""

from __future__ import annotations

import sys
from pathlib import Path

import panelkit as pk

FORMULA = "log(patents_granted/population) ~ urbanisation_rate"
INCOME, RESEARCH = "log(gdp/population)", "log(rd_expenditure/gdp)"


def main(folder: Path, draws: int = 999) -> None:
    """Print every model; draw the likelihood ratios and write the table."""
    data = pk.load_provinces(
        ["patents_granted", "rd_expenditure", "gdp", "population", "urbanisation_rate"], (2010, 2022)
    )
    folder.mkdir(parents=True, exist_ok=True)
    for number in (1, 2):
        spec = pk.PanelThreshold(FORMULA, INCOME, (RESEARCH,), number, trim=0.1, intercept=True)
        fit = spec.fit(data, reps=draws, rng=1)
        print(fit.summary())
        print(fit.plot_ratios().save(folder / f"threshold_{number}.svg"))
    print(fit.to_docx(folder / "threshold.docx"))
    print(pk.PanelThreshold(FORMULA, INCOME, kink=True, trim=0.1).fit(data, reps=draws, rng=1).summary())
    print(fit.quadratic(RESEARCH))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"), *map(int, sys.argv[2:3]))
