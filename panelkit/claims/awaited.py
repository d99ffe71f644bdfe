"""Pending claims and the figures at hand: which a store or files let compute, and what the others lack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.claims.file.load import RegisteredClaim, load_claims
from panelkit.claims.waiting import held_keys, lacking, missing_names
from panelkit.data import catalogue
from panelkit.data.provinces import NATION
from panelkit.data.yearbook.folder_report import FolderReport
from panelkit.data.yearbook.store.store import default_store
from panelkit.data.yearbook.taken import IngestReport
from panelkit.language.message import Language, Message, listed, message, sentences, term
from panelkit.language.offers import offered
from panelkit.show.brief import Brief

_YEAR = re.compile(r"\d{4}")
_HEADS = (
    message("claim"),
    term("column of files", "outcome"),
    message("waits for"),
    message("in the store"),
    message("in these files"),
)


@dataclass(frozen=True, kw_only=True)
class Awaited(Brief):
    """One pending claim.

    Attributes
    ----------
    registered : the claim as its file states it.
    needs : keys of the figures that its declared designs lack; none where no design is declared.
    brought : those of them in the files that were read.
    held : those of them in the store, beside.
    """

    registered: RegisteredClaim
    needs: tuple[str, ...]
    held: tuple[str, ...]
    brought: tuple[str, ...]

    @property
    def claim(self) -> str:
        """Return the claim's id."""
        return self.registered.id

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the figures that it still waits for."""
        return tuple(key for key in self.needs if key not in (*self.held, *self.brought))

    @property
    def computable(self) -> bool:
        """Return whether store and files hold all that its designs lack."""
        return bool(self.needs) and not self.missing

    @property
    def waits_for(self) -> Message | None:
        """Return what it still waits for, in words; None where nothing."""
        if self.needs:
            return listed(missing_names(self.missing)) if self.missing else None
        return sentences(need.said for need in self.registered.claim.needs)

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the object that `--json` prints."""
        waits = self.waits_for
        return {
            "claim": self.claim,
            "computable": self.computable,
            "needs": list(self.needs),
            "held": list(self.held),
            "brought": list(self.brought),
            "missing": list(self.missing),
            "waits_for": None if waits is None else waits.text(language),
        }


@dataclass(frozen=True)
class WaitingClaims(Brief):
    """All pending claims, those first whose designs are declared."""

    claims: tuple[Awaited, ...]

    def __iter__(self) -> Iterator[Awaited]:
        return iter(self.claims)

    @property
    def computable(self) -> tuple[str, ...]:
        """Return the ids of the claims that can be computed."""
        return tuple(one.claim for one in self.claims if one.computable)

    @property
    def concerned(self) -> tuple[Awaited, ...]:
        """Return the claims for which the files that were read bring a figure."""
        return tuple(one for one in self.claims if one.brought)

    def to_list(self, language: Language = "en") -> list[dict[str, Any]]:
        """Return one object a claim: what `--json` prints."""
        return [one.to_dict(language) for one in self.claims]

    def to_frame(self, language: Language = "en") -> pd.DataFrame:
        """Return one row a claim, with headings and names in a language."""
        rows = [
            (
                one.claim,
                outcome(one).text(language),
                "" if one.waits_for is None else one.waits_for.text(language),
                ", ".join(one.held),
                ", ".join(one.brought),
            )
            for one in self.claims
        ]
        return pd.DataFrame(rows, columns=[head.text(language) for head in _HEADS])


@offered("claim", family="check", result="WaitingClaims", public=True)
def waiting_claims(
    store: str | Path | None = None, report: IngestReport | FolderReport | None = None
) -> WaitingClaims:
    """Say of every pending claim whether a store, or files that were read, let it be computed, and what it still lacks.

    Parameters
    ----------
    store
        The store's folder; by default the one in the user's data folder.
    report
        What `ingest` or `ingest_folder` returned, of a dry run too: its figures count beside those of the store.

    Returns
    -------
    WaitingClaims

    Examples
    --------
    >>> found = pk.waiting_claims("no store yet")
    >>> found.computable
    ()
    >>> next(one.missing for one in found if one.claim == "B43")
    ('industry_operating_cost', 'industry_operating_revenue')
    """
    held = held_keys(default_store() if store is None else Path(store))
    brought = set() if report is None else brought_by(report)
    pending = [item for item in load_claims() if item.claim.status == "pending"]
    found = [_awaited(item, held, brought) for item in pending]
    return WaitingClaims(tuple(sorted(found, key=lambda one: (not one.needs, len(one.missing)))))


def concerned_by(store: Path, report: IngestReport | FolderReport) -> tuple[Awaited, ...]:
    """Return the pending claims for which files bring a figure, none of a city; the register is read only for some."""
    if report.level == "city":
        return ()
    awaited = {key for key, about in catalogue.facts().items() if not about.vintages}
    return waiting_claims(store, report).concerned if awaited & brought_by(report) else ()


def outcome(one: Awaited) -> Message:
    """Return whether a claim can be computed."""
    if one.computable:
        return message("can be computed")
    return message("waits for figures") if one.needs else message("no design is declared")


def brought_by(report: IngestReport | FolderReport) -> set[str]:
    """Return the indicators of which files that were read hold yearly figures of provinces."""
    if isinstance(report, FolderReport):
        return {key for file in report.files if file.word in ("read", "held") for key in file.indicators}
    return {
        entry.indicator
        for file in report.files
        for entry in file.entries
        if entry.adcode != NATION and _YEAR.fullmatch(entry.period)
    }


def _awaited(item: RegisteredClaim, held: set[str], brought: set[str]) -> Awaited:
    needs = lacking(item.claim) if item.claim.waits else ()
    in_store = tuple(key for key in needs if key in held and key not in brought)
    return Awaited(
        registered=item, needs=needs, held=in_store, brought=tuple(key for key in needs if key in brought)
    )


def names_of(keys: Sequence[str]) -> Message:
    """Return what indicators are called, each with its key."""
    return listed(missing_names(keys))
