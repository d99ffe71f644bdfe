"""What a panel unit-root test returns: a test with its size and power here, and several as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from panelkit.language.message import Language, Message, message, verbatim
from panelkit.language.shown import shown_language
from panelkit.results.numbers import cells, number
from panelkit.results.tests import TestResult
from panelkit.show.brief import Brief
from panelkit.show.formats import Format
from panelkit.show.rendered import Rendered


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitRootTest(TestResult):
    """A panel unit-root test of one variable.

    `p_value` is that of the asymptotic distribution (of CIPS, which has none: the simulated one). `p_simulated` is
    from panels of as many units and periods drawn under the null, `size` how often `p_value` falls below 5 % in them.
    `power` has columns `rho, null_true, rejected, rejected_asymptotic`: how often the test rejects at 5 % by the
    simulated critical value, and by `p_value`. `critical` holds the simulated critical values at 1, 5 and 10 %.
    `by_unit` holds what there is by unit.
    """

    key: str
    variable: str
    p_simulated: float = float("nan")
    size: float = float("nan")
    power: pd.DataFrame = field(default_factory=pd.DataFrame)
    critical: dict[float, float] = field(default_factory=dict)
    by_unit: pd.DataFrame = field(default_factory=pd.DataFrame)
    stationary_null: bool = False

    def power_at(self, rho: float) -> float:
        """Return the power against a rho, NaN where it was not simulated or the null holds there."""
        if self.power.empty:
            return float("nan")
        rows = self.power[np.isclose(self.power["rho"], rho) & ~self.power["null_true"]]
        return float(rows["rejected"].iloc[0]) if len(rows) else float("nan")

    def _between(self, language: Language) -> tuple[str, ...]:
        if self.power.empty:
            return ()
        first = message(
            "p = {p:.4g} in {reps:,} panels drawn under the null, where the test rejects {size:.1%} at 5 %",
            p=self.p_simulated,
            reps=int(self.facts["reps"]),
            size=self.size,
        )
        against = self.power[~self.power["null_true"]]
        second = message(
            "power at 5 % (size adjusted): {power}",
            power=[
                message("{share:.1%} against rho = {rho:g}", share=row.rejected, rho=row.rho)
                for row in against.itertuples()
            ],
        )
        return first.text(language), second.text(language)


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitRootTable(Rendered, Brief):
    """Several tests, of one variable or more, as one table; `table[key]` is a test of the first variable."""

    title: Message
    tests: tuple[UnitRootTest, ...]
    alternatives: tuple[float, ...]
    notes: tuple[Message, ...] = ()

    def __getitem__(self, key: str | tuple[str, str]) -> UnitRootTest:
        """Return a test by its key, or by variable and key.

        Raises
        ------
        KeyError
            If there is none.
        """
        variable, wanted = key if isinstance(key, tuple) else (self.tests[0].variable, key)
        for test in self.tests:
            if (test.variable, test.key) == (variable, wanted):
                return test
        raise KeyError(key)

    def tidy(self) -> pd.DataFrame:
        """Return one row a test under names that do not change with the language."""
        rows = []
        for test in self.tests:
            row = {
                "variable": test.variable,
                "test": test.key,
                "null": "stationary" if test.stationary_null else "unit root",
                "applicable": test.applicable,
                "statistic": test.statistic,
                "p_value": test.p_value,
                "p_simulated": test.p_simulated,
                "size": test.size,
            }
            for rho in self._columns():
                row[f"power_{rho:g}"] = test.power_at(rho)
            rows.append({**row, "reason": str(test.reason)})
        return pd.DataFrame(rows)

    def table(self, *, language: Language = "en") -> pd.DataFrame:
        """Return the table that is shown."""
        many = len({test.variable for test in self.tests}) > 1
        rows = []
        for test in self.tests:
            null = _STATIONARY if test.stationary_null else _UNIT_ROOT
            label = (
                message("{variable}: {test}", variable=test.variable, test=test.name) if many else test.name
            )
            shares = [test.size, *(test.power_at(rho) for rho in self._columns())]
            told = [label.text(language), null.text(language), _digits(test.statistic)]
            told += [*map(_small, (test.p_value, test.p_simulated)), *map(_digits, shares)]
            rows.append(told)
        heads = list(_HEADS)
        heads += [message("power ({rho:g})", rho=rho) for rho in self._columns()]
        return pd.DataFrame(rows, columns=pd.Index([head.text(language) for head in heads]))

    def said(self) -> tuple[Message, ...]:
        """Return the notes, and why tests do not apply."""
        lacking: dict[Message, list[Message]] = {}
        for test in self.tests:
            if not test.applicable:
                named = lacking.setdefault(test.reason, [])
                named += [] if test.name in named else [test.name]
        said = [
            message("not applicable: {tests}, because {reason}", tests=tests, reason=reason)
            for reason, tests in lacking.items()
        ]
        return tuple(dict.fromkeys([*said, *self.notes]))

    def summary(self, *, language: Language = "en") -> str:
        """Return title, table and notes as plain text."""
        from panelkit.show.words import check_language

        check_language(language)
        title = self.title.text(language)
        return "\n".join([title, "=" * cells(title), self.to_text(language=language, caption=None)])

    def __str__(self) -> str:
        return self.summary(language=shown_language())

    def _columns(self) -> tuple[float, ...]:
        if all(test.power.empty for test in self.tests):
            return ()
        only = {test.stationary_null for test in self.tests}
        return (1.0,) if only == {True} else self.alternatives

    def _brief(self) -> str:
        return ", ".join(f"{test.key} p = {number(test.p_value)}" for test in self.tests)

    def _repr_html_(self) -> str:
        return self.to_html(language=shown_language())

    def _rendered(
        self, format: Format, path: str | Path | None, language: Language, style: dict[str, Any]
    ) -> str | Path:
        from panelkit.show import tables

        shown: dict[str, Any] = {
            "caption": self.title.text(language),
            "index": False,
            **style,
            "notes": [*(note.text(language) for note in self.said()), *_more(style.get("notes"))],
        }
        return tables.frame_table(
            self.table(language=language), path, format=format, language=language, **shown
        )


def _more(notes: Sequence[str] | str | None) -> Sequence[str]:
    return [notes] if isinstance(notes, str) else list(notes or ())


def _digits(value: float) -> str:
    return "" if isnan(value) else f"{value:.3f}"


def _small(value: float) -> str:
    """Return a p-value, which is never zero."""
    return "<0.001" if value < 0.0005 else _digits(value)


_UNIT_ROOT = message("unit root")
_STATIONARY = message("stationary")
_HEADS = (
    message("Test"),
    message("Null"),
    message("Statistic"),
    verbatim("p"),
    message("p (sim.)"),
    message("Size"),
)
