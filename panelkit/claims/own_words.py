"""What a design yielded, in the words of the panel on which it was run."""

from __future__ import annotations

from dataclasses import replace

from panelkit.claims.findings import Finding, Measured
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Message
from panelkit.studies.grid import GridResult
from panelkit.studies.tally import Tally

Failures = tuple[tuple[str, Message], ...]


def spoken(finding: Finding, levels: Levels) -> Finding:
    """Return a finding whose sentences call unit and time as the panel does."""
    if levels == PROVINCIAL:
        return finding
    plausible = finding.plausible
    return replace(
        finding,
        grid=None if finding.grid is None else _grid(finding.grid, levels),
        measured=None if finding.measured is None else _measured(finding.measured, levels),
        beside=tuple(replace(item, label=item.label.spoken(*levels)) for item in finding.beside),
        plausible=None
        if plausible is None
        else replace(plausible, sentence=plausible.sentence.spoken(*levels)),
    )


def said(text: str, levels: Levels) -> str:
    """Return a message in the words of a panel; a text that is none stays."""
    return text.spoken(*levels) if isinstance(text, Message) else text


def _grid(grid: GridResult, levels: Levels) -> GridResult:
    return replace(grid, failed=_failures(grid.failed, levels))


def _measured(found: Measured, levels: Levels) -> Measured:
    tally = found.tally
    return replace(
        found,
        quantity=found.quantity.spoken(*levels),
        sentence=found.sentence.spoken(*levels),
        conditions=tuple(item.spoken(levels) for item in found.conditions),
        tally=None if tally is None else Tally(tally.computed, _failures(tally.failed, levels)),
    )


def _failures(failed: Failures, levels: Levels) -> Failures:
    return tuple((said(which, levels), why.spoken(*levels)) for which, why in failed)
