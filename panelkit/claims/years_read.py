"""Which years claims read on new figures: the newest, an earlier one until others follow, or those they state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from panelkit.claims.file.document import Claim
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.file.parts import NEWEST
from panelkit.claims.file.window import Window, rolls
from panelkit.claims.source import Shipped
from panelkit.claims.waiting import lacking
from panelkit.claims.windows import lacking_in, newest
from panelkit.language.errors import PanelkitError
from panelkit.show.brief import Brief

Kind = Literal["reads", "waits", "stays"]


@dataclass(frozen=True, kw_only=True)
class YearsRead(Brief):
    """Which years a claim reads on new figures.

    Attributes
    ----------
    claim : its id.
    kind : "reads" the newest year of the new figures; "waits" for that year of others, or for figures altogether;
        "stays" in the years that it states.
    newest : the newest year of the new figures.
    before, now : the last years that its samples read on the old and on the new figures; none of a claim that waits for
        figures altogether.
    waits_for : indicators that have no figure in that year, or none at all.
    stated : first and last year where it states them.
    event : whether these are the years of an event, which no newer figures move.
    """

    claim: str
    kind: Kind
    newest: int
    before: tuple[int, ...] = ()
    now: tuple[int, ...] = ()
    waits_for: tuple[str, ...] = ()
    stated: tuple[int, int] | None = None
    event: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "claim": self.claim,
            "kind": self.kind,
            "newest": self.newest,
            "before": list(self.before),
            "now": list(self.now),
            "waits_for": list(self.waits_for),
            "stated": None if self.stated is None else list(self.stated),
            "event": self.event,
        }


def last_years(claims: Sequence[RegisteredClaim]) -> dict[str, tuple[int, ...]]:
    """Return the last years that each rolling claim reads on the figures that stand."""
    return {item.id: _lasts(item.claim) for item in claims if _has_designs(item.claim) and rolls(item.claim)}


def years_read(
    claims: Sequence[RegisteredClaim], before: Mapping[str, tuple[int, ...]], year: int
) -> tuple[YearsRead, ...]:
    """Return which years claims with designs read on the figures that stand, the newest of which are of `year`.

    `before` is what `last_years` was on the old figures.
    """
    return tuple(_one(item.claim, before, year) for item in claims if _has_designs(item.claim))


def _one(claim: Claim, before: Mapping[str, tuple[int, ...]], year: int) -> YearsRead:
    absent = lacking(claim) if claim.waits else ()
    if absent:
        return YearsRead(claim=claim.id, kind="waits", newest=year, waits_for=absent)
    if not rolls(claim):
        sample = claim.sample
        stated = None if sample is None else sample.window
        event = sample is not None and sample.stated is not None and sample.stated.event
        return YearsRead(claim=claim.id, kind="stays", newest=year, stated=stated, event=event)
    now = _lasts(claim)
    waits = min(now, default=year) < year
    return YearsRead(
        claim=claim.id,
        kind="waits" if waits else "reads",
        newest=year,
        before=before.get(claim.id, ()),
        now=now,
        waits_for=lacking_in(claim, Shipped(), year) if waits else (),
    )


def _lasts(claim: Claim) -> tuple[int, ...]:
    """Return the last years of the samples that roll, each once; none where their figures have no year in common."""
    try:
        window = newest(claim, Shipped())
    except PanelkitError:  # a figure or index that is not held: the verdict of the claim says so
        return ()
    return () if window is None else tuple(sorted({one.last for one in _rolling(claim, window)}))


def _rolling(claim: Claim, window: Window) -> list[Window]:
    own = [one for _, one in window.designs if one.first is not None]
    shared = [window] if claim.sample is not None and claim.sample.years[1] == NEWEST else []
    return [*shared, *own] or [window]


def _has_designs(claim: Claim) -> bool:
    return claim.status == "computed" or claim.waits
