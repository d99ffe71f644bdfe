"""Bootstrap tests of the number of thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from panelkit.kernels.within import FloatArray
from panelkit.language.message import Language, Message, counted, message
from panelkit.results.tests import TestResult

_FIVE = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class ThresholdTest(TestResult):
    """F of m thresholds against m - 1.

    `draws` (reps,) are F* under the smaller number, `critical` their quantiles at 10, 5 and 1 %. `p_value` is the share
    of draws above F by Hansen's bootstrap, which gives the residuals of one unit to another; `wild_p_value` that by
    random signs of the null model's residuals, which leaves each unit its own. Where units have different periods only
    the latter can be had, and `p_value` is that one.
    """

    draws: FloatArray
    critical: tuple[float, float, float]
    wild_p_value: float

    def _between(self, language: Language) -> tuple[str, ...]:
        ten, five, one = self.critical
        said = [
            message(
                "critical values of {reps:,} draws: {ten:.4g} (10 %), {five:.4g} (5 %), {one:.4g} (1 %)",
                reps=len(self.draws),
                ten=ten,
                five=five,
                one=one,
            )
        ]
        if self.facts["resampling"] == "units":
            said.append(
                message("wild bootstrap by {unit} (random signs): p = {p:.4g}", p=self.wild_p_value).spoken(
                    *self.facts["levels"]
                )
            )
        return tuple(line.text(language) for line in said)


def number_test(
    found: Any, number: int, reps: int, rng: np.random.Generator, seed: int | None
) -> ThresholdTest:
    """Test `number` thresholds against one fewer.

    Parameters
    ----------
    found
        A search that was done (`Searched`, `Kinked`).
    number
        How many thresholds.
    reps, rng, seed
        Draws of each bootstrap, chance, and the seed that is printed.
    """
    chance, wild_chance = rng.spawn(2)
    null, before = found.residuals - found.left(number - 1), found.left(number - 1)
    statistic = found.f(number)
    wild = found.drawn(null, before, number, reps=reps, rng=wild_chance, resampling="signs")
    whole = found.search.space.layout.balanced
    draws = found.drawn(null, found.left(number), number, reps=reps, rng=chance) if whole else wild
    ten, five, one = (float(value) for value in np.quantile(draws, [0.9, 0.95, 0.99]))
    p, p_wild = float((draws > statistic).mean()), float((wild > statistic).mean())
    levels = found.columns.design.level_names
    name, null = _said(number, kink=getattr(found, "is_kink", False))
    return ThresholdTest(
        name=name,
        null=null,
        statistic=statistic,
        distribution="F",
        p_value=p,
        facts={
            "reps": reps,
            "seed": seed,
            "thresholds": number,
            "resampling": "units" if whole else "signs",
            "wild_p_value": p_wild,
            "levels": levels,
        },
        notes=tuple(note.spoken(*levels) for note in _notes(p, p_wild, reps, whole=whole)),
        draws=draws,
        critical=(ten, five, one),
        wild_p_value=p_wild,
    )


def _said(number: int, *, kink: bool) -> tuple[Message, Message]:
    """Return the name of the test and its null."""
    if kink:
        return message("Bootstrap F of a kink"), message("no kink, one slope of the threshold variable")
    name = counted("Bootstrap F of {n} threshold", "Bootstrap F of {n} thresholds", number)
    if number == 1:
        return name, message("no threshold, one slope for all rows")
    return name, counted("{n} threshold is enough", "{n} thresholds are enough", number - 1)


def _notes(p: float, p_wild: float, reps: int, *, whole: bool) -> tuple[Message, ...]:
    said = []
    if not whole:
        said.append(_SIGNS)
    elif (p < _FIVE) != (p_wild < _FIVE):
        said.append(_DIFFER)
    if p == 0.0:
        said.append(
            message("none of {reps:,} draws reaches F: p is below {least:.2g}", reps=reps, least=1.0 / reps)
        )
    return tuple(said)


_SIGNS = message(
    "{units} have different {periods}, so that residual vectors cannot change places: each keeps its own under a "
    "random sign (wild bootstrap by {unit}, Rademacher)"
)
_DIFFER = message(
    "the two bootstraps fall on different sides of 5 %: where the variance of a {unit} goes with its regressors, "
    "giving residuals of one {unit} to another rejects too often (20 % at 5 %), and random signs hold their level"
)
