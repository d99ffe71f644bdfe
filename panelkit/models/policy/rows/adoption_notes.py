"""What is said of dates of adoption: who adopts when, dates between the periods held, periods unevenly apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from panelkit.kernels.index import SHOWN, listed
from panelkit.language.message import Message, message
from panelkit.models.policy.rows.adoption import Adoption, Timing
from panelkit.panel.design import Design


def moved_dates(design: Design, timing: Timing, adoption: Adoption) -> tuple[Message, ...]:
    """Return a note on dates of adoption that fall between the periods held."""
    stated: Mapping[Any, float] = timing.first
    held = np.array([stated[label] for label in design.unit_labels])
    moved = np.flatnonzero(adoption.treated & (held != adoption.first))
    if not len(moved):
        return ()
    named = [
        message(
            "{unit_label} {stated:.0f} -> {used:.0f}",
            unit_label=str(design.unit_labels[i]),
            stated=float(held[i]),
            used=float(adoption.first[i]),
        )
        for i in moved[:SHOWN]
    ]
    return (
        message(
            "adoption between the {periods} held counts from the next one: {named}",
            named=listed(named, len(moved)),
        ).spoken(*design.level_names),
    )


def uneven_periods(design: Design) -> tuple[Message, ...]:
    """Return a note on periods that are not one step apart: event times are not counted alike by all estimators."""
    periods = design.time_labels.astype(np.float64)
    steps = np.diff(periods)
    wide = np.flatnonzero(steps > steps.min(initial=np.inf))
    if not len(wide):
        return ()
    gaps = [message("{a:.0f} to {b:.0f}", a=float(periods[j]), b=float(periods[j + 1])) for j in wide[:SHOWN]]
    return (
        message(
            "the {periods} held are not evenly spaced ({gaps}): event times are calendar {periods} since adoption, but "
            "stacked and local-projections count the {periods} held, and a base is the last one held before adoption",
            gaps=listed(gaps, len(wide)),
        ).spoken(*design.level_names),
    )


def counted_adopters(design: Design, adoption: Adoption) -> tuple[Message, ...]:
    """Return how many units adopt, when, and how many never do."""
    cohorts, counts = np.unique(adoption.first[adoption.treated], return_counts=True)
    sizes = [
        message("{cohort:.0f} ({n})", cohort=float(cohort), n=int(n))
        for cohort, n in zip(cohorts, counts, strict=True)
    ]
    never = int((~adoption.treated).sum())
    told = message(
        "{treated} of {n} {units} adopt, by first treated {period} {sizes}; {never} do not by {last:.0f}",
        treated=int(counts.sum()),
        n=len(adoption.first),
        sizes=listed(sizes[:SHOWN], len(sizes)),
        never=never,
        last=float(adoption.periods[-1]),
    )
    notes = [told]
    if not never:
        notes.append(
            message(
                "no {unit} stays untreated: effects in {periods} when all are treated are not identified, and the last "
                "{units} to adopt are the controls until then"
            )
        )
    return tuple(note.spoken(*design.level_names) for note in notes)
