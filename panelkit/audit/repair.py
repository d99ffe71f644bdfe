"""The single misprint that would reconcile the most rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from panelkit.audit.rejudge import Bench
from panelkit.audit.relations import Operand
from panelkit.audit.run import Judged
from panelkit.audit.trials import Trial, trials
from panelkit.language.message import Message
from panelkit.show.brief import Brief

_MOST_TRIED = 150


@dataclass(frozen=True, repr=False)
class Misprint(Brief):
    """One misprint that would reconcile rows which do not come out, without upsetting any that does.

    Parameters
    ----------
    operand
        The number, or the stars, that would be misprinted.
    printed, would_be
        What is printed, and what would have been meant: a number, several ("0.21, 0.24"), or the ends between which
        it would have to lie ("0.214 … 0.219").
    repairs, of
        How many rows would come out, and how many do not as printed.
    kind
        The slip.
    rows
        The places of the repaired rows in what was judged.
    group
        Misprints of one group are alternatives: one of them would do. Group 0 repairs the most rows; each next one
        rows that those before it leave.
    partner
        The other number of an exchange.

    Notes
    -----
    A misprint that explains is not one that was made: two numbers may be misprinted, or the table be read otherwise.

    Examples
    --------
    >>> from panelkit.audit.repair import misprints
    >>> misprints([])
    ()
    """

    operand: Operand
    printed: str
    would_be: str
    repairs: int
    of: int
    kind: Message
    rows: tuple[int, ...] = ()
    group: int = 0
    partner: Operand | None = None


def misprints(judged: Sequence[Judged]) -> tuple[Misprint, ...]:
    """Return the misprints that would reconcile rows, the one that repairs the most and is the smallest first.

    Every number that takes part in a row which does not come out is tried: its digits, point, sign and stars, its
    exchange with a neighbour, and any number that would fit. A candidate counts if it repairs a row and leaves all
    that come out as they are. Where hundreds of rows fail, the table is read otherwise than it is meant: the 150
    numbers of most of them are tried.
    """
    bench = Bench(judged)
    found = [trial for key in bench.suspects[:_MOST_TRIED] for trial in trials(bench, key)]
    left, told = set(bench.failing), list[Misprint]()
    for group in range(len(left)):
        useful = sorted(
            (trial for trial in found if left.intersection(trial.rows)), key=lambda trial: _rank(trial, left)
        )
        if not useful:
            break
        best = useful[0]
        same = [trial for trial in useful if _ties(trial, best, left)]
        told += [_told(bench, trial, group) for trial in same]
        left -= {row for trial in same for row in trial.rows}
    return tuple(told)


def _rank(trial: Trial, left: set[int]) -> tuple[int, int, bool, float]:
    """Return what orders trials: most rows, smallest slip, a number that stands beside, the likeliest to do it."""
    return -len(left.intersection(trial.rows)), trial.size, not trial.echoed, -trial.share


def _ties(trial: Trial, best: Trial, left: set[int]) -> bool:
    """Return whether a trial is as good as the best, and about the same rows."""
    as_good = _rank(trial, left)[:2] == _rank(best, left)[:2]
    return as_good and bool(left.intersection(trial.rows, best.rows))


def _told(bench: Bench, trial: Trial, group: int) -> Misprint:
    operand = bench.operands[trial.key]
    return Misprint(
        operand=operand,
        printed=operand.printed.text,
        would_be=trial.text,
        repairs=len(trial.rows),
        of=len(bench.failing),
        kind=trial.kind,
        rows=trial.rows,
        group=group,
        partner=None if trial.partner is None else bench.operands[trial.partner],
    )
