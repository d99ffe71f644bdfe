"""What a design yields and what a rule says of it: numbers, grids and sentences, without the claim."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from panelkit.claims.orders import Order
from panelkit.language.levels import Levels
from panelkit.language.message import Joined, Message, message
from panelkit.results.fit import FitResult, TestResult
from panelkit.show.brief import Brief
from panelkit.studies.grid import GridResult
from panelkit.studies.scrutiny.door import Scrutinised
from panelkit.studies.scrutiny.words import TEXTS, SixWords
from panelkit.studies.tally import Tally

Word = SixWords
WORDS: tuple[Word, ...] = (
    "SUPPORTED",
    "PARTLY",
    "UNDECIDED",
    "NOT SUPPORTED",
    "CONTRADICTED",
    "NOT TESTABLE",
)

WORD_TEXTS: Mapping[Word, Message] = TEXTS

Outcome = Literal["passes", "fails", "takes away", "not computed", "printed"]
"""What came of a condition: it passes, it does not, it takes the association away, it cannot be computed, or it is
printed and decides nothing."""


@dataclass(frozen=True, kw_only=True)
class Condition(Brief):
    """One condition of a verdict: what is asked, what was found, what it does to the word.

    `key` is what programs know it by; `numbers` are those that `found` says in words, in the units of the claim.
    `decides` is False where it is printed only.
    """

    key: str
    asks: Message
    outcome: Outcome
    found: Message
    decides: bool = True
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def passes(self) -> bool:
        """Return whether it stands in no verdict's way."""
        return not self.decides or self.outcome == "passes"

    @property
    def takes_away(self) -> bool:
        """Return whether it leaves nothing of the association."""
        return self.decides and self.outcome == "takes away"

    def spoken(self, levels: Levels) -> Condition:
        """Return it with units and periods called as a panel calls them."""
        return replace(self, asks=self.asks.spoken(*levels), found=self.found.spoken(*levels))


def asked(key: str, asks: Message, holds: bool, found: Message | None = None, **numbers: float) -> Condition:
    """Return a condition that passes or fails; `found` None says whether it holds."""
    said = found or (message("holds") if holds else message("does not hold"))
    outcome: Outcome = "passes" if holds else "fails"
    return Condition(key=key, asks=asks, outcome=outcome, found=said, numbers=numbers)


def weighed(
    key: str, asks: Message, found: Message, *, passes: bool, takes_away: bool, numbers: Mapping[str, Any]
) -> Condition:
    """Return a condition that takes the association away, or passes, or neither; taking away comes first."""
    outcome: Outcome = "takes away" if takes_away else "passes" if passes else "fails"
    return Condition(key=key, asks=asks, outcome=outcome, found=found, numbers=numbers)


def uncomputed(key: str, asks: Message, why: Message | None) -> Condition:
    """Return a condition that cannot be computed, with the reason."""
    said = message("cannot be computed: {why}", why=why)
    return Condition(key=key, asks=asks, outcome="not computed", found=said)


@dataclass(frozen=True, kw_only=True)
class Sizes(Brief):
    """What sizes a test can tell apart, in the units of the claim; NaN where there is none.

    `smallest` is the smallest effect of interest, `why` where it comes from. `detectable` is what the main test finds
    with 80 % power at 5 %, infinite where it finds no effect however large; `detectable_is` says what it is where that
    is no effect in the units of the estimate, or not by a standard error. `detectable_beside` is what its hardest
    condition finds. `excluded` is the smallest size that the 90 % interval excludes on both sides.
    """

    smallest: float = math.nan
    why: Message | None = None
    detectable: float = math.nan
    detectable_is: Message | None = None
    detectable_beside: float = math.nan
    excluded: float = math.nan

    def spoken(self, levels: Levels) -> Sizes:
        """Return them with units and periods called as a panel calls them."""
        why, kind = (
            None if text is None else text.spoken(*levels) for text in (self.why, self.detectable_is)
        )
        return replace(self, why=why, detectable_is=kind)


