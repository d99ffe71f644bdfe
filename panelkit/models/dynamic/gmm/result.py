"""What a fit of dynamic GMM returns: coefficients, and everything that speaks for or against its instruments."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.models.dynamic.gmm.bounds import Bounds
from panelkit.models.dynamic.gmm.instruments import Instruments
from panelkit.models.dynamic.gmm.rows import DynamicRows
from panelkit.models.dynamic.gmm.strength import strength_of
from panelkit.results.fit import FitResult
from panelkit.results.tests import TestResult


@dataclass(frozen=True, kw_only=True, eq=False)
class DynamicGMMFit(FitResult):
    """A dynamic panel fitted by GMM.

    `serial` are the tests of serial correlation of changes (orders 1 and 2), `sargan` and `hansen` those of
    over-identification, `difference_in_hansen` Hansen's by group of instruments, `instruments` one row a column
    (`name`, `group`, `equation`), `bounds` least squares pooled and within (None without a lag of the outcome).
    """

    serial: tuple[TestResult, ...]
    sargan: TestResult
    hansen: TestResult
    difference_in_hansen: tuple[TestResult, ...]
    instruments: pd.DataFrame = field(repr=False)
    bounds: Bounds | None = None
    equations_of: tuple[DynamicRows, Instruments] = field(repr=False)

    @cached_property
    def strength(self) -> tuple[TestResult, ...]:
        """Return how well the instruments of each equation move what they stand for; computed when it is asked for."""
        return strength_of(*self.equations_of)

    @property
    def table_facts(self) -> dict[str, Any]:
        """Return what a table of fits prints below the estimates beside `facts`: effects, steps, p-values."""
        tested = {
            "ar1_p": self.serial[0],
            "ar2_p": self.serial[1],
            "sargan_p": self.sargan,
            "hansen_p": self.hansen,
        }
        held = {key: test.p_value for key, test in tested.items() if not test.reason}
        effects = "twoway" if self.spec.time_effects else "unit"
        made = {"gmm_steps": self.facts["steps"], "gmm_transform": self.facts["transform"]}
        return {"effects": effects, **made, **held}

    @property
    def tests(self) -> tuple[TestResult, ...]:
        """Return all tests, in the order in which they are printed."""
        return (*self.serial, self.sargan, self.hansen, *self.difference_in_hansen, *self.strength)

    def predict(self, data: Any = None, kind: str = "xbu", **options: Any) -> pd.Series:
        """Refuse: effects of units are not estimated, and a path of the outcome would be needed.

        Raises
        ------
        SpecError
            Always.
        """
        raise SpecError(
            message(
                "{title}: predictions are of linear and spatial fits; here the effects of units are taken away and not "
                "estimated, and a dynamic model needs a path of the outcome",
                title=self.title,
            )
        )

    def summary(self, level: float = 0.95, *, language: Language = "en") -> str:
        """Return coefficients, facts and notes, then one block a test, as plain text."""
        told = [test.summary(language=language) for test in self.tests]
        return "\n\n".join([super().summary(level, language=language), *told])
