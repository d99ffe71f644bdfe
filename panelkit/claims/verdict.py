"""The verdict: what was claimed, what was read, and the word for it. The one source of JSON and of pages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from panelkit.claims.file.design import ClaimDesign, Standing
from panelkit.claims.file.document import Reading
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.parts import Sample
from panelkit.claims.file.window import Window
from panelkit.claims.findings import Condition, Finding, Sizes, Word
from panelkit.claims.objects import condition_object, grid_object, headline_object, sizes_object
from panelkit.claims.own_panel import OwnPanel
from panelkit.language.message import Language, Message
from panelkit.show.brief import Brief


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict(Brief):
    """One claim under one reading and one design; pending claims and claims not testable have neither.

    `word` is None for a pending claim and for a design that failed (`error` says how). `conditions` are what earned it,
    passed or not; `leans` is 1 where the result points in the claimed direction, -1 in the other, 0 in none; `sizes`
    are those that its test can tell apart. `panel` is the user's own panel on which it was run; None: the
    shipped figures.
    """

    registered: RegisteredClaim
    reading: Reading | None = None
    design: ClaimDesign | None = None
    word: Word | None = None
    reason: Message
    conditions: tuple[Condition, ...] = ()
    leans: int = 0
    sizes: Sizes | None = None
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
    def standing(self) -> Standing:
        """Return what the design is in its reading: "principal", "part" or "alternative"."""
        if self.reading is None or self.design is None:
            return "principal"
        return self.reading.standing_of(self.design)

    @property
    def p(self) -> float:
        """Return the p of the design's main test, NaN where there is none."""
        return math.nan if self.tested is None else self.tested.shown.p_value

    @property
    def main_p(self) -> float:
        """Return the p of a deciding design of the main reading, else NaN."""
        if self.reading is None or not self.reading.main or self.standing == "alternative":
            return math.nan
        return self.p

    @property
    def window(self) -> Window | None:
        """Return the window of the sample that the design reads; None where its years are stated."""
        window = self.registered.window
        if window is not None and self.reading is not None and self.design is not None:
            window = window.of(self.reading.id, self.design.id)
        return None if window is None or window.first is None else window

    @property
    def _sample(self) -> Sample | None:
        claim = self.registered.claim
        return claim.sample if self.design is None else claim.sample_of(self.design)

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
            "standing": self.standing,
            "conditions": [condition_object(item, language) for item in self.conditions],
            "sizes": sizes_object(self.sizes, language) if self.sizes else None,
            "flags": list(self.flags),
            "claimed": self.reading.claimed if self.reading else claim.claimed,
            "headline": headline_object(tested) if tested else None,
            "grid": grid_object(tested.grid) if tested and tested.grid else None,
            "reason": self.reason.text(language),
            **self._read(language),
        }

    def _read(self, language: Language) -> dict[str, Any]:
        """Return what JSON says of years that roll or are stated, and of a panel of the user's own; else nothing."""
        found: dict[str, Any] = {}
        window, sample = self.window, self._sample
        if window is not None:
            found["years"] = {"declared": window.declared, "used": window.used, "ends": list(window.ends)}
        elif sample is not None and sample.stated is not None:
            years = list(sample.years)
            found["years"] = {"declared": years, "used": years, "stated": sample.stated.said.text(language)}
        if self.panel is not None:
            found["data"] = self.panel.facts(language)
        return found