def paragraph(parts: Iterable[str | None]) -> Message:
    """Return the sentences there are, one after the other."""
    return Joined((part for part in parts if part), {"en": " ", "zh": ""})


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The main estimate in the units of the claim, with the main test beside the table's t test.

    `conf_low, conf_high, p_value` come from `vcov`; `wild_low, wild_high, wild_p` from the main test. Both intervals
    have the declared `level`; `wild_set` lists the pieces of the set that the main test does not reject. A verdict
    reads `ends`, those of 95 % (`at_95` where another level is declared), and `inner_low, inner_high`, those of 90 %,
    the level at which two one-sided tests stand.
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
    inner_low: float = math.nan
    inner_high: float = math.nan
    at_95: tuple[float, float] | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """Return the interval that a verdict reads: 95 %, whatever the level of those printed is."""
        return (self.wild_low, self.wild_high) if self.at_95 is None else self.at_95


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

    `low, high, p_value` are NaN where there is no interval or test; `inner_low, inner_high` are the ends of the 90 %
    interval, `error` its standard error with `df` (NaN: the interval holds no sampling error, as that of printed
    digits), `detectable` what it finds with 80 % power at 5 % where t(df) does not say it, `smallest` the effect that a
    silent rule takes for the smallest of interest, and `why`.
    `by_year_interval` holds the main interval of every year that has one, `order` what a cloud of draws shows of a
    claimed order. `conditions` are what else a rule asks for; `sentence` says the number in words; `table` holds what
    stands behind it; `facts` draws, seed, provinces, years; `flags` what weakens it whatever the rule says; `tally`
    what of it could not be computed, where it is many numbers; `possible` the least and the greatest that it can be.
    """

    quantity: Message
    value: float
    low: float = math.nan
    high: float = math.nan
    p_value: float = math.nan
    inner_low: float = math.nan
    inner_high: float = math.nan
    error: float = math.nan
    df: float = math.nan
    detectable: float = math.nan
    smallest: float = math.nan
    why: Message | None = None
    by_year: Mapping[int, float] = field(default_factory=dict)
    by_year_interval: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    order: Order | None = None
    conditions: tuple[Condition, ...] = ()
    sentence: Message
    table: pd.DataFrame | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    tally: Tally | None = None
    possible: tuple[float, float] = (-math.inf, math.inf)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The numbers of a row: the main interval, the 90 % one and p, and those of the table's t test (NaN: none)."""

    estimate: float
    low: float
    high: float
    p_value: float
    inner_low: float = math.nan
    inner_high: float = math.nan
    beside_low: float = math.nan
    beside_high: float = math.nan
    beside_p: float = math.nan
    level: float = 0.95


@dataclass(frozen=True, kw_only=True, eq=False)
class Finding(Brief):
    """What a design yielded: everything that rules, tables and pages read; a headline or something measured.

    `shares` are the Shapley shares of the main fit's regressors in its within R2, where the rule asks for them.
    `scrutiny` holds the conditions of a regression, in units of its coefficient (`factor` times that is the claim's);
    None where there can be none, and `unscrutinised` says why; `smallest` is then the effect that a silent rule takes
    for the smallest of interest, in units of the coefficient. `printed` are conditions that decide nothing.
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
    scrutiny: Scrutinised | None = None
    printed: tuple[Condition, ...] = ()
    unscrutinised: Message | None = None
    smallest: float = math.nan
    factor: float = 1.0

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
                inner_low=head.inner_low,
                inner_high=head.inner_high,
                beside_low=head.conf_low,
                beside_high=head.conf_high,
                beside_p=head.p_value,
                level=head.level,
            )
        found = self.measured
        if found is None:
            return Shown(estimate=math.nan, low=math.nan, high=math.nan, p_value=math.nan)
        return Shown(
            estimate=found.value,
            low=found.low,
            high=found.high,
            p_value=found.p_value,
            inner_low=found.inner_low,
            inner_high=found.inner_high,
        )


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a rule says of a result: the word, the sentence and the conditions that earned it, further flags.

    `leans` is 1 where the result points in the claimed direction, -1 in the other, 0 in none: alternatives are counted
    by it.
    """

    word: Word
    sentence: Message
    conditions: tuple[Condition, ...]
    leans: int
    sizes: Sizes | None = None
    flags: tuple[str, ...] = ()
