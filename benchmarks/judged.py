"""Worlds with their words: main test, deciding conditions, the reading of a direction and that of a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.worlds import Drawn
from panelkit.studies.scrutiny.cube import cube
from panelkit.studies.scrutiny.scrutiny import Scrutiny, inside_both, scrutinise_worlds
from panelkit.studies.scrutiny.trial import Name
from panelkit.studies.scrutiny.wild import Lots
from panelkit.studies.scrutiny.words import words

NUMBER = 0.38
"""The number that the claim states where it states one."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Words (W,) of worlds: `found` for a claim of a direction, `stated` for one of the number."""

    found: Scrutiny
    stated: np.ndarray

    def without(self, *names: Name) -> np.ndarray:
        """Return the words (W,) of the direction had these conditions not been asked, in none of their roles."""
        main = self.found.main
        left = [trial for name, trial in self.found.trials.items() if name not in names]
        nothing = np.zeros(main.slope.shape, dtype=bool)
        return words(
            (main.low, main.high),
            (main.inner_low, main.inner_high),
            self.found.smallest,
            np.all([~nothing, *(trial.passes for trial in left)], axis=0),
            np.any([nothing, *(trial.takes_away for trial in left)], axis=0),
        )


def judged(drawn: Drawn, draws: int, seed: int) -> Judged:
    """Return the words of worlds by the batched road."""
    panel = cube(drawn.y, drawn.x, regions=drawn.regions, income=drawn.income)
    lots = Lots(draws, rng=seed)
    found = scrutinise_worlds(panel, lots)
    main = found.main
    stated = words(
        (main.low, main.high),
        (main.inner_low, main.inner_high),
        np.full(panel.worlds, NUMBER / 2.0),
        found.passed,
        found.taken,
        number=np.full(panel.worlds, NUMBER),
        inside=inside_both(panel, main, NUMBER, lots),
    )
    return Judged(found, stated)
