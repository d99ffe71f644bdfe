"""One claim: every reading and design of it planned, run and judged; what breaks is named and breaks alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from panelkit.claims.figures import Figures
from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.findings import Finding, paragraph
from panelkit.claims.own_words import spoken
from panelkit.claims.rules.judge import judge
from panelkit.claims.source import Source
from panelkit.claims.verdict import Verdict
from panelkit.claims.waiting import as_computed, waits_for
from panelkit.data.selection import YearsNotHeldError
from panelkit.language.errors import PanelkitError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Message, message, sentences, verbatim
from panelkit.studies.specification import Specification


class Progress(Protocol):
    """What a caller may pass to follow a long run."""

    def start(self, claim: str, steps: int) -> None:
        """Begin a claim of so many fits."""
        ...

    def advance(self, steps: int) -> None:
        """Count fits."""
        ...


@dataclass
class Silence:
    """Progress that nobody watches."""

    def start(self, claim: str, steps: int) -> None:
        """Ignore the beginning."""

    def advance(self, steps: int) -> None:
        """Ignore the step."""


Partly = Callable[[list[Verdict]], None]
"""Called with the verdicts of a claim that are there, after each of its designs."""


def check_claim(
    registered: RegisteredClaim, progress: Progress, source: Source, partly: Partly | None = None
) -> list[Verdict]:
    """Return the verdicts of one claim that is computed: one a reading and design."""
    try:
        registered = source.prepared(registered)
    except Exception as error:  # one claim's defect must not silence the others
        return [
            _failed(registered, reading, design, error, source) for reading, design in pairs_of(registered)
        ]
    claim, pairs = registered.claim, pairs_of(registered)
    planned = [_planned(claim, design) for _, design in pairs]
    figures = _figures([spec for group in planned for spec in group], source)
    progress.start(claim.id, sum(max(1, len(group)) for group in planned))
    job = _Job(registered, figures, source, progress)
    made: list[Verdict] = []
    for reading, design in pairs:
        made.append(_verdict(job, reading, design))
        if partly is not None:
            partly(made)
    return made


@dataclass(frozen=True)
class _Job:
    """One claim, and what its designs are run on."""

    registered: RegisteredClaim
    figures: Figures
    source: Source
    progress: Progress


def pairs_of(registered: RegisteredClaim) -> list[tuple[Reading, ClaimDesign]]:
    return [(reading, design) for reading in registered.claim.reading for design in reading.design]


def _planned(claim: Claim, design: ClaimDesign) -> list[Specification]:
    """Return the specifications of a design; one that cannot be planned has none, and says so when it is run."""
    try:
        return design.specifications(claim)
    except Exception:  # run raises it again, where it is caught and named
        return []


def _figures(planned: list[Specification], source: Source) -> Figures:
    """Return the figures of all designs of a claim; where one of them spoils the plan, figures load one by one."""
    try:
        return source.figures(planned)
    except Exception:  # the design that spoils it raises again when it is run, where it is named
        return source.figures([])


def _failed(
    registered: RegisteredClaim, reading: Reading, design: ClaimDesign, error: Exception, source: Source
) -> Verdict:
    said = _said(error).spoken(*_levels(source))
    return Verdict(
        registered=registered,
        reading=reading,
        design=design,
        reason=message("could not be computed: {problem}", problem=said),
        flags=_standing_flags(registered),
        error=said,
        panel=source.panel,
    )


def _levels(source: Source) -> Levels:
    return PROVINCIAL if source.panel is None else source.panel.levels


def _verdict(job: _Job, reading: Reading, design: ClaimDesign) -> Verdict:
    registered, claim, levels = job.registered, job.registered.claim, _levels(job.source)
    try:
        job.source.check(claim, design)
        rule = design.rule_under(reading.rule)
        rule.check_kind(design.kind, design.YIELDS, signed=design.signed)
        tested = spoken(_run(job, reading, design), levels)
        far = "far_proxy" in (*claim.flags, *design.flags)
        judged = judge(rule, tested, far_proxy=far)
    except Exception as error:  # one claim's defect must not silence the others: it is named, and status is 2
        return _failed(registered, reading, design, error, job.source)
    implausible = tested.plausible is not None and not tested.plausible.plausible
    return Verdict(
        registered=registered,
        reading=reading,
        design=design,
        word=judged.word,
        reason=paragraph(
            [
                judged.sentence,
                tested.plausible.sentence if tested.plausible else None,
                tested.tally.sentence() if tested.tally else None,
            ]
        ).spoken(*levels),
        conditions=tuple(item.spoken(levels) for item in judged.conditions),
        leans=judged.leans,
        sizes=judged.sizes.spoken(levels) if judged.sizes else None,
        flags=(
            *dict.fromkeys((*_standing_flags(registered), *design.flags)),
            *judged.flags,
            *(("implausible_number",) if implausible else ()),
        ),
        tested=tested,
        panel=job.source.panel,
    )


def _run(job: _Job, reading: Reading, design: ClaimDesign) -> Finding:
    """Return what a design yields; years that no figure holds are named with their place in the file."""
    claim = job.registered.claim
    try:
        return design.run(claim, reading, job.figures, job.progress.advance)
    except YearsNotHeldError as error:
        said = message(
            "{place}, sample.years: {problem}: change the years",
            place=claim.place_of(design),
            problem=error.said,
        )
        raise YearsNotHeldError(said) from error


def waiting_claim(registered: RegisteredClaim, progress: Progress, source: Source) -> list[Verdict]:
    """Return the verdicts of a pending claim whose figures the user has taken in, or what it still waits for.

    They stand on figures beside the shipped ones, and are never kept.
    """
    with source.supplied(registered.claim) as missing:
        if not missing:
            return check_claim(as_computed(registered, own=source.panel is None), progress, source)
    return without_design(registered, missing)


def without_design(registered: RegisteredClaim, missing: Sequence[str] = ()) -> list[Verdict]:
    """Return the one verdict of a claim that is not computed: its word, if it has one, and its reason.

    `missing`: the figures that its designs wait for.
    """
    claim = registered.claim
    reason = claim.reason.said if claim.reason else message("no reason given")
    if missing:
        reason = paragraph([reason, waits_for(claim.id, missing)])
    return [
        Verdict(
            registered=registered,
            word="NOT TESTABLE" if claim.status == "not_testable" else None,
            reason=_with_needs(claim, reason),
            flags=_standing_flags(registered),
        )
    ]


def _with_needs(claim: Claim, reason: Message) -> Message:
    if not claim.needs:
        return reason
    needs = sentences(need.said for need in claim.needs)
    return message("{reason} Missing: {needs}.", reason=reason, needs=needs)


def _said(error: Exception) -> Message:
    """Return what an error says: the message of ours, or kind and text of another one."""
    if not isinstance(error, PanelkitError):
        return verbatim(f"{type(error).__name__}: {error}")
    return error.said


def _standing_flags(registered: RegisteredClaim) -> tuple[str, ...]:
    declaration = registered.declaration
    if declaration is None:
        return (*registered.claim.flags, "not_declared")
    return (*registered.claim.flags, *(("revised",) if declaration.revision else ()))
