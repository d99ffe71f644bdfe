"""All plans of a search: what is stated, and every way to depart from it in so many steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from panelkit.audit.convention.linear.axes import departures, effects_axis
from panelkit.audit.convention.linear.ground import Ground
from panelkit.audit.convention.linear.plans import Axis, Choice, Plan
from panelkit.audit.convention.linear.regressions import Rows
from panelkit.audit.convention.linear.row_axes import too_large
from panelkit.audit.convention.target import NOBS, Target
from panelkit.language.message import Message, message
from panelkit.language.spelt import option
from panelkit.show.brief import Brief

_MOST_CELLS = (
    8_000_000  # rows times regressions without a word from the user: 20,000 of 31 x 13, about a minute
)
_DEPTH = 2


@dataclass(frozen=True, eq=False)
class Listed(Brief):
    """The plans, each with its rows (n,); how many were ruled out by their number of rows alone; what to say."""

    plans: tuple[tuple[Plan, NDArray[np.bool_]], ...]
    ruled_out: int
    depth: int
    notes: tuple[Message, ...] = ()


def listed_plans(ground: Ground, rows: Rows, target: Target) -> Listed:
    """Return the plans of a search.

    Plans two steps away whose number of rows is not the printed one are counted and not fitted: they miss that number
    whatever they estimate. Where more are left than can be waited for, and the user asked for no depth, those two
    steps away stay out, and a note says so.
    """
    axes, effects = departures(ground), effects_axis(ground)
    depth = _DEPTH if ground.problem.depth is None else ground.problem.depth
    wanted = next((one for one in target.wanted if one.kinds == (NOBS,)), None)
    most = max(1, _MOST_CELLS // max(1, int(ground.rows.sum())))
    found: list[tuple[Plan, NDArray[np.bool_]]] = []
    ruled_out, large = 0, too_large(ground)
    for plan in _departing(ground.base, axes, depth):
        keep = rows.of(plan)
        count = int(keep.sum()) + (plan.row is not None and plan.row[0] == "doubled")
        if wanted is not None and plan.departures > 1 and not wanted.low <= count <= wanted.high:
            ruled_out += len(effects)
            continue
        found += [(_with(plan, one), keep) for one in effects]
        if ground.problem.depth is None and len(found) > most:
            near = tuple(one for one in found if one[0].departures <= 1)
            note = message(
                "more than {most:,} regressions lie two steps from what is stated, and were not tried: "
                "state the effects ({effects}), the rows ({where}), print the number of observations, or "
                "ask for them by {depth}",
                effects=option("effects"),
                where=option("where"),
                depth=option("depth", 2),
                most=most,
            )
            return Listed(near, 0, 1, (*large, note))
    return Listed(tuple(found), ruled_out, depth, large)


def _departing(base: Plan, axes: tuple[Axis, ...], depth: int) -> Iterator[Plan]:
    """Yield the plans at most `depth` steps away, near ones first."""
    yield base
    for size in range(1, depth + 1):
        for chosen in combinations(axes, size):
            yield from _crossed(base, chosen, depth)


def _crossed(base: Plan, axes: tuple[Axis, ...], depth: int) -> Iterator[Plan]:
    near = [tuple(one for one in axis if one.option.departure + len(axes) - 1 <= depth) for axis in axes]
    for choices in product(*near):
        if sum(one.option.departure for one in choices) <= depth and _go_together(choices):
            plan = base
            for choice in choices:
                plan = _with(plan, choice)
            yield plan


def _go_together(choices: tuple[Choice, ...]) -> bool:
    """Tell whether two choices of one axis do not meet."""
    axes = [one.option.axis for one in choices]
    return len(set(axes)) == len(axes)


def _with(plan: Plan, choice: Choice) -> Plan:
    changed = choice.change(plan)
    return replace(changed, options=(*plan.options, choice.option))
