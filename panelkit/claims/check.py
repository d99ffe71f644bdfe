"""The main job: run registered claims on the figures and say what the figures say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from panelkit.claims.checked import CheckResult
from panelkit.claims.figures import Figures
from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.load import RegisteredClaim, load_claims, read_claims, select_claims
from panelkit.claims.findings import paragraph
from panelkit.claims.own_panel import open_panel
from panelkit.claims.own_words import spoken
from panelkit.claims.rules.judge import judge
from panelkit.claims.source import Own, Shipped, Source
from panelkit.claims.verdict import Verdict
from panelkit.claims.waiting import as_computed, waits_for
from panelkit.data.yearbook.store.store import default_store
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.levels import PROVINCIAL, Levels
from panelkit.language.message import Message, message, sentences, verbatim
from panelkit.language.offers import offered
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


@offered("claim", family="check", result="CheckResult", public=True)
def check(
    *what: str | Path,
    data: Any = None,
    unit: str | None = None,
    time: str | None = None,
    w: Any = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Check claims: all that ship with panelkit, or those named by id or by claim file.

    A claim marked computed that cannot be computed does not stop the others: its verdict is None and
    `CheckResult.failures` names it. A pending claim whose designs are declared is computed where the store in the
    user's data folder (`ingest`) holds what it waits for; no other claim reads that store.

    Parameters
    ----------
    what
        Ids of registered claims, or claim files; none: all registered claims.
    data
        A panel of your own (pandas, polars, ...) on which the claims named are tested in the place of the shipped
        figures: formulas name its columns, years select among its own, no shipped figure is read.
    unit, time
        Its columns of units and periods; None: the levels of its index.
    w
        Weights between its units for spatial designs, aligned by id, or a list of up to three: what `as_weights`
        takes. A claim file calls them `own`, `own_2`, `own_3`.
    progress
        Follows a long run.

    Returns
    -------
    CheckResult

    Raises
    ------
    SpecError
        If an id is unknown, a claim file is wrong, or an option belongs to `data` and there is none.
    DataError
        If `data` is no panel.

    Examples
    --------
    >>> result = pk.check("A10")
    >>> len(result.verdicts), len(result.failures)
    (1, 0)
    """
    if data is None:
        _refuse_without_data(unit=unit, time=time, w=w)
        return run(find_claims(what), Shipped(store=default_store()), progress)
    if not what:
        raise SpecError(message("name the claim file that is to be tested on the data"))
    source = Own(open_panel(data, unit=unit, time=time, w=w))
    return run(find_claims(what, own=True), source, progress)


def run(claims: Sequence[RegisteredClaim], source: Source, progress: Progress | None = None) -> CheckResult:
    """Check these claims on the shipped figures or on a panel of the user's own.

    Raises
    ------
    SpecError
        If weights are given that no claim reads.
    """
    source.refuse_idle_weights(claims)
    watcher = progress if progress is not None else Silence()
    return CheckResult(tuple(verdict for item in claims for verdict in check_claim(item, watcher, source)))


def _refuse_without_data(**options: Any) -> None:
    idle = [name for name, value in options.items() if value is not None]
    if idle:
        raise SpecError(
            message(
                "{options} describe a panel of your own: give it by `data`, or leave them out", options=idle
            )
        )


def find_claims(what: Sequence[str | Path], *, own: bool = False) -> tuple[RegisteredClaim, ...]:
    """Return the claims that ids and files name; all shipped claims where nothing is named.

    `own`: claim files are read for a panel of the user's own.
    """
    if not what:
        return load_claims()
    files = [Path(item) for item in what if _is_file(item)]
    ids = [str(item) for item in what if not _is_file(item)]
    found = [claim for file in files for claim in read_claims(file, own=own)]
    if ids:
        found += select_claims(load_claims(), ids)
    return tuple(found)


def check_claim(registered: RegisteredClaim, progress: Progress, source: Source) -> list[Verdict]:
    """Return the verdicts of one claim: one a reading and design."""
    claim = registered.claim
    if claim.waits:
        with source.supplied(claim) as missing:
            if not missing:
                return _computed(as_computed(registered, own=source.panel is None), progress, source)
        return [_without_design(registered, missing)]
    if claim.status != "computed":
        return [_without_design(registered)]
    return _computed(registered, progress, source)


def _computed(registered: RegisteredClaim, progress: Progress, source: Source) -> list[Verdict]:
    try:
        registered = source.prepared(registered)
    except Exception as error:  # one claim's defect must not silence the others
        return [_failed(registered, reading, design, error, source) for reading, design in _pairs(registered)]
    claim, pairs = registered.claim, _pairs(registered)
    planned = [_planned(claim, design) for _, design in pairs]
    figures = _figures([spec for group in planned for spec in group], source)
    progress.start(claim.id, sum(max(1, len(group)) for group in planned))
    job = _Job(registered, figures, source, progress)
    return [_verdict(job, reading, design) for reading, design in pairs]


@dataclass(frozen=True)
class _Job:
    """One claim, and what its designs are run on."""

    registered: RegisteredClaim
    figures: Figures
    source: Source
    progress: Progress


def _pairs(registered: RegisteredClaim) -> list[tuple[Reading, ClaimDesign]]:
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
        tested = spoken(design.run(claim, reading, job.figures, job.progress.advance), levels)
        far = "far_proxy" in (*claim.flags, *design.flags)
        judged = judge(design.rule_under(reading.rule), tested, far_proxy=far)
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
        sizes=judged.sizes,
        flags=(
            *dict.fromkeys((*_standing_flags(registered), *design.flags)),
            *judged.flags,
            *(("implausible_number",) if implausible else ()),
        ),
        tested=tested,
        panel=job.source.panel,
    )


def _without_design(registered: RegisteredClaim, missing: Sequence[str] = ()) -> Verdict:
    claim = registered.claim
    reason = claim.reason.said if claim.reason else message("no reason given")
    if missing:
        reason = paragraph([reason, waits_for(claim.id, missing)])
    return Verdict(
        registered=registered,
        word="NOT TESTABLE" if claim.status == "not_testable" else None,
        reason=_with_needs(claim, reason),
        flags=_standing_flags(registered),
    )


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


def _is_file(item: str | Path) -> bool:
    return isinstance(item, Path) or item.endswith(".toml") or "/" in item or Path(item).is_dir()
