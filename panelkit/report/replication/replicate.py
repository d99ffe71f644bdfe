"""The replication package of a claim, made and run once before it is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panelkit.claims.check import find_claims, refuse_without_data
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.findings import Word
from panelkit.claims.one_claim import Progress
from panelkit.claims.own_panel import open_panel
from panelkit.claims.source import Own
from panelkit.language.errors import SpecError
from panelkit.language.message import listed, message
from panelkit.language.offers import offered
from panelkit.report.replication.folder import refuse_foreign, whole_folder
from panelkit.report.replication.wheel import this_build
from panelkit.report.replication.writing import OwnData, written
from panelkit.show.brief import Brief


@dataclass(frozen=True)
class Replication(Brief):
    """A package that was written: its folder and files, the claims with their words, and how many numbers it holds."""

    folder: Path
    words: dict[str, Word | None]
    files: tuple[str, ...]
    numbers: int

    def _brief(self) -> str:
        return f"{', '.join(self.words)}: {len(self.files)} files, {self.numbers} numbers, {self.folder.name}"

    def to_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "folder": str(self.folder),
            "verdicts": self.words,
            "numbers": self.numbers,
            "files": list(self.files),
        }


@offered("claim", family="check", result="Replication", public=True)
def replicate(
    claim: str | Path,
    out: str | Path,
    *,
    data: Any = None,
    unit: str | None = None,
    time: str | None = None,
    w: Any = None,
    regions: str | None = None,
    progress: Progress | None = None,
) -> Replication:
    """Write a folder that computes a claim again: its figures, its file, a script, the versions in use, the wheel.

    The package is run once before it takes its place: what its script computes must be what the claim gives here.

    Parameters
    ----------
    claim
        The id of a registered claim, or a claim file.
    out
        The folder: a new or empty one, or a package as it was written, which is replaced.
    data, unit, time, w, regions
        A panel of your own, as `check` takes it.
    progress
        Follows the run.

    Returns
    -------
    Replication

    Raises
    ------
    SpecError
        If there is no such claim, or nothing of it is computed.
    DataError
        If a design cannot be computed, the folder holds anything else, or the package does not give the same numbers.

    Examples
    --------
    >>> made = pk.replicate("B126", "package")
    >>> made.files[:3]
    ('README.md', 'README.zh.md', 'claim/B126.toml')
    """
    own = None
    if data is None:
        refuse_without_data(unit=unit, time=time, w=w, regions=regions)
    else:
        own = OwnData(Own(open_panel(data, unit=unit, time=time, w=w, regions=regions)), regions)
    return write_package(claim, Path(out), own, progress)


def write_package(
    claim: str | Path, out: Path, own: OwnData | None, progress: Progress | None
) -> Replication:
    """Write the package of a claim on the shipped figures, or on a panel of the user's own; see `replicate`."""
    refuse_foreign(out)
    claims = find_claims([claim], own=own is not None)
    _refuse_without_numbers(claims)
    build = this_build()
    with whole_folder(out) as folder:
        made = written(claims, folder, own, build, progress)
    return Replication(out, *made)


def _refuse_without_numbers(claims: Sequence[RegisteredClaim]) -> None:
    if any(item.claim.status == "computed" for item in claims):
        return
    raise SpecError(
        message(
            "{names}: no number is computed, so that there is nothing to replicate; `panelkit claims show` says why",
            names=listed(item.id for item in claims),
        )
    )
