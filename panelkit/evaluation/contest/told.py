"""What is to be said of a contest under its table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from panelkit.evaluation.contest.differences import FEWEST_BLOCKS
from panelkit.evaluation.contest.judged import LEVEL, MOST_MISSING, Made, difference_at
from panelkit.evaluation.contest.labels import ahead, label
from panelkit.evaluation.contest.losses import NAMES, Loss
from panelkit.evaluation.contest.origins import Plan
from panelkit.language.message import Message, message


def contest_notes(found: Made, plan: Plan, years: pd.Index, loss: Loss, relative: bool) -> list[Message]:
    """Return loss, origins, errors, what was not tested and who kept silent."""
    first, last = years[plan.min_train], years[-1]
    notes = [
        message(
            "loss: {loss}; forecasts of {first} to {last}, {n} origins, {window} window, the first of {train} "
            "{periods}",
            loss=NAMES[loss],
            first=str(first),
            last=str(last),
            n=found.outcome.shape[1],
            window=message("rolling") if plan.window == "rolling" else message("expanding"),
            train=plan.min_train,
        ),
        message(
            "gain: {level:.0f}% interval, clusters of {units} and of {periods}, t with the fewer of them less one "
            "degrees of freedom; p of the contest: the largest t of all rivals, times the horizons tested",
            level=100.0 * LEVEL,
        ),
        message(
            "figures as they stand today, later revisions included: no forecast was made in its own {period}"
        ),
    ]
    if relative:
        notes.append(message("judged are deviations from the mean of all {units} in the {period}"))
    untested = [h for h in range(1, plan.horizon + 1) if found.at(h).sum() // h < FEWEST_BLOCKS]
    if untested:
        notes.append(
            message(
                "not tested {ahead} {periods} ahead: forecasts overlap, and fewer than three stretches stand apart",
                ahead=[str(h) for h in untested],
            )
        )
    notes += _without_variation(found, plan)
    silent = [
        message("{name} ({share:.0f}%)", name=label(name), share=100.0 * share)
        for name, share in zip(found.names, _silence(found), strict=True)
        if share > 0
    ]
    if silent:
        notes.append(
            message(
                "without a forecast in some cells: {names}; compared where there is one, and not tested "
                "above {most:.0f}%",
                names=silent,
                most=100.0 * MOST_MISSING,
            )
        )
    return notes


def _without_variation(found: Made, plan: Plan) -> list[Message]:
    """Return why rivals whose losses differ by one number from the bench's are not tested."""
    told = []
    for step in range(1, plan.horizon + 1):
        for m, name in enumerate(found.names[1:], 1):
            tested = difference_at(found, m, step) if found.at(step).any() else None
            if tested is not None and tested.untested is not None:
                told.append(
                    message(
                        "{name}, {ahead}: {why}", name=label(name), ahead=ahead(step), why=tested.untested
                    )
                )
    return told


def _silence(found: Made) -> list[float]:
    wanted = np.isfinite(found.outcome)
    return [float(1.0 - np.isfinite(one[wanted]).mean()) for one in found.forecast]


def index_note(last: int) -> Message:
    """Return what fixes the scale of an index."""
    return message(
        "goalposts and weights of the index are those of its {periods} up to {last}: those of all {periods} "
        "know the future",
        last=str(last),
    )


def shares_note(column: pd.Series) -> tuple[Message, ...]:
    """Return a caution where a column may be an index that was scaled over all years."""
    if not (column.min() >= 0.0 and column.max() <= 1.0):
        return ()
    return (
        message(
            "{column} lies between 0 and 1: if it is an index scaled by the extremes of all {periods}, its past "
            "knows the future; give what composite_index returns instead",
            column=str(column.name),
        ),
    )
