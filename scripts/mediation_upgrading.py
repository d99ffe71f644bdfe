"""Fiscal science spending -> innovation -> upgrading (claim A3) step by step: load, fit, infer, write."""

from __future__ import annotations

import sys
from pathlib import Path

import panelkit as pk
from panelkit.data.figure_notes import data_notes
from panelkit.report.mediation_files import procedures_text, write_mediation

FIGURES = [
    "budget_science_technology", "budget_expenditure", "patents_granted_invention", "population", "va_secondary",
    "va_tertiary", "gdp", "urbanisation_rate",
]  # fmt: skip
SECTORS = {
    "va_secondary": "as_published",
    "va_tertiary": "as_published",
}  # they cross their break of 2017-2019
VINTAGE = {"va_secondary": "as_published", "va_tertiary": "as_published"}
SPEC = pk.Mediation(
    outcome="va_tertiary / va_secondary",
    treatment="budget_science_technology / budget_expenditure",
    mediators="log(patents_granted_invention / population)",
    controls="log(gdp / population) + urbanisation_rate",
    treatment_lag=1,
)
NAMES = ("财政科技支出占比", "区域技术创新", "产业结构高级化")


def main(folder: Path) -> None:
    """Print the result with every kind of inference and the named procedures; write tables and figures."""
    data = pk.load_provinces(FIGURES, years=(2012, 2022), vintage=SECTORS)
    result = SPEC.fit(data, reps=9_999, rng=1)
    print(result.summary())
    print(result.inference().to_string(index=False))
    print(procedures_text(result, "en"))
    own = (result.treatment_label, *result.mediator_labels, result.outcome_label)
    labels = dict(zip(own, NAMES, strict=True))
    print(*write_mediation(result, folder, "zh", labels, data_notes(data, language="zh")), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
