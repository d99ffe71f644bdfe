"""The 0.38 claim (A9) step by step: read the designs from its claim file, load, fit, check, tell the story, write."""

from __future__ import annotations

import sys
from pathlib import Path

import panelkit as pk
from panelkit.report.story import story_of, story_rows
from panelkit.report.write import write


def main(folder: Path) -> None:
    """Print the deciding fit with its wild bootstrap, every condition, the story; write the page and the tables."""
    claim = next(item.claim for item in pk.load_claims() if item.id == "A9")
    reading = next(item for item in claim.reading if item.main)
    design = next(item for item in reading.design if reading.standing_of(item) == "principal")
    spec = design.specification(claim)
    data = pk.load_provinces(spec.columns, spec.years, dict(spec.vintage), spec.provinces)
    fit = pk.FixedEffects(spec.formula, effects=spec.effects).fit(data)
    print(fit.summary())
    print(pk.wild_cluster_bootstrap(fit, spec.term, reps=claim.test.reps, rng=claim.test.seed))
    result = pk.check("A9")
    print(f"A9: {result.word_of('A9')}")
    for verdict in result.of("A9"):
        if verdict.reading.main:
            print(f"{verdict.design.id} ({verdict.standing}): {verdict.word}")
            print(*(f"  {item.outcome}: {item.asks}: {item.found}" for item in verdict.conditions), sep="\n")
    story = story_of(result, "A9")
    for row in story_rows(story, "en"):
        print(f"{row['asks']}: {row['slope']} {row['p']}")
    print(story.sentence())
    print(*write(result, folder, "en"), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out"))
