"""The main job: run registered claims on the figures and say what the figures say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from panelkit.claims.figures import Figures
from panelkit.claims.file.design import ClaimDesign
from panelkit.claims.file.document import Claim, Reading
from panelkit.claims.file.load import RegisteredClaim, load_claims, select_claims
from panelkit.claims.file.names import check_names
from panelkit.claims.findings import paragraph
from panelkit.claims.rules.judge import judge
from panelkit.claims.verdict import CheckResult, Verdict
from panelkit.language.errors import PanelkitError
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
def check(*what: str | Path, progress: Progress | None = None) -> CheckResult:
    """Check claims: all that ship with panelkit, or those named by id or by claim file.

    A claim marked computed that cannot be computed does not stop the others: its verdict is None and
    `CheckResult.failures` names it.

    Raises
    ------
    SpecError
        If an id is unknown or a claim file is wrong.

    Examples
    --------
    >>> result = pk.check("A10")
    >>> len(result.verdicts), len(result.failures)
    (1, 0)
    """
    watcher = progress if progress is not None else Silence()
    verdicts = [verdict for item in find_claims(what) for verdict in check_claim(item, watcher)]
    return CheckResult(tuple(verdicts))


def find_claims(what: Sequence[str | Path]) -> tuple[RegisteredClaim, ...]:
    """Return the claims that ids and files name; all shipped claims where nothing is named."""
    if not what:
        return load_claims()
    files = [Path(item) for item in what if _is_file(item)]
    ids = [str(item) for item in what if not _is_file(item)]
    found = [claim for file in files for claim in load_claims(file)]
    if ids:
        found += select_claims(load_claims(), ids)
    return tuple(found)


def check_claim(registered: RegisteredClaim, progress: Progress) -> list[Verdict]:
    """Return the verdicts of one claim: one a reading and design."""
    claim = registered.claim
    if claim.status != "computed":
        return [_without_design(registered)]
    pairs = [(reading, design) for reading in claim.reading for design in reading.design]
    planned = [_planned(claim, design) for _, design in pairs]
    figures = _figures([spec for group in planned for spec in group])
    progress.start(claim.id, sum(max(1, len(group)) for group in planned))
    return [_verdict(registered, reading, design, figures, progress) for reading, design in pairs]


def _planned(claim: Claim, design: ClaimDesign) -> list[Specification]:
    """Return the specifications of a design; one that cannot be planned has none, and says so when it is run."""
    try:
        return design.specifications(claim)
    except Exception:  # run raises it again, where it is caught and named
        return []


def _figures(planned: list[Specification]) -> Figures:
    """Return the figures of all designs of a claim; where one of them spoils the plan, figures load one by one."""
    try:
        return Figures(planned)
    except Exception:  # the design that spoils it raises again when it is run, where it is named
        return Figures([])


def _verdict(
    registered: RegisteredClaim, reading: Reading, design: ClaimDesign, figures: Figures, progress: Progress
) -> Verdict:
    claim = registered.claim
    try:
        check_names(claim, design)
        tested = design.run(claim, reading, figures, progress.advance)
        judged = judge(design.rule_under(reading.rule), tested)
    except Exception as error:  # one claim's defect must not silence the others: it is named, and status is 2
        said = _said(error)
        return Verdict(
            registered=registered,
            reading=reading,
            design=design,
            reason=message("could not be computed: {problem}", problem=said),
            flags=_standing_flags(registered),
            error=said,
        )
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
        ),
        flags=(
            *_standing_flags(registered),
            *judged.flags,
            *(("implausible_number",) if implausible else ()),
        ),
        tested=tested,
    )


def _without_design(registered: RegisteredClaim) -> Verdict:
    claim = registered.claim
    reason = claim.reason.said if claim.reason else message("no reason given")
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
