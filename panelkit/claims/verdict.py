"""The verdict: what was claimed, what was read, and the word for it. The one source of JSON and of pages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from panelkit.claims.file.document import Design, Reading, Text
from panelkit.claims.file.load import RegisteredClaim
from panelkit.results.fit import FitResult, Language, TestResult
from panelkit.show.brief import Brief
from panelkit.show.phrases import chinese

Word = Literal["SUPPORTED", "PARTLY", "NOT SUPPORTED", "CONTRADICTED", "NOT TESTABLE"]

_REASONS_SAID = 3
_NUMBER = re.compile(r"(?<![A-Za-z_])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![A-Za-z_])")
# from best to worst: a claim is no better than the worst of its main designs
_ORDER: tuple[Word, ...] = ("SUPPORTED", "PARTLY", "NOT SUPPORTED", "CONTRADICTED", "NOT TESTABLE")


def worst(words: Iterable[Word]) -> Word | None:
    """Return the worst of the words, or None where there is none."""
    return max(words, key=_ORDER.index, default=None)


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


@dataclass(frozen=True)
class Tally:
    """How many specifications (fits, years) of a design were computed, and (which, why) of those that were not."""

    computed: int
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def declared(self) -> int:
        """Return how many were declared, the denominator of every share."""
        return self.computed + len(self.failed)

    @property
    def reasons(self) -> dict[str, int]:
        """Return how many were not computed for each reason, the most frequent first.

        Reasons that differ in their numbers only are one, its numbers left open.
        """
        kinds: dict[str, list[str]] = {}
        for _, reason in self.failed:
            kinds.setdefault(_NUMBER.sub("…", reason), []).append(reason)
        said = {(kind if len(set(same)) > 1 else same[0]): len(same) for kind, same in kinds.items()}
        return dict(sorted(said.items(), key=lambda item: -item[1]))

    def facts(self) -> dict[str, Any]:
        """Return what JSON says of the failures; nothing where there is none."""
        if not self.failed:
            return {}
        return {"declared": self.declared, "failed": len(self.failed), "reasons": self.reasons}

    def sentence(self) -> Text | None:
        """Return how many could not be computed, and why, or None where all were."""
        if not self.failed:
            return None
        why = [(times, reason.rstrip(".。")) for reason, times in self.reasons.items()]
        rest = sum(times for times, _ in why[_REASONS_SAID:])
        en = [f"{times} x {reason}" for times, reason in why[:_REASONS_SAID]]
        zh = [f"{times}个：{chinese(reason)}" for times, reason in why[:_REASONS_SAID]]
        if rest:
            en, zh = [*en, f"{rest} for other reasons"], [*zh, f"另有{rest}个为其他原因"]
        lost, declared = len(self.failed), self.declared
        return Text(
            en=f"{lost} of {declared} specifications could not be computed and count as disagreeing: {'; '.join(en)}.",
            zh=f"{declared}个设定中有{lost}个未能计算，按不一致计入：{'；'.join(zh)}。",
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class GridResult(Brief):
    """The defensible specifications: one row each in `table`, and those that could not be computed.

    `table` columns: one per axis (option ids), `left_out`, `formula`, `estimate`, `std_error`, `conf_low`,
    `conf_high`, `p_value`, `nobs`, `period`. Specifications that are the same regression on the same rows stand
    once. `failed` holds (specification, reason). Shares are of all that was declared: a specification that could not
    be computed has neither the claimed sign nor the claimed number.
    """

    table: pd.DataFrame
    share_same_sign: float
    share_claim_inside: float | None
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def n(self) -> int:
        """Return the number of specifications that were computed."""
        return len(self.table)

    @property
    def tally(self) -> Tally:
        """Return how many were computed and which were not."""
        return Tally(self.n, self.failed)

    @property
    def declared(self) -> int:
        """Return the number of specifications that were declared: those computed and those that could not be."""
        return self.tally.declared


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A ratio of figures: the national aggregate, and the deciles p10 and p90 of the province-years."""

    label: Text
    aggregate: float
    p10: float
    p90: float
    why: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Plausible:
    """Whether the claimed number itself can be, before any estimate."""

    plausible: bool
    sentence: Text
    why: Text


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured(Brief):
    """What a design without a regression measured: a probability, a gap, a number for every year.

    `low, high, p_value` are NaN where there is no interval or test; `conditions` are what else a rule asks for;
    `sentence` says the number in words; `table` holds what stands behind it; `facts` draws, seed, provinces, years;
    `flags` what weakens it whatever the rule says; `tally` what of it could not be computed, where it is many numbers.
    """

    quantity: Text
    value: float
    low: float = math.nan
    high: float = math.nan
    p_value: float = math.nan
    by_year: Mapping[int, float] = field(default_factory=dict)
    conditions: tuple[tuple[Text, bool], ...] = ()
    sentence: Text
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
    sentence: Text
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict(Brief):
    """One claim under one reading and one design; pending claims and claims not testable have neither.

    `word` is None for a pending claim and for a design that failed (`error` says how).
    """

    registered: RegisteredClaim
    reading: Reading | None = None
    design: Design | None = None
    word: Word | None = None
    reason: Text
    flags: tuple[str, ...] = ()
    tested: Finding | None = None
    error: str | None = None

    def _brief(self) -> str:
        place = [part.id for part in (self.reading, self.design) if part is not None]
        return f"{' '.join([self.claim, *place])}: {self.word or ('failed' if self.error else 'no verdict')}"

    @property
    def claim(self) -> str:
        """Return the claim's id."""
        return self.registered.id

    @property
    def family(self) -> str | None:
        """Return the rule that judges the design: tests under one rule are a family."""
        rule = getattr(self.design, "rule", None) or (self.reading.rule if self.reading else None)
        return rule.name if rule else None

    @property
    def main_p(self) -> float:
        """Return the p of a design of the main reading, else NaN."""
        if self.tested is None or self.reading is None or not self.reading.main:
            return math.nan
        return self.tested.shown.p_value

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the object that `--json` prints; missing numbers are None."""
        claim = self.registered.claim
        tested = self.tested
        return {
            "claim": claim.id,
            "reading": self.reading.id if self.reading else None,
            "design": self.design.id if self.design else None,
            "seed": self.registered.document.key,
            "status": claim.status,
            "verdict": self.word,
            "flags": list(self.flags),
            "claimed": self.reading.claimed if self.reading else claim.claimed,
            "headline": _headline_dict(tested) if tested else None,
            "grid": _grid_dict(tested.grid) if tested and tested.grid else None,
            "reason": getattr(self.reason, language),
        }


@dataclass(frozen=True, eq=False)
class CheckResult(Brief):
    """All verdicts of one run, in the order of the register."""

    verdicts: tuple[Verdict, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def _brief(self) -> str:
        claims = {verdict.claim for verdict in self.verdicts}
        return f"{len(claims)} claims, {len(self.verdicts)} verdicts, {len(self.failures)} failed"

    def _repr_html_(self) -> str:
        """Return one row a verdict as an HTML table."""
        from panelkit.show import tables

        rows = [
            {
                "claim": verdict.claim,
                "reading": verdict.reading.id if verdict.reading else "",
                "design": verdict.design.id if verdict.design else "",
                "verdict": verdict.word or ("could not be computed" if verdict.error else ""),
                "reason": verdict.reason.en,
            }
            for verdict in self.verdicts
        ]
        return tables.frame_table(pd.DataFrame(rows), format="html", index=False)

    def __iter__(self) -> Any:
        return iter(self.verdicts)

    def __len__(self) -> int:
        return len(self.verdicts)

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """Return the designs that were marked computable and raised."""
        return tuple(verdict for verdict in self.verdicts if verdict.error is not None)

    def of(self, claim: str) -> tuple[Verdict, ...]:
        """Return the verdicts of one claim."""
        return tuple(verdict for verdict in self.verdicts if verdict.claim == claim)

    def word_of(self, claim: str, reading: str | None = None) -> Word | None:
        """Return the verdict of a claim (its main reading), or of one reading: that of its worst design."""
        mine = [
            verdict
            for verdict in self.of(claim)
            if verdict.reading is None
            or (verdict.reading.main if reading is None else verdict.reading.id == reading)
        ]
        if any(verdict.word is None for verdict in mine):
            return None
        return worst(verdict.word for verdict in mine if verdict.word is not None)

    def to_list(self, language: Language = "en") -> list[dict[str, Any]]:
        """Return one object a claim, reading and design: what `--json` prints, in the headline q if there is one."""
        objects = [verdict.to_dict(language) for verdict in self.verdicts]
        for item, q in zip(objects, self.q_values, strict=True):
            if item["headline"] is not None and math.isfinite(q):
                item["headline"]["q_value"] = q
        return objects

    @cached_property
    def q_values(self) -> tuple[float, ...]:
        """Return Benjamini and Hochberg's q of each verdict; a family is one rule, over the main readings of the run.

        NaN: no p, another reading than the main one, or a family from which the run holds one claim only.
        """
        from panelkit.inference.multiplicity import q_values

        claims: dict[str | None, set[str]] = {}
        for verdict in self.verdicts:
            if math.isfinite(verdict.main_p):
                claims.setdefault(verdict.family, set()).add(verdict.claim)
        several = {family for family, held in claims.items() if len(held) > 1}
        p = [verdict.main_p if verdict.family in several else math.nan for verdict in self.verdicts]
        return tuple(float(q) for q in q_values(p, [verdict.family for verdict in self.verdicts]))


def _headline_dict(tested: Finding) -> dict[str, Any] | None:
    if tested.headline is not None:
        return _plain({key: value for key, value in vars(tested.headline).items() if key != "wild_set"})
    if tested.measured is None:
        return None
    found = tested.measured
    numbers = {
        "quantity": found.quantity.en,
        "estimate": float(found.value),
        "conf_low": float(found.low),
        "conf_high": float(found.high),
        "p_value": float(found.p_value),
    }
    by_year = {str(year): _number(float(value)) for year, value in found.by_year.items()}
    conditions = {text.en: held for text, held in found.conditions}
    lost = found.tally.facts() if found.tally is not None else {}
    return {
        **_plain(numbers),
        "by_year": by_year,
        "conditions": conditions,
        "facts": _plain({**found.facts, **lost}),
    }


def _grid_dict(grid: GridResult) -> dict[str, Any]:
    """Return the grid as JSON shows it; where specifications failed, how many of how many, and why."""
    return _plain(
        {
            "n": grid.n,
            "share_same_sign": grid.share_same_sign,
            "share_claim_inside": grid.share_claim_inside,
            "estimates": [_number(value) for value in grid.table["estimate"]],
            **grid.tally.facts(),
        }
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _number(value) if isinstance(value, float) else value for key, value in values.items()}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
