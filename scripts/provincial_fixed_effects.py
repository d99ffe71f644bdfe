"""B30, B44-B46 and B79 step by step: read the designs, fit, look for what carries the result, check, write."""

from __future__ import annotations

import sys
from pathlib import Path

import panelkit as pk
from panelkit.claims.source import Shipped
from panelkit.data.selection import choose_vintages
from panelkit.report.write import write

CLAIMS = ("B30", "B44", "B45", "B46", "B79")


def main(folder: Path) -> None:
    """Print each main fit with its tests and its most influential province, check the claims, write the pages."""
    held = {item.id: Shipped().prepared(item).claim for item in pk.load_claims() if item.id in CLAIMS}
    for name in CLAIMS:
        claim = held[name]
        for design in next(reading for reading in claim.reading if reading.main).design:
            spec = design.specification(claim)
            years = (spec.years[0] - spec.lead_in, spec.years[1])
            vintages = choose_vintages(spec.columns, dict(spec.vintage))
            data = pk.load_provinces(spec.columns, years, vintages, spec.provinces)
            fit = pk.FixedEffects(spec.formula, effects=spec.effects).fit(data)
            print(f"\n{name} {design.id}\n{fit.summary()}")
            for vcov in (pk.CR2(), pk.DriscollKraay(), pk.Conley(800.0)):
                again = pk.with_vcov(fit, vcov)
                print(f"{again.facts['vcov']}: standard error {again.std_errors[fit.terms[0]]:.4g}")
            for test in (pk.serial_correlation(fit), pk.pesaran_cd(fit), pk.poolability(fit)):
                print(test)
            print(pk.influence(fit, fit.terms[0]).summary(rows=3))
    result = pk.check(*CLAIMS)
    for name in CLAIMS:
        print(f"{name}: {result.word_of(name)}")
    print(*write(result, folder, "en"), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
