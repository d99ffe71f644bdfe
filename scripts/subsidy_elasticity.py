"""The 0.38 claim (A9) step by step: read the design from its claim file, load, fit, check, write."""

from __future__ import annotations

import sys
from pathlib import Path

import panelkit as pk
from panelkit.report.write import write


def main(folder: Path) -> None:
    """Print both main fits with their wild bootstrap, check the claim, write the page and the tables."""
    claim = next(item.claim for item in pk.load_claims() if item.id == "A9")
    reading = next(item for item in claim.reading if item.main)
    for design in reading.design:
        spec = design.specification(claim)
        data = pk.load_provinces(spec.columns, spec.years, dict(spec.vintage), spec.provinces)
        fit = pk.FixedEffects(spec.formula, effects=spec.effects).fit(data)
        print(fit.summary())
        print(pk.wild_cluster_bootstrap(fit, spec.term, reps=claim.test.reps, rng=claim.test.seed))
    result = pk.check("A9")
    print(f"A9: {result.word_of('A9')}")
    print(*write(result, folder, "en"), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
