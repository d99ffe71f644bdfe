"""Synthetic papers through the audit: what was checked, what was found where, which misprint was named first."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import panelkit as pk
from benchmarks.synthetic.layouts import text_of
from benchmarks.synthetic.slips import Planted
from benchmarks.synthetic.style import Printout
from benchmarks.synthetic_tables import SEED, sample, whole_paper
from panelkit.audit.findings import Finding
from panelkit.audit.printed import plain
from panelkit.audit.relations import Operand
from panelkit.audit.result import Audit
from panelkit.language.errors import PanelkitError


@dataclass(frozen=True)
class Audited:
    """One table after its audit.

    `checked` are identities with their states, one a finding; `found` the identities that do not come out at the
    planted number; `named` whether that number is among the misprints of the first group, `first` whether it stands
    at their head; `refused` is the error where the text was not read.
    """

    number: int
    kind: str
    form: str
    digits: int
    planted: str
    slip: str
    checked: tuple[tuple[str, str], ...]
    found: tuple[str, ...]
    elsewhere: bool
    named: bool
    first: bool
    seconds: float
    refused: str = ""

    def has(self, *states: str) -> bool:
        """Return whether any finding has one of the states."""
        return any(state in states for _, state in self.checked)


def audited(
    number: int, error: bool, *, seed: int = SEED, habit: str = "", door: Callable[[str], Audit] = pk.audit
) -> Audited | None:
    """Return a synthetic table after its audit; None where an error was to be planted and none could."""
    one = sample(number, error=error, seed=seed, habit=habit)
    if error and one.planted is None:
        return None
    return _judged(number, one.printout, one.planted, (one.text,), door)


def audited_paper(number: int, error: bool, *, seed: int = SEED) -> Audited | None:
    """Return a synthetic paper of several tables after its audit; None where no error could be planted."""
    one = whole_paper(number, error=error, seed=seed)
    if error and one.planted is None:
        return None
    first = one.printouts[0] if one.planted is None else one.planted.printout
    return _judged(number, first, one.planted, tuple(map(text_of, one.printouts)), pk.audit)


def _judged(
    number: int,
    printout: Printout,
    planted: Planted | None,
    texts: tuple[str, ...],
    door: Callable[..., Audit],
) -> Audited:
    style = printout.style
    kind = printout.true.kind if len(texts) == 1 else "paper"
    start = time.perf_counter()
    try:
        found = door(*texts)
    except PanelkitError as refusal:
        return Audited(
            number,
            kind,
            style.form,
            style.digits,
            *_names(planted),
            (),
            (),
            False,
            False,
            False,
            0.0,
            str(refusal),
        )
    seconds = time.perf_counter() - start
    bad = [finding for finding in found.findings if finding.state != "consistent"]
    hit = [finding for finding in bad if planted is not None and _touches(finding, planted)]
    named = [misprint for misprint in found.misprints if misprint.group == 0]
    return Audited(
        number=number,
        kind=kind,
        form=style.form,
        digits=style.digits,
        planted=_names(planted)[0],
        slip=_names(planted)[1],
        checked=tuple((finding.identity, finding.state) for finding in found.findings),
        found=tuple(sorted({finding.identity for finding in hit})),
        elsewhere=bool(bad) and not hit,
        named=planted is not None and any(_is(misprint.operand, planted) for misprint in named),
        first=planted is not None and bool(named) and _is(named[0].operand, planted),
        seconds=seconds,
    )


def _names(planted: Planted | None) -> tuple[str, str]:
    return ("", "") if planted is None else (planted.truth.name, planted.slip)


def _touches(finding: Finding, planted: Planted) -> bool:
    return any(_is(operand, planted) for operand in finding.operands)


def _is(operand: Operand, planted: Planted) -> bool:
    """Return whether a number of a finding is the planted one: by its text and its line, and its column for stars."""
    printout, (row, column, part) = planted.printout, planted.place
    language = printout.style.language
    line, heading = printout.true.lines[row].words[language], printout.true.columns[column][language]
    if not _alike(operand.entry.label, line):
        return False
    if part == "stars":
        return operand.part == "stars" and (
            len(printout.true.columns) == 1 or _alike(operand.entry.heading, heading)
        )
    return operand.part != "stars" and plain(operand.printed.text) == plain(planted.after)


def _alike(one: str, other: str) -> bool:
    short = ["".join(plain(text).replace("\\", "").split()).lower() for text in (one, other)]
    return short[0] in short[1] or short[1] in short[0]
