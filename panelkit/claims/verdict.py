"""The verdict: what was claimed, what was read, and the word for it. The one source of JSON and of pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Reading
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.findings import Finding, Word, worst
from panelkit.claims.objects import grid_object, headline_object
from panelkit.claims.own_panel import OwnPanel
from panelkit.language.message import Language, Message
from panelkit.show.brief import Brief


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict(Brief):
    """One claim under one reading and one design; pending claims and claims not testable have neither.

    `word` is None for a pending claim and for a design that failed (`error` says how). `panel` is the user's own panel
    on which it was run; None: the shipped figures.
    """

    registered: RegisteredClaim
    reading: Reading | None = None
    design: ClaimDesign | None = None
    word: Word | None = None
    reason: Message
    flags: tuple[str, ...] = ()
    tested: Finding | None = None
    error: Message | None = None
    panel: OwnPanel | None = None

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
        if self.reading is None or self.design is None:
            return None
        return self.design.rule_under(self.reading.rule).name

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
            "headline": headline_object(tested) if tested else None,
            "grid": grid_object(tested.grid) if tested and tested.grid else None,
            "reason": self.reason.text(language),
            **self._read(language),
        }

    def _read(self, language: Language) -> dict[str, Any]:
        """Return what JSON says of years that roll and of a panel of the user's own; nothing where there is neither."""
        found: dict[str, Any] = {}
        window = self.registered.window
        if window is not None:
            found["years"] = {"declared": window.declared, "used": window.used, "ends": list(window.ends)}
        if self.panel is not None:
            found["data"] = self.panel.facts(language)
        return found


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
                "reason": str(verdict.reason),
            }
            for verdict in self.verdicts
        ]
        return tables.frame_table(pd.DataFrame(rows), format="html", index=False)

    def __iter__(self) -> Iterator[Verdict]:
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
