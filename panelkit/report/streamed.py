"""Verdicts on a terminal as they are found: the text of `overview`, block after block, in its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import RenderableType

from panelkit.claims.checked import CheckResult
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.one_claim import pairs_of
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language
from panelkit.report.narrow import prose
from panelkit.report.terminal import below, block, places_printed


class Streamed:
    """The blocks of a run, each shown as soon as its verdicts and all blocks before it are there.

    Parameters
    ----------
    claims
        Those of the run.
    show
        Prints a part of the page.
    full
        As `overview`.
    """

    def __init__(
        self,
        claims: Sequence[RegisteredClaim],
        language: Language,
        show: Callable[[RenderableType], None],
        *,
        full: bool = False,
    ) -> None:
        self.order = places_printed(claims, full=full)
        self._language, self._show, self._full = language, show, full
        self._places: dict[str, list[int]] = {}
        for at in self.order:
            self._places.setdefault(claims[at].id, []).append(at)
        self._names = list(self._places)
        self._found: dict[int, tuple[Verdict, ...]] = {}
        self._shown = 0

    def take(self, at: int, verdicts: Sequence[Verdict]) -> None:
        """Take the verdicts that are there of the claim at a place, and show what can be shown."""
        self._found[at] = tuple(verdicts)
        while self._names and self._whole(self._names[0]):
            self._names.pop(0)
            self._shown = 0

    def finish(self, result: CheckResult) -> None:
        """Show what stands below the blocks."""
        parts = below(result, self._language, full=self._full)
        if parts:
            self._show(prose(*parts))

    def _whole(self, name: str) -> bool:
        """Show what is there of the block of a claim; return whether that is all of it."""
        places = self._places[name]
        if any(at not in self._found for at in places):
            return False
        found = CheckResult(tuple(verdict for at in places for verdict in self._found[at]))
        if not found.verdicts or found.verdicts[0].registered.claim.status != "computed":
            return True
        readings = found.verdicts[0].registered.claim.reading
        whole = all(_is_whole(self._found[at]) for at in places)
        if len(places) > 1 and not whole:
            return False
        there = len(readings) if whole else _readings_there(found.verdicts)
        for piece in block(found, name, self._language, full=self._full)[self._shown :]:
            if piece.needs > there:
                return False
            self._show(prose(*piece.drawn()))
            self._shown += 1
        return True


def _is_whole(verdicts: Sequence[Verdict]) -> bool:
    return len(verdicts) == len(pairs_of(verdicts[0].registered)) or verdicts[0].reading is None


def _readings_there(verdicts: Sequence[Verdict]) -> int:
    """Return how many readings, from the first on, have the verdicts of all of their designs."""
    n = len(verdicts)
    for there, reading in enumerate(verdicts[0].registered.claim.reading):
        n -= len(reading.design)
        if n < 0:
            return there
    return len(verdicts[0].registered.claim.reading)
