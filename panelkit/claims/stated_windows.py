"""Claims that state their years, on the years that newer figures would give them: shown beside, deciding nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from panelkit.claims.cache import Cache
from panelkit.claims.check import each
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.document import Claim
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.window import PlacedYears, Window, Years, rolls, with_years
from panelkit.claims.objects import finite
from panelkit.claims.one_claim import Progress
from panelkit.claims.source import Shipped
from panelkit.claims.windows import newest
from panelkit.language.errors import PanelkitError
from panelkit.language.message import Language
from panelkit.show.brief import Brief


@dataclass(frozen=True, kw_only=True, eq=False)
class StatedWindow(Brief):
    """A claim whose sample states its years, and the newest year that all its figures hold.

    `rolled` holds the verdicts on the first year to that newest one; None where the claim reads it already, and for the
    years of an `event`: no other years are about it.
    """

    claim: str
    years: tuple[int, int]
    window: Window
    rolled: CheckResult | None = None
    event: bool = False

    @property
    def later(self) -> bool:
        """Return whether the figures hold a later year than the claim states."""
        return self.window.last > self.years[1]

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "claim": self.claim,
            "stated": list(self.years),
            "newest": self.window.last,
            "ends": list(self.window.ends),
            "reads_newest": not self.later,
            "event": self.event,
            "rolled": None if self.rolled is None else self._rolled(self.rolled, language),
        }

    def _rolled(self, found: CheckResult, language: Language) -> dict[str, Any]:
        designs = [
            {
                "reading": item.reading.id if item.reading else None,
                "design": item.design.id if item.design else None,
                "verdict": item.word,
                "estimate": finite(math.nan if item.tested is None else item.tested.shown.estimate),
                "reason": item.reason.text(language),
            }
            for item in found
        ]
        years = [self.years[0], self.window.last]
        return {"years": years, "verdict": found.word_of(self.claim), "designs": designs}


def stated_windows(
    claims: Sequence[RegisteredClaim],
    progress: Progress,
    *,
    workers: int | None = None,
    cache: Cache | None = None,
) -> tuple[StatedWindow, ...]:
    """Return the claims that state their years, those with a later year of figures computed on it too."""
    source = Shipped()
    found: list[StatedWindow] = []
    moved: dict[int, RegisteredClaim] = {}
    for registered in claims:
        stated = _stated(registered, source)
        if stated is None:
            continue
        if stated.later and not stated.event:
            moved[len(found)] = replace(registered, claim=_up_to(registered.claim, stated.window))
        found.append(stated)
    verdicts = each([*moved.values()], source, progress, workers=workers, cache=cache)
    for at, rolled in zip(moved, verdicts, strict=True):
        found[at] = replace(found[at], rolled=CheckResult(tuple(rolled)))
    return tuple(found)


def _up_to(claim: Claim, window: Window) -> Claim:
    """Return a claim with every sample up to the newest year of its figures; options of the grid stay."""

    def moved(placed: PlacedYears) -> Years:
        return placed.years if placed.option else (placed.years[0], window.last_of(placed))

    return with_years(claim, moved)


def _stated(registered: RegisteredClaim, source: Shipped) -> StatedWindow | None:
    """Return the stated years of a claim and the newest one that its figures hold; None where it states none."""
    claim = registered.claim
    if claim.status != "computed" or claim.sample is None or rolls(claim):
        return None
    try:
        window = newest(claim, source)
    except PanelkitError:  # a figure or index that is not held: the verdict of the claim says so
        return None
    if window is None:
        return None
    event = claim.sample.stated is not None and claim.sample.stated.event
    return StatedWindow(claim=claim.id, years=claim.sample.window, window=window, event=event)
