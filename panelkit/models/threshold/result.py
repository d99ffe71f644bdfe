"""What a threshold model returns: slopes by regime, thresholds with their regions, F tests of their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from panelkit.kernels.rng import as_generator, seed_of
from panelkit.kernels.within import FloatArray, IntArray
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message, term
from panelkit.language.options import check_count
from panelkit.models.statements import adoption, few_treated
from panelkit.models.threshold.number import ThresholdTest, number_test
from panelkit.models.threshold.regions import ThresholdRegion
from panelkit.results.fit import FitResult

if TYPE_CHECKING:
    from panelkit.models.threshold.kink import Kinked
    from panelkit.models.threshold.quadratic import Quadratic
    from panelkit.models.threshold.searched import Searched
    from panelkit.show.figures import Figure


KINK = term("regressor of a kink", "threshold")


@dataclass(frozen=True, kw_only=True, eq=False)
class ThresholdFit(FitResult):
    """Slopes by regime; errors are those of the regression with its thresholds as known.

    `thresholds` (m,) rise; `regions` holds their confidence regions in this order, `counts` (m + 1,) the rows of each
    regime, `sums` (m + 1,) the squares left by none, one, ... thresholds, `f_statistics` (m,) F of one more each.
    `tests` are their bootstrap tests, empty until `tested`.
    """

    thresholds: FloatArray
    regions: tuple[ThresholdRegion, ...]
    counts: IntArray
    sums: FloatArray
    f_statistics: FloatArray
    tests: tuple[ThresholdTest, ...] = ()
    searched: Searched | Kinked = field(repr=False)

    def tested(self, reps: int = 300, *, rng: int | np.random.Generator = 0) -> Self:
        """Return the fit with bootstrap tests of the number of its thresholds.

        Parameters
        ----------
        reps
            Draws a test, 300 or more for a p-value that is to be printed.
        rng
            A seed or a generator.
        """
        check_count("reps", reps, 19)
        chance = as_generator(rng)
        tests = tuple(
            number_test(self.searched, number, reps, chance, seed_of(rng))
            for number in range(1, len(self.thresholds) + 1)
        )
        return replace(self, tests=tests)

    def threshold_table(self) -> pd.DataFrame:
        """Return one row a threshold: its estimate and region, F, p_value and wild_p_value of the test.

        F and p are those of the test of this many thresholds against one fewer. `conf_low` and `conf_high` are the ends
        of the region, which has `parts` parts.
        """
        rows = [
            {
                "threshold": number + 1,
                "estimate": region.estimate,
                "conf_low": region.bounds[0],
                "conf_high": region.bounds[1],
                "parts": len(region.intervals),
                "f": self.f_statistics[number],
                "p_value": self.tests[number].p_value if self.tests else float("nan"),
                "wild_p_value": self.tests[number].wild_p_value if self.tests else float("nan"),
            }
            for number, region in enumerate(self.regions)
        ]
        return pd.DataFrame(rows)

    def likelihood_ratios(self) -> pd.DataFrame:
        """Return the likelihood ratio at every value searched: `threshold`, `value`, `ratio`, `critical`."""
        parts = [
            pd.DataFrame(
                {
                    "threshold": number + 1,
                    "value": region.values,
                    "ratio": region.ratios,
                    "critical": region.critical,
                }
            )
            for number, region in enumerate(self.regions)
        ]
        return pd.concat(parts, ignore_index=True)

    def quadratic(self, of: str | None = None) -> Quadratic:
        """Return a quadratic on the same rows, with Lind and Mehlum's test that its curve turns within the data.

        `of` is the term whose square enters, a regime regressor or the threshold variable; None is the regime regressor
        where there is one.
        """
        from panelkit.models.threshold.quadratic import quadratic_beside

        return quadratic_beside(self.searched, self.spec, of)

    def plot_ratios(self, *, language: Language = "en", title: str | None = None) -> Figure:
        """Draw the likelihood ratio of every threshold over the values searched; `.save(path)` writes it."""
        from panelkit.show.likelihood_ratio import likelihood_ratio_plot

        estimates = [float(value) for value in self.thresholds]
        name, kink = self.searched.name, self.terms[-1] == KINK
        said = (
            message("Where the kink in {name} lies", name=name)
            if kink
            else message("Where the thresholds of {name} lie", name=name)
        )
        return likelihood_ratio_plot(
            self.likelihood_ratios(),
            estimates,
            name=name,
            level=self.regions[0].level,
            steps=not kink,
            language=language,
            title=said.text(language) if title is None else title,
        )

    def test(self, hypotheses: str | Sequence[str], **options: Any) -> Any:
        """Test linear hypotheses on the slopes, as `pk.joint_test` says, the thresholds taken as known."""
        found = super().test(hypotheses, **options)
        return replace(found, notes=(*found.notes, _AS_KNOWN))

    def predict(self, data: Any = None, kind: str = "xbu", **options: Any) -> pd.Series:
        """Return predictions of the rows that entered, as `pk.predict` says.

        Raises
        ------
        SpecError
            For a kink, and for other rows than those that entered.
        """
        if self.terms[-1] == KINK:
            raise SpecError(
                message(
                    "{title}: a kink is not linear in its place; its `residuals` are at hand",
                    title=self.title,
                )
            )
        if data is not None:
            raise SpecError(
                message("{title} predicts the rows that entered alone: leave out data", title=self.title)
            )
        return super().predict(kind=kind, **options)

    def summary(self, level: float = 0.95, *, language: Language = "en") -> str:
        """Return slopes, thresholds and tests as plain text."""
        return f"{super().summary(level, language=language)}\n\n{self.found(language=language)}"

    def found(self, *, language: Language = "en") -> str:
        """Return thresholds, their regions and the tests of their number as plain text."""
        parts = [line.text(language) for line in self._said()]
        return "\n\n".join([*parts, *(test.summary(language=language) for test in self.tests)])

    def _said(self) -> tuple[Message, ...]:
        if getattr(self.spec, "kink", False):
            at = self.regions[0]
            return (
                message(
                    "kink of `{name}`: {estimate:.6g}; {level:g} % region {region}",
                    name=self.searched.name,
                    estimate=at.estimate,
                    level=100.0 * at.level,
                    region=at.said(),
                ),
            )
        return tuple(
            message(
                "threshold {number} of `{name}`: {estimate:.6g}; {level:g} % region {region}",
                number=number + 1,
                name=self.searched.name,
                estimate=region.estimate,
                level=100.0 * region.level,
                region=region.said(),
            )
            for number, region in enumerate(self.regions)
        )


def without_adoption(fit: FitResult) -> FitResult:
    """Return a fit without what is said of 0/1 columns that units adopt: regimes are no policy."""
    if fit.design is None or fit.linear is None:
        return fit
    said, counts = adoption(fit.design, fit.linear)
    gone = {*said, *few_treated(fit.design, fit.linear.terms)}
    kept = tuple(note for note in fit.notes if note not in gone)
    facts_at, notes_at = fit.covariance_at
    return replace(
        fit,
        notes=kept,
        facts={key: value for key, value in fit.facts.items() if key not in counts},
        covariance_at=(facts_at, notes_at - (len(fit.notes) - len(kept))),
    )


_AS_KNOWN = message(
    "the thresholds are taken as known: what a search chose makes a difference between regimes look too sure, and "
    "whether there is one is asked by the bootstrap F (`tests`)"
)


def facts_of(
    thresholds: FloatArray, counts: IntArray, f: FloatArray, crossing: int, *, kink: bool = False
) -> Mapping[str, Any]:
    """Return thresholds, rows of regimes, units in several of them and F statistics as facts."""
    made: dict[str, Any] = {
        message("kink") if kink else message("threshold {number}", number=j + 1): float(value)
        for j, value in enumerate(thresholds)
    }
    made |= {message("rows of regime {number}", number=j + 1): int(count) for j, count in enumerate(counts)}
    made[message("units in several regimes")] = crossing
    for j, value in enumerate(f):
        against = message("F of {number} against {fewer} thresholds", number=j + 1, fewer=j)
        made[message("F of the kink against a straight line") if kink else against] = float(value)
    return made
