"""Which of two stages lags behind its best province: the network of both, the gap exchanged, and the provinces.

`python scripts/efficiency.py out` (high-technology industry), or `... out B64`: the designs of a claim.
"""

from __future__ import annotations

import sys
from pathlib import Path

import panelkit as pk

INPUTS = ["hightech_rd_personnel_fte", "hightech_rd_expenditure"]
PATENTS, SALES = "hightech_patent_applications_invention", "hightech_new_product_sales"


def of_claim(folder: Path, name: str) -> None:
    """Print the designs of a claim and write both efficiencies of every province."""
    for verdict in pk.check(name).verdicts:
        measured = verdict.tested.measured
        print(f"\n{verdict.design.id}: {verdict.word}\n{measured.sentence}\n{measured.table.round(3)}")
        measured.table.to_csv(folder / f"efficiency_{name}_{verdict.design.id}.csv")


def main(folder: Path, *claims: str) -> None:
    """Print the network of two stages, its means and its provinces; draw its map."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in claims:
        of_claim(folder, name)
    if claims:
        return
    data = pk.load_provinces([*INPUTS, PATENTS, SALES], (2018, 2023), provinces="no_tibet")
    found = pk.dea(data, INPUTS, [SALES], intermediates=[PATENTS], model="network", lag=(1, 1))
    print(found)
    print(found.plot().save(folder / "efficiency.svg"))
    print(found.to_docx(folder / "efficiency.docx"))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"), *sys.argv[2:])
