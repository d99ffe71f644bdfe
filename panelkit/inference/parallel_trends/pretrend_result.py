"""The test of pre-trends with the violations that it would have found."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from panelkit.inference.parallel_trends.path import EventPath
from panelkit.language.message import Language, Message, message
from panelkit.results.tests import TestResult


@dataclass(frozen=True, kw_only=True, eq=False)
class PretrendTest(TestResult):
    """The joint test of the leads, and violations of parallel trends that it would have found.

    Attributes
    ----------
    table
        One row a violation: `violation, slope` (by event time); `power_joint` of the test, `power_single` that one lead
        is significant alone; `likelihood_ratio` of the leads against parallel trends; `bayes_factor_joint,
        bayes_factor_single`, the probability to pass divided by that under parallel trends; `bias` of the effect,
        `bias_passed_joint, bias_passed_single` where the test was passed; `error`, the numerical standard error of
        `power_single` (quasi-random points; the other columns have none to speak of).
    effect
        The effect whose bias is told.
    leads
        The estimates tested.
    level
        Level of the tests.
    """

    table: pd.DataFrame
    effect: Message
    leads: EventPath
    level: float

    def tidy(self) -> pd.DataFrame:
        """Return the table, violations as plain text."""
        return self.table.assign(violation=self.table["violation"].map(str))

    def _between(self, language: Language) -> tuple[str, ...]:
        from panelkit.show.words import frame_text

        if self.table.empty:
            return ()
        table = frame_text(self.shown(language), language, lambda value: f"{value:.4g}", index=False)
        return "", table, self._whose().text(language)

    def _below(self, language: Language) -> list[Message | str]:
        """Return a sentence for every violation: no table stands below a row."""
        if self.table.empty:
            return []
        found: list[Message | str] = [
            message(
                "{violation}, slope {slope:.4g}: power {joint:.3g} of the joint test and {single:.3g} of single leads, "
                "likelihood ratio {ratio:.3g}, bias {bias:.4g} ({passed:.4g} where the joint test is passed, "
                "{alone:.4g} where single leads are)",
                violation=row.violation,
                slope=row.slope,
                joint=row.power_joint,
                single=row.power_single,
                ratio=row.likelihood_ratio,
                bias=row.bias,
                passed=row.bias_passed_joint,
                alone=row.bias_passed_single,
            )
            for row in self.table.itertuples()
        ]
        return [*found, self._whose()]

    def _whose(self) -> Message:
        return message("bias is that of the {effect}", effect=self.effect)

    def shown(self, language: Language = "en") -> pd.DataFrame:
        """Return the columns of the table that are printed, their heads in a language."""
        heads = {
            "violation": message("violation").text(language),
            "slope": message("slope by event time").text(language),
            "power_joint": message("power, joint").text(language),
            "power_single": message("power, single").text(language),
            "likelihood_ratio": message("likelihood ratio").text(language),
            "bias": message("bias").text(language),
            "bias_passed_joint": message("bias if passed, joint").text(language),
            "bias_passed_single": message("bias if passed, single").text(language),
        }
        said = [name.text(language) for name in self.table["violation"]]
        return self.table.assign(violation=said)[list(heads)].rename(columns=heads)
