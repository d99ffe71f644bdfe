"""What moved between two runs in one folder: verdicts, estimates, p-values, claims that came or went."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from panelkit.language.message import Message, counted, message, verbatim
from panelkit.report.claim_content import CLASSES
from panelkit.report.numbers import moved, number, p_value
from panelkit.report.site.record import Design, Recorded, Run
from panelkit.report.words import claim_text, design_text


@dataclass(frozen=True)
class Moved:
    """One claim that moved: its words before and now (None: it was not in that run), and what moved, line by line."""

    claim: str
    before: Recorded | None
    now: Recorded | None
    lines: tuple[Message, ...]


def moved_claims(last: Run, run: Run) -> list[Moved]:
    """Return the claims whose verdict or numbers moved, then those that came or went."""
    found = []
    for name, now in run.claims.items():
        before = last.claims.get(name)
        if before is None:
            found.append(Moved(name, None, now, (message("not in the last run"),)))
        elif lines := tuple(_lines(before, now)):
            found.append(Moved(name, before, now, lines))
    gone = message("not in this run; what was written of it is still there")
    found += [Moved(name, one, None, (gone,)) for name, one in last.claims.items() if name not in run.claims]
    return sorted(found, key=lambda one: one.before is None or one.now is None)


def moved_lines(last: Run | None, run: Run, found: list[Moved]) -> Iterator[Message]:
    """Yield what stands above the table of what moved."""
    if last is None:
        yield message("This is the first run in this folder; the next one is compared with it.")
        return
    same = [last.claims[name] for name in run.claims if name in last.claims]
    for old in dict.fromkeys(claim.version for claim in same if claim.version != run.version):
        yield message("The last run was made by panelkit {old}, this one by {new}.", old=old, new=run.version)
    for old in dict.fromkeys(claim.data for claim in same if claim.data != run.data):
        yield message("The last run read {old}, this one {new}.", old=_data(old), new=_data(run.data))
    n = sum(one.before is not None and one.now is not None for one in found)
    if same and not n:
        yield counted(
            "Nothing moved: {n} claim has the verdict and the numbers that it had.",
            "Nothing moved: {n} claims have the verdicts and the numbers that they had.",
            n=len(same),
        )
    elif same:
        yield message("{n} of {all} claims of both runs moved.", n=n, all=len(same))


def word_of(claim: Recorded) -> tuple[Message, str]:
    """Return the verdict or status of a recorded claim, and the style of its badge."""
    return claim_text(claim.word, claim.status), CLASSES[claim.word]


def _lines(before: Recorded, now: Recorded) -> Iterator[Message]:
    if word_of(before)[0] != word_of(now)[0]:
        yield message("the verdict")
    for place in dict.fromkeys([*before.designs, *now.designs]):
        old, new = before.designs.get(place), now.designs.get(place)
        if old is None:
            yield message("{design}: a new design", design=verbatim(place))
        elif new is None:
            yield message("{design}: no longer there", design=verbatim(place))
        else:
            yield from _numbers(place, old, new)


def _numbers(place: str, old: Design, new: Design) -> Iterator[Message]:
    if old.word != new.word:
        yield message(
            "{design}: {old} → {new}",
            design=verbatim(place),
            old=design_text(old.word),
            new=design_text(new.word),
        )
    if _number(old.estimate) != _number(new.estimate):
        yield message(
            "{design}: estimate {change}", design=verbatim(place), change=_change(old.estimate, new.estimate)
        )
    if _p(old.p) != _p(new.p):
        yield message("{design}: p {old} → {new}", design=verbatim(place), old=_p(old.p), new=_p(new.p))


def _change(old: float | None, new: float | None) -> str:
    return f"{_number(old)} → {_number(new)}" if old is None or new is None else moved(old, new)


def _number(value: float | None) -> str:
    return number(value)


def _p(value: float | None) -> str:
    return p_value(math.nan if value is None else value) or "–"


def _data(name: str) -> Message:
    return verbatim(name) if name else message("the shipped figures")
