"""Every problem of a claim file at once: what is wrong, in which line and field, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from panelkit.claims.check import refuse_without_data
from panelkit.claims.file.declared import FILE
from panelkit.claims.file.load import RegisteredClaim, read_claims
from panelkit.claims.file.problems import (
    MOST,
    STILL_BLANK,
    Place,
    blanks_in,
    named,
    unprintable_in,
    unprintable_said,
    wrong,
)
from panelkit.claims.file.toml_file import read_text, shown_path, toml_of
from panelkit.claims.file.toml_lines import line_of, places_in
from panelkit.claims.lint.checks import Found, ReadClaim, run_problems, tables_of
from panelkit.claims.lint.fields import culprit_in
from panelkit.claims.lint.result import ClaimLint, ClaimProblem
from panelkit.claims.lint.salvage import Salvage
from panelkit.claims.own_panel import open_panel
from panelkit.claims.source import Own, Shipped, Source
from panelkit.language.errors import PanelkitError, SpecError
from panelkit.language.message import Joined, Message, listed, message, verbatim
from panelkit.language.offers import offered

_LINE = re.compile(r"\(at line (\d+)")
_BLANK = "{where}: {blank}"
_DESIGN = len(("claim", 0, "reading", 0, "design", 0))


@offered("claim", family="file", result="ClaimLint", public=True)
def lint_claim(
    path: str | Path,
    *,
    data: Any = None,
    unit: str | None = None,
    time: str | None = None,
    w: Any = None,
    regions: str | None = None,
) -> ClaimLint:
    """Return every problem of a claim file at once, with its line, its field and the remedy; nothing is computed.

    A file without problems is one that `check` takes, with the same data. Without `data` names and years are held to
    the shipped figures.

    Parameters
    ----------
    path
        The claim file.
    data, unit, time, w, regions
        A panel of your own, as in `check`: formulas are held to its columns, years to its periods, designs to its
        units and to the weights beside it.

    Returns
    -------
    ClaimLint

    Raises
    ------
    SpecError
        If there is no such file, or it is no text; a file that is no TOML is one problem.
    DataError
        If `data` is no panel.

    Examples
    --------
    >>> found = pk.lint_claim("my_claim.toml", data=panel)  # doctest: +SKIP
    >>> [(item.line, str(item.said)) for item in found]  # doctest: +SKIP
    []
    """
    if data is None:
        refuse_without_data(unit=unit, time=time, w=w, regions=regions)
        return lint_file(Path(path), Shipped())
    return lint_file(Path(path), Own(open_panel(data, unit=unit, time=time, w=w, regions=regions)))


def lint_files(paths: Sequence[Path]) -> list[Path]:
    """Return claim files, those of folders among them, without declarations.

    Raises
    ------
    SpecError
        If a folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        inside = (
            [file for file in sorted(path.glob("*.toml")) if file.name != FILE] if path.is_dir() else [path]
        )
        if not inside:
            raise SpecError(message("{path} holds no claim file: they end in .toml", path=shown_path(path)))
        found += inside
    return found


def lint_file(path: Path, source: Source) -> ClaimLint:
    """Return every problem of a claim file, as `lint_claim`, on what it would be tested on."""
    text = read_text(path)
    shown = shown_path(path)
    try:
        raw = toml_of(path, text)
    except SpecError as error:
        at = _LINE.search(str(error))
        return ClaimLint(shown, 0, (ClaimProblem(shown, int(at[1]) if at else 1, "", "", error.said),))
    lines = places_in(text)
    problems: dict[tuple[int, str], ClaimProblem] = {}
    for place, said in _Linting(path, raw, source).found():
        problem = ClaimProblem(
            shown, line_of(lines, place), _id(raw, place), named(raw, place)[1], said, said.id == _BLANK
        )
        problems.setdefault((problem.line, str(said)), problem)
    claims = raw.get("claim")
    n = len(claims) if isinstance(claims, list) else 0
    return ClaimLint(shown, n, _at_most(sorted(problems.values(), key=lambda item: item.line)))


def _at_most(problems: list[ClaimProblem]) -> tuple[ClaimProblem, ...]:
    """Return the first problems, and how many more there are where nobody would read on."""
    rest = len(problems) - MOST
    if rest <= 0:
        return tuple(problems)
    last = problems[MOST]
    more = ClaimProblem(last.file, last.line, "", "", message("and {n} more problems", n=rest))
    return (*problems[:MOST], more)


def _id(raw: dict[str, Any], place: Place) -> str:
    if len(place) < 2 or place[0] != "claim":
        return ""
    table = raw["claim"][place[1]]
    return str(table.get("id", "")) if isinstance(table, dict) else ""


@dataclass(frozen=True)
class _Linting:
    """A file that is looked through: where it was read, what it holds, what it would be tested on."""

    path: Path
    raw: dict[str, Any]
    source: Source

    def found(self) -> Iterator[Found]:
        """Yield everything that is wrong: in characters, in blanks and fields, then in what designs name."""
        raw = self.raw
        unprintable = [(place, unprintable_said(mark)) for place, mark in unprintable_in(raw)]
        if unprintable:
            yield from ((place, _placed(raw, place, said)) for place, said in unprintable)
            return
        salvage = Salvage(own=self.source.panel is not None)
        read = salvage.read("", raw)
        errors = [(tuple(error["loc"]), error) for error in salvage.errors]
        unknown = {place for place, error in errors if error["type"] == "extra_forbidden"}
        blanks = [place for place in blanks_in(raw) if place not in unknown]
        found = [(place, _placed(raw, place, STILL_BLANK, blank=True)) for place in blanks]
        around = {place[:length] for place in blanks for length in range(1, len(place) + 1)}
        held = set(blanks)
        for place, error in errors:
            if place not in held:
                said = wrong(raw, error)
                found.append((culprit_in(raw, place, said), _placed(raw, place, said)))
        document: Any = getattr(read, "document", None)
        for claim in tables_of(read, "claim"):
            found += self._of_claim(RegisteredClaim(claim, document, self.path), salvage, around)
        yield from found or _refused(self.path, self.source)

    def _of_claim(
        self, registered: RegisteredClaim, salvage: Salvage, waiting: set[Place]
    ) -> Iterator[Found]:
        """Yield why designs of a claim could not be run; nothing is asked of a field that is `waiting` to be filled."""
        place = salvage.place_of(registered.claim)
        whole = place not in salvage.broken and place not in waiting
        read = ReadClaim(registered, self.raw["claim"][place[1]], place, salvage.place_of, whole)
        for at, said in run_problems(read, self.source):
            if len(at) <= _DESIGN or at not in waiting:
                yield at, said


def _refused(path: Path, source: Source) -> Iterator[Found]:
    """Yield what the loader, and the run before its first design, say of a file in which nothing else was found."""
    try:
        source.refuse_idle_weights(read_claims(path, own=source.panel is not None))
    except PanelkitError as error:
        parts = error.said.parts if isinstance(error.said, Joined) else (error.said,)
        yield from (((), verbatim(part)) if not isinstance(part, Message) else ((), part) for part in parts)


def _placed(raw: dict[str, Any], place: Place, said: Message, *, blank: bool = False) -> Message:
    where = listed(part for part in named(raw, place) if part)
    if blank:
        return message("{where}: {blank}", where=where, blank=said)
    return message("{where}: {problem}", where=where, problem=said) if where else said
