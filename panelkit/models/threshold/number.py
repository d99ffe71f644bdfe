"""Bootstrap tests of the number of thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Language, counted, message
from panelkit.models.threshold.bootstrap import Resampling, bootstrap_f
from panelkit.models.threshold.searched import Searched
from panelkit.results.tests import TestResult


@dataclass(frozen=True, kw_only=True, eq=False)
class ThresholdTest(TestResult):
    """F of m thresholds against m - 1; `draws` (reps,) are F* under the smaller number, `critical` at 10, 5 and 1 %."""

    draws: FloatArray
    critical: tuple[float, float, float]

    def _between(self, language: Language) -> tuple[str, ...]:
        ten, five, one = self.critical
        said = message(
            "critical values of {reps:,} draws: {ten:.4g} (10 %), {five:.4g} (5 %), {one:.4g} (1 %)",
            reps=len(self.draws),
            ten=ten,
            five=five,
            one=one,
        )
        return (said.text(language),)


def threshold_test(
    found: Searched, number: int, reps: int, rng: np.random.Generator, seed: int | None
) -> ThresholdTest:
    """Test `number` thresholds against one fewer by Hansen's bootstrap.

    p is the share of draws above F, so that 0 means below 1 / reps.
    """
    resampling: Resampling = "units" if whole_vectors(found) else "signs"
    null = found.residuals - found.left(number - 1)
    draws = bootstrap_f(
        found.search,
        null,
        found.left(number),
        number,
        found.candidates.least,
        reps=reps,
        rng=rng,
        resampling=resampling,
    )
    statistic = float(found.paths[number - 1].f(found.search.space.degrees)[0, -1])
    ten, five, one = (float(value) for value in np.quantile(draws, [0.9, 0.95, 0.99]))
    notes = () if resampling == "units" else (_SIGNS,)
    return ThresholdTest(
        name=counted("Bootstrap F of {n} threshold", "Bootstrap F of {n} thresholds", number),
        null=message("no threshold, one slope for all rows")
        if number == 1
        else counted("{n} threshold is enough", "{n} thresholds are enough", number - 1),
        statistic=statistic,
        distribution="F",
        p_value=float((draws > statistic).mean()),
        facts={"reps": reps, "seed": seed, "thresholds": number, "resampling": resampling},
        notes=notes,
        draws=draws,
        critical=(ten, five, one),
    )


def whole_vectors(found: Searched) -> bool:
    """Tell whether every unit has the same periods, so that residual vectors can change places."""
    return found.search.space.layout.balanced


_SIGNS = message(
    "{units} have different {periods}, so that residual vectors cannot change places: each keeps its own under a "
    "random sign (wild bootstrap by {unit}, Rademacher)"
)
