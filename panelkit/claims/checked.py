"""All verdicts of one run: by claim, by reading, as objects and as a table, with q within families."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from panelkit.claims.findings import WORD_TEXTS, Word
from panelkit.claims.rounds import Round, round_of
from panelkit.claims.verdict import Verdict
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message, verbatim
from panelkit.language.shown import shown_language
from panelkit.show.brief import Brief


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

        language = shown_language()
        failed = message("could not be computed")
        heads: tuple[str, ...] = ("claim", "reading", "design", "verdict", "reason")
        if language == "zh":
            said = (
                message("Claim"),
                message("Reading"),
                message("Design"),
                message("Verdict"),
                message("Reason"),
            )
            heads = tuple(head.text(language) for head in said)
        rows = []
        for one in self.verdicts:
            word = (
                WORD_TEXTS[one.word]
                if one.word is not None
                else failed
                if one.error is not None
                else verbatim("")
            )
            places = [part.id if part else "" for part in (one.reading, one.design)]
            rows.append((one.claim, *places, word.text(language), one.reason.text(language)))
        table = pd.DataFrame(rows, columns=list(heads))
        return tables.frame_table(table, format="html", index=False, language=language)

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
        """Return the verdict of a claim (its main reading), or of one reading: see `round_of`."""
        mine = self._of_reading(claim, reading)
        if len(mine) == 1 and mine[0].reading is None:
            return mine[0].word
        return self.round_of(claim, reading).word

    def round_of(self, claim: str, reading: str | None = None) -> Round:
        """Return how the designs of a claim's main reading, or of one reading, come to one word.

        Raises
        ------
        SpecError
            If the run holds no design of that reading.
        """
        mine = self._of_reading(claim, reading)
        if not mine or mine[0].reading is None:
            raise SpecError(message("no design of claim {claim} was run", claim=claim))
        return round_of(mine)

    def _of_reading(self, claim: str, reading: str | None) -> tuple[Verdict, ...]:
        return tuple(
            verdict
            for verdict in self.of(claim)
            if verdict.reading is None
            or (verdict.reading.main if reading is None else verdict.reading.id == reading)
        )

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
