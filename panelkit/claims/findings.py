"""What a design yields and what a rule says of it: numbers, grids and sentences, without the claim."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from panelkit.language.message import Joined, Message
from panelkit.results.fit import FitResult, TestResult
from panelkit.show.brief import Brief
from panelkit.studies.grid import GridResult
from panelkit.studies.tally import Tally

Word = Literal["SUPPORTED", "PARTLY", "NOT SUPPORTED", "CONTRADICTED", "NOT TESTABLE"]

Condition = tuple[Message, bool]
"""What else a rule asks of a result, and whether it holds."""

# from best to worst: a claim is no better than the worst of its main designs
ORDER: tuple[Word, ...] = ("SUPPORTED", "PARTLY", "NOT SUPPORTED", "CONTRADICTED", "NOT TESTABLE")


def worst(words: Iterable[Word]) -> Word | None:
    """Return the worst of the words, or None where there is none."""
    return max(words, key=ORDER.index, default=None)


def paragraph(parts: Iterable[str | None]) -> Message:
    """Return the sentences there are, one after the other."""
    return Joined((part for part in parts if part), {"en": " ", "zh": ""})


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The main estimate in the units of the claim, with the main test beside the table's t test.

    `conf_low, conf_high, p_value` come from `vcov`; `wild_low, wild_high, wild_p` from the main test. Both intervals
    have the declared `level`; `wild_set` lists the pieces of the set that the main test does not reject.
    """

    term: str
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float
    wild_p: float
    wild_low: float
    wild_high: float
    nobs: int
    n_units: int
    years: str
    vcov: str
    convention: str
    level: float = 0.95
    wild_set: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A ratio of figures: the national aggregate, and the deciles p10 and p90 of the province-years."""

    label: Message
    aggregate: float
    p10: float
    p90: float
    why: Message | None = None


@dataclass(frozen=True, kw_only=True)
class Plausible:
    """Whether the claimed number itself can be, before any estimate."""

    plausible: bool
    sentence: Message
    why: Message


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured(Brief):
    """What a design without a regression measured: a probability, a gap, a number for every year.

    `low, high, p_value` are NaN where there is no interval or test; `conditions` are what else a rule asks for;
    `sentence` says the number in words; `table` holds what stands behind it; `facts` draws, seed, provinces, years;
    `flags` what weakens it whatever the rule says; `tally` what of it could not be computed, where it is many numbers.
    """

    quantity: Message
    value: float
    low: float = math.nan
    high: float = math.nan
    p_value: float = math.nan
    by_year: Mapping[int, float] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    sentence: Message
    table: pd.DataFrame | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    tally: Tally | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The numbers of a row: the main interval and p, and those of the table's t test beside it (NaN: none)."""

    estimate: float
    low: float
    high: float
    p_value: float
    beside_low: float = math.nan
    beside_high: float = math.nan
    beside_p: float = math.nan
    level: float = 0.95


@dataclass(frozen=True, kw_only=True, eq=False)
class Finding(Brief):
    """What a design yielded: everything that rules, tables and pages read; a headline or something measured.

    `shares` are the Shapley shares of the main fit's regressors in its within R2, where the rule asks for them.
    """

    headline: Headline | None = None
    measured: Measured | None = None
    grid: GridResult | None = None
    fit: FitResult | None = None
    test: TestResult | None = None
    data: pd.DataFrame | None = None
    grid_figures: tuple[Mapping[str, Any], ...] = ()
    beside: tuple[Spread, ...] = ()
    plausible: Plausible | None = None
    shares: Mapping[str, float] | None = None

    @property
    def tally(self) -> Tally | None:
        """Return how many specifications were computed and which were not, where there are several."""
        if self.grid is not None:
            return self.grid.tally
        return self.measured.tally if self.measured is not None else None

    @property
    def shown(self) -> Shown:
        """Return the numbers that a row of any table prints."""
        if self.headline is not None:
            head = self.headline
            return Shown(
                estimate=head.estimate,
                low=head.wild_low,
                high=head.wild_high,
                p_value=head.wild_p,
                beside_low=head.conf_low,
                beside_high=head.conf_high,
                beside_p=head.p_value,
                level=head.level,
            )
        found = self.measured
        if found is None:
            return Shown(estimate=math.nan, low=math.nan, high=math.nan, p_value=math.nan)
        return Shown(estimate=found.value, low=found.low, high=found.high, p_value=found.p_value)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a rule says of a result: the word, a sentence for it, further flags."""

    word: Word
    sentence: Message
    flags: tuple[str, ...] = ()
