"""A1 and the spillover claims step by step: read the designs from their claim files, fit, test, check, write."""

from __future__ import annotations

import sys
from pathlib import Path

import panelkit as pk
from panelkit.claims.figures import Figures
from panelkit.claims.source import Shipped
from panelkit.report.write import write

CLAIMS = ("A1", "B02", "B12", "B21", "B49")


def main(folder: Path) -> None:
    """Print every spatial design's model with its impacts, the weights' sensitivity of A1, and the verdicts."""
    for claim in (Shipped().prepared(item).claim for item in pk.load_claims() if item.id in CLAIMS):
        for design in (
            part for reading in claim.reading for part in reading.design if part.kind == "spatial"
        ):
            spec = design.specification(claim)
            data = Figures([spec]).exact(spec)
            model = pk.SpatialPanel(spec.formula, design.model, vcov=design.vcov, missing=design.missing)
            fit = model.fit(data, pk.contiguity())
            print(fit.summary(), fit.impacts("draws", reps=design.draws, rng=design.seed), sep="\n\n")
            if design.id == "innovation_direct":
                print(*fit.reduction_tests(), sep="\n")
                print(pk.select_model(model, data, pk.contiguity()))
                print(pk.weights_sensitivity(model, data).table.to_string(index=False))
    result = pk.check(*CLAIMS)
    print(*(f"{name}: {result.word_of(name)}" for name in CLAIMS), sep="\n")
    print(*write(result, folder, "en"), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
