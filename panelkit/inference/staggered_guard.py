"""What a two-way fit says of treatments among its regressors: who adopts them when, and what it compares them with."""

from __future__ import annotations

from typing import Any

import numpy as np

from panelkit.inference.adoption import Treatment, treatments_in
from panelkit.inference.bacon_groups import Groups, problem_with, type_shares
from panelkit.inference.two_way_weights import negative_part, treated_weights
from panelkit.kernels.linear import LinearFit
from panelkit.kernels.within import IntArray
from panelkit.language.message import Message, counted, listed, message, sentences
from panelkit.panel.design import Design

Facts = dict[str, Any]


def adoption_statement(
    design: Design, linear: LinearFit, changes: IntArray | None = None
) -> tuple[tuple[Message, ...], Facts]:
    """Return the notes and facts of every treatment that units adopt under two-way effects.

    One date of adoption gets counts alone. Several, or one beside units that are always treated, get the
    Goodman-Bacon weights by type where the panel is balanced, and what of the treated rows' weights is negative.

    Parameters
    ----------
    design
        The rows of the fit, terms as in `linear`.
    linear
        The least-squares problem.
    changes
        (m,) rows of the design to which the rows of `linear` are the changes, where it is of changes; then no
        Goodman-Bacon weights are given.

    Returns
    -------
    The notes, one or two a treatment, and the facts: `treated_units`, `adoption_dates`, `never_treated`,
    `always_treated`, and where weights are given `negative_weight_share` (of treated rows), `negative_weight_sum` and
    `bacon_earlier_later`, `bacon_later_earlier`, `bacon_never_treated`, `bacon_always_treated` (with other regressors
    `bacon_timing_groups` and `bacon_within` in place of the first two), each with the name of the treatment where
    there are several.
    """
    found = treatments_in(design, linear, changes)
    notes: list[Message] = []
    facts: Facts = {}
    for one in found:
        said, held = _statement(one)
        notes += [note.spoken(*design.level_names) for note in said]
        facts |= held if len(found) == 1 else {f"{key} of {one.term}": value for key, value in held.items()}
    return tuple(notes), facts


def _statement(one: Treatment) -> tuple[list[Message], Facts]:
    how = one.how
    facts: Facts = {
        "treated_units": int(how.adopts.sum()),
        "adoption_dates": len(how.dates),
        "never_treated": int(how.never.sum()),
        "always_treated": int(how.always.sum()),
    }
    notes = [_counts(one)]
    if len(how.dates) > 1 or how.always.any():
        said, held = _weights(one)
        notes.append(said)
        facts |= held
    return notes, facts


def _counts(one: Treatment) -> Message:
    """Say how many units adopt the treatment and when, and how many never or always have it."""
    how, dates = one.how, one.how.dates
    if len(dates) == 1:
        when = message("all in {date}", date=one.period(dates[0]))
    else:
        when = message(
            "at {count} dates from {first} to {last}",
            count=len(dates),
            first=one.period(dates[0]),
            last=one.period(dates[-1]),
        )
    adopting, of = int(how.adopts.sum()), len(how.start)
    parts = [
        message(
            "`{name}`: {adopting} of {of} {units} adopt it, {when}",
            name=one.term,
            adopting=adopting,
            of=of,
            when=when,
        )
    ]
    never, always = int(how.never.sum()), int(how.always.sum())
    gap, stops = int(how.gap.sum()), int(how.stops.sum())
    parts.append(
        counted("{n} never has it", "{n} never have it", n=never)
        if never
        else message("there is no never-treated {unit}")
    )
    if always:
        parts.append(
            counted(
                "{n} has it from its first {period} on", "{n} have it from their first {period} on", n=always
            )
        )
    if gap:
        parts.append(
            counted(
                "{n} adopts it in a gap of its rows and counts from the first row after it",
                "{n} adopt it in a gap of their rows and count from the first row after it",
                n=gap,
            )
        )
    if stops:
        parts.append(counted("it ends again in {n} {unit}", "it ends again in {n} {units}", n=stops))
    return sentences(parts)


def _weights(one: Treatment) -> tuple[Message, Facts]:
    """Say what the coefficient averages, and which estimators compare with no treated unit."""
    advice = message(
        "where effects differ between cohorts or grow with time, take StaggeredDiD or EventStudy, which compare with "
        "no {unit} that is treated already"
    )
    if one.parts:
        spread = message(
            "`{name}`: {parts} stand inside it, so that its effects have no weights of their own",
            name=one.term,
            parts=[f"`{part}`" for part in one.parts],
        )
        return sentences([spread, advice]), {}
    negative = negative_part(treated_weights(one))
    facts: Facts = {"negative_weight_share": negative.share, "negative_weight_sum": negative.total}
    clauses: list[Message] = []
    if one.changes is None and problem_with(one) is None:
        shares = type_shares(Groups.of(one))
        facts |= {f"bacon_{key}": share for key, (_, share) in shares.items()}
        clauses.append(_shares(one, list(shares.values())))
    if negative.count:
        below = message(
            "treated rows of negative weight: {count} of {rows}, sum {total:.3f} (de Chaisemartin and D'Haultfoeuille "
            "2020)",
            count=negative.count,
            rows=negative.treated,
            total=negative.total,
        )
    else:
        below = message("none of {rows} treated rows has a negative weight", rows=negative.treated)
    clauses.append(below if clauses else message("`{name}`: {said}", name=one.term, said=below))
    if one.how.absorbing:
        clauses.append(advice)
    return sentences(clauses), facts


def _shares(one: Treatment, shares: list[tuple[Message, float]]) -> Message:
    return message(
        "`{name}`: the two-way coefficient averages {shares} (weights of Goodman-Bacon 2021)",
        name=one.term,
        shares=listed(
            message("{share:.1f} % {kind}", share=100.0 * share, kind=kind)
            for kind, share in shares
            if np.round(share, 3) > 0.0
        ),
    )
